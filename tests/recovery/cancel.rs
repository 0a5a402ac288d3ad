//! Ctrl-C at several points of a head-less publish: it ends after the running request, says what there is, and can be gone on with.

use super::bench::{APP, Bench, FOR_EVER, sample};
use rstest::rstest;

#[rstest]
#[case::in_the_first_read("get-app", "Stopped before anything")]
#[case::in_the_create("create", "exists and was not committed")]
#[case::in_the_update("update", "exists and was not committed")]
#[case::in_the_upload("put-block", "exists and was not committed")]
#[case::in_the_commit("commit", "No longer followed")]
#[case::while_following("status", "No longer followed")]
fn an_interrupt_leaves_a_run_that_goes_on(#[case] call: &str, #[case] words: &str) {
    let hold = |call| {
        format!(
            "[[fault]]\ncall = \"{call}\"\nnth = 1\neffect = \"delay\"\nmilliseconds = {FOR_EVER}\n"
        )
    };
    let bench = Bench::new(&hold(call));
    let before = bench.state();
    let process = bench.publish(APP, &[]);
    bench.until_struck();
    process.interrupt();
    if matches!(call, "create" | "update" | "commit") {
        // A call that changes something is waited for: what became of it has to be known. What the program would do after it is
        // held back too, so that the interrupt is there before.
        // The first read after a create belongs to it.
        bench.play(&match call {
            "create" => hold("get").replace("nth = 1", "nth = 2"),
            "update" => hold("get"),
            _ => hold("status"),
        });
    }
    let ended = process.wait();
    assert_eq!(ended.code, Some(130), "{ended:?}");
    let result = ended.result();
    assert_eq!(result["outcome"], "cancelled");
    assert!(
        result["message"].as_str().unwrap().contains(words),
        "{result}"
    );
    if call != "get-app" {
        let submissions = bench.state()["products"][APP.target]["submissions"].take();
        let is_there = submissions
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["id"] == result["submissionId"]);
        assert!(is_there, "it names what there is: {result}");
    }
    bench.play("");
    let listed = bench.run(&["resume"]);
    assert!(listed.out.contains(&bench.run_id()), "{listed:?}");
    bench.resume().wait().assert_published();
    bench.assert_published_once(APP, &before, &sample(APP.zip), None);
}
