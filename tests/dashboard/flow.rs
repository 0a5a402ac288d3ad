//! Behaviour of the dashboard: keys and reports in, effects and model out. No terminal, no clock, no network.

use crate::harness::{
    Harness, app, app_product, apps, detail, listing, loaded, run, settings, with,
};
use flightdeck::tasks::message::TaskFailure;
use flightdeck::{
    app::event::{Effect, Event, Exit},
    engine::{
        driver::{
            manage::DeleteDraft,
            tasks::{Follow, Renew, Resume},
        },
        view::{Cause, Ending, Outcome, Step, StepState},
    },
    screen::command::PaneId,
    state::ProfileView,
    tasks::{
        load::{LoadCatalog, LoadStatus, LoadTarget, Recall, Recalled},
        message::TaskEvent,
        report::{Report, UploadProgress},
        reporter::JobId,
        task::{AnyTask, Task},
        working_copy::KeepEdit,
    },
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use store_model::explain::PortalNeed;
use store_model::{
    catalog::Catalog, product::Product, remote::Remote, status::StatusReport, target::Target,
};

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// The first app of the sorted list with its detail read and its draft in a state.
fn with_draft(profile: ProfileView, status: &str) -> Harness {
    let mut harness = with(
        flightdeck::app::settings::Settings {
            profile,
            ..settings()
        },
        120,
        40,
    );
    harness.answer(
        &Catalog::Apps,
        vec![app_product("9A", "Northwind Notes", "2", "1")],
    );
    harness.wait(millis(250));
    let id = harness.job(AnyTask::is::<LoadTarget>);
    let product = app_product("9A", "Northwind Notes", "2", "1");
    harness.done::<LoadTarget>(id, Arc::new(detail(product, Some(status))));
    harness.take();
    harness
}

#[test]
fn starts_with_what_was_known_and_asks_for_the_lists() {
    let harness = app();
    let expected = [Recall.into(), LoadCatalog(Catalog::Apps).into()];
    assert_eq!(harness.started(), expected.iter().collect::<Vec<_>>());
}

#[test]
fn recalled_lists_show_at_once_and_give_way_to_the_answer() {
    let mut harness = app();
    let recall = harness.job(AnyTask::is::<Recall>);
    let at = harness.now.wall;
    let old = vec![app_product("9A", "Old name", "0", "1")];
    let list = Recalled::List {
        catalog: Catalog::Apps,
        products: old,
        total: 3,
        at,
    };
    harness.part_of::<Recall>(recall, TaskEvent::Progress(list));
    assert!(
        harness.screen().contains("Old name") && harness.app.model().apps.products.is_loading()
    );
    // An earlier session read a part of the list, and it is not called the whole.
    assert!(harness.screen().contains("1 of 3"), "{}", harness.screen());
    harness.answer(&Catalog::Apps, apps());
    assert!(!harness.screen().contains("Old name"));
}

#[test]
fn the_selection_follows_the_cursor_and_is_loaded_after_a_pause() {
    let mut harness = loaded();
    assert_eq!(
        harness.app.selected(),
        Some(&Target::app("9F")),
        "sorted by name, Contoso is first"
    );
    harness.take();
    harness.keys("j j");
    assert_eq!(harness.app.selected(), Some(&Target::app("9C")));
    assert_eq!(
        harness.started(),
        [] as [&AnyTask; 0],
        "walking asks for nothing"
    );
    harness.wait(millis(250));
    let expected = [LoadTarget(Target::app("9C")).into()];
    assert_eq!(harness.started(), expected.iter().collect::<Vec<_>>());
    harness.take();
    harness.keys("k j").wait(millis(250));
    assert_eq!(harness.started(), [] as [&AnyTask; 0], "asked for once");
    harness.keys("r");
    assert!(
        harness
            .started()
            .contains(&&LoadTarget(Target::app("9C")).into())
    );
}

#[test]
fn pending_submissions_are_asked_for_once_and_then_by_age() {
    let mut harness = app();
    harness.answer(&Catalog::Apps, apps());
    harness.wait(millis(8_500));
    let statuses = |harness: &Harness| -> Vec<String> {
        let tasks = harness.started().into_iter().filter_map(AnyTask::get);
        tasks
            .map(|task: &LoadStatus| task.target.id().to_owned())
            .collect()
    };
    assert_eq!(statuses(&harness), ["9C", "9D"], "a few at a time");
    for (id, status) in [
        ("9C", "PreProcessing"),
        ("9D", "PendingCommit"),
        ("9F", "Certification"),
    ] {
        harness.answer_status(&Target::app(id), status);
    }
    harness.take();
    harness.wait(Duration::from_secs(31));
    assert_eq!(
        statuses(&harness),
        ["9C"],
        "what passes quickly is looked at again soon"
    );
    harness.answer_status(&Target::app("9C"), "Certification");
    harness.take();
    let job = harness.job_or_none();
    assert_eq!(job, None);
    // The selected one, 9F, is being read, which tells its state as well.
    harness.wait(Duration::from_secs(310));
    assert_eq!(
        statuses(&harness),
        ["9C"],
        "what only a person changes is not asked for"
    );
}

#[test]
fn reports_of_a_superseded_job_are_dropped() {
    let mut harness = app();
    let first = harness.job(|job| *job == LoadCatalog(Catalog::Apps).into());
    harness.keys("r");
    assert!(harness.effects.contains(&Effect::Cancel(first)));
    let at = harness.now.wall;
    let late = Arc::new(LoadCatalog(Catalog::Apps));
    let late = late.message(TaskEvent::Done(listing(apps(), at)));
    harness.report(Some(first), Report::Task(late));
    assert_eq!(harness.app.model().apps.products.value(), None);
    harness.answer(&Catalog::Apps, apps());
    assert_eq!(
        harness.app.model().apps.products.value().map(Vec::len),
        Some(6)
    );
}

#[test]
fn a_failed_list_keeps_its_rows_and_says_what_to_do() {
    let mut harness = loaded();
    harness.keys("r");
    let job = harness.job(|job| *job == LoadCatalog(Catalog::Apps).into());
    harness.report(Some(job), Report::Failed("The Store answered 503.".into()));
    assert!(matches!(
        harness.app.model().apps.products,
        Remote::Failed { stale: Some(_), .. }
    ));
    let screen = harness.screen();
    assert!(
        screen.contains("Northwind Timer")
            && screen.contains("The Store answered 503.")
            && screen.contains("Press r")
    );
    harness.wait(Duration::from_secs(9));
    assert_eq!(harness.app.messages(), [] as [&str; 0]);
}

#[test]
fn filter_narrows_enter_keeps_and_esc_takes_one_step_back() {
    let mut harness = loaded();
    harness.keys("/").typed("timer");
    assert_eq!(harness.app.selected(), Some(&Target::app("9C")));
    assert!(harness.screen().contains("1 of 6 ─ /timer"));
    harness.typed("q");
    assert!(
        harness
            .effects
            .iter()
            .all(|effect| !matches!(effect, Effect::Quit(_))),
        "q is text here"
    );
    harness.keys("backspace enter enter");
    assert_eq!(harness.app.focused(), PaneId::Detail);
    harness.keys("esc");
    assert_eq!(harness.app.focused(), PaneId::Apps);
    assert!(harness.screen().contains("/timer"), "one step only");
    harness.keys("esc");
    assert!(!harness.screen().contains("/timer"));
    assert_eq!(
        harness.app.selected(),
        Some(&Target::app("9C")),
        "the cursor stays on what was found"
    );
    harness.keys("esc esc esc");
    assert!(
        harness
            .effects
            .iter()
            .all(|effect| !matches!(effect, Effect::Quit(_))),
        "Esc never quits"
    );
}

#[test]
fn a_filter_finds_ids_and_states_too() {
    let mut harness = loaded();
    harness.keys("/").typed("commitf");
    assert_eq!(harness.app.selected(), Some(&Target::app("9F")));
    harness.keys("esc /").typed("9e");
    assert_eq!(harness.app.selected(), Some(&Target::app("9E")));
}

#[test]
fn add_ons_and_flights_belong_to_the_selected_app() {
    let mut harness = loaded();
    harness.keys("/").typed("Notes").keys("enter");
    assert_eq!(harness.app.selected(), Some(&Target::app("9A")));
    let screen = harness.screen();
    assert!(screen.contains("notes.pro") && !screen.contains("timer.gold"));
    harness.keys("2");
    assert_eq!(harness.app.selected(), Some(&Target::add_on("9P")));
    harness.keys(".");
    assert!(harness.screen().contains("timer.gold"));
    harness.keys("end").wait(millis(250));
    assert_eq!(harness.app.selected(), Some(&Target::add_on("9R")));
    assert!(
        harness
            .started()
            .contains(&&LoadTarget(Target::add_on("9R")).into())
    );
}

#[test]
fn what_cannot_be_done_says_why() {
    let mut harness = loaded();
    harness.keys("/").typed("Notes").keys("enter w");
    assert_eq!(harness.app.messages().len(), 1);
    assert!(harness.started().iter().all(|job| !job.is::<Follow>()));
}

#[test]
fn follow_starts_a_job() {
    let mut harness = with_draft(ProfileView::default(), "Certification");
    harness.keys("w");
    let follow = Follow {
        target: Target::app("9A"),
        name: "Northwind Notes".into(),
        submission: "2".into(),
    };
    assert_eq!(harness.started(), [&follow.into()]);
}

#[test]
fn deleting_a_draft_asks_and_the_safe_answer_has_the_focus() {
    let delete = DeleteDraft {
        target: Target::app("9A"),
        submission: "2".into(),
    }
    .into();
    let mut harness = with_draft(ProfileView::default(), "PendingCommit");
    for safe in [
        "shift-d enter",
        "shift-d esc",
        "shift-d right left enter",
        "shift-d q",
    ] {
        harness.keys(safe);
        assert_eq!(
            (harness.app.overlays().len(), harness.started().len()),
            (0, 0),
            "{safe}"
        );
    }
    harness.keys("shift-d");
    assert_eq!(harness.app.overlays(), ["confirm"]);
    harness.keys("right enter");
    assert_eq!(harness.started(), [&delete]);
}

#[test]
fn a_protected_profile_wants_the_name_typed() {
    let profile = ProfileView {
        name: "prod".into(),
        is_protected: true,
        ..ProfileView::default()
    };
    let mut harness = with_draft(profile, "PendingCommit");
    harness
        .keys("shift-d enter")
        .typed("Northwind")
        .keys("enter");
    assert_eq!(
        (harness.app.overlays(), harness.started().len()),
        (vec!["confirm"], 0)
    );
    harness.typed(" Notes").keys("enter");
    assert!(matches!(harness.started()[..], [task] if task.is::<DeleteDraft>()));
}

#[test]
fn a_read_only_profile_changes_nothing() {
    let profile = ProfileView {
        name: "audit".into(),
        is_read_only: true,
        ..ProfileView::default()
    };
    let mut harness = with_draft(profile, "PendingCommit");
    harness.keys("shift-d u");
    assert_eq!(
        (harness.app.overlays().len(), harness.started().len()),
        (0, 0)
    );
    assert!(
        harness
            .app
            .messages()
            .iter()
            .all(|text| text.contains("read-only"))
    );
    let screen = harness.screen();
    assert!(screen.contains("contoso") || screen.contains("▌audit▐ read-only"));
}

/// A followed run of Northwind Timer at a step.
fn with_run(step: Step) -> Harness {
    let mut harness = with_draft(ProfileView::default(), "Certification");
    harness.keys("w");
    let job = harness.job(AnyTask::is::<Follow>);
    let view = run(
        "run-1",
        Target::app("9A"),
        "Northwind Notes",
        step,
        harness.now.wall,
    );
    harness.report(Some(job), Report::Run(Box::new(view)));
    harness
}

#[test]
fn an_upload_moves_in_the_runs_and_in_the_list() {
    let mut harness = with_run(Step::Upload);
    let job = harness.job(AnyTask::is::<Follow>);
    let upload = UploadProgress {
        run: "run-1".into(),
        file: "notes.zip".into(),
        sent: 1_220_000_000,
        total: 2_000_000_000,
        rate: 48_000_000,
        left: Some(Duration::from_secs(17)),
        ..UploadProgress::default()
    };
    harness.report(Some(job), Report::Upload(upload));
    let screen = harness.screen();
    for part in [
        "upload 61 %",
        " 61 %  1.22 GB / 2 GB",
        "48 MB/s",
        "0:17",
        "1 active",
    ] {
        assert!(screen.contains(part), "{part} is missing in\n{screen}");
    }
}

/// The run of [`with_run`] as it ends at its upload.
fn ended_at_upload(harness: &mut Harness, job: JobId, outcome: Outcome, cause: Option<Cause>) {
    let mut view = run(
        "run-1",
        Target::app("9A"),
        "Northwind Notes",
        Step::Upload,
        harness.now.wall,
    );
    view.submission = Some("2".into());
    view.ending = Some(Ending {
        outcome,
        cause,
        message: "It ended here.".into(),
    });
    harness.report(Some(job), Report::Run(Box::new(view)));
    harness.report(Some(job), Report::Ended);
    harness.take();
}

/// A run in the middle of its upload, and the task that drives it.
fn uploading() -> (Harness, JobId) {
    let mut harness = with_run(Step::Upload);
    let job = harness.job(AnyTask::is::<Follow>);
    let upload = UploadProgress {
        run: "run-1".into(),
        sent: 610,
        total: 1000,
        ..UploadProgress::default()
    };
    harness.report(Some(job), Report::Upload(upload));
    (harness, job)
}

#[test]
fn an_upload_is_paused_and_gone_on_with_by_one_key() {
    let (mut harness, job) = uploading();
    harness.take();
    harness.keys("5 p");
    assert!(
        harness.effects.contains(&Effect::Cancel(job)),
        "{:?}",
        harness.effects
    );
    ended_at_upload(&mut harness, job, Outcome::Cancelled, None);
    let screen = harness.screen();
    assert!(
        screen.contains("paused ") && screen.contains("61 %") && screen.contains("p resumes"),
        "{screen}"
    );
    harness.keys("p");
    assert_eq!(
        harness.started(),
        [&Resume {
            run: "run-1".into()
        }
        .into()]
    );
}

#[test]
fn only_an_upload_can_be_paused() {
    let mut harness = with_run(Step::Follow);
    harness.take();
    harness.keys("5 p");
    assert!(
        harness
            .screen()
            .contains("Only an upload can be paused; x stops the run."),
        "{}",
        harness.screen()
    );
    assert!(
        !harness
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Cancel(_)))
    );
}

