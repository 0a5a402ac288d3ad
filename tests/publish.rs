//! The run as a pure machine: what it asks for, in which order, and what it refuses. No network, no clock, no disk.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails loudly"
)]

use flightdeck::engine::{
    cadence::Cadence,
    call::{NextStep, RunEvent, StepFailure},
    entry::JournalEntry,
    machine::Run,
    operation::{Operation, RunHeader},
    plan::{ExistingRollout, PendingPolicy, Plan, WaitFor},
    view::{Cause, Outcome, Step, StepState},
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store_model::{
    risk::RiskKind,
    signed_url::REDACTED,
    status::{Status, StatusReport},
    submission::{Submission, put_body},
    target::{Kind, Target},
};

/// A Store that does what it is told, with one thing that goes wrong.
#[derive(Clone)]
struct World {
    pending: Option<Submission>,
    live: Option<Submission>,
    /// What the statuses after the commit are, one a look.
    pipeline: Vec<&'static str>,
    stores_nothing: bool,
    zip_problem: Option<&'static str>,
}

fn document(id: &str, status: &str, notes: &str) -> Value {
    json!({
        "id": id, "status": status, "fileUploadUrl": REDACTED, "applicationCategory": "Productivity",
        "pricing": {"trialPeriod": "NoFreeTrial", "marketSpecificPricings": {}, "sales": [], "priceId": "Tier1020"},
        "visibility": "Public", "targetPublishMode": "Immediate",
        "listings": {"en-us": {"baseListing": {"description": "Notes.", "title": "Notes", "releaseNotes": notes,
            "images": [{"fileName": "a.png", "fileStatus": "Uploaded", "id": "1", "imageType": "Screenshot"}]}}},
        "applicationPackages": [{"fileName": "a.msix", "fileStatus": "Uploaded", "id": "2", "version": "1.0.0.0",
            "minimumDirectXVersion": "None", "minimumSystemRam": "None"}],
        "allowTargetFutureDeviceFamilies": {"Desktop": true, "Mobile": false, "Xbox": false, "Holographic": false},
    })
}

fn submission(id: &str, status: &str) -> Submission {
    Submission {
        id: id.into(),
        document: document(id, status, "old"),
    }
}

fn world() -> World {
    World {
        pending: None,
        live: Some(submission("10", "Published")),
        pipeline: vec![
            "CommitStarted",
            "PreProcessing",
            "Certification",
            "Publishing",
            "Published",
        ],
        stores_nothing: false,
        zip_problem: None,
    }
}

fn plan(document: Option<Value>) -> Plan {
    Plan {
        target: Target::app("9NX0EXAMPLE1"),
        name: "Northwind Notes".into(),
        document,
        zip: None,
        pending: PendingPolicy::Fail,
        draft_seen: None,
        expect: None,
        base: None,
        allow: Vec::new(),
        wait: WaitFor::Published,
        existing_rollout: ExistingRollout::Fail,
        is_confirmed: false,
        is_protected: false,
    }
}

fn edited() -> Plan {
    plan(Some(document("10", "Published", "new")))
}

/// The same document with one more package that is still to be uploaded.
fn with_package(mut plan: Plan, zip: bool) -> Plan {
    let packages = plan.document.as_mut().unwrap()["applicationPackages"]
        .as_array_mut()
        .unwrap();
    packages.push(
        json!({"fileName": "b.msix", "fileStatus": "PendingUpload", "minimumDirectXVersion": "None", "minimumSystemRam": "None"}),
    );
    plan.zip = zip.then(|| "b.zip".into());
    plan
}

fn header(operation: Operation) -> RunHeader {
    RunHeader {
        version: RunHeader::VERSION,
        run: "0193e6a1-0000-7000-8000-000000000001".into(),
        profile: "test".into(),
        at: "2026-02-03T09:20:00Z".parse().unwrap(),
        cadence: Cadence::default(),
        operation,
    }
}

/// What was asked for, as words, and the run at its end. `cancel` stops it before the request of that number.
struct Story {
    asked: Vec<String>,
    entries: Vec<JournalEntry>,
    run: Run,
    /// What the Store holds of it.
    draft: Option<Value>,
}

fn play(plan: Plan, world: World, cancel: Option<usize>) -> Story {
    let run = Run::new(header(Operation::Publish(Box::new(plan))));
    told(run, world, None, cancel)
}

/// The rest of a run that was stopped, in a world where its draft is as it left it.
fn go_on(run: Run, world: World, stopped: &Story) -> Run {
    told(run, world, stopped.draft.clone(), None).run
}

/// Tells the run what a Store does to all that it asks for.
fn told(mut run: Run, mut world: World, mut draft: Option<Value>, cancel: Option<usize>) -> Story {
    let (mut asked, mut entries) = (Vec::new(), Vec::new());
    let mut at = run.header().at;
    for number in 0..100 {
        let next = run.next();
        let (word, happened) = match next {
            NextStep::End => {
                return Story {
                    asked,
                    entries,
                    run,
                    draft,
                };
            }
            NextStep::SignIn => ("sign-in".to_owned(), RunEvent::SignedIn),
            NextStep::ReadTarget => {
                let id = |submission: &Option<Submission>| {
                    submission.as_ref().map(|submission| submission.id.clone())
                };
                (
                    "target".into(),
                    RunEvent::TargetRead {
                        name: "Northwind Notes".into(),
                        pending: id(&world.pending),
                        published: id(&world.live),
                    },
                )
            }
            NextStep::ReadSubmission { id } => {
                let ours = draft.clone().map(|document| Submission {
                    id: document["id"].as_str().unwrap().to_owned(),
                    document,
                });
                let found = [&ours, &world.pending, &world.live]
                    .into_iter()
                    .flatten()
                    .find(|found| found.id == id);
                (
                    format!("read {id}"),
                    RunEvent::SubmissionRead(found.unwrap().clone()),
                )
            }
            NextStep::Examine { .. } => {
                let problems = world.zip_problem.into_iter().map(str::to_owned).collect();
                (
                    "examine".into(),
                    RunEvent::Examined {
                        problems,
                        warnings: Vec::new(),
                        sum: None,
                        versions: BTreeMap::default(),
                        identity: None,
                    },
                )
            }
            NextStep::SaveDraft { submission } => (
                format!("save {}", submission.id),
                RunEvent::DraftSaved {
                    path: "drafts/x.json".into(),
                },
            ),
            NextStep::Guard { id } => {
                let document = draft
                    .clone()
                    .or(world.pending.as_ref().map(|draft| draft.document.clone()));
                let document = document.unwrap();
                (
                    format!("read {id}"),
                    RunEvent::SubmissionRead(Submission { id, document }),
                )
            }
            NextStep::EndRollout { id, how } => (format!("{how:?} {id}"), RunEvent::RolloutEnded),
            NextStep::Delete { id } => {
                world.pending = None;
                (format!("delete {id}"), RunEvent::Deleted)
            }
            NextStep::Create => {
                let new = document("11", "PendingCommit", "old");
                draft = Some(new.clone());
                (
                    "create".into(),
                    RunEvent::Created(Submission {
                        id: "11".into(),
                        document: new,
                    }),
                )
            }
            NextStep::Update { id, body } => {
                if !world.stores_nothing {
                    let mut stored = body;
                    stored["id"] = id.clone().into();
                    stored["status"] = "PendingCommit".into();
                    stored["fileUploadUrl"] = REDACTED.into();
                    draft = Some(stored);
                }
                (format!("update {id}"), RunEvent::Updated)
            }
            NextStep::ReadBack { id } => {
                let document = draft
                    .clone()
                    .or(world.pending.as_ref().map(|draft| draft.document.clone()))
                    .unwrap();
                (
                    format!("read-back {id}"),
                    RunEvent::ReadBack(Submission { id, document }),
                )
            }
            NextStep::Upload { id, .. } => (
                format!("upload {id}"),
                RunEvent::Uploaded {
                    bytes: 1,
                    etag: None,
                },
            ),
            NextStep::Commit { id } => (format!("commit {id}"), RunEvent::Committed),
            NextStep::Poll { .. } => {
                let due = run.due().unwrap();
                at = at.max(due);
                let status = world.pipeline.remove(0);
                (
                    format!("look {status}"),
                    RunEvent::Seen(StatusReport::read(&json!({"status": status}))),
                )
            }
        };
        at = at.checked_add(SignedDuration::from_secs(1)).unwrap();
        let happened = if cancel == Some(number) {
            RunEvent::Cancelled
        } else {
            happened
        };
        asked.push(word);
        entries.push(JournalEntry::Happened {
            at,
            what: Box::new(happened.clone()),
        });
        run.apply(happened, at);
    }
    panic!("the run does not end: {asked:?}");
}

fn outcome(story: &Story) -> (Outcome, String) {
    let ending = story.run.view().ending.as_ref().unwrap();
    (ending.outcome, ending.message.clone())
}

const CHANGES: [&str; 5] = ["create", "update", "delete", "upload", "commit"];

fn changed_nothing(story: &Story) -> bool {
    !story
        .asked
        .iter()
        .any(|asked| CHANGES.iter().any(|change| asked.starts_with(change)))
}

/// The editable part of a document that was seen.
fn seen(document: &Value) -> Value {
    put_body(Kind::App, document)
}

#[test]
fn what_somebody_else_has_changed_since_is_never_overwritten() {
    let foreign = || World {
        pending: Some(submission("7", "PendingCommit")),
        ..world()
    };
    // What was seen says other notes than the draft has now; the document to be sent comes from what was seen.
    let stale = Some(seen(&document("7", "PendingCommit", "older")));
    for pending in [PendingPolicy::Keep, PendingPolicy::Replace] {
        let mut plan = Plan {
            pending,
            draft_seen: Some("7".into()),
            base: stale.clone(),
            ..edited()
        };
        plan.document = Some(document("7", "PendingCommit", "older"));
        plan.document.as_mut().unwrap()["visibility"] = json!("Hidden");
        let story = play(plan, foreign(), None);
        let (outcome, message) = outcome(&story);
        assert_eq!(outcome, Outcome::Refused, "{message}");
        assert!(
            message.contains("releaseNotes: \"older\" → \"old\"") && message.contains("merge"),
            "{message}"
        );
        assert!(changed_nothing(&story), "{:?}", story.asked);
    }
    // An unedited draft that changed since it was looked at is not committed either.
    let as_it_is = Plan {
        pending: PendingPolicy::Keep,
        base: stale,
        ..plan(None)
    };
    assert_eq!(
        outcome(&play(as_it_is, foreign(), None)).0,
        Outcome::Refused
    );
    // Nor is a document that was made from what was live before somebody else published.
    let earlier = Plan {
        base: Some(seen(&document("9", "Published", "before"))),
        ..edited()
    };
    let story = play(earlier, world(), None);
    assert!(outcome(&story).0 == Outcome::Refused && changed_nothing(&story));
}

#[test]
fn what_is_still_as_it_was_seen_goes_out() {
    let kept = || World {
        pending: Some(submission("7", "PendingCommit")),
        ..world()
    };
    let mut base = document("7", "PendingCommit", "old");
    // What the service sets by itself is nobody's change.
    base["applicationPackages"][0]["version"] = json!("");
    base["pricing"]["isAdvancedPricingModel"] = json!(true);
    let plan = |base: Option<Value>| Plan {
        pending: PendingPolicy::Keep,
        base,
        ..edited()
    };
    assert_eq!(
        outcome(&play(plan(Some(seen(&base))), kept(), None)).0,
        Outcome::Published
    );
    // What they changed is what I send: nothing of theirs is lost.
    let agreed = World {
        pending: Some(Submission {
            id: "7".into(),
            document: document("7", "PendingCommit", "new"),
        }),
        ..world()
    };
    assert_eq!(
        outcome(&play(
            plan(Some(seen(&document("7", "PendingCommit", "old")))),
            agreed,
            None
        ))
        .0,
        Outcome::Published
    );
}

#[test]
fn who_cannot_know_what_was_there_is_told_what_is_overwritten() {
    let mut draft = document("7", "PendingCommit", "theirs");
    draft["notesForCertification"] = json!("Sign in first.");
    let world = World {
        pending: Some(Submission {
            id: "7".into(),
            document: draft,
        }),
        ..world()
    };
    let story = play(
        Plan {
            pending: PendingPolicy::Keep,
            ..edited()
        },
        world.clone(),
        None,
    );
    assert_eq!(outcome(&story).0, Outcome::Published);
    let warning = &story.run.view().warnings[0];
    assert!(
        warning.contains("releaseNotes") && warning.contains("Sign in first."),
        "{warning}"
    );
    // A draft that holds nothing of its own needs no word.
    let quiet = World {
        pending: Some(submission("7", "PendingCommit")),
        ..world
    };
    let story = play(
        Plan {
            pending: PendingPolicy::Keep,
            ..edited()
        },
        quiet,
        None,
    );
    assert_eq!(story.run.view().warnings, Vec::<String>::new());
}

#[test]
fn an_interrupted_run_reads_its_draft_again_before_it_overwrites_or_commits_it() {
    let at = || "2026-02-03T10:00:00Z".parse().unwrap();
    // Stopped with the draft made and nothing sent.
    let stopped = play(edited(), world(), Some(4));
    assert_eq!(stopped.asked.last().unwrap(), "update 11");
    for (notes, is_foreign) in [("old", false), ("new", false), ("theirs", true)] {
        let mut run = Run::rebuild(stopped.run.header().clone(), stopped.entries.clone());
        run.resume(false, at());
        assert_eq!(run.next(), NextStep::ReadSubmission { id: "11".into() });
        let now = Submission {
            id: "11".into(),
            document: document("11", "PendingCommit", notes),
        };
        run.apply(RunEvent::SubmissionRead(now), at());
        if is_foreign {
            let ending = run.view().ending.clone().unwrap();
            assert!(
                ending.outcome == Outcome::Refused && ending.message.contains("theirs"),
                "{ending:?}"
            );
        } else {
            assert!(
                matches!(run.next(), NextStep::Update { .. }),
                "{:?}",
                run.next()
            );
        }
    }
    // A kept draft that goes out as it is: stopped at the commit.
    let kept = World {
        pending: Some(submission("7", "PendingCommit")),
        ..world()
    };
    let stopped = play(
        Plan {
            pending: PendingPolicy::Keep,
            ..plan(None)
        },
        kept,
        Some(5),
    );
    assert_eq!(stopped.asked.last().unwrap(), "commit 7");
    for (notes, is_foreign) in [("old", false), ("theirs", true)] {
        let mut run = Run::rebuild(stopped.run.header().clone(), stopped.entries.clone());
        run.resume(false, at());
        run.apply(
            RunEvent::SubmissionRead(Submission {
                id: "7".into(),
                document: document("7", "PendingCommit", notes),
            }),
            at(),
        );
        assert_eq!(
            run.next() == NextStep::Commit { id: "7".into() },
            !is_foreign,
            "{notes}"
        );
    }
}

#[test]
fn a_text_goes_from_live_to_published_without_an_upload() {
    let story = play(edited(), world(), None);
    let asked = story.asked.join(", ");
    assert_eq!(
        asked,
        "sign-in, target, read 10, create, update 11, read-back 11, commit 11, look CommitStarted, look PreProcessing, \
         look Certification, look Publishing, look Published, read 11"
    );
    assert_eq!(outcome(&story).0, Outcome::Published);
    let view = story.run.view();
    assert_eq!(view.step(Step::Upload).unwrap().state, StepState::Skipped);
    let seen: Vec<_> = view
        .timeline
        .iter()
        .map(|seen| seen.status.as_str())
        .collect();
    assert_eq!(
        seen,
        [
            "CommitStarted",
            "PreProcessing",
            "Certification",
            "Publishing",
            "Published"
        ]
    );
}

#[test]
fn a_pending_file_is_examined_before_the_first_change_and_uploaded_after_the_update() {
    let asked = play(with_package(edited(), true), world(), None)
        .asked
        .join(", ");
    assert!(
        asked.starts_with("sign-in, target, read 10, examine, create, update 11, read-back 11, upload 11, read 11, commit 11"),
        "{asked}"
    );
    let mut broken = world();
    broken.zip_problem = Some("b.msix is missing");
    let story = play(with_package(edited(), true), broken, None);
    assert!(changed_nothing(&story) && outcome(&story).1.contains("b.msix is missing"));
}

/// Every refusal happens before the first change and says what to do.
#[rstest]
#[case::foreign_draft(edited(), Some("PendingCommit"), "--pending keep")]
#[case::in_certification(Plan { pending: PendingPolicy::Replace, ..edited() }, Some("Certification"), "cannot be recalled")]
#[case::failed_commit_kept(Plan { pending: PendingPolicy::Keep, ..edited() }, Some("CommitFailed"), "--pending replace")]
#[case::another_draft(Plan { pending: PendingPolicy::Replace, draft_seen: Some("7".into()), ..edited() }, Some("PendingCommit"), "Another draft")]
#[case::seen_draft_gone(Plan { pending: PendingPolicy::Keep, draft_seen: Some("7".into()), ..edited() }, None, "is gone")]
#[case::same_as_live(
    plan(Some(document("10", "Published", "old"))),
    None,
    "same as what is live"
)]
#[case::nothing_given(plan(None), None, "neither a document")]
#[case::no_zip(with_package(edited(), false), None, "no ZIP was given")]
#[case::idle_zip(Plan { zip: Some("x.zip".into()), ..edited() }, None, "would not be used")]
fn refused_before_anything_is_touched(
    #[case] plan: Plan,
    #[case] pending: Option<&str>,
    #[case] says: &str,
) {
    let mut world = world();
    world.pending = pending.map(|status| submission("11", status));
    let story = play(plan, world, None);
    let (end, message) = outcome(&story);
    assert_eq!(end, Outcome::Refused);
    assert!(message.contains(says), "{message}");
    assert!(changed_nothing(&story), "{:?}", story.asked);
}

