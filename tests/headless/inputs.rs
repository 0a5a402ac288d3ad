//! What people name, and what somebody may have planted: pipes, devices, huge files, links, folders open to everybody.

use crate::bench::{APP, Bench, SECRET};
use std::fs;

#[cfg(unix)]
#[test]
fn nothing_endless_is_read() {
    let bench = Bench::new();
    let pipe = bench.file("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let huge = bench.file("huge.json");
    fs::File::create(&huge).unwrap().set_len(1 << 40).unwrap();
    let json = bench.file("notes-2.5.json");
    let json = json.to_str().unwrap();
    let build = bench.file("build-2.5");
    let build = build.to_str().unwrap();
    for path in [pipe.to_str().unwrap(), "/dev/zero", huge.to_str().unwrap()] {
        for args in [
            vec!["check", "-", "--json", path],
            vec!["check", "-", "--json", json, "--zip", path],
            vec!["diff", APP, "--json", path],
            vec!["publish", APP, "--json", path],
            vec!["pack", build, "--json", path, "--out", json],
            vec!["texts", "import", "--json", path, "--from", build],
            vec!["texts", "import", "--json", json, "--from", path],
            vec!["--config", path, "list"],
            vec!["sim", "--scenario", path],
        ] {
            // A sparse archive is read from its end, and is none.
            let ended = bench.run(&args);
            assert!(
                matches!(ended.code, 2 | 3) && format!("{}{}", ended.out, ended.err).contains(path),
                "{args:?}: {ended:?}"
            );
        }
    }
    // The same for what the program keeps itself.
    let home = bench.file("home");
    assert_eq!(bench.run(&["list"]).code, 0);
    for (folder, name) in [
        ("data/runs", "0193a5b0-0000-7000-8000-000000000001.jsonl"),
        (
            "data/drafts",
            "app+9NX0EXAMPLE1~20260101T000000.000Z~set-aside~.json",
        ),
        ("cache", "test~apps.json"),
    ] {
        fs::create_dir_all(home.join(folder)).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(home.join(folder).join(name))
            .status();
        assert!(made.unwrap().success());
    }
    for args in [
        vec!["resume"],
        vec!["drafts"],
        vec!["drafts", "--show", "set-aside"],
        vec!["list"],
    ] {
        let ended = bench.run(&args);
        assert!(matches!(ended.code, 0..=3), "{args:?}: {ended:?}");
    }
}

#[cfg(unix)]
#[test]
fn texts_come_from_their_folder_alone() {
    let bench = Bench::new();
    let (secret, notes) = (bench.file("secret.txt"), bench.file("notes"));
    fs::write(&secret, "C4NARY").unwrap();
    fs::create_dir_all(notes.join("en-us")).unwrap();
    fs::create_dir_all(notes.join("shared")).unwrap();
    fs::write(notes.join("shared/german"), "Schneller.").unwrap();
    fs::create_dir_all(notes.join("de-de")).unwrap();
    for (target, link) in [
        (secret.clone(), "en-us/releaseNotes.txt"),
        (notes.join("shared/german"), "de-de/releaseNotes.txt"),
    ] {
        std::os::unix::fs::symlink(target, notes.join(link)).unwrap();
    }
    let json = bench.file("notes-2.5.json");
    let (json, notes) = (json.to_str().unwrap(), notes.to_str().unwrap());
    let args = [
        "texts", "import", "--json", json, "--from", notes, "--out", "-",
    ];
    let strict = bench.run(&args);
    assert!(
        strict.code == 3
            && strict.err.contains("en-us/releaseNotes.txt")
            && strict.err.contains("leads out of the folder"),
        "{strict:?}"
    );
    let lenient = bench.run(&[&args[..], &["--lenient"]].concat());
    assert!(
        lenient.code == 0 && lenient.out.contains("Schneller.") && !lenient.out.contains("C4NARY"),
        "{lenient:?}"
    );
}

#[cfg(unix)]
#[test]
fn what_others_may_write_to_is_not_trusted_in_silence() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let bench = Bench::new();
    assert_eq!(bench.run(&["list"]).err, "");
    let home = bench.file("home");
    fs::set_permissions(home.join("data"), fs::Permissions::from_mode(0o777)).unwrap();
    let open = bench.run(&["list"]);
    assert!(
        open.code == 0 && open.err.contains("warning: everybody") && open.err.contains("chmod o-w"),
        "{open:?}"
    );
    fs::set_permissions(home.join("data"), fs::Permissions::from_mode(0o700)).unwrap();

    // A link in place of the ledger would have its target overwritten.
    let theirs = bench.file("theirs");
    fs::write(&theirs, "theirs").unwrap();
    let cache = home.join("cache");
    let ledger = fs::read_dir(&cache)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            path.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("requests-")
        })
        .unwrap();
    fs::remove_file(&ledger).unwrap();
    symlink(&theirs, &ledger).unwrap();
    let linked = bench.run(&["list"]);
    assert!(
        linked.code == 0 && linked.err.contains("warning: ") && linked.err.contains("link"),
        "{linked:?}"
    );
    fs::remove_file(&ledger).unwrap();
    let log = home.join("data/log/flightdeck.log");
    fs::remove_file(&log).unwrap();
    symlink(&theirs, &log).unwrap();
    let linked = bench.run(&["list"]);
    assert!(
        linked.code == 0 && linked.err.contains("no log is kept"),
        "{linked:?}"
    );
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "theirs");
}