#[test]
fn a_draft_whose_upload_url_has_ended_is_replaced_only_with_a_yes() {
    let mut harness = with_run(Step::Upload);
    let job = harness.job(AnyTask::is::<Follow>);
    ended_at_upload(&mut harness, job, Outcome::Failed, Some(Cause::UrlEnded));
    harness.keys("5 c");
    let screen = harness.screen();
    assert!(
        screen.contains("The upload URL of draft 2 has expired")
            && screen.contains("Replace and continue"),
        "{screen}"
    );
    // The safe answer has the focus.
    harness.keys("enter");
    assert_eq!(harness.started(), [] as [&AnyTask; 0]);
    harness.keys("c right enter");
    assert_eq!(
        harness.started(),
        [&Renew {
            run: "run-1".into(),
            plan: None,
        }
        .into()]
    );
}

#[test]
fn the_end_of_a_run_is_told_once_and_the_target_is_read_again() {
    let mut harness = with_run(Step::Follow);
    let job = harness.job(AnyTask::is::<Follow>);
    let mut view = run(
        "run-1",
        Target::app("9A"),
        "Northwind Notes",
        Step::Follow,
        harness.now.wall,
    );
    view.report = Some(StatusReport::read(&json!({"status": "Published"})));
    view.ending = Some(Ending {
        outcome: Outcome::Published,
        cause: None,
        message: "It is live.".into(),
    });
    harness.take();
    harness.report(Some(job), Report::Run(Box::new(view.clone())));
    harness.report(Some(job), Report::Run(Box::new(view)));
    harness.report(Some(job), Report::Ended);
    let told = harness
        .effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Notify(_)))
        .count();
    assert_eq!(told, 1);
    assert_eq!(harness.started(), [&LoadTarget(Target::app("9A")).into()]);
    let products: &[Product] = harness.app.model().apps.products.value().unwrap();
    assert_eq!(
        (
            products[0].pending.as_deref(),
            products[0].published.as_deref()
        ),
        (None, Some("2"))
    );
    harness.keys("5 delete");
    assert_eq!(harness.app.model().runs.len(), 0);
}