#[test]
fn a_portal_draft_is_never_touched_whatever_was_chosen() {
    for pending in [
        PendingPolicy::Fail,
        PendingPolicy::Keep,
        PendingPolicy::Replace,
    ] {
        let mut world = world();
        let mut draft = submission("11", "PendingCommit");
        draft
            .document
            .as_object_mut()
            .unwrap()
            .remove("fileUploadUrl");
        world.pending = Some(draft);
        let story = play(
            Plan {
                pending,
                ..edited()
            },
            world,
            None,
        );
        assert!(
            changed_nothing(&story) && outcome(&story).1.contains("https://partner.microsoft.com/")
        );
    }
}

#[test]
fn a_replaced_draft_is_saved_before_it_is_deleted_and_a_kept_one_is_not_created() {
    let mut world = world();
    world.pending = Some(submission("9", "PendingCommit"));
    let replaced = play(
        Plan {
            pending: PendingPolicy::Replace,
            ..edited()
        },
        world.clone(),
        None,
    )
    .asked
    .join(", ");
    assert!(
        replaced.starts_with(
            "sign-in, target, read 9, read 10, read 9, save 9, delete 9, create, update 11"
        ),
        "{replaced}"
    );
    let kept = play(
        Plan {
            pending: PendingPolicy::Keep,
            ..edited()
        },
        world.clone(),
        None,
    )
    .asked
    .join(", ");
    assert!(
        kept.starts_with(
            "sign-in, target, read 9, read 10, read 9, update 9, read-back 9, commit 9"
        ),
        "{kept}"
    );
    let as_it_is = play(
        Plan {
            pending: PendingPolicy::Keep,
            ..plan(None)
        },
        world,
        None,
    )
    .asked
    .join(", ");
    assert!(
        as_it_is.starts_with("sign-in, target, read 9, read 10, read 9, commit 9"),
        "{as_it_is}"
    );
}

