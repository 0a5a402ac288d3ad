//! What the program finds around it: secrets, profiles, networks, homes and pipes that are not as they should be.

use crate::{
    bench::{ADD_ON, APP, Bench, CREATE_FLIGHT, Ended, SECRET},
    nobody::Nobody,
};
use std::{fs, process::Stdio};

#[test]
fn a_wrong_secret_ends_with_4_and_says_which_code() {
    let bench = Bench::new();
    let output = bench
        .command(&["list"])
        .env("TEST_SECRET", "wrong")
        .output()
        .unwrap();
    let ended = Ended::of(&output);
    assert_eq!(ended.code, 4, "{ended:?}");
    assert!(ended.err.contains("AADSTS7000215"), "{ended:?}");
}

#[test]
fn no_profile_and_no_network_are_told_apart() {
    let bench = Bench::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let none = Ended::of(
        &bench
            .command(&["list"])
            .env("FLIGHTDECK_HOME", elsewhere.path())
            .output()
            .unwrap(),
    );
    assert!(
        none.code == 2 && none.err.contains("flightdeck demo"),
        "{none:?}"
    );

    // The names that every Azure tool knows make a profile without any file.
    let nobody = Nobody::new();
    let from_environment = |login: &str| {
        let mut command = bench.command(&["list"]);
        command
            .env("FLIGHTDECK_HOME", elsewhere.path())
            .env("AZURE_TENANT_ID", "contoso.example")
            .env("AZURE_CLIENT_ID", "0b6f1c52-8d7e-4a06-9c3b-2f5e7d9a1c40")
            .env("AZURE_CLIENT_SECRET", SECRET)
            .env("FLIGHTDECK_LOGIN_URL", login)
            .env("FLIGHTDECK_STORE_URL", bench.sim.url());
        Ended::of(&command.output().unwrap())
    };
    let address = format!("http://{}", nobody.address());
    let dead = from_environment(&address);
    let tried = format!("Could not sign in: the connection to {address} failed: ");
    assert!(
        dead.code == 1 && dead.err.contains(&tried) && !dead.err.contains("oauth2"),
        "{dead:?}"
    );
    assert_eq!(from_environment(&bench.sim.url()).code, 0);
}

