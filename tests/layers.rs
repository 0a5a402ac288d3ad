//! Holds the structure: imports go down only, no circles, each crate on its floor, files of a readable size.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

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
    ("working_copy", 5),
    ("past_view", 5),
    ("run_row", 5),
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
    ("model", "working_copy"),  // a part of the model with a file of its own
    ("model", "past_view"),     // the same
    ("model", "run_row"),       // the same
    ("overlays", "panes"),      // the vocabulary of `panes/pane.rs` (Cx, Typed, Handled) serves both
    ("ui", "action"),           // the keymap is made from the table of actions
    ("cli", "domain"),          // a target is parsed by its own type
    ("dashboard", "simulator"), // the demo reads its scenario as `sim` does
];

/// Crates that only some floors may touch.
const CRATES: &[(&str, &[&str])] = &[
    ("reqwest", &["api", "jobs", "main", "dashboard", "sim"]),
    ("azure_core", &["api"]),
    ("azure_storage_blob", &["api"]),
    ("ratatui", &["ui", "panes", "overlays", "app", "shell"]),
    ("crossterm", &["ui", "panes", "overlays", "app", "shell"]),
    ("tokio", &["api", "jobs", "shell", "headless", "signals", "sim", "main", "dashboard"]),
    ("axum", &["sim"]),
    ("clap", &["cli", "main"]),
];

struct Source {
    /// Path below `src`, with `/`.
    path: String,
    /// The first part of the module path: `api`, `main`, …
    room: String,
    /// Without comments, strings' content and the tests at the end.
    code: String,
    lines: usize,
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
        let path = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let room = path.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        let without_tests = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let code = without_tests.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
        Source { path, room, code, lines: text.lines().count() }
    };
    found.into_iter().map(read).filter(|source| !source.path.ends_with("tests.rs") && !source.path.contains("/tests/")).collect()
}

/// Every `crate::a::b` of the code (or `super::a::b`), groups `crate::{a, b::c}` taken apart; two parts deep.
fn imports(code: &str, prefix: &str) -> BTreeSet<(String, Option<String>)> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let rest: String = code[at + prefix.len()..].chars().filter(|c| !c.is_whitespace()).take(4000).collect();
        if let Some(group) = rest.strip_prefix('{') {
            let (mut depth, mut part) = (0usize, String::new());
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    _ => {}
                }
                if c == ',' && depth == 0 {
                    found.insert(two_parts(&part));
                    part.clear();
                } else {
                    part.push(c);
                }
            }
            found.insert(two_parts(&part));
        } else {
            found.insert(two_parts(&rest));
        }
    }
    found.retain(|(room, _)| !room.is_empty());
    found
}

fn two_parts(path: &str) -> (String, Option<String>) {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut parts = path.split("::");
    let first = word(parts.next().unwrap_or_default());
    let second = parts.next().map(word).filter(|second| second.starts_with(|c: char| c.is_lowercase()));
    (first, second)
}

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

#[test]
fn imports_go_down_only() {
    let mut wrong = Vec::new();
    for source in sources() {
        if source.room == "lib" {
            continue;
        }
        for (room, _) in imports(&source.code, "crate::") {
            let may = match (floor(&source.room), floor(&room)) {
                _ if source.room == room => true,
                (Some(from), Some(to)) => from > to || ALSO.contains(&(source.room.as_str(), room.as_str())),
                // The simulator is apart: it uses nothing of ours, and only the topmost floors use it.
                (None, _) if source.room == "sim" => room == "sim",
                (Some(from), None) if room == "sim" => from >= 8,
                _ => false,
            };
            if !may {
                wrong.push(format!("{} uses crate::{room}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that do not go down:\n{}", wrong.join("\n"));
}

#[test]
fn every_room_has_a_floor() {
    let rooms: BTreeSet<_> = sources().into_iter().map(|source| source.room).collect();
    let known: BTreeSet<_> =
        FLOORS.iter().map(|(room, _)| (*room).to_owned()).chain(["lib".to_owned(), "sim".to_owned()]).collect();
    assert_eq!(rooms.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn no_circle_inside_a_folder() {
    let all = sources();
    let mut edges: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for source in &all {
        let mut parts = source.path.splitn(2, '/');
        let (folder, Some(file)) = (parts.next().unwrap(), parts.next()) else { continue };
        let file = file.split('/').next().unwrap().trim_end_matches(".rs");
        if file == "mod" {
            continue;
        }
        let of_folder = imports(&source.code, "crate::").into_iter().filter(|(room, _)| room == folder);
        let mut used: BTreeSet<String> = of_folder.filter_map(|(_, second)| second).collect();
        // `super::x` of a file directly in the folder.
        if source.path.matches('/').count() == 1 {
            used.extend(imports(&source.code, "super::").into_iter().map(|(name, _)| name));
        }
        used.remove(file);
        edges.entry((folder.to_owned(), file.to_owned())).or_default().extend(used);
    }
    let mut circles = Vec::new();
    for (folder, file) in edges.keys() {
        // Breadth first: the path that leads back is the shortest one.
        let mut ways = std::collections::VecDeque::from([vec![file.clone()]]);
        let mut reached = BTreeSet::new();
        while let Some(way) = ways.pop_front() {
            for next in edges.get(&(folder.clone(), way.last().unwrap().clone())).into_iter().flatten() {
                if next == file {
                    circles.push(format!("{folder}: {} → {file}", way.join(" → ")));
                    ways.clear();
                    break;
                }
                if reached.insert(next.clone()) {
                    ways.push_back(way.iter().cloned().chain([next.clone()]).collect());
                }
            }
        }
    }
    assert!(circles.is_empty(), "files that import themselves in a circle:\n{}", circles.join("\n"));
}

#[test]
fn each_crate_stays_on_its_floors() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (name, rooms) in CRATES {
            let is_used = source.code.split(|c: char| !c.is_alphanumeric() && c != '_').zip(1..).any(|(word, _)| word == *name)
                && (source.code.contains(&format!("{name}::")) || source.code.contains(&format!("use {name}")));
            if is_used && !rooms.contains(&source.room.as_str()) && source.room != "lib" {
                wrong.push(format!("{} uses {name}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "crates away from their floor:\n{}", wrong.join("\n"));
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
            source.code.lines().any(|line| line.trim_start_matches("pub ").trim_start_matches("pub(crate) ").starts_with(word))
        });
        if (source.path.ends_with("mod.rs") || source.path == "lib.rs") && holds_types {
            wrong.push(format!("{} holds a type", source.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