#[test]
fn the_first_draft_of_a_flight_is_never_replaced() {
    let mut world = world();
    (world.pending, world.live) = (Some(submission("9", "PendingCommit")), None);
    let flight = Plan {
        target: Target::flight("9NX0EXAMPLE1", "f"),
        pending: PendingPolicy::Replace,
        ..edited()
    };
    let story = play(flight, world, None);
    assert!(changed_nothing(&story) && outcome(&story).1.contains("--pending keep"));
}

#[test]
fn price_and_audience_need_a_yes_to_that_very_change() {
    let mut free = edited();
    free.document.as_mut().unwrap()["pricing"]["priceId"] = "Free".into();
    let story = play(free.clone(), world(), None);
    assert!(
        changed_nothing(&story) && outcome(&story).1.contains("--allow becomes-free"),
        "{:?}",
        outcome(&story)
    );
    // A yes to something else is none.
    let other = play(
        Plan {
            allow: vec![RiskKind::Visibility.into()],
            ..free.clone()
        },
        world(),
        None,
    );
    assert_eq!(outcome(&other).0, Outcome::Refused);
    let agreed = play(
        Plan {
            allow: vec![RiskKind::BecomesFree.into(), RiskKind::Price.into()],
            ..free
        },
        world(),
        None,
    );
    assert_eq!(outcome(&agreed).0, Outcome::Published);
}