#[test]
fn a_home_that_cannot_be_written_is_good_enough_for_reading() {
    let bench = Bench::new();
    let (json, out) = (bench.file("notes-2.5.json"), bench.file("made.zip"));
    let (json, out) = (json.to_str().unwrap(), out.to_str().unwrap());
    // Files where the folders belong: nobody can write below them, whatever his rights are.
    let home = bench.file("home");
    for folder in ["data", "cache"] {
        fs::write(home.join(folder), "").unwrap();
    }
    for (args, code) in [
        (vec!["list"], 0),
        (vec!["list", "flights", "--output", "json"], 0),
        (vec!["show", APP], 0),
        (vec!["status", APP], 0),
        (vec!["check", APP, "--json", json], 0),
        (vec!["diff", APP, "--json", json], 0),
        (vec!["rollout", APP], 0),
        (vec!["texts", "export", APP, "--to", out], 0),
    ] {
        let ended = bench.run(&args);
        assert_eq!(ended.code, code, "{args:?}: {ended:?}");
        assert!(
            !ended.out.is_empty() && !ended.out.contains("warning: could not"),
            "{args:?}: {ended:?}"
        );
        assert_eq!(
            ended.err.matches("warning: could not").count(),
            1,
            "{args:?}: {ended:?}"
        );
        assert!(
            ended.err.contains("cache") && ended.err.contains("counts its own requests alone"),
            "{args:?}: {ended:?}"
        );
    }
    // Whatever may change something needs a journal first.
    let before = bench.state();
    for args in [
        vec!["publish", APP, "--json", json],
        CREATE_FLIGHT.to_vec(),
        vec!["delete", ADD_ON, "--draft", "--yes"],
        vec!["rollout", "app:9NX0EXAMPLE2", "set", "25"],
        vec!["watch", APP],
    ] {
        let ended = bench.run(&args);
        assert!(
            ended.code == 1 && ended.err.contains("could not create the folder"),
            "{args:?}: {ended:?}"
        );
    }
    assert_eq!(bench.state(), before, "nothing was asked");
    // The list of runs is read where there can be none.
    let runs = bench.run(&["resume"]);
    assert!(
        runs.code == 0 && runs.err.contains("No run was interrupted."),
        "{runs:?}"
    );
    // A ledger that is lost alone costs nothing else, and says so in the same words.
    fs::remove_file(home.join("data")).unwrap();
    let kept = bench.run(&["drafts"]);
    assert!(
        kept.code == 0
            && kept.err.contains("warning: ")
            && kept.err.contains("No document is kept."),
        "{kept:?}"
    );
    fs::remove_file(home.join("cache")).unwrap();
    let fine = bench.run(&["list"]);
    assert_eq!((fine.code, fine.err.as_str()), (0, ""), "{fine:?}");
    let left: Vec<_> = fs::read_dir(home.join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["log"], "who only reads leaves nothing but the log");
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let bench = Bench::new();
    let mut child = bench
        .command(&["list"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert!(!String::from_utf8_lossy(&ended.stderr).contains("panicked"));
    assert_eq!(ended.status.code(), Some(0));
}

/// A reader such as `head -n0`: stdout is closed before the first byte.
fn with_closed_stdout(mut command: std::process::Command) -> Ended {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let child = command
        .stdout(writer)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // The command holds the last writing end; it must not outlive the spawn.
    drop(command);
    Ended::of(&child.wait_with_output().unwrap())
}

#[test]
fn a_closed_stdout_silences_the_output_and_never_the_work() {
    let bench = Bench::new();
    let json = bench.edited(APP, |document| {
        document["notesForCertification"] = "no reader".into();
    });
    let broken = bench.file("broken.json");
    std::fs::write(&broken, r#"{"applicationCategory": 7}"#).unwrap();
    for output in ["text", "json"] {
        for (args, code) in [
            (vec!["completions", "bash"], 0),
            (vec!["man"], 0),
            (vec!["list"], 0),
            (vec!["check", "-", "--json", broken.to_str().unwrap()], 3),
            (vec!["show", APP, "--json"], 0),
            (vec!["status", APP], 0),
            (vec!["diff", APP, "--json", &json], 0),
        ] {
            let args = [args, vec!["--output", output]].concat();
            let ended = with_closed_stdout(bench.command(&args));
            assert_eq!((ended.code, ended.err.as_str()), (code, ""), "{args:?}");
        }
    }
    let args = ["publish", APP, "--json", &json, "--output", "json"];
    let ended = with_closed_stdout(bench.command(&args));
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        bench.show(APP, "published")["notesForCertification"],
        "no reader"
    );
}

/// Every command there is, the same on two Stores: once with a reader and once without.
#[test]
fn no_command_depends_on_its_reader() {
    use clap::CommandFactory;
    let benches = [Bench::new(), Bench::new()];
    let mut covered = std::collections::BTreeSet::new();
    let mut compare = |build: &dyn Fn(&Bench) -> Vec<String>| {
        let args = benches.each_ref().map(build);
        let [open, closed] = [&benches[0], &benches[1]];
        let words: Vec<&str> = args[0].iter().map(String::as_str).collect();
        let with = open.run(&words);
        let words: Vec<&str> = args[1].iter().map(String::as_str).collect();
        let without = with_closed_stdout(closed.command(&words));
        assert_eq!(with.code, without.code, "{words:?}: {with:?} {without:?}");
        assert!(!without.err.contains("panicked"), "{without:?}");
        covered.insert(words[0].to_owned());
        with.code
    };
    let file = |bench: &Bench, name: &str| bench.file(name).to_str().unwrap().to_owned();
    let plain = |args: &'static [&'static str]| {
        move |_: &Bench| args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>()
    };
    let codes = [
        compare(&plain(&["completions", "bash"])),
        compare(&plain(&["man"])),
        compare(&plain(&["list"])),
        compare(&plain(&["list", "--pending", "--output", "json"])),
        compare(&plain(&["show", APP])),
        compare(&plain(&["show", APP, "--json"])),
        compare(&plain(&["status", APP])),
        compare(&|bench| {
            vec![
                "check".into(),
                APP.into(),
                "--json".into(),
                file(bench, "notes-2.5.json"),
            ]
        }),
        compare(&|bench| {
            vec![
                "diff".into(),
                APP.into(),
                "--json".into(),
                file(bench, "notes-2.5.json"),
            ]
        }),
        compare(&|bench| {
            vec![
                "pack".into(),
                file(bench, "build-2.5"),
                APP.into(),
                "--json".into(),
                file(bench, "notes-2.5.json"),
                "--out".into(),
                file(bench, "made.zip"),
            ]
        }),
        compare(&|bench| {
            vec![
                "texts".into(),
                "export".into(),
                APP.into(),
                "--to".into(),
                file(bench, "texts"),
            ]
        }),
        compare(&plain(&["rollout", APP])),
        compare(&plain(&CREATE_FLIGHT)),
        compare(&|bench| {
            vec![
                "publish".into(),
                APP.into(),
                "--json".into(),
                file(bench, "notes-2.5.json"),
                "--zip".into(),
                file(bench, "northwind-notes-2.5.zip"),
            ]
        }),
        compare(&plain(&["watch", APP])),
        compare(&plain(&["resume"])),
        compare(&plain(&["resume", "0000"])),
        compare(&plain(&["drafts"])),
        compare(&plain(&["delete", ADD_ON, "--draft", "--yes"])),
    ];
    assert!(codes.contains(&0) && codes.contains(&3), "{codes:?}");
    let all = flightdeck::cli::Cli::command();
    let named = all
        .get_subcommands()
        .map(|command| command.get_name().to_owned());
    // These two have a screen, or no end.
    let missing: Vec<_> = named
        .filter(|name| !covered.contains(name) && !["demo", "sim"].contains(&name.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?} are not tried");
}

#[test]
fn a_document_goes_to_the_file_of_out_and_nothing_to_stdout() {
    let bench = Bench::new();
    let file = bench.file("shown.json");
    let path = file.to_str().unwrap();
    let shown = bench.run(&["show", APP, "--json"]);
    let written = bench.run(&["show", APP, "--json", "--out", path]);
    assert_eq!((written.code, written.out.as_str()), (0, ""), "{written:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), shown.out);
    // A command that fails leaves the file as it was.
    let failed = bench.run(&["diff", APP, "--out", path]);
    assert_eq!(failed.code, 3, "{failed:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), shown.out);
}
