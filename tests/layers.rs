//! Holds the structure that the compiler cannot: levels inside the program, features that do not know each other, what each
//! library may depend on, files of a readable size.
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

/// The levels of the program: a module may use its own folder and what is below it.
const LEVELS: &[(&str, u8)] = &[
    ("main", 12),
    ("program", 11),
    ("dashboard", 10),
    ("shell", 9),
    ("commands", 9),
    ("app", 8),
    ("features", 7),
    ("screen", 6),
    ("state", 5),
    ("engine/driver", 4),
    ("tasks", 3),
    ("engine", 2),
    ("storage", 2),
    ("cli", 1),
];

/// What may be used at the same level or against the general rule, with the reason.
const ALSO: &[(&str, &str)] = &[
    ("commands", "shell"), // both end on the same signals
];

/// Features do not know each other; these put others together.
const COMPOSERS: &[&str] = &["detail", "dialogs"];

/// Crates that only some levels may touch.
const CRATES: &[(&str, &[&str])] = &[
    (
        "store_client",
        &[
            "tasks",
            "engine/driver",
            "engine",
            "storage",
            "commands",
            "dashboard",
        ],
    ),
    ("store_sim", &["commands", "dashboard"]),
    ("reqwest", &["tasks"]),
    ("ratatui", &["screen", "features", "app", "shell"]),
    ("crossterm", &["screen", "features", "app", "shell"]),
    (
        "tokio",
        &[
            "tasks",
            "engine/driver",
            "shell",
            "commands",
            "program",
            "dashboard",
        ],
    ),
    ("clap", &["cli", "program"]),
];

/// What a library must never depend on.
const LIBRARIES: &[(&str, &[&str])] = &[
    (
        "store-model",
        &[
            "tokio",
            "reqwest",
            "ratatui",
            "crossterm",
            "store-client",
            "store-sim",
            "tui-kit",
        ],
    ),
    (
        "store-client",
        &["ratatui", "crossterm", "store-sim", "tui-kit"],
    ),
    (
        "store-sim",
        &[
            "ratatui",
            "crossterm",
            "store-model",
            "store-client",
            "tui-kit",
        ],
    ),
    (
        "tui-kit",
        &[
            "tokio",
            "reqwest",
            "store-model",
            "store-client",
            "store-sim",
        ],
    ),
];

/// The folder that a path belongs to: the first part, except that the driver of runs has a level of its own, because it does
/// the I/O that the rest of the engine must not know.
fn room(path: &[String]) -> &str {
    match path {
        [engine, driver, ..] if engine == "engine" && driver == "driver" => "engine/driver",
        _ => &path[0],
    }
}

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
    fn room(&self) -> &str {
        room(&self.module)
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

/// The sources of the program and of each library, by their folder.
const TREES: &[&str] = &[
    "src",
    "crates/store-model/src",
    "crates/store-client/src",
    "crates/store-sim/src",
    "crates/tui-kit/src",
];

fn sources(tree: &str) -> Vec<Source> {
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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(tree);
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

fn level(room: &str) -> Option<u8> {
    LEVELS
        .iter()
        .find(|(name, _)| *name == room)
        .map(|(_, level)| *level)
}

#[test]
fn paths_are_read_out_of_groups() {
    let module = ["panes", "tree", "rows"].map(str::to_owned).to_vec();
    let code = "use super::{row::Row, view};\nuse crate::{command::{self, Command}, panes::{pane::Context as C, tabs,},};\nsuper::super::tab::all()";
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
        "command::Command",
        "command::self",
        "panes::tabs",
        "panes::pane::Context",
        "panes::tab::all",
        "panes::tree::row::Row",
        "panes::tree::view",
    ];
    assert_eq!(found, BTreeSet::from(expected.map(str::to_owned)));
}

#[test]
fn imports_go_down_only() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        let from = source.room();
        if from == "lib" {
            continue;
        }
        for import in source.imports() {
            let room = room(&import);
            let may = match (level(from), level(room)) {
                _ if from == room => true,
                (Some(above), Some(below)) => above > below || ALSO.contains(&(from, room)),
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
fn every_folder_has_a_level() {
    let rooms: BTreeSet<_> = sources("src")
        .iter()
        .map(|source| source.room().to_owned())
        .collect();
    let known: BTreeSet<_> = LEVELS
        .iter()
        .map(|(room, _)| (*room).to_owned())
        .chain(["lib".to_owned()])
        .collect();
    assert_eq!(
        rooms.difference(&known).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
}

/// Features are put together by the app and by the composers only.
#[test]
fn features_do_not_know_each_other() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        let [room, feature, ..] = source.module.as_slice() else {
            continue;
        };
        if room != "features" || COMPOSERS.contains(&feature.as_str()) {
            continue;
        }
        for import in source.imports() {
            if import[0] == "features" && import.get(1).is_some_and(|other| other != feature) {
                wrong.push(format!("{} uses {}", source.path, import.join("::")));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "features that know another one:\n{}",
        wrong.join("\n")
    );
}

/// What a manifest names under `[dependencies]`; its tests may use more.
#[test]
fn libraries_depend_on_what_they_may() {
    let mut wrong = Vec::new();
    for (library, forbidden) in LIBRARIES {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("crates")
            .join(library)
            .join("Cargo.toml");
        let manifest: toml::Table = fs::read_to_string(manifest).unwrap().parse().unwrap();
        let used = manifest["dependencies"].as_table().unwrap();
        wrong.extend(
            forbidden
                .iter()
                .filter(|name| used.contains_key(**name))
                .map(|name| format!("{library} uses {name}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Beside each other in every folder, however deep: files, and folders with all that is in them.
#[test]
fn no_circle_inside_a_folder() {
    let circles: Vec<_> = TREES.iter().flat_map(|tree| circles(tree)).collect();
    assert!(
        circles.is_empty(),
        "files that import themselves in a circle:\n{}",
        circles.join("\n")
    );
}

fn circles(tree: &str) -> Vec<String> {
    let all = sources(tree);
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
            // The levels say what the program's topmost folders may use of each other.
            let is_a_level = shared == 0 && tree == "src";
            if let (false, Some(from), Some(to)) =
                (is_a_level, source.module.get(shared), used.get(shared))
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
    circles
}

#[test]
fn each_crate_stays_on_its_levels() {
    let mut wrong = Vec::new();
    for source in sources("src") {
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
        "crates away from their level:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn files_have_a_readable_size_and_say_what_they_are() {
    let mut wrong = Vec::new();
    let trees = TREES
        .iter()
        .flat_map(|tree| sources(tree).into_iter().map(move |source| (*tree, source)));
    for (tree, source) in trees {
        if source.lines > 500 {
            wrong.push(format!("{tree}/{} has {} lines", source.path, source.lines));
        }
        let text = fs::read_to_string(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(tree)
                .join(&source.path),
        )
        .unwrap();
        if !text.starts_with("//! ") {
            wrong.push(format!("{tree}/{} does not say what it is", source.path));
        }
        let holds_types = ["struct ", "enum ", "trait "].iter().any(|word| {
            source.code.lines().any(|line| {
                line.trim_start_matches("pub ")
                    .trim_start_matches("pub(crate) ")
                    .starts_with(word)
            })
        });
        if (source.path.ends_with("mod.rs") || source.path == "lib.rs") && holds_types {
            wrong.push(format!("{tree}/{} holds a type", source.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