#[test]
fn a_draft_that_stores_nothing_is_never_committed() {
    let mut zombie = world();
    zombie.stores_nothing = true;
    let story = play(edited(), zombie, None);
    assert_eq!(outcome(&story).0, Outcome::Failed);
    assert!(
        !story.asked.iter().any(|asked| asked.starts_with("commit"))
            && outcome(&story).1.contains("releaseNotes")
    );
}

#[rstest]
#[case::fails(&["CommitStarted", "CommitFailed"], Outcome::Failed)]
#[case::falls_back(&["CommitStarted", "PendingCommit"], Outcome::Failed)]
#[case::unknown_failure(&["CommitStarted", "LimboFailed"], Outcome::Failed)]
#[case::unknown_state_then_published(&["Limbo", "Published"], Outcome::Published)]
#[case::jump(&["Published"], Outcome::Published)]
#[case::cancelled_in_the_portal(&["Certification", "Canceled"], Outcome::Failed)]
fn what_the_pipeline_says_is_what_is_told(#[case] pipeline: &[&'static str], #[case] end: Outcome) {
    let world = World {
        pipeline: pipeline.to_vec(),
        ..world()
    };
    assert_eq!(outcome(&play(edited(), world, None)).0, end);
}

#[test]
fn a_manual_release_waits_for_a_person() {
    let mut manual = edited();
    manual.document.as_mut().unwrap()["targetPublishMode"] = "Manual".into();
    let world = World {
        pipeline: vec!["Certification", "Release"],
        ..world()
    };
    let story = play(manual, world, None);
    assert_eq!(outcome(&story).0, Outcome::Waiting);
    assert!(outcome(&story).1.contains("Publish now"));
}

