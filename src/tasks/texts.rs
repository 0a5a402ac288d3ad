//! Texts of listings from and to the disk: a folder of text files or a CSV table. Blocks. Knows no document: `store-model` plans
//! what the texts would change.

use super::report::Written;
use crate::storage::input;
use std::{
    collections::HashSet,
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};
use store_model::texts::{
    TextField,
    source::{FoundTexts, SourceProblem, SourceText, Why, decode, read_table, spot},
};

/// What a person named, with what its names are held against.
#[derive(Clone, Debug, PartialEq)]
pub struct TextSource {
    pub from: PathBuf,
    pub fields: Vec<TextField>,
    /// The document's own languages: they count as languages however they are called.
    pub languages: Vec<String>,
    /// The field that a file is for which is named after its language alone.
    pub asked: Option<&'static str>,
}

/// A description has at most 10,000 characters; what is far larger is something else.
const MOST_BYTES: u64 = 1 << 20;
/// A table holds all texts of all languages.
const MOST_TABLE_BYTES: u64 = 64 << 20;
/// Deeper than any layout that is understood.
const MOST_DEPTH: usize = 6;
/// More entries than this are no folder of texts.
const MOST_ENTRIES: usize = 20_000;

/// Reads every text of a folder, or of a table if the path is a file.
pub fn read(source: &TextSource) -> io::Result<FoundTexts> {
    let facts = fs::metadata(&source.from)?;
    if facts.is_dir() {
        return folder(source);
    }
    match decode(&input::read(&source.from, MOST_TABLE_BYTES)?) {
        Ok(text) => Ok(read_table(&text, &source.fields, &source.languages)),
        Err(why) => Ok(FoundTexts {
            pieces: Vec::new(),
            problems: vec![SourceProblem::new("the file", Why::Unreadable, why)],
        }),
    }
}

fn folder(source: &TextSource) -> io::Result<FoundTexts> {
    let mut found = FoundTexts::default();
    let own_name = source
        .from
        .canonicalize()?
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    for (path, file) in files(&source.from, &mut found.problems)? {
        let at = spot(&path, &source.fields, &source.languages, source.asked);
        // Whoever names the folder of one language, or of one field, means that one.
        let at = at.or_else(|problem| {
            spot(
                &format!("{own_name}/{path}"),
                &source.fields,
                &source.languages,
                source.asked,
            )
            .map_err(|_| problem)
        });
        match at {
            Ok(at) => match text(&file) {
                Ok(text) => {
                    found.pieces.push(SourceText {
                        source: path,
                        language: at.language,
                        field: at.field,
                        text,
                        rank: at.rank,
                    });
                }
                Err(why) => found
                    .problems
                    .push(SourceProblem::new(path, Why::Unreadable, why)),
            },
            Err(problem) => found.problems.push(problem),
        }
    }
    Ok(found)
}

fn text(file: &Path) -> Result<String, String> {
    let bytes = input::read(file, MOST_BYTES);
    decode(&bytes.map_err(|error| format!("cannot be read: {error}"))?)
}

