//! Holds the structure: imports go down only, no circles, each crate on its floor, files of a readable size.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails loudly"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The floors of design and `lib.rs`: a module may use its own floor's folder and what is below.
const FLOORS: &[(&str, u8)] = &[
    ("main", 9),
    ("dashboard", 9),
    ("simulator", 9),
    ("shell", 8),
    ("headless", 8),
    ("app", 7),
    ("panes", 6),
    ("overlays", 6),
    ("model", 5),
    ("ask", 5),
    ("jobs", 4),
    ("ui", 3),
    ("signals", 3),
    ("publish", 2),
    ("api", 2),
    ("disk", 2),
    ("config", 2),
    ("domain", 1),
    ("action", 1),
    ("cli", 1),
];

/// What may be used of the same floor or against the general rule, with the reason.
const ALSO: &[(&str, &str)] = &[
    ("overlays", "panes"), // the vocabulary of `panes/pane.rs` (Cx, Typed, Handled) serves both
    ("ui", "action"),      // the keymap is made from the table of actions
    ("cli", "domain"),     // a target is parsed by its own type
    ("dashboard", "simulator"), // the demo reads its scenario as `sim` does
];

/// Crates that only some floors may touch.
const CRATES: &[(&str, &[&str])] = &[
    ("reqwest", &["api", "jobs", "main", "dashboard", "sim"]),
    ("azure_core", &["api"]),
    ("azure_storage_blob", &["api"]),
    ("ratatui", &["ui", "panes", "overlays", "app", "shell"]),
    ("crossterm", &["ui", "panes", "overlays", "app", "shell"]),
    (
        "tokio",
        &[
            "api",
            "jobs",
            "shell",
            "headless",
            "signals",
            "sim",
            "main",
            "dashboard",
        ],
    ),
    ("axum", &["sim"]),
    ("clap", &["cli", "main"]),
];

struct Source {
    /// Path below `src`, with `/`.
    path: String,
    /// `panes::tree::rows` taken apart; a `mod.rs` is its folder.
    module: Vec<String>,
    /// Without comments and the tests at the end.
    code: String,
    lines: usize,
}

impl Source {
    /// The first part of the module path: `api`, `main`, …
    fn room(&self) -> &str {
        &self.module[0]
    }

    /// Every path that begins with `crate::` or `super::`, whole and from the top.
    fn imports(&self) -> Vec<Vec<String>> {
        let mut found = Vec::new();
        for (at, start) in self
            .code
            .match_indices("crate::")
            .chain(self.code.match_indices("super::"))
        {
            // The second `super` of `super::super::` has been counted with the first.
            if self.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let mut rest = &self.code[at + start.len()..];
            let mut from = if start == "crate::" {
                &[][..]
            } else {
                self.parent()
            };
            while let Some(further) = rest.strip_prefix("super::") {
                (rest, from) = (further, &from[..from.len() - 1]);
            }
            expand(rest, from, &mut found);
        }
        found
    }

    /// What `super` is.
    fn parent(&self) -> &[String] {
        &self.module[..self.module.len() - 1]
    }
}

/// The paths of `a::{b, c::D}`, of which only what is written small is a module; gives what stands after it.
fn expand<'t>(text: &'t str, from: &[String], found: &mut Vec<Vec<String>>) -> &'t str {
    let text = text.trim_start();
    if let Some(mut group) = text.strip_prefix('{') {
        loop {
            group = expand(group, from, found).trim_start();
            match group.strip_prefix(',') {
                Some(next) if !next.trim_start().starts_with('}') => group = next,
                next => {
                    return next
                        .unwrap_or(group)
                        .trim_start()
                        .strip_prefix('}')
                        .unwrap_or_default();
                }
            }
        }
    }
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let path: Vec<String> = from.iter().cloned().chain([word.to_owned()]).collect();
    if let Some(further) = rest.strip_prefix("::") {
        expand(further, &path, found)
    } else {
        found.push(path);
        rest.trim_start()
            .strip_prefix("as ")
            .map_or(rest, |renamed| {
                renamed.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_')
            })
    }
}

fn sources() -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let path = path
            .strip_prefix(&root)
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/");
        let module = path
            .trim_end_matches(".rs")
            .trim_end_matches("/mod")
            .split('/')
            .map(str::to_owned)
            .collect();
        let without_tests = text
            .split("#[cfg(test)]\nmod tests")
            .next()
            .unwrap_or_default();
        let code = without_tests
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default())
            .collect::<Vec<_>>()
            .join("\n");
        Source {
            path,
            module,
            code,
            lines: text.lines().count(),
        }
    };
    found
        .into_iter()
        .map(read)
        .filter(|source| !source.path.ends_with("tests.rs") && !source.path.contains("/tests/"))
        .collect()
}

fn floor(room: &str) -> Option<u8> {
    FLOORS
        .iter()
        .find(|(name, _)| *name == room)
        .map(|(_, floor)| *floor)
}