#[rstest]
#[case(WaitFor::None, "commit 11")]
#[case(WaitFor::Committed, "look PreProcessing")]
fn it_goes_as_far_as_asked(#[case] wait: WaitFor, #[case] last: &str) {
    let story = play(Plan { wait, ..edited() }, world(), None);
    assert_eq!(
        (outcome(&story).0, story.asked.last().unwrap().as_str()),
        (Outcome::Committed, last)
    );
}

fn follow() -> Run {
    let operation = Operation::Follow {
        target: Target::app("9A"),
        name: "Notes".into(),
        submission: "11".into(),
        until: WaitFor::Published,
    };
    let mut run = Run::new(header(operation));
    run.apply(RunEvent::SignedIn, run.header().at);
    run
}

fn look(run: &mut Run, status: &str) {
    let report = StatusReport::read(&json!({"status": status}));
    run.apply(RunEvent::Seen(report), run.header().at);
}

#[test]
fn a_draft_that_nobody_committed_has_not_fallen_back() {
    let mut run = follow();
    let draft = submission("11", "PendingCommit");
    run.apply(RunEvent::SubmissionRead(draft), run.header().at);
    look(&mut run, "PendingCommit");
    let ending = run.view().ending.clone().unwrap();
    assert_eq!((ending.outcome, ending.cause), (Outcome::Refused, None));
    assert!(
        ending.message.contains("a draft that nobody has committed"),
        "{ending:?}"
    );
    // One whose commit was seen has.
    let mut run = follow();
    let seen = submission("11", "CommitStarted");
    run.apply(RunEvent::SubmissionRead(seen), run.header().at);
    look(&mut run, "CommitStarted");
    look(&mut run, "PendingCommit");
    let ending = run.view().ending.clone().unwrap();
    assert!(
        ending.outcome == Outcome::Failed && ending.message.contains("fell back"),
        "{ending:?}"
    );
}

