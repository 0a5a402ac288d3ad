//! Stories over days that pass in a table.

use super::*;
use serde_json::json;

fn time(text: &str) -> Timestamp {
    format!("2026-02-{text}:00Z").parse().unwrap()
}

/// Looks as `03T10:00 Certification`.
pub(crate) fn story(looks: &[&str]) -> Story {
    let mut story: Option<Story> = None;
    for look in looks {
        let (at, status) = look.split_once(' ').unwrap();
        let report = StatusReport::read(&json!({"status": status}));
        let look = Sighting::of(&Target::app("9A"), "7", &report, time(at));
        match &mut story {
            Some(story) => story.tell(&look),
            None => story = Some(Story::new(&look)),
        }
    }
    story.unwrap()
}

#[test]
fn what_nobody_watched_is_a_gap_and_no_age_is_made_of_it() {
    let mut seen = story(&[
        "03T17:50 PendingCommit",
        "03T17:51 CommitStarted",
        "03T17:55 Certification",
        "03T18:02 Certification",
        "04T08:40 Certification",
    ]);
    assert_eq!(
        seen.gaps,
        [Gap {
            from: time("03T18:02"),
            to: time("04T08:40")
        }]
    );
    // It was watched when it began: the gap does not hide that it stayed in this state.
    let age = seen.age(time("04T08:55")).unwrap();
    assert_eq!(
        age,
        Age {
            time: Duration::from_hours(15),
            is_least: false
        }
    );
    // The next state came while nobody looked: seen since, never begun.
    seen.tell(&Sighting::of(
        &Target::app("9A"),
        "7",
        &StatusReport::read(&json!({"status": "Publishing"})),
        time("05T09:00"),
    ));
    let age = seen.age(time("05T10:00")).unwrap();
    assert_eq!(
        age,
        Age {
            time: Duration::from_hours(1),
            is_least: true
        }
    );
    assert_eq!(seen.gaps.len(), 2);
    assert_eq!(seen.took(), None);
    // A look that was written late tells nothing of the present.
    seen.tell(&Sighting::of(
        &Target::app("9A"),
        "7",
        &StatusReport::read(&json!({"status": "Certification"})),
        time("04T12:00"),
    ));
    assert_eq!(seen.status(), Some(&Status::Publishing));
}

#[test]
fn only_a_commit_that_was_seen_can_fall_back() {
    let draft = story(&["03T10:00 PendingCommit", "04T10:00 PendingCommit"]);
    assert!(!draft.fell_back() && !draft.has_ended() && !draft.is_followed());
    assert!(draft.gaps.is_empty(), "a draft waits for no look");
    let back = story(&["03T10:00 CommitStarted", "03T10:05 PendingCommit"]);
    assert!(back.fell_back() && back.has_failed() && !back.is_followed());
    let again = story(&[
        "03T10:00 CommitStarted",
        "03T10:05 PendingCommit",
        "03T10:10 CommitStarted",
    ]);
    assert!(again.is_followed() && !again.has_failed());
}

#[test]
fn stages_count_only_between_two_beginnings_that_were_watched() {
    let seen = story(&[
        "03T10:00 PendingCommit",
        "03T10:01 CommitStarted",
        "03T10:06 Certification",
        "03T10:16 Certification",
        "03T10:26 Publishing",
        "03T12:00 Published",
    ]);
    let stages: Vec<_> = seen.stages().collect();
    let minutes = |minutes| Duration::from_mins(minutes);
    assert_eq!(
        stages,
        [
            (&Status::CommitStarted, minutes(5)),
            (&Status::Certification, minutes(20))
        ]
    );
    assert_eq!(seen.took(), None);
    assert!(seen.has_ended() && !seen.has_failed());
}

#[test]
fn a_story_survives_being_written_in_fewer_lines() {
    let mut seen = story(&[
        "03T17:50 PendingCommit",
        "03T17:51 CommitStarted",
        "03T17:55 Certification",
        "03T17:59 Certification",
        "04T08:40 Certification",
        "04T08:50 Certification",
        "04T08:55 CertificationFailed",
    ]);
    seen.tell(&Sighting {
        rollout: Some(5.0),
        is_shown: true,
        ..Sighting::new(&Target::app("9A"), "7", time("04T08:56"))
    });
    let looks = seen.sightings();
    let mut again = Story::new(&looks[0]);
    for look in &looks {
        again.tell(look);
    }
    assert_eq!(again, seen);
}
