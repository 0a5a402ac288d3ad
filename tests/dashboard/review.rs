//! The review gate and the Diff tab by keys: nothing delicate is committed without a yes to that very change, groups fold, the hash
//! and the Markdown are copied, enter leads into the document.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails loudly"
)]

use crate::{
    dashboard::{Dashboard, detail},
    openings::{ADD_ON, APP, FLIGHT, app, live, notes},
};
use flightdeck::{
    app::event::{Effect, Event},
    engine::{driver::tasks::Publish, plan::ExistingRollout},
    features::{diff::tasks::Compare, review::tasks::Analyze},
    tasks::{
        message::TaskEvent,
        report::{KeptEdit, Report},
        task::AnyTask,
    },
};
use rstest::rstest;
use serde_json::{Value, json};
use std::sync::Arc;
use store_model::{
    fingerprint::Fingerprint,
    risk::{Allowance, RiskKind},
    submission::put_body,
    target::Target,
};

/// A dashboard with the target selected; what was edited of it was kept by an earlier session.
fn open(size: (u16, u16), target: &Target, text: &str, edit: impl FnOnce(&mut Value)) -> Dashboard {
    let mut published = live(text);
    // Nothing waits for a file: only what is edited is in question.
    let settled = published.to_string().replace("PendingUpload", "Uploaded");
    published = serde_json::from_str(&settled).unwrap();
    for package in published["flightPackages"]
        .as_array_mut()
        .into_iter()
        .flatten()
    {
        if package
            .get("id")
            .is_none_or(|id| id.as_str().is_none_or(str::is_empty))
        {
            package["id"] = json!("2000000000071000077");
        }
    }
    let mut edited = put_body(target.kind(), &published);
    edit(&mut edited);
    let mut opened = detail(target, "Northwind Notes", None, Some(published.clone()));
    opened.edit = Some(KeptEdit {
        text: serde_json::to_string_pretty(&edited).unwrap(),
        base: opened.published.as_ref().map(|live| live.id.clone()),
        body: None,
        zip: None,
        saved: "2026-02-03T09:20:00Z".parse().unwrap(),
    });
    let mut store = vec![opened];
    if *target != app() {
        store.push(notes(None, live(APP)));
    }
    let mut dashboard = Dashboard::new(size.0, size.1, store);
    dashboard.keys("enter");
    dashboard.wait(500);
    match target {
        Target::App { .. } => {}
        Target::AddOn { .. } => dashboard.keys("2 enter"),
        Target::Flight { .. } => dashboard.keys("3 enter"),
    }
    dashboard.wait(500);
    dashboard.keys("4");
    dashboard
}

fn add_on() -> Target {
    Target::add_on("9NX0ADDONEX1")
}

fn flight() -> Target {
    Target::flight("9NX0EXAMPLE1", "5f0c2a7e")
}

const ROLLOUT: &str = "/packageDeliveryOptions/packageRollout";

#[rstest]
#[case::app_free(app(), APP, "/pricing/priceId", json!("Free"), RiskKind::BecomesFree)]
#[case::app_hidden(app(), APP, "/visibility", json!("Hidden"), RiskKind::Visibility)]
#[case::app_rollout(app(), APP, ROLLOUT, json!({"isPackageRollout": true, "packageRolloutPercentage": 5.0}), RiskKind::Rollout)]
#[case::add_on_free(add_on(), ADD_ON, "/pricing/priceId", json!("Free"), RiskKind::BecomesFree)]
#[case::add_on_hidden(add_on(), ADD_ON, "/visibility", json!("Hidden"), RiskKind::Visibility)]
#[case::flight_inherits_its_rollout(flight(), FLIGHT, "/notesForCertification", json!("another text"), RiskKind::Rollout)]
fn no_key_commits_a_delicate_change_without_a_yes_to_it(
    #[case] target: Target,
    #[case] text: &str,
    #[case] pointer: &str,
    #[case] value: Value,
    #[case] kind: RiskKind,
    #[values((80, 24), (120, 36), (200, 60))] size: (u16, u16),
) {
    let mut dashboard = open(size, &target, text, |document| {
        *document.pointer_mut(pointer).unwrap() = value;
    });
    dashboard.keys("u");
    assert_eq!(
        dashboard.app.overlays(),
        ["review"],
        "{}",
        dashboard.screen()
    );
    let screen = dashboard.screen();
    assert!(
        screen.contains(&format!("[ no] {}", kind.word())) && screen.contains("Cannot publish"),
        "{screen}"
    );
    // Publish is dead, however often it is pressed.
    dashboard.keys("right enter enter space enter");
    assert_eq!(dashboard.started, [], "{}", dashboard.screen());
    dashboard.keys("backtab backtab space");
    assert!(
        dashboard.screen().contains("[yes]") && dashboard.screen().contains("Ready."),
        "{}",
        dashboard.screen()
    );
    // Taken back, it is dead again.
    dashboard.keys("space tab right enter");
    assert_eq!(dashboard.started, []);
    dashboard.keys("backtab backtab space tab right enter");
    let [Some(Publish(plan))] = dashboard
        .started
        .iter()
        .map(AnyTask::get)
        .collect::<Vec<_>>()[..]
    else {
        panic!("{:?}\n{}", dashboard.started, dashboard.screen())
    };
    assert_eq!(
        (&plan.target, plan.allow.as_slice()),
        (&target, [Allowance::Risk(kind)].as_slice())
    );
}