#[rstest]
#[case(Cause::Store, Cause::Trouble)]
#[case(Cause::SignIn, Cause::SignIn)]
fn only_looks_that_are_refused_again_and_again_end_a_follow(
    #[case] cause: Cause,
    #[case] end: Cause,
) {
    let refused = || {
        RunEvent::Failed(StepFailure {
            cause,
            message: "404 Not Found".into(),
        })
    };
    let mut run = follow();
    let at = run.header().at;
    run.apply(
        RunEvent::SubmissionRead(submission("11", "Certification")),
        at,
    );
    for _ in 0..4 {
        run.apply(refused(), at);
    }
    // What was answered since counts.
    look(&mut run, "Certification");
    for _ in 0..4 {
        run.apply(refused(), at);
        assert!(matches!(run.next(), NextStep::Poll { .. }));
    }
    run.apply(refused(), at);
    let ending = run.view().ending.clone().unwrap();
    assert_eq!(
        (ending.outcome, ending.cause),
        (Outcome::Failed, Some(end)),
        "{ending:?}"
    );
    assert!(ending.message.contains("cannot be read"), "{ending:?}");
    assert!(run.is_resumable());
    run.resume(false, at);
    look(&mut run, "Published");
    assert_eq!(
        run.view().ending.as_ref().unwrap().outcome,
        Outcome::Published
    );
}

/// The app's resource names no published submission, so that nobody knows what customers pay.
#[test]
fn what_is_live_is_weighed_by_the_fresh_draft_where_nothing_else_tells() {
    let unknown = || World {
        live: None,
        ..world()
    };
    let mut free = edited();
    free.document.as_mut().unwrap()["pricing"]["priceId"] = "Free".into();
    let story = play(free.clone(), unknown(), None);
    let (end, message) = outcome(&story);
    assert_eq!(end, Outcome::Refused, "{message}");
    assert!(
        message.contains("--allow becomes-free") && message.contains("Draft 11"),
        "{message}"
    );
    assert!(!story.asked.iter().any(|asked| asked.starts_with("update")));
    let agreed = Plan {
        allow: vec![RiskKind::BecomesFree.into(), RiskKind::Price.into()],
        ..free
    };
    let story = play(agreed, unknown(), None);
    assert_eq!(
        outcome(&story).0,
        Outcome::Published,
        "{:?}",
        outcome(&story)
    );
    // The yes is on record before anything is sent.
    assert!(
        story
            .run
            .view()
            .warnings
            .iter()
            .any(|warning| warning.contains("(allowed: becomes-free)")),
        "{:?}",
        story.run.view().warnings
    );
}