/// Every file below a folder with its path from there, written with `/`, in order. Links are followed inside of the folder only, and
/// into no folder twice: texts come from other people, and a link could make a password file the text of a listing.
fn files(root: &Path, problems: &mut Vec<SourceProblem>) -> io::Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    let real_root = root.canonicalize()?;
    let mut seen = HashSet::from([real_root.clone()]);
    let mut left = vec![(root.to_owned(), String::new(), 0)];
    let mut count = 0;
    while let Some((folder, path, depth)) = left.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if depth == 0 => return Err(error),
            Err(error) => {
                problems.push(SourceProblem::new(
                    path,
                    Why::Unreadable,
                    format!("cannot be opened: {error}"),
                ));
                continue;
            }
        };
        for entry in entries {
            let Ok(entry) = entry else { continue };
            count += 1;
            if count > MOST_ENTRIES {
                return Err(io::Error::other(format!(
                    "it holds more than {MOST_ENTRIES} entries; name the folder of the texts"
                )));
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            // `.git`, `.DS_Store`: nobody's texts.
            if name.starts_with('.') {
                continue;
            }
            let below = if path.is_empty() {
                name
            } else {
                format!("{path}/{name}")
            };
            let real = match entry.path().canonicalize() {
                Ok(real) if real.starts_with(&real_root) => real,
                Ok(_) => {
                    let why = "is a link that leads out of the folder".to_owned();
                    problems.push(SourceProblem::new(below, Why::Unreadable, why));
                    continue;
                }
                Err(error) => {
                    let why = format!("cannot be opened: {error}");
                    problems.push(SourceProblem::new(below, Why::Unreadable, why));
                    continue;
                }
            };
            if !real.is_dir() {
                files.push((below, entry.path()));
            } else if depth < MOST_DEPTH && seen.insert(real) {
                left.push((entry.path(), below, depth + 1));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Writes files below a folder, or one file if there is one with an empty name. What stands there already and says something else
/// is overwritten only if that is allowed; otherwise nothing is written at all.
pub fn write(to: &Path, files: &[(String, String)], overwrites: bool) -> io::Result<Written> {
    let place = |name: &str| {
        if name.is_empty() {
            to.to_owned()
        } else {
            name.split('/')
                .fold(to.to_owned(), |path, part| path.join(part))
        }
    };
    let mut new = Vec::new();
    let mut in_the_way = Vec::new();
    for (name, text) in files {
        let path = place(name);
        match input::read(&path, MOST_TABLE_BYTES) {
            Ok(there) if there == text.as_bytes() => {}
            Ok(_) if overwrites => new.push((path, text, true)),
            Ok(_) => in_the_way.push(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => new.push((path, text, false)),
            Err(error) => return Err(named(&path, &error)),
        }
    }
    if !in_the_way.is_empty() {
        return Ok(Written::InTheWay { files: in_the_way });
    }
    for (path, text, is_there) in &new {
        let write = || {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            // What has come meanwhile is not overwritten either.
            let mut options = OpenOptions::new();
            options.write(true).truncate(true);
            let options = if *is_there {
                options.create(true)
            } else {
                options.create_new(true)
            };
            options.open(path)?.write_all(text.as_bytes())
        };
        write().map_err(|error| named(path, &error))?;
    }
    Ok(Written::Done { files: new.len() })
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("{} cannot be written: {error}", path.display()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use store_model::{target::Kind, texts::fields};

    fn source(from: &Path, asked: Option<&'static str>) -> TextSource {
        TextSource {
            from: from.to_owned(),
            fields: fields(Kind::App),
            languages: vec!["en-us".into()],
            asked,
        }
    }

    fn fill(folder: &Path, files: &[(&str, &[u8])]) {
        for (name, bytes) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    fn told(found: &FoundTexts) -> Vec<(&str, &str, &str)> {
        found
            .pieces
            .iter()
            .map(|piece| (piece.language.as_str(), piece.field, piece.text.as_str()))
            .collect()
    }

    #[test]
    fn every_layout_is_read_and_the_rest_named() {
        let folder = tempfile::tempdir().unwrap();
        fill(
            folder.path(),
            &[
                ("de_DE/release_notes.txt", b"\xef\xbb\xbfSchneller.\r\n"),
                ("releaseNotes/fr-FR.txt", b"Plus vite."),
                ("ja-jp.txt", b"\xff\xfe\xe9\x90"),
                ("en-us/changelogs/12.txt", b"Tabs."),
                ("en-us/shot.png", b"\x89PNG"),
                ("en-us/keywords.txt", b"gr\xfcn"),
                ("en-us/description.txt", &vec![b'x'; (1 << 20) + 1]),
                (".git/en-us/title.txt", b"no"),
            ],
        );
        let found = read(&source(folder.path(), Some("releaseNotes"))).unwrap();
        let notes = "releaseNotes";
        assert_eq!(
            told(&found),
            [
                ("de-de", notes, "Schneller.\r\n"),
                ("en-us", notes, "Tabs."),
                ("ja-jp", notes, "郩"),
                ("fr-fr", notes, "Plus vite.")
            ]
        );
        let mut problems: Vec<_> = found
            .problems
            .iter()
            .map(|problem| (problem.source.as_str(), problem.why))
            .collect();
        problems.sort_by_key(|(source, _)| *source);
        assert_eq!(
            problems,
            [
                ("en-us/description.txt", Why::Unreadable),
                ("en-us/keywords.txt", Why::Unreadable),
                ("en-us/shot.png", Why::NoText)
            ]
        );
        // The folder of one language, or of one field, says by its own name what it is for.
        assert_eq!(
            told(&read(&source(&folder.path().join("de_DE"), None)).unwrap()),
            [("de-de", notes, "Schneller.\r\n")]
        );
        assert_eq!(
            told(&read(&source(&folder.path().join("releaseNotes"), None)).unwrap()),
            [("fr-fr", notes, "Plus vite.")]
        );
        assert!(read(&source(&folder.path().join("none"), None)).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_back_is_no_circle() {
        let folder = tempfile::tempdir().unwrap();
        fill(folder.path(), &[("en-us/title.txt", b"T")]);
        std::os::unix::fs::symlink(folder.path(), folder.path().join("en-us/again")).unwrap();
        assert_eq!(
            told(&read(&source(folder.path(), None)).unwrap()),
            [("en-us", "title", "T")]
        );
    }

    #[test]
    fn a_table_is_a_file_in_any_of_the_usual_encodings() {
        let folder = tempfile::tempdir().unwrap();
        let text = "language;title\r\nde-de;Grüße\r\n";
        let utf16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        for bytes in [text.as_bytes(), utf16.as_slice()] {
            fill(folder.path(), &[("t.csv", bytes)]);
            assert_eq!(
                told(&read(&source(&folder.path().join("t.csv"), None)).unwrap()),
                [("de-de", "title", "Grüße")]
            );
        }
        fill(
            folder.path(),
            &[("t.csv", b"language;title\nde-de;Gr\xfc\n")],
        );
        let found = read(&source(&folder.path().join("t.csv"), None)).unwrap();
        assert!(
            found.problems.len() == 1 && found.problems[0].sentence.contains("save it as UTF-8"),
            "{found:?}"
        );
    }

    #[test]
    fn nothing_is_overwritten_without_a_word() {
        let folder = tempfile::tempdir().unwrap();
        let files = |text: &str| {
            vec![
                ("en-us/title.txt".to_owned(), text.to_owned()),
                ("de-de/title.txt".to_owned(), "T".to_owned()),
            ]
        };
        let to = folder.path().join("new");
        assert_eq!(
            write(&to, &files("A"), false).unwrap(),
            Written::Done { files: 2 }
        );
        assert_eq!(
            write(&to, &files("A"), false).unwrap(),
            Written::Done { files: 0 }
        );
        fs::remove_file(to.join("de-de").join("title.txt")).unwrap();
        let there = to.join("en-us").join("title.txt");
        assert_eq!(
            write(&to, &files("B"), false).unwrap(),
            Written::InTheWay {
                files: vec![there.clone()]
            }
        );
        assert!(!to.join("de-de").join("title.txt").exists() && fs::read(&there).unwrap() == b"A");
        assert_eq!(
            write(&to, &files("B"), true).unwrap(),
            Written::Done { files: 2 }
        );
        let table = folder.path().join("t.csv");
        assert_eq!(
            write(&table, &[(String::new(), "x".into())], false).unwrap(),
            Written::Done { files: 1 }
        );
        assert_eq!(
            (fs::read(&table).unwrap(), fs::read(&there).unwrap()),
            (b"x".to_vec(), b"B".to_vec())
        );
        assert!(write(&table.join("below"), &files("A"), false).is_err());
    }
}