#[test]
fn paths_are_read_out_of_groups() {
    let module = ["panes", "tree", "rows"].map(str::to_owned).to_vec();
    let code = "use super::{sight::Sight, view};\nuse crate::{ask::{self, Ask}, panes::{pane::Cx as C, desk,},};\nsuper::super::tab::all()";
    let source = Source {
        path: String::new(),
        module,
        code: code.into(),
        lines: 3,
    };
    let found: BTreeSet<_> = source
        .imports()
        .iter()
        .map(|path| path.join("::"))
        .collect();
    let expected = [
        "ask::Ask",
        "ask::self",
        "panes::desk",
        "panes::pane::Cx",
        "panes::tab::all",
        "panes::tree::sight::Sight",
        "panes::tree::view",
    ];
    assert_eq!(found, BTreeSet::from(expected.map(str::to_owned)));
}

#[test]
fn imports_go_down_only() {
    let mut wrong = Vec::new();
    for source in sources() {
        let from = source.room();
        if from == "lib" {
            continue;
        }
        for import in source.imports() {
            let room = import[0].as_str();
            let may = match (floor(from), floor(room)) {
                _ if from == room => true,
                (Some(above), Some(below)) => above > below || ALSO.contains(&(from, room)),
                // The simulator is apart: it uses nothing of ours, and only the topmost floors use it.
                (Some(above), None) if room == "sim" => above >= 8,
                _ => false,
            };
            if !may {
                wrong.push(format!("{} uses crate::{room}", source.path));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "imports that do not go down:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_room_has_a_floor() {
    let rooms: BTreeSet<_> = sources()
        .iter()
        .map(|source| source.room().to_owned())
        .collect();
    let known: BTreeSet<_> = FLOORS
        .iter()
        .map(|(room, _)| (*room).to_owned())
        .chain(["lib".to_owned(), "sim".to_owned()])
        .collect();
    assert_eq!(
        rooms.difference(&known).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
}

/// Beside each other in every folder, however deep: files, and folders with all that is in them.
#[test]
fn no_circle_inside_a_folder() {
    let all = sources();
    let modules: BTreeSet<_> = all.iter().map(|source| source.module.clone()).collect();
    // Who uses whom, by folder.
    let mut edges: BTreeMap<(Vec<String>, String), BTreeSet<String>> = BTreeMap::new();
    for source in all
        .iter()
        .filter(|source| !source.path.ends_with("mod.rs") && source.path != "lib.rs")
    {
        for import in source.imports() {
            let Some(used) = (1..=import.len())
                .rev()
                .map(|parts| &import[..parts])
                .find(|path| modules.contains(*path))
            else {
                continue;
            };
            let shared = source
                .module
                .iter()
                .zip(used)
                .take_while(|(from, to)| from == to)
                .count();
            // The floors say what the rooms may use of each other.
            if let (1.., Some(from), Some(to)) =
                (shared, source.module.get(shared), used.get(shared))
            {
                edges
                    .entry((used[..shared].to_vec(), from.clone()))
                    .or_default()
                    .insert(to.clone());
            }
        }
    }
    let mut circles = Vec::new();
    for (folder, file) in edges.keys() {
        // Breadth first: the path that leads back is the shortest one.
        let mut ways = std::collections::VecDeque::from([vec![file.clone()]]);
        let mut reached = BTreeSet::new();
        while let Some(way) = ways.pop_front() {
            for next in edges
                .get(&(folder.clone(), way.last().unwrap().clone()))
                .into_iter()
                .flatten()
            {
                if next == file {
                    circles.push(format!(
                        "{}: {} → {file}",
                        folder.join("::"),
                        way.join(" → ")
                    ));
                    ways.clear();
                    break;
                }
                if reached.insert(next.clone()) {
                    ways.push_back(way.iter().cloned().chain([next.clone()]).collect());
                }
            }
        }
    }
    assert!(
        circles.is_empty(),
        "files that import themselves in a circle:\n{}",
        circles.join("\n")
    );
}

#[test]
fn each_crate_stays_on_its_floors() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (name, rooms) in CRATES {
            let is_used = source
                .code
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .zip(1..)
                .any(|(word, _)| word == *name)
                && (source.code.contains(&format!("{name}::"))
                    || source.code.contains(&format!("use {name}")));
            if is_used && !rooms.contains(&source.room()) && source.room() != "lib" {
                wrong.push(format!("{} uses {name}", source.path));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "crates away from their floor:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn files_have_a_readable_size_and_say_what_they_are() {
    let mut wrong = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for source in sources() {
        if source.lines > 500 {
            wrong.push(format!("{} has {} lines", source.path, source.lines));
        }
        let text = fs::read_to_string(root.join(&source.path)).unwrap();
        if !text.starts_with("//! ") {
            wrong.push(format!("{} does not say what it is", source.path));
        }
        let holds_types = ["struct ", "enum ", "trait "].iter().any(|word| {
            source.code.lines().any(|line| {
                line.trim_start_matches("pub ")
                    .trim_start_matches("pub(crate) ")
                    .starts_with(word)
            })
        });
        if (source.path.ends_with("mod.rs") || source.path == "lib.rs") && holds_types {
            wrong.push(format!("{} holds a type", source.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