#[test]
fn a_rollout_under_way_is_asked_about_before_the_first_request() {
    let rolled_out = || {
        let mut live = submission("10", "Published");
        live.document["packageDeliveryOptions"] = json!({"packageRollout": {
            "isPackageRollout": true, "packageRolloutPercentage": 5.0, "packageRolloutStatus": "PackageRolloutInProgress"}});
        World {
            live: Some(live),
            ..world()
        }
    };
    let story = play(edited(), rolled_out(), None);
    let (end, message) = outcome(&story);
    assert_eq!(end, Outcome::Refused, "{message}");
    assert!(
        message.contains("5.0 %") && message.contains("--existing-rollout finalize"),
        "{message}"
    );
    assert!(changed_nothing(&story), "{:?}", story.asked);
    for (how, word) in [
        (ExistingRollout::Finalize, "Finalize 10"),
        (ExistingRollout::Halt, "Halt 10"),
    ] {
        let plan = Plan {
            existing_rollout: how,
            allow: vec![RiskKind::Rollout.into()],
            ..edited()
        };
        let story = play(plan, rolled_out(), None);
        let asked = story.asked.join(", ");
        assert!(
            asked.starts_with(&format!("sign-in, target, read 10, {word}, create")),
            "{asked}"
        );
    }
}

/// An answer that never came to ending the rollout: the submission tells.
#[rstest]
#[case("PackageRolloutComplete", true)]
#[case("PackageRolloutInProgress", false)]
fn whether_a_rollout_has_ended_is_asked(#[case] status: &str, #[case] is_over: bool) {
    let rollout = |status: &str| {
        let mut live = submission("10", "Published");
        live.document["packageDeliveryOptions"] = json!({"packageRollout": {
            "isPackageRollout": true, "packageRolloutPercentage": 5.0, "packageRolloutStatus": status}});
        live
    };
    let plan = Plan {
        existing_rollout: ExistingRollout::Finalize,
        allow: vec![RiskKind::Rollout.into()],
        ..edited()
    };
    let mut run = Run::new(header(Operation::Publish(Box::new(plan))));
    let at = run.header().at;
    run.apply(RunEvent::SignedIn, at);
    let read = RunEvent::TargetRead {
        name: "Notes".into(),
        pending: None,
        published: Some("10".into()),
    };
    run.apply(read, at);
    run.apply(
        RunEvent::SubmissionRead(rollout("PackageRolloutInProgress")),
        at,
    );
    let end = NextStep::EndRollout {
        id: "10".into(),
        how: ExistingRollout::Finalize,
    };
    assert_eq!(run.next(), end);
    let lost = RunEvent::Lost {
        message: "no answer".into(),
    };
    run.apply(lost, at);
    assert_eq!(run.next(), NextStep::ReadSubmission { id: "10".into() });
    run.apply(RunEvent::SubmissionRead(rollout(status)), at);
    assert_eq!(run.next(), if is_over { NextStep::Create } else { end });
}

/// Keys that differ only in case come from no file, but may come from elsewhere.
#[test]
fn a_document_that_says_one_thing_twice_is_not_sent() {
    let mut plan = edited();
    plan.document.as_mut().unwrap()["Pricing"] = json!({"priceId": "Free"});
    let story = play(plan, world(), None);
    let (end, message) = outcome(&story);
    assert!(
        end == Outcome::Refused && changed_nothing(&story),
        "{message}: {:?}",
        story.asked
    );
}

/// Stopped anywhere and gone on with to its end: no step is left as it was when the run stopped.
#[test]
fn a_resumed_run_that_ended_well_shows_no_step_that_was_stopped() {
    let plan = || with_package(edited(), true);
    let whole = play(plan(), world(), None);
    for number in 1..whole.asked.len() {
        let stopped = play(plan(), world(), Some(number));
        let mut run = stopped.run.clone();
        assert_eq!(
            run.view().ending.as_ref().unwrap().outcome,
            Outcome::Cancelled
        );
        let at = run.header().at;
        run.resume(false, at);
        let ended = go_on(run, world(), &stopped);
        let view = ended.view();
        assert_eq!(
            view.ending.as_ref().unwrap().outcome,
            Outcome::Published,
            "stopped at {}: {:?}",
            whole.asked[number],
            view.ending
        );
        for step in &view.steps {
            assert_eq!(
                step.state,
                StepState::Done,
                "stopped at {}: {step:?}",
                whole.asked[number]
            );
        }
    }
}

