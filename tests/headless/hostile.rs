//! A Store, files and an account whose every text tries to command a terminal or a build server, to forge a line, or to leak a signed URL.

use crate::bench::{ADD_ON, APP, Bench, FLIGHT};
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::Output,
    thread,
};
use store_sim::{Scenario, SimOptions};

const EVIL: &str = "\u{1b}[31m\u{1b}]52;c;ZXZpbA==\u{7}\u{9b}2J\u{9d}0;x\u{9c}\r##vso[task.setvariable variable=a]b ##[error]c\n::error::forged\nFORGED \
     \u{202e}\u{2066}\u{200f}\u{2028}\u{7f} https://h.example/in?sv=1&sIg=C4NARY and https%3A%2F%2Fh%2Fin%3Fsig%3DC4NARY";

/// Without these a client could not find its way at all, or would sign in nowhere.
const KEPT: [&str; 9] = [
    "id",
    "access_token",
    "token_type",
    "expires_in",
    "resourceLocation",
    "@nextLink",
    "fileUploadUrl",
    "status",
    "packageRolloutStatus",
];

/// Passes everything on to the simulator and poisons every text of its JSON answers.
fn poisoning(store: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let store = store.trim_start_matches("http://").to_owned();
    thread::spawn(move || {
        for client in listener.incoming() {
            let store = store.clone();
            thread::spawn(move || pass(client.unwrap(), &store));
        }
    });
    address
}