#[test]
fn a_run_is_shown_whole_and_stopped_only_after_a_yes() {
    let mut harness = with_run(Step::Follow);
    harness.keys("5 enter");
    assert_eq!(harness.app.overlays(), ["run"]);
    let job = harness.job(AnyTask::is::<Follow>);
    harness.keys("x right enter");
    assert!(harness.effects.contains(&Effect::Cancel(job)));
    assert_eq!(harness.app.overlays(), ["run"]);
    harness.keys("y esc");
    let copied = harness.effects.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    assert!(copied.unwrap().contains("submission 2"));
    assert_eq!(
        (harness.app.overlays().len(), harness.app.focused()),
        (0, PaneId::Runs)
    );
}

#[test]
fn a_run_whose_task_broke_is_shown_as_failed() {
    let mut harness = with_run(Step::Upload);
    let job = harness.job(AnyTask::is::<Follow>);
    harness.report(Some(job), Report::Failed("The job broke.".into()));
    assert_eq!(harness.app.model().active_runs(), 0);
    assert!(harness.app.messages().contains(&"The job broke."));
    harness.wait(Duration::from_hours(1));
    assert!(
        harness.app.messages().contains(&"The job broke."),
        "an error stays"
    );
    harness.keys("y");
    assert!(
        harness
            .effects
            .contains(&Effect::Copy("The job broke.".into()))
    );
    harness.keys("esc");
    assert!(!harness.app.messages().contains(&"The job broke."));
}