#[test]
fn a_follow_outlives_a_fault_of_the_network() {
    let mut run = follow();
    let at: Timestamp = "2026-02-03T09:20:05Z".parse().unwrap();
    run.apply(
        RunEvent::SubmissionRead(submission("11", "Certification")),
        at,
    );
    run.apply(
        RunEvent::Failed(StepFailure {
            cause: Cause::Trouble,
            message: "no network".into(),
        }),
        at,
    );
    assert!(matches!(run.next(), NextStep::Poll { .. }) && run.view().warnings.len() == 1);
    run.apply(
        RunEvent::Seen(StatusReport::read(&json!({"status": "Published"}))),
        at,
    );
    assert_eq!(
        run.view().ending.as_ref().unwrap().outcome,
        Outcome::Published
    );
    assert_eq!(
        run.view().timeline.last().unwrap().status,
        Status::Published
    );
}

proptest! {
    /// Cancelled anywhere, whatever was chosen: it ends, never commits without a read-back, never deletes without a saved copy,
    /// and the journal alone gives the same run again.
    #[test]
    fn whatever_happens_the_rules_hold(
        cancel in proptest::option::of(0usize..14), pending in 0..3, has_draft: bool, has_zip: bool, zombie: bool, seen in 0usize..4,
    ) {
        let policy = [PendingPolicy::Fail, PendingPolicy::Keep, PendingPolicy::Replace][pending as usize];
        let pipelines = [vec!["Published"], vec!["CommitStarted", "CommitFailed"], vec!["Certification", "Canceled"], vec!["PreProcessing", "Published"]];
        let world = World {
            pending: has_draft.then(|| submission("9", "PendingCommit")),
            pipeline: pipelines[seen].clone(),
            stores_nothing: zombie,
            ..world()
        };
        let plan = Plan { pending: policy, ..if has_zip { with_package(edited(), true) } else { edited() } };
        let story = play(plan.clone(), world, cancel);
        let place = |word: &str| story.asked.iter().position(|asked| asked.starts_with(word));
        if let Some(commit) = place("commit") {
            prop_assert!(place("read-back").is_some_and(|read| read < commit));
        }
        if let Some(delete) = place("delete") {
            prop_assert!(place("save").is_some_and(|save| save < delete) && policy == PendingPolicy::Replace);
        }
        prop_assert!(story.asked.iter().filter(|asked| *asked == "create").count() <= 1);

        let lines: Vec<String> = story.entries.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
        let read = lines.iter().map(|line| serde_json::from_str::<JournalEntry>(line).unwrap());
        let rebuilt = Run::rebuild(header(Operation::Publish(Box::new(plan))), read);
        prop_assert_eq!(rebuilt, story.run);
    }
}

#[rstest]
#[case::history("2026-02-01T00:00:00Z", Some(("targetPublishDate is in the past.", "publish-date-past")))]
#[case::soon("2026-02-03T10:20:00Z", Some(("targetPublishDate is only", "publish-date-too-near")))]
#[case::ahead("2026-03-03T10:20:00Z", None)]
fn a_date_that_is_too_near_is_told_before_anything_is_sent(
    #[case] date: &str,
    #[case] told: Option<(&str, &str)>,
) {
    let mut plan = edited();
    let document = plan.document.as_mut().unwrap();
    document["targetPublishMode"] = "SpecificDate".into();
    document["targetPublishDate"] = date.into();
    if let Some((sentence, rule)) = told {
        // The Store may refuse it, so it takes a yes, which is recorded.
        let (outcome, message) = outcome(&play(plan.clone(), world(), None));
        assert!(
            outcome == Outcome::Refused && message.contains(sentence) && message.contains(rule),
            "{message}"
        );
        plan.allow = vec![format!("finding:{rule}").parse().unwrap()];
    }
    let story = play(plan.clone(), world(), None);
    let warnings = &story.run.view().warnings;
    match told {
        Some((sentence, _)) => assert!(
            matches!(warnings.as_slice(), [one] if one.contains(sentence)),
            "{warnings:?}"
        ),
        None => assert_eq!(warnings, &Vec::<String>::new()),
    }
    // Rebuilt from its journal, whenever that is, the run judges by the time of then.
    let rebuilt = Run::rebuild(header(Operation::Publish(Box::new(plan))), story.entries);
    assert_eq!(&rebuilt.view().warnings, warnings);

    // A draft that is committed as it is says so as well.
    let mut draft = submission("11", "PendingCommit");
    draft.document["targetPublishMode"] = "SpecificDate".into();
    draft.document["targetPublishDate"] = date.into();
    let kept = Plan {
        pending: PendingPolicy::Keep,
        ..self::plan(None)
    };
    let story = play(
        kept,
        World {
            pending: Some(draft),
            ..world()
        },
        Some(7),
    );
    assert_eq!(
        story
            .run
            .view()
            .warnings
            .iter()
            .any(|warning| warning.contains("targetPublishDate")),
        told.is_some()
    );
}
