//! The program is killed at every point of its journal and gone on with.

use super::bench::{ADD_ON, APP, Bench, FLIGHT, FOR_EVER, Process, Release, sample};
use rstest::rstest;

/// When the program dies, seen from the call that it waits for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Moment {
    /// The Store has the request and has done nothing yet.
    Before,
    /// The Store has done it, and its answer is not here.
    After,
}
use Moment::{After, Before};

fn killed(release: Release, call: &str, nth: u32, moment: Moment) {
    let effect = if moment == Before {
        "delay"
    } else {
        "delay-after"
    };
    let bench = Bench::new("");
    let draft = bench.make_draft(release.target);
    let replaced = call == "delete";
    if !replaced {
        bench.run(&["delete", release.target, "--draft", "--yes"]);
    }
    bench.play(&format!("[[fault]]\ncall = \"{call}\"\nnth = {nth}\neffect = \"{effect}\"\nmilliseconds = {FOR_EVER}\n"));
    let before = bench.state();
    let process = bench.publish(
        release,
        if replaced {
            &["--pending", "replace"]
        } else {
            &[]
        },
    );
    bench.until_struck();
    if moment == After {
        bench.until("the work", |bench| {
            let state = bench.state();
            let done = if call.starts_with("put-") {
                let product = &state["products"][release.target];
                let draft = product["submissions"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(|one| one["id"] == product["pending"])?;
                let length = std::fs::metadata(sample(release.zip)).unwrap().len();
                if call == "put-block" {
                    state["receivedBytes"] == length
                } else {
                    draft["blobBytes"] == length
                }
            } else {
                state["succeeded"][call].as_u64() > before["succeeded"][call].as_u64()
            };
            done.then_some(())
        });
    }
    let step = match call {
        "delete" => Some("settle-draft"),
        "create" | "update" | "commit" => Some(call),
        "put-block" | "put-block-list" => Some("upload"),
        _ => None,
    };
    if step.is_some() && !(call == "create" && nth > 1) {
        assert_eq!(
            bench.intention().as_deref(),
            step,
            "the intention is on disk before the request"
        );
    }
    process.kill();
    bench.resume().wait().assert_published();
    bench.assert_published_once(
        release,
        &before,
        &sample(release.zip),
        replaced.then_some(draft.as_str()),
    );
}

#[rstest]
fn at_a_changing_call_of_an_app(
    #[values("delete", "create", "update", "put-block", "put-block-list", "commit")] call: &str,
    #[values(Before, After)] moment: Moment,
) {
    killed(APP, call, 1, moment);
}

#[rstest]
fn at_a_changing_call_of_an_add_on(
    #[values("delete", "create", "update", "put-block-list", "commit")] call: &str,
    #[values(Before, After)] moment: Moment,
) {
    killed(ADD_ON, call, 1, moment);
}

#[rstest]
fn at_a_changing_call_of_a_flight(
    #[values("delete", "create", "update", "put-block-list", "commit")] call: &str,
    #[values(Before, After)] moment: Moment,
) {
    killed(FLIGHT, call, 1, moment);
}

#[rstest]
#[case::sign_in("sign-in", 1)]
#[case::read_target("get-app", 1)]
#[case::read_live("get", 1)]
#[case::read_the_new_draft("get", 2)]
#[case::read_back("get", 3)]
#[case::list_blocks("get-block-list", 1)]
#[case::look("status", 1)]
fn between_the_changing_calls(#[case] call: &str, #[case] nth: u32) {
    killed(APP, call, nth, Before);
}

#[test]
fn again_and_again() {
    let bench = Bench::new("");
    let before = bench.state();
    let mut is_first = true;
    for call in [
        "create",
        "update",
        "get",
        "put-block",
        "put-block-list",
        "commit",
        "status",
    ] {
        for effect in ["delay", "delay-after"] {
            bench.play(&format!("[[fault]]\ncall = \"{call}\"\nnth = 1\neffect = \"{effect}\"\nmilliseconds = {FOR_EVER}\n"));
            let process = if is_first {
                bench.publish(APP, &[])
            } else {
                bench.resume()
            };
            is_first = false;
            let mut process = Some(process);
            // A call that was done by an earlier process does not come again: then the next hold waits for its turn.
            let is_struck = bench.until("the fault or the end", |bench| {
                let is_struck = bench.state()["faults"][0] == 1;
                (is_struck || process.as_mut().is_some_and(Process::has_ended)).then_some(is_struck)
            });
            if !is_struck {
                process.take().unwrap().wait().assert_published();
                bench.assert_published_once(APP, &before, &sample(APP.zip), None);
                return;
            }
            process.take().unwrap().kill();
        }
    }
    bench.play("");
    bench.resume().wait().assert_published();
    bench.assert_published_once(APP, &before, &sample(APP.zip), None);
}