/// A finding that the Store may refuse is a line of the review: `space` on it allows it, and the plan names its rule.
#[test]
fn what_may_be_refused_is_allowed_by_a_key_on_its_line() {
    let mut dashboard = open((120, 36), &app(), APP, |document| {
        document["notesForCertification"] = json!("Rings a bell: \u{7}");
        document["targetPublishMode"] = json!("Immediate");
    });
    dashboard.keys("u");
    let screen = dashboard.screen();
    assert!(
        screen.contains("The Store may refuse these") && screen.contains("Confirm 1 finding above"),
        "{screen}"
    );
    dashboard.keys("right enter");
    assert_eq!(dashboard.started, [], "{}", dashboard.screen());
    dashboard.keys("backtab backtab space");
    assert!(
        dashboard.screen().contains("[yes]") && dashboard.screen().contains("Ready."),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("tab right enter");
    let [Some(Publish(plan))] = dashboard
        .started
        .iter()
        .map(AnyTask::get)
        .collect::<Vec<_>>()[..]
    else {
        panic!("{:?}\n{}", dashboard.started, dashboard.screen())
    };
    let allowance: Allowance = "finding:control-characters".parse().unwrap();
    assert!(plan.allow.contains(&allowance), "{:?}", plan.allow);
}

fn copied(dashboard: &Dashboard) -> String {
    let copied = |effect: &Effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    };
    dashboard.effects.iter().rev().find_map(copied).unwrap()
}

fn many_changes(document: &mut Value) {
    document["listings"]["en-us"]["baseListing"]["releaseNotes"] = json!("Tabs.");
    document["listings"]["de-de"]["baseListing"]["releaseNotes"] = json!("Registerkarten.");
    document["visibility"] = json!("Hidden");
    document["listings"]["en-us"]["baseListing"]["description"] =
        json!("Take notes in plain text, with a description that is long enough to be shown word by word. ".repeat(3));
}

