//! Journals that somebody else holds, that were cut, that are not ours: a clear word, and never a second request.

use super::bench::{APP, Bench, FOR_EVER, sample};
use serde_json::Value;
use std::fs;

fn held(call: &str) -> String {
    format!(
        "[[fault]]\ncall = \"{call}\"\nnth = 1\neffect = \"delay\"\nmilliseconds = {FOR_EVER}\n"
    )
}

/// A run that was killed while the Store had its commit, and what the simulator knew before it.
fn interrupted() -> (Bench, Value) {
    let bench = Bench::new(&held("commit"));
    let before = bench.state();
    let process = bench.publish(APP, &[]);
    bench.until_struck();
    process.kill();
    (bench, before)
}

#[test]
fn two_processes_cannot_drive_the_same_run() {
    let bench = Bench::new(&held("commit"));
    let before = bench.state();
    let process = bench.publish(APP, &[]);
    bench.until_struck();
    let second = bench.resume().wait();
    assert_eq!(second.code, Some(1), "{second:?}");
    assert!(
        second
            .words()
            .contains(&format!("process {}", process.pid())),
        "{second:?}"
    );
    let listed = bench.run(&["resume"]);
    assert_eq!(listed.code, Some(0));
    assert!(
        listed
            .out
            .contains(&format!("driven by process {}", process.pid())),
        "{listed:?}"
    );
    bench.play("");
    process.wait().assert_published();
    bench.assert_published_once(APP, &before, &sample(APP.zip), None);
}

#[test]
fn two_resumes_at_once_are_one_run() {
    let (bench, before) = interrupted();
    bench.play(&held("status"));
    let first = bench.resume();
    bench.until_struck();
    let second = bench.resume().wait();
    assert_eq!(second.code, Some(1), "{second:?}");
    bench.play("");
    first.wait().assert_published();
    bench.assert_published_once(APP, &before, &sample(APP.zip), None);
}

#[test]
fn a_line_that_was_cut_is_no_line() {
    // Whatever part of the last line a power cut left, even none of it: the run goes on.
    for keep in [0, 1, 20] {
        let (bench, before) = interrupted();
        bench.play("");
        let path = bench.journal().unwrap();
        let mut text = fs::read_to_string(&path).unwrap();
        let last = text.trim_end().rfind('\n').unwrap() + 1;
        assert!(
            text[last..].starts_with("{\"intends\""),
            "{}",
            &text[last..]
        );
        text.truncate(last + keep);
        fs::write(&path, text).unwrap();
        bench.resume().wait().assert_published();
        bench.assert_published_once(APP, &before, &sample(APP.zip), None);
    }
}

#[test]
fn an_outcome_that_was_cut_is_asked_for() {
    let (bench, before) = interrupted();
    bench.play("");
    let path = bench.journal().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    // The answer to the create was about to be written.
    let create = text
        .find("{\"happened\"")
        .and_then(|_| text.find("\"created\""))
        .unwrap();
    let begin = text[..create].rfind('\n').unwrap() + 1;
    fs::write(&path, &text[..begin + 30]).unwrap();
    bench.resume().wait().assert_published();
    bench.assert_published_once(APP, &before, &sample(APP.zip), None);
}

/// The first line of the journal, changed.
fn with_header(bench: &Bench, change: impl FnOnce(&mut Value)) {
    let path = bench.journal().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let (first, rest) = text.split_once('\n').unwrap();
    let mut header = serde_json::from_str(first).unwrap();
    change(&mut header);
    fs::write(&path, format!("{header}\n{rest}")).unwrap();
}

#[test]
fn journals_that_are_not_ours_are_explained_and_left_alone() {
    let (bench, _) = interrupted();
    let before = bench.state();
    let refused = |words: &str| {
        let ended = bench.resume().wait();
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.words().contains(words), "{words}: {ended:?}");
        let listed = bench.run(&["resume"]);
        assert!(
            listed.code == Some(0) && listed.out.contains(&bench.run_id()),
            "{listed:?}"
        );
    };
    with_header(&bench, |header| header["version"] = 99.into());
    refused("format 99");
    with_header(&bench, |header| {
        (header["version"], header["profile"]) = (1.into(), "other".into());
    });
    refused("--profile other");
    let whole = fs::read_to_string(bench.journal().unwrap()).unwrap();
    let damaged = whole.replacen("\"happened\"", "\"hap", 1);
    fs::write(bench.journal().unwrap(), damaged).unwrap();
    refused("line 2");
    fs::write(bench.journal().unwrap(), &whole[..10]).unwrap();
    refused("no whole line");
    assert_eq!(bench.state(), before, "not one request of the Store");

    // The right profile may go on with it.
    fs::write(bench.journal().unwrap(), whole).unwrap();
    bench.play("");
    bench
        .start(&[
            "--profile",
            "other",
            "resume",
            &bench.run_id(),
            "--output",
            "json",
        ])
        .wait()
        .assert_published();
}

#[test]
fn a_finished_run_says_so() {
    let bench = Bench::new("");
    bench.publish(APP, &[]).wait().assert_published();
    let before = bench.state();
    let ended = bench.resume().wait();
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.words().contains("has ended (published)"), "{ended:?}");
    let unknown = bench.run(&["resume", "0199aaaa-0000-7000-8000-000000000000"]);
    assert!(
        unknown.code == Some(3) && unknown.words().contains("No interrupted run"),
        "{unknown:?}"
    );
    assert_eq!(bench.run(&["resume"]).words(), "No run was interrupted.\n");
    assert_eq!(bench.state(), before);
}
