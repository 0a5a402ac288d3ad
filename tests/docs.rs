//! Holds the documents to the program: commands, exit codes, scenarios and faults of the README are those that exist.
#![cfg(feature = "sim")]
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use clap::{CommandFactory, Parser};
use flightdeck::{cli::Cli, commands::exit::Exit, screen::action::ACTIONS};
use std::{collections::BTreeSet, fs, path::Path};
use store_sim::Scenario;

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The lines inside of the fenced blocks of one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(tag) => is_inside = !is_inside && tag == language,
            None if is_inside => lines.push(line.to_owned()),
            None => {}
        }
    }
    lines
}

/// What stands between single backticks in the first cell of each row of the table below a heading row.
fn first_cells(text: &str, heading: &str) -> Vec<String> {
    let table = text
        .lines()
        .skip_while(|line| !line.starts_with(heading))
        .skip(2);
    table
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.split('|').nth(1).unwrap().trim().to_owned())
        .collect()
}

fn quoted(cell: &str) -> Vec<String> {
    cell.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_of_the_readme_is_understood() {
    let readme = document("README.md");
    let commands: Vec<_> = blocks(&readme, "sh")
        .into_iter()
        .filter(|line| line.starts_with("flightdeck "))
        .collect();
    assert!(commands.len() > 8, "{commands:?}");
    for line in commands {
        let line = line.split('#').next().unwrap().split(" > ").next().unwrap();
        if let Err(error) = Cli::try_parse_from(line.split_whitespace()) {
            panic!("{line}: {error}");
        }
    }
}

#[test]
fn the_readme_names_every_headless_command() {
    let readme = document("README.md");
    let command = Cli::command();
    let names: Vec<_> = command
        .get_subcommands()
        .map(clap::Command::get_name)
        .filter(|name| !["completions", "man", "help"].contains(name))
        .collect();
    for name in names {
        assert!(
            readme.contains(&format!("flightdeck {name}"))
                || readme.contains(&format!("-- {name}")),
            "{name} is not in the README"
        );
    }
}

#[test]
fn the_exit_codes_of_the_readme_are_those_of_the_program() {
    let codes = first_cells(&document("README.md"), "| exit | meaning |");
    let all = [
        Exit::Done,
        Exit::Failed,
        Exit::Usage,
        Exit::Refused,
        Exit::SignIn,
        Exit::Store,
        Exit::Timeout,
        Exit::Interrupted,
    ];
    assert_eq!(codes, all.map(|exit| (exit as u8).to_string()));
}

#[test]
fn the_faults_of_the_readme_can_be_played() {
    let readme = document("README.md");
    let effects: Vec<_> = first_cells(&readme, "| effect | what happens |")
        .iter()
        .flat_map(|cell| quoted(cell))
        .collect();
    assert!(effects.len() > 14, "{effects:?}");
    for effect in effects {
        let rule = format!(
            "[[fault]]\ncall = \"status\"\neffect = \"{effect}\"\nstatus = 503\nmilliseconds = 1\nstage = \"CommitStarted\"\ncode = \"Other\"\nfield = \"status\"\nvalue = \"x\"\n"
        );
        if let Err(error) = Scenario::parse(&rule) {
            panic!("{effect}: {error}");
        }
    }
    Scenario::parse(
        &blocks(&readme, "toml")
            .join("\n")
            .split_once("seed")
            .map(|(_, rest)| format!("seed{rest}"))
            .unwrap(),
    )
    .unwrap();
    let start = readme.split("takes a name (").nth(1).unwrap();
    let named: BTreeSet<_> = quoted(start.split(')').next().unwrap())
        .into_iter()
        .collect();
    assert_eq!(named, Scenario::names().map(str::to_owned).collect());
}

#[test]
fn the_readme_leads_to_files_that_are_there() {
    for name in ["README.md", "ARCHITECTURE.md"] {
        let text = document(name);
        for part in text.split("](").skip(1) {
            let link = part.split(')').next().unwrap();
            if !link.starts_with("http") {
                assert!(
                    Path::new(env!("CARGO_MANIFEST_DIR")).join(link).exists(),
                    "{name} leads to {link}"
                );
            }
        }
    }
}

#[test]
fn the_keys_of_the_readme_are_those_of_the_table() {
    let readme = document("README.md");
    let walk = readme
        .split("In the demo, a whole release by keys:")
        .nth(1)
        .unwrap()
        .split("\n\n")
        .next()
        .unwrap();
    let chords: BTreeSet<_> = ACTIONS.iter().flat_map(|row| row.chords).copied().collect();
    for key in quoted(walk)
        .iter()
        .filter(|key| !key.starts_with('/') && !key.contains("zip"))
    {
        assert!(
            chords.contains(key.as_str()),
            "{key} is no key of the table"
        );
    }
}