#[test]
fn quitting_asks_while_a_run_is_active() {
    let mut harness = with_run(Step::Follow);
    harness.keys("q");
    assert_eq!(harness.app.overlays(), ["confirm"]);
    harness.keys("enter");
    assert!(!harness.effects.contains(&Effect::Quit(Exit::Quit)));
    harness.keys("q right enter");
    assert!(harness.effects.contains(&Effect::Quit(Exit::Quit)));
    let mut again = with_run(Step::Follow);
    again.keys("ctrl-c ctrl-c");
    assert!(
        again.effects.contains(&Effect::Quit(Exit::Quit)),
        "a second Ctrl-C leaves at once"
    );
    let mut idle = loaded();
    idle.keys("q");
    assert!(idle.effects.contains(&Effect::Quit(Exit::Quit)));
}

#[test]
fn keys_in_an_empty_list_reach_no_other_target() {
    let mut harness = loaded();
    harness.keys("2");
    assert!(harness.screen().contains("This app has no add-ons."));
    harness.take();
    for key in ["e", "u", "z", "shift-d", "w"] {
        harness.keys(key);
        assert_eq!(
            (harness.app.overlays().len(), harness.started().len()),
            (0, 0),
            "{key}"
        );
    }
    assert_eq!(
        harness.app.messages(),
        ["Nothing in this list is selected."]
    );
}

