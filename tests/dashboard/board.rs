//! The board as a person uses it: it is the first screen, and each row's verb leads where it says.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use crate::harness::{Harness, loaded};
use flightdeck::{
    app::event::{Effect, Event},
    screen::command::PaneId,
    tasks::{
        load::{Recall, Recalled},
        message::TaskEvent,
        mute::Mute,
        report::{Past, Report},
        task::Task,
    },
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::sync::Arc;
use store_model::{
    status::StatusReport,
    story::{Sighting, Story},
    target::Target,
};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn look(target: &Target, submission: &str, ago: SignedDuration, status: &str) -> Sighting {
    let now = time("2026-02-03T12:04:00Z");
    let report = StatusReport::read(&json!({"status": status,
        "statusDetails": {"errors": if status == "CommitFailed" {
            json!([{"code": "MissingFiles", "details": "a.msix"}]) } else { json!([]) }}}));
    Sighting::of(target, submission, &report, now - ago)
}

fn story(looks: &[Sighting]) -> Story {
    let mut looks = looks.iter();
    let mut story = Story::new(looks.next().unwrap());
    for look in looks {
        story.tell(look);
    }
    story
}

/// The account of the harness with what was seen of it before this session.
fn board() -> Harness {
    let mut harness = loaded();
    let (hours, minutes) = (SignedDuration::from_hours, SignedDuration::from_mins);
    let (failed, timer, notes) = (Target::app("9F"), Target::app("9C"), Target::app("9A"));
    let stories = vec![
        story(&[
            look(&failed, "2", hours(3), "PendingCommit"),
            look(&failed, "2", hours(3) - minutes(5), "CommitStarted"),
            look(&failed, "2", hours(2), "CommitFailed"),
        ]),
        story(&[look(&timer, "2", hours(31), "Certification")]),
        story(&[
            look(&notes, "1", hours(5), "Publishing"),
            look(&notes, "1", hours(3), "Published"),
            Sighting {
                rollout: Some(5.0),
                ..Sighting::new(&notes, "1", time("2026-01-28T12:00:00Z"))
            },
        ]),
        story(&[
            look(&Target::add_on("9Q"), "5", hours(5), "Publishing"),
            look(&Target::add_on("9Q"), "5", hours(3), "Published"),
        ]),
    ];
    let past = Past {
        stories,
        ..Past::default()
    };
    let message = Arc::new(Recall).message(TaskEvent::Progress(Recalled::Past(past)));
    harness.event(Event::Report(None, Report::Task(message)));
    harness.keys("0").take();
    harness
}

#[test]
fn what_needs_a_person_comes_first_and_each_verb_leads_where_it_says() {
    let mut harness = board();
    insta::assert_snapshot!("board_120x40", harness.screen());
    assert_eq!(harness.app.selected(), Some(&Target::app("9F")));
    harness.keys("enter");
    assert_eq!(harness.app.focused(), PaneId::Detail);
    harness.keys("esc");
    assert_eq!(harness.app.focused(), PaneId::Board);
    // A filter narrows by state, anywhere in its name, or by who must act.
    harness.keys("/").typed("fication").keys("enter");
    assert_eq!(harness.app.selected(), Some(&Target::app("9C")));
    harness
        .keys("esc / ")
        .typed("nothing like it")
        .keys("enter u");
    assert_eq!(harness.app.selected(), None);
    assert!(harness.started().is_empty());
    harness.keys("esc b 1");
    // The app's row carries what is worst below it, and tab leads round.
    assert_eq!(harness.app.focused(), PaneId::Apps);
    harness.keys("esc");
    assert_eq!(harness.app.focused(), PaneId::Board);
}

#[test]
fn a_change_of_state_is_told_once_and_a_muted_one_not_at_all() {
    let mut harness = board();
    let timer = Target::app("9C");
    let now = harness.now.wall;
    let mut known = story(&[look(
        &timer,
        "2",
        SignedDuration::from_hours(31),
        "Certification",
    )]);
    let mut see = |harness: &mut Harness, at: i64, status: &str, is_muted: Option<bool>| {
        let report = StatusReport::read(&json!({"status": status}));
        known.tell(&Sighting {
            is_muted,
            ..Sighting::of(&timer, "2", &report, now + SignedDuration::from_secs(at))
        });
        harness.take();
        harness.event(Event::Report(None, Report::Stories(vec![known.clone()])));
        let is_notice = |effect: &&Effect| matches!(effect, Effect::Notify(_));
        harness.effects.iter().filter(is_notice).count()
    };
    assert_eq!(see(&mut harness, 1, "Certification", None), 0);
    assert_eq!(see(&mut harness, 60, "Publishing", None), 1);
    assert!(
        harness
            .app
            .messages()
            .iter()
            .any(|text| text.contains("Publishing"))
    );
    assert_eq!(see(&mut harness, 90, "Publishing", None), 0);
    assert_eq!(see(&mut harness, 120, "PublishFailed", Some(true)), 0);
    assert!(harness.started().iter().all(|task| !task.is::<Mute>()));
}