/// One request and its answer; the connection is closed behind it.
fn pass(client: TcpStream, store: &str) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let lower = line.to_lowercase();
        if let Some(text) = lower.strip_prefix("content-length:") {
            length = text.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
        if !lower.starts_with("connection:") {
            head.push_str(&line);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut server = TcpStream::connect(store).ok()?;
    server
        .write_all(format!("{head}connection: close\r\n\r\n").as_bytes())
        .ok()?;
    server.write_all(&body).ok()?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).ok()?;
    let split = answer.windows(4).position(|part| part == b"\r\n\r\n")? + 4;
    let (head, body) = answer.split_at(split);
    let mut body = body.to_vec();
    if let Ok(mut json) = serde_json::from_slice::<Value>(&body) {
        poison(&mut json);
        body = json.to_string().into_bytes();
    }
    let head = String::from_utf8_lossy(head);
    let lines = head.lines().filter(|line| {
        let line = line.to_lowercase();
        !line.is_empty() && !line.starts_with("content-length") && !line.starts_with("connection")
    });
    let head: String = lines.map(|line| format!("{line}\r\n")).collect();
    let mut client = client;
    let end = format!(
        "content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    client.write_all(format!("{head}{end}").as_bytes()).ok()?;
    client.write_all(&body).ok()
}

fn poison(value: &mut Value) {
    match value {
        Value::String(text) => text.push_str(EVIL),
        Value::Array(items) => items.iter_mut().for_each(poison),
        Value::Object(members) => {
            for (key, value) in members {
                if key == "notesForCertification" {
                    // The author's own link to the testers is kept; everything else in it is as foreign.
                    *value = EVIL.replace("C4NARY", "").into();
                } else if !KEPT.contains(&key.as_str()) {
                    poison(value);
                }
            }
        }
        _ => {}
    }
}

fn is_command(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn assert_harmless(what: &str, text: &str) {
    for line in text.lines() {
        let shown: String = line.chars().take(2000).collect();
        assert!(!line.contains(is_command), "{what} commands: {shown:?}");
        assert!(!line.contains("C4NARY"), "{what} leaks: {shown:?}");
        let lower = line.to_lowercase();
        assert!(
            !lower.contains("##vso[") && !lower.contains("##["),
            "{what} commands the build: {shown}"
        );
        // A text of several lines may be shown as such below its field, but never at the margin.
        assert!(
            !line.trim_start().starts_with("::") && !line.starts_with("FORGED"),
            "{what} has a forged line: {shown}"
        );
    }
}

fn assert_output_is_harmless(what: &str, output: &Output) {
    for (stream, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert_harmless(&format!("{what}: {stream}"), &text);
    }
}

/// No signed URL in any file; no command in the log.
fn assert_files_are_harmless(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_files_are_harmless(&path);
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        assert!(!text.contains("C4NARY"), "{} leaks", path.display());
        if path.extension().is_some_and(|end| end == "log") {
            assert_harmless(&path.display().to_string(), &text);
        }
    }
}

#[test]
fn no_text_of_the_store_commands_a_terminal_or_a_build() {
    // What is asked for twice: the account as it is, and one where every commit fails with remarks.
    let scenario = "[[fault]]\ncall = \"commit\"\neffect = \"fail\"\nstage = \"CommitStarted\"\ncode = \"InvalidParameterValue\"\n";
    let bench = Bench::with(SimOptions {
        scenario: Scenario::parse(scenario).unwrap(),
        ..SimOptions::default()
    });
    let config = bench.file("home/config.toml");
    let text = fs::read_to_string(&config).unwrap();
    let proxy = poisoning(&bench.sim.url());
    fs::write(&config, text.replace(&bench.sim.url(), &proxy)).unwrap();

    let json = bench.file("notes-2.5.json");
    let json = json.to_str().unwrap();
    // The file of a person is as foreign as the Store's answers.
    let mut document: Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    poison(&mut document);
    let evil = bench.file("evil.json");
    fs::write(&evil, document.to_string()).unwrap();
    let evil = evil.to_str().unwrap();
    let zip = bench.file("northwind-notes-2.5.zip");
    let zip = zip.to_str().unwrap();
    let (texts, made) = (bench.file("texts"), bench.file("made.zip"));
    let (texts, made) = (texts.to_str().unwrap(), made.to_str().unwrap());
    let build = bench.file("build-2.5");
    let build = build.to_str().unwrap();
    let commands: &[&[&str]] = &[
        &["list"],
        &["list", "addons", "--pending"],
        &["list", "flights"],
        &["show", APP],
        &["show", APP, "--json"],
        &["show", FLIGHT],
        &["show", APP, "--submission", "nothing\u{1b}[31m"],
        &["show", "app:9NX0NOBODY00"],
        &["show", "app:\u{1b}]52;c;x\u{7}"],
        &["status", ADD_ON],
        &["check", APP],
        &["check", APP, "--json", evil, "--zip", zip],
        &["check", "-", "--json", evil],
        &["check", "-", "--json", "\u{1b}[31m\n::error::x"],
        &["pack", build, APP, "--json", evil, "--out", made],
        &["diff", APP, "--json", evil],
        &["diff", APP, "--json", evil, "--format", "markdown"],
        &["texts", "export", APP, "--to", texts],
        &[
            "texts", "import", "--json", evil, "--from", texts, "--out", "-",
        ],
        &["rollout", APP],
        &["publish", APP, "--json", evil],
        &[
            "publish",
            APP,
            "--json",
            json,
            "--zip",
            zip,
            "--allow",
            "price",
            "--allow",
            "visibility",
            "--allow",
            "rollout",
        ],
        &["resume"],
        &["watch", APP],
        &["drafts"],
        &["create", "flight", "--app", "9NX0EXAMPLE1", "--name", EVIL],
        &[
            "create",
            "addon",
            "--app",
            "9NX0EXAMPLE1",
            "--product-id",
            "x\u{9b}31m",
            "--type",
            "durable",
        ],
        &["delete", APP, "--draft"],
        &["delete", APP, "--draft", "--yes"],
        &["drafts", "--show", "before-delete"],
        &["--nothing\u{1b}[31m"],
    ];
    let mut ran = 0;
    for how in ["text", "json"] {
        for args in commands {
            let mut command = bench.command(args);
            command.args(["--output", how]);
            let output = command.output().unwrap();
            assert_output_is_harmless(&format!("{how} {args:?}"), &output);
            ran += usize::from(output.status.success());
        }
    }
    // Enough of them got as far as printing what the Store holds.
    assert!(ran >= 20, "only {ran} commands did what they were asked");
    assert_files_are_harmless(&bench.file("home"));
}