#[test]
fn a_key_waits_for_the_reading_and_another_one_calls_it_off() {
    for (keys, overlays) in [("j shift-d", vec!["confirm"]), ("j shift-d 1", Vec::new())] {
        let mut harness = loaded();
        harness.keys(keys);
        let target = harness.app.selected().unwrap().clone();
        let id = harness.job(|job| *job == LoadTarget(target.clone()).into());
        assert!(
            harness
                .app
                .messages()
                .iter()
                .any(|text| text.starts_with("Reading ")),
            "{:?}",
            harness.app.messages()
        );
        assert!(harness.app.overlays().is_empty());
        let product = app_product(target.id(), "Northwind Notes", "2", "1");
        harness.done::<LoadTarget>(id, Arc::new(detail(product, Some("PendingCommit"))));
        assert_eq!(harness.app.overlays(), overlays, "{keys}");
    }
}

#[test]
fn what_was_edited_in_an_earlier_session_is_marked_before_it_is_read() {
    let mut harness = loaded();
    assert!(!harness.screen().contains("Northwind Notes*"));
    let edited = Recalled::Edited(vec![Target::app("9A")]);
    let edited = Arc::new(Recall).message(TaskEvent::Done(edited));
    harness.report(None, Report::Task(edited));
    assert!(harness.screen().contains("Northwind Notes*"));
}