#[test]
fn a_document_of_powershell_is_read() {
    let bench = Bench::new();
    let text = fs::read_to_string(bench.file("notes-2.5.json")).unwrap();
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let path = bench.file("wide.json");
    fs::write(&path, wide).unwrap();
    let checked = bench.run(&["check", "-", "--json", path.to_str().unwrap()]);
    assert_eq!(checked.code, 0, "{checked:?}");
    fs::write(&path, b"{\"a\": \"gr\xfcn\"}").unwrap();
    let latin = bench.run(&["check", "-", "--json", path.to_str().unwrap()]);
    assert!(
        latin.code == 2 && latin.err.contains("wide.json") && latin.err.contains("UTF-8"),
        "{latin:?}"
    );
}

#[test]
fn the_log_tells_the_session_and_never_a_secret() {
    let bench = Bench::new();
    let json = bench.file("notes-2.5.json");
    let zip = bench.file("northwind-notes-2.5.zip");
    let args = [
        "publish",
        APP,
        "--json",
        json.to_str().unwrap(),
        "--zip",
        zip.to_str().unwrap(),
    ];
    let published = bench.run(&args);
    assert_eq!(published.code, 0, "{published:?}");
    let wrong = bench
        .command(&["show", "app:9NX0NOBODY00"])
        .output()
        .unwrap();
    assert_ne!(wrong.status.code(), Some(0));
    let log = fs::read_to_string(bench.file("home/data/log/flightdeck.log")).unwrap();
    for part in [
        "a command starts",
        env!("CARGO_PKG_VERSION"),
        "profile=\"test\"",
        "sign in",
        "applications/9NX0EXAMPLE1",
        "method=\"PUT\"",
        "comp=blocklist",
        "ERROR",
        "the command ends exit=0",
    ] {
        assert!(log.contains(part), "{part} is missing:\n{log}");
    }
    for canary in [SECRET, "sig=", "eyJ0eXAi", "Bearer"] {
        assert!(!log.contains(canary), "{canary} is in the log:\n{log}");
    }
}

#[cfg(unix)]
#[test]
fn a_program_that_prints_the_secret_gets_none() {
    let bench = Bench::new();
    let config = bench.file("home/config.toml");
    let text = fs::read_to_string(&config).unwrap();
    let script = format!("env > '{}'; echo {SECRET}", bench.file("env").display());
    let command = format!("{{ command = [\"sh\", \"-c\", \"\"\"{script}\"\"\"] }}");
    let other = "\n[profiles.other]\nclient_secret = { env = \"OTHER_SECRET\" }\n";
    let text = text.replace("{ env = \"TEST_SECRET\" }", &command);
    fs::write(
        &config,
        format!("default_profile = \"test\"\n{text}{other}"),
    )
    .unwrap();
    let output = bench
        .command(&["list"])
        .env("AZURE_CLIENT_SECRET", "C4NARY-1")
        .env("OTHER_SECRET", "C4NARY-2")
        .env("INNOCENT", "yes")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let seen = fs::read_to_string(bench.file("env")).unwrap();
    assert!(
        seen.contains("INNOCENT=yes") && !seen.contains("C4NARY"),
        "{seen}"
    );
}