#[test]
fn groups_fold_and_the_hash_is_copied() {
    let mut dashboard = open((120, 40), &app(), APP, many_changes);
    dashboard.keys("u");
    assert!(
        dashboard.screen().contains("▾ Texts, de-de  1")
            && dashboard.screen().contains("Registerkarten."),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("up enter");
    assert!(
        dashboard.screen().contains("▸ Texts, de-de  1")
            && !dashboard.screen().contains("Registerkarten."),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("y");
    assert!(
        copied(&dashboard)
            .parse::<Fingerprint>()
            .is_ok_and(|hash| !hash.is_open() && !hash.needs_zip()),
        "{}",
        copied(&dashboard)
    );
    dashboard.keys("esc");
    assert_eq!(
        (dashboard.app.overlays().len(), dashboard.started.len()),
        (0, 0)
    );
}

#[test]
fn the_diff_tab_folds_copies_and_leads_into_the_document() {
    let mut dashboard = open((120, 40), &app(), APP, many_changes);
    dashboard.keys("d");
    let screen = dashboard.screen();
    assert!(screen.contains("4 changes, edited"), "{screen}");
    assert!(
        screen.contains("each needs explicit permission")
            && screen.contains("▾ Price and availability  1"),
        "{screen}"
    );
    dashboard.keys("space");
    assert!(
        dashboard.screen().contains("▸ Price and availability  1"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("y");
    assert!(
        copied(&dashboard).starts_with("## Northwind Notes\n\n### ⚠️ Needs a yes of its own"),
        "{}",
        copied(&dashboard)
    );
    dashboard.keys("end enter");
    let screen = dashboard.screen();
    assert!(
        screen.contains("editing") && screen.contains("releaseNotes"),
        "{screen}"
    );
}

#[test]
fn screens() {
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let mut dashboard = open((columns, rows), &app(), APP, many_changes);
        dashboard.keys("d");
        insta::assert_snapshot!(format!("diff_{columns}x{rows}"), dashboard.screen());
        dashboard.keys("u");
        insta::assert_snapshot!(format!("review_{columns}x{rows}"), dashboard.screen());
    }
}

#[test]
fn a_date_that_is_too_near_is_told_in_the_review_and_in_the_editor() {
    let mut dashboard = open((120, 36), &Target::app("9NX0EXAMPLE1"), APP, |document| {
        document["targetPublishMode"] = json!("SpecificDate");
        document["targetPublishDate"] = json!("2026-02-03T20:00:00Z");
    });
    dashboard.keys("u");
    let screen = dashboard.screen();
    assert!(
        screen.contains("targetPublishDate is only 7 hours ahead"),
        "{screen}"
    );
    dashboard.keys("esc e");
    dashboard.wait(1_000);
    dashboard.keys("f4");
    let screen = dashboard.screen();
    assert!(
        screen.contains("targetPublishDate is only 7 hours ahead"),
        "{screen}"
    );
}

/// Carries out what was only noted while nobody compared.
fn release(dashboard: &mut Dashboard) {
    dashboard.is_judging = true;
    let held: Vec<_> = dashboard
        .app
        .model()
        .jobs
        .iter()
        .map(|(id, job)| (*id, job.clone()))
        .collect();
    for (id, job) in held {
        if let Some(task) = job.get::<Compare>() {
            let difference = Arc::new(task.difference());
            dashboard.answer(id, task, TaskEvent::Done(difference));
        } else if let Some(task) = job.get::<Analyze>() {
            let analysis = Arc::new(task.analysis(dashboard.now.wall));
            dashboard.answer(id, task, TaskEvent::Done(analysis));
        } else {
            continue;
        }
        dashboard
            .app
            .handle(Event::Report(Some(id), Report::Ended), dashboard.now);
    }
    dashboard.started.clear();
}

/// So large that nothing of it may be compared between two frames.
fn in_many_languages(document: &mut Value) {
    let listing = document["listings"]["en-us"].clone();
    for language in
        "af sq am hy as eu be bn bg ca hr cs da nl et fil fi fr gl ka el gu he hi hu is id ga it ja"
            .split(' ')
    {
        let mut listing = listing.clone();
        listing["baseListing"]["description"] =
            json!(format!("Take notes in {language}. ").repeat(500));
        document["listings"][language] = listing;
    }
}

#[test]
fn the_review_of_a_large_document_opens_at_once_and_publishes_nothing_before_it_is_compared() {
    let mut dashboard = open((120, 36), &app(), APP, |document| {
        in_many_languages(document);
        document["visibility"] = json!("Hidden");
    });
    dashboard.is_judging = false;
    dashboard.started.clear();
    dashboard.keys("u");
    let screen = dashboard.screen();
    assert!(
        screen.contains("Review before publishing") && screen.contains("comparing …"),
        "{screen}"
    );
    assert!(
        screen.contains("Cannot publish: The documents are still being compared"),
        "{screen}"
    );
    assert!(
        matches!(dashboard.started.as_slice(), [job] if job.is::<Analyze>()),
        "{:?}",
        dashboard.started.len()
    );
    dashboard.keys("tab right space tab right space down");
    assert_eq!(
        (dashboard.started.len(), dashboard.app.overlays()),
        (1, vec!["review"]),
        "there is no button but the way out"
    );
    release(&mut dashboard);
    let screen = dashboard.screen();
    assert!(
        !screen.contains("comparing …") && screen.contains("[ no] visibility"),
        "{screen}"
    );
    dashboard.keys("backtab backtab space tab right enter");
    let [Some(Publish(plan))] = dashboard
        .started
        .iter()
        .map(AnyTask::get)
        .collect::<Vec<_>>()[..]
    else {
        panic!("{}", dashboard.screen())
    };
    assert_eq!(
        plan.allow.as_slice(),
        [Allowance::Risk(RiskKind::Visibility)].as_slice()
    );
    assert!(
        plan.document
            .as_ref()
            .is_some_and(|document| document["listings"]["ja"].is_object())
    );
}

#[test]
fn an_answer_about_another_document_opens_no_gate() {
    let mut dashboard = open((120, 36), &app(), APP, in_many_languages);
    dashboard.is_judging = false;
    dashboard.started.clear();
    dashboard.keys("u");
    let [job] = dashboard.started.as_slice() else {
        panic!("{:?}", dashboard.started.len())
    };
    let other = Analyze {
        text: Some("{}".into()),
        ..job.get::<Analyze>().unwrap().clone()
    };
    let analysis = Arc::new(other.analysis(dashboard.now.wall));
    let job = dashboard
        .app
        .model()
        .jobs
        .iter()
        .find(|(_, job)| job.is::<Analyze>())
        .map(|(id, _)| *id)
        .unwrap();
    dashboard.answer(job, &other, TaskEvent::Done(analysis));
    assert!(
        dashboard.screen().contains("comparing …"),
        "{}",
        dashboard.screen()
    );
}

#[test]
fn the_diff_tab_of_a_large_document_opens_at_once_and_is_compared_by_a_job() {
    let mut dashboard = open((120, 36), &app(), APP, in_many_languages);
    dashboard.is_judging = false;
    dashboard.started.clear();
    dashboard.keys("d");
    assert!(
        dashboard.screen().contains("comparing …"),
        "{}",
        dashboard.screen()
    );
    dashboard.wait(100);
    assert!(
        matches!(dashboard.started.as_slice(), [job] if job.is::<Compare>()),
        "once, however often it is drawn: {:?}",
        dashboard.started.len()
    );
    dashboard.keys("enter");
    assert_eq!(dashboard.app.messages(), ["It is still being compared."]);
    release(&mut dashboard);
    let screen = dashboard.screen();
    assert!(
        !screen.contains("comparing …")
            && screen.contains("Texts, af")
            && screen.contains("edited"),
        "{screen}"
    );
    // Another state of the document is another comparison.
    dashboard.is_judging = false;
    dashboard.keys("4 e ctrl-end");
    dashboard.text(" ");
    dashboard.keys("esc d");
    assert!(
        dashboard.screen().contains("comparing …"),
        "{}",
        dashboard.screen()
    );
    dashboard.wait(5_000);
    assert!(
        dashboard.screen().contains("comparing …"),
        "{}",
        dashboard.screen()
    );
    let compared = dashboard
        .started
        .iter()
        .filter(|job| job.is::<Compare>())
        .count();
    assert_eq!(
        compared, 1,
        "a text that was kept meanwhile is no other text"
    );
    release(&mut dashboard);
    assert!(
        dashboard.screen().contains("Texts, af"),
        "{}",
        dashboard.screen()
    );
}

#[test]
fn a_change_for_customers_is_told_once_in_the_review() {
    let mut dashboard = open((120, 60), &app(), APP, |document| {
        document["pricing"]["priceId"] = json!("Free");
        document["visibility"] = json!("Hidden");
    });
    dashboard.keys("u");
    let screen = dashboard.screen();
    assert!(
        screen.contains("[ no] becomes free") && screen.contains("[ no] visibility"),
        "{screen}"
    );
    assert!(
        !screen.contains("! The price goes from") && !screen.contains("! Hidden:"),
        "{screen}"
    );
    assert_eq!(
        screen.matches("customers will no longer pay").count(),
        1,
        "{screen}"
    );
}

#[test]
fn what_becomes_of_an_open_rollout_is_chosen_in_the_review() {
    let mut rolled = live(APP);
    *rolled.pointer_mut(ROLLOUT).unwrap() = json!({
        "isPackageRollout": true, "packageRolloutPercentage": 5.0,
        "packageRolloutStatus": "PackageRolloutInProgress", "fallbackSubmissionId": "0"
    });
    let mut dashboard = open((120, 40), &app(), &rolled.to_string(), |document| {
        document["notesForCertification"] = json!("another text");
        document.pointer_mut(ROLLOUT).unwrap()["isPackageRollout"] = json!(false);
    });
    dashboard.keys("u");
    let screen = dashboard.screen();
    assert!(
        screen.contains("being rolled out: 5.0 %")
            && screen.contains("Cannot publish: Choose what becomes of the rollout"),
        "{screen}"
    );
    // Whatever else is asked is answered; the rollout alone is open, and nothing is sent.
    for _ in 0..dashboard.screen().matches("[ no]").count() {
        dashboard.keys("backtab space");
    }
    dashboard.keys("p enter");
    assert_eq!(dashboard.started, [], "{}", dashboard.screen());
    // Finalize, then stop again, then halt: the last word counts.
    dashboard.keys("2 1 p enter");
    assert_eq!(dashboard.started, [], "{}", dashboard.screen());
    dashboard.keys("3 p");
    assert!(dashboard.screen().contains("The rollout is halted first."));
    dashboard.keys("enter");
    let [Some(Publish(plan))] = dashboard
        .started
        .iter()
        .map(AnyTask::get)
        .collect::<Vec<_>>()[..]
    else {
        panic!("{:?}\n{}", dashboard.started, dashboard.screen())
    };
    assert_eq!(plan.existing_rollout, ExistingRollout::Halt);
}