#[test]
fn what_was_edited_is_kept_before_leaving() {
    let mut harness = with_draft(ProfileView::default(), "PendingCommit");
    harness.event(Event::EditedOutside {
        target: Target::app("9A"),
        text: "{\"a\": 1}".into(),
    });
    assert_eq!(
        harness.started(),
        [] as [&AnyTask; 0],
        "kept at a pause, not at every key"
    );
    harness.event(Event::Terminate);
    let kept = harness
        .effects
        .iter()
        .position(|effect| matches!(effect, Effect::Start(_, task) if task.is::<KeepEdit>()));
    let quit = harness
        .effects
        .iter()
        .position(|effect| matches!(effect, Effect::Quit(_)));
    assert!(kept.unwrap() < quit.unwrap());
}

#[test]
fn an_edit_is_kept_at_a_pause() {
    let mut harness = with_draft(ProfileView::default(), "PendingCommit");
    harness.event(Event::EditedOutside {
        target: Target::app("9A"),
        text: "{\"a\": 1}".into(),
    });
    harness.wait(Duration::from_secs(2));
    let kept = harness
        .started()
        .into_iter()
        .find_map(|job| job.get::<KeepEdit>())
        .map(|task| (task.text.clone(), task.base.clone()));
    assert_eq!(kept, Some(("{\"a\": 1}".to_owned(), Some("2".to_owned()))));
    assert!(harness.screen().contains("Northwind Notes*"));
}

#[test]
fn the_palette_does_what_it_names() {
    let mut harness = loaded();
    harness.keys(":").typed("activ").keys("enter");
    assert_eq!(
        (harness.app.overlays().len(), harness.app.focused()),
        (0, PaneId::Activity)
    );
    harness.keys("6");
    assert_eq!(harness.app.focused(), PaneId::Apps);
    harness.keys("?");
    assert_eq!(harness.app.overlays(), ["help"]);
    harness.keys("? : esc esc");
    assert_eq!(harness.app.overlays().len(), 0);
}

#[test]
fn digits_tab_and_zoom_move_the_focus() {
    let mut harness = loaded();
    for (keys, pane) in [
        ("tab", PaneId::AddOns),
        ("tab tab", PaneId::Detail),
        ("backtab", PaneId::Flights),
        ("5", PaneId::Runs),
        ("esc", PaneId::Flights),
        ("6", PaneId::Activity),
        ("esc", PaneId::Flights),
        ("1 l", PaneId::Detail),
    ] {
        harness.keys(keys);
        assert_eq!(harness.app.focused(), pane, "{keys}");
    }
    harness.keys("1 +");
    assert!(
        !harness.screen().contains("Runs ─") && harness.screen().contains("5 Runs"),
        "zoomed, with the bar of panes"
    );
    harness.keys("esc");
    assert!(harness.screen().contains("No runs yet"));
}

#[test]
fn a_click_selects_and_a_second_one_opens() {
    let mut harness = loaded();
    harness.screen();
    harness.click(5, 4);
    assert_eq!(harness.app.selected(), Some(&Target::app("9C")));
    assert_eq!(harness.app.focused(), PaneId::Apps);
    harness.click(5, 4);
    assert_eq!(harness.app.focused(), PaneId::Detail);
}

#[test]
fn a_paste_where_no_text_is_taken_is_no_command() {
    let mut harness = loaded();
    harness.take();
    harness.event(Event::Paste("q\nu\nD".into()));
    assert_eq!(
        (harness.take(), harness.app.overlays().len()),
        (Vec::new(), 0)
    );
    harness.keys("/");
    harness.event(Event::Paste("Timer\n".into()));
    assert_eq!(harness.app.selected(), Some(&Target::app("9C")));
}

#[test]
fn without_a_profile_there_are_two_ways_on() {
    let welcome = || flightdeck::app::settings::Settings {
        welcome: Some("No profile yet.".into()),
        ..settings()
    };
    let mut harness = with(welcome(), 80, 24);
    assert_eq!(harness.take(), [], "nothing is asked of anybody");
    assert!(
        harness.screen().contains("No profile yet.") && harness.screen().contains("start the demo")
    );
    harness.keys("j enter d");
    assert_eq!(harness.take(), [Effect::Quit(Exit::Demo)]);
    let mut harness = with(welcome(), 20, 5);
    assert!(harness.screen().contains("demo"));
    harness.keys("q");
    assert_eq!(harness.take(), [Effect::Quit(Exit::Quit)]);
}

#[test]
fn idle_sleeps_until_the_next_minute() {
    let mut harness = loaded();
    let running: Vec<_> = harness.app.model().jobs.keys().copied().collect();
    for job in running {
        harness.report(Some(job), Report::Cancelled);
    }
    harness.wait(Duration::from_secs(10));
    harness.app.take_dirty();
    let next = harness.app.wake_at(harness.now).unwrap();
    let left = next.saturating_sub(harness.now.uptime);
    assert!(
        left > Duration::from_secs(10) && left <= Duration::from_mins(1),
        "{left:?}"
    );
    assert!(!harness.app.take_dirty());
    let before = harness.now;
    harness.report(None, Report::Cancelled);
    assert!(
        !harness.app.take_dirty() && before == harness.now,
        "what changes nothing draws nothing"
    );
}

#[test]
fn every_order_of_keys_is_survived() {
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    let keys = [
        "j",
        "k",
        "h",
        "l",
        "enter",
        "esc",
        "tab",
        "backtab",
        "/",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "+",
        "?",
        ":",
        ".",
        "r",
        "w",
        "z",
        "u",
        "e",
        "o",
        "y",
        "x",
        "d",
        "[",
        "]",
        "pagedown",
        "end",
        "home",
        "backspace",
        "space",
        "a",
        "left",
        "right",
        "shift-d",
        "f1",
    ];
    let sizes = [(120, 40), (80, 24), (40, 12), (39, 9), (20, 5), (200, 60)];
    let mut harness = loaded();
    for round in 0..600 {
        let key = keys[next(keys.len())];
        harness.keys(key);
        if round % 7 == 0 {
            let (columns, rows) = sizes[next(sizes.len())];
            harness.resize(columns, rows);
        }
        harness.wait(millis(50));
        assert!(!harness.screen().is_empty());
    }
}

#[test]
fn what_a_pane_on_screen_says_needs_no_message_above_it() {
    for (columns, rows, messages) in [(120, 40, 0), (80, 24, 1)] {
        let mut harness = with(settings(), columns, rows);
        harness.answer(
            &Catalog::Apps,
            vec![app_product("9A", "Northwind Notes", "0", "1")],
        );
        harness.wait(millis(250));
        let job = harness.job(AnyTask::is::<LoadTarget>);
        let message =
            "Could not read app:9A: features that are not supported by the submission API.";
        harness.report(
            Some(job),
            Report::Failed(TaskFailure {
                message: message.into(),
                portal: PortalNeed::ForProduct,
            }),
        );
        assert_eq!(harness.app.messages().len(), messages, "{columns}");
        let screen = harness.screen();
        assert!(screen.contains("portal only"), "{screen}");
        // Every tab says so, instead of a blank page.
        harness.keys("esc 4");
        for _ in 0..5 {
            assert!(
                harness.screen().contains("It could not be read"),
                "{}",
                harness.screen()
            );
            harness.keys("]");
        }
    }
}

#[test]
fn the_overview_names_only_keys_that_can_be_pressed() {
    let mut harness = with_draft(ProfileView::default(), "Certification");
    let screen = harness.screen();
    let next = screen
        .lines()
        .skip_while(|line| !line.contains(" next "))
        .take(2)
        .collect::<String>();
    assert!(
        next.contains("follow to the end") && !next.contains("review and publish"),
        "{screen}"
    );
    let mut harness = with_draft(
        ProfileView {
            is_read_only: true,
            ..ProfileView::default()
        },
        "PendingCommit",
    );
    let screen = harness.screen();
    let next = screen
        .lines()
        .skip_while(|line| !line.contains(" next "))
        .take(2)
        .collect::<String>();
    assert!(
        next.contains("edit the JSON") && !next.contains("publish") && !next.contains("delete"),
        "{screen}"
    );
}

/// What the lists and states leave of a large screen shows the release itself, with nothing to scroll.
#[test]
fn the_overview_fills_its_room_and_never_more() {
    let product = || app_product("9A", "Northwind Notes", "2", "1");
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        let mut harness = with(settings(), columns, rows);
        harness.answer(&Catalog::Apps, vec![product()]);
        harness.wait(millis(250));
        let id = harness.job(AnyTask::is::<LoadTarget>);
        let mut detail = detail(product(), Some("PendingCommit"));
        for (submission, notes) in [
            (&mut detail.published, "Faster start."),
            (&mut detail.pending, "Tabs."),
        ] {
            if let Some(submission) = submission {
                submission.document["listings"] = json!({"en-us": {"baseListing": {"title": "Northwind Notes", "releaseNotes": notes, "description": "All of it. ".repeat(300)}}});
            }
        }
        harness.done::<LoadTarget>(id, Arc::new(detail));
        harness.keys("4");
        let screen = harness.screen();
        // What to do next and the very change stand above the fold on every screen.
        for seen in [" next ", "1 change compared with live", "→ \"Tabs.\""] {
            assert!(screen.contains(seen), "{screen}");
        }
        assert_eq!(screen.contains('▼'), rows == 24, "{screen}");
        assert_eq!(screen.contains("All of it."), rows > 24, "{screen}");
    }
}

#[test]
fn what_a_reading_told_of_a_state_is_not_asked_for_again() {
    let mut harness = loaded();
    harness.keys("/").typed("Timer").keys("enter");
    harness.wait(Duration::from_secs(280)).take();
    harness.keys("r");
    let id = harness.job(AnyTask::is::<LoadTarget>);
    let product = app_product("9C", "Northwind Timer", "2", "1");
    harness.done::<LoadTarget>(id, Arc::new(detail(product, Some("Certification"))));
    harness.answer_status(&Target::app("9D"), "PendingCommit");
    harness.answer_status(&Target::app("9F"), "CommitFailed");
    harness.take();
    let asked = |harness: &Harness| {
        let tasks = harness.started().into_iter().filter_map(AnyTask::get);
        tasks
            .filter(|task: &&LoadStatus| task.target == Target::app("9C"))
            .count()
    };
    harness.wait(Duration::from_mins(1));
    assert_eq!(asked(&harness), 0);
    harness.wait(Duration::from_secs(250));
    assert_eq!(asked(&harness), 1);
    harness.answer_status(&Target::app("9C"), "Certification");
    // Nobody looks at the screen any more: what was committed is still followed, though rarely.
    harness.wait(Duration::from_hours(2));
    harness.answer_status(&Target::app("9C"), "Certification");
    harness.take();
    harness.wait(Duration::from_mins(14));
    assert_eq!(asked(&harness), 0);
    harness.wait(Duration::from_mins(2));
    assert_eq!(asked(&harness), 1);
    harness.keys("j");
    assert_eq!(asked(&harness), 1);
}

#[test]
fn a_filter_that_matches_nothing_selects_nothing() {
    let mut harness = loaded();
    let before = harness.app.selected().cloned();
    harness.keys("/").typed("zzzz");
    assert_eq!(harness.app.selected(), None);
    assert!(harness.screen().contains("0 of 6"), "{}", harness.screen());
    harness.keys("enter").take();
    for key in ["w", "u", "e", "z", "shift-d"] {
        harness.keys(key);
    }
    assert!(harness.started().is_empty() && harness.app.overlays().is_empty());
    harness.keys("esc");
    assert_eq!(harness.app.selected().cloned(), before);
}

#[test]
fn a_pause_is_called_a_pause() {
    let (mut harness, job) = uploading();
    ended_at_upload(&mut harness, job, Outcome::Cancelled, None);
    let screen = harness.screen();
    let said = harness.app.messages().join(" ");
    assert!(
        said.contains("paused") && screen.contains("paused"),
        "{said}"
    );
    assert!(!said.contains("cancelled") && !screen.contains("cancelled"));
}

#[test]
fn what_was_only_looked_at_is_said_to_be_seen() {
    let mut harness = with_run(Step::Follow);
    let job = harness.job(AnyTask::is::<Follow>);
    let mut view = run(
        "run-1",
        Target::app("9A"),
        "Northwind Notes",
        Step::Follow,
        harness.now.wall,
    );
    for step in view
        .steps
        .iter_mut()
        .filter(|step| step.step < Step::Follow)
    {
        step.state = StepState::Skipped;
    }
    view.timeline.remove(0);
    harness.report(Some(job), Report::Run(Box::new(view)));
    let screen = harness.screen();
    assert!(screen.contains("seen since"), "{screen}");
    assert!(!screen.contains(" for 1:05"), "{screen}");
}
