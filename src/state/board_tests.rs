//! The board over three simulated days: what it says at each point, and that a restart changes none of it.

use super::*;
use crate::{
    state::view::KnownList,
    storage::Submissions,
    tasks::{
        load::{LoadStatus, Recall, Recalled},
        message::TaskEvent,
        report::{Past, Report},
        reporter::JobId,
        task::Task,
    },
};
use serde_json::json;
use std::sync::Arc;
use store_model::{story::Sighting, target::Kind};

const WHO: &str = "contoso";

fn time(text: &str) -> Timestamp {
    format!("2026-02-{text}:00Z").parse().unwrap()
}

fn product(target: &Target, name: &str, pending: &str, published: &str) -> Product {
    let kind = target.kind();
    let name_field = match kind {
        Kind::App => "primaryName",
        Kind::AddOn => "productId",
        Kind::Flight => "friendlyName",
    };
    let raw = json!({kind.id_field(): target.id(), name_field: name,
        kind.pending_field(): {"id": pending}, kind.published_field(): {"id": published}});
    Product::read(kind, Some("9A"), &raw).unwrap()
}

/// A dashboard that is started, looks, and is killed; its disk stays.
struct Desk {
    folder: tempfile::TempDir,
    disk: Submissions,
    model: Model,
    now: Timestamp,
}

impl Desk {
    fn new(at: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = Self {
            disk: Submissions::new(folder.path()),
            folder,
            model: Model::default(),
            now: time(at),
        };
        desk.start(at);
        desk
    }

    /// Another process begins, with nothing but the disk and the lists.
    fn start(&mut self, at: &str) {
        self.now = time(at);
        let (apps, add_ons) = (self.model.apps.clone(), self.model.add_ons.clone());
        self.disk = Submissions::new(self.folder.path());
        self.model = Model {
            apps,
            add_ons,
            ..Model::default()
        };
        let past = Past {
            stories: self.disk.stories(WHO).unwrap(),
            ..Past::default()
        };
        let message = Arc::new(Recall).message(TaskEvent::Progress(Recalled::Past(past)));
        self.model.begin(JobId(1), Recall.into());
        self.model
            .apply(Some(JobId(1)), Report::Task(message), self.now);
    }

    fn list(&mut self, products: Vec<Product>) {
        let (apps, add_ons) = products
            .into_iter()
            .partition(|product| product.target.kind() == Kind::App);
        let list = |products| KnownList {
            products: Remote::Ready(products),
            ..KnownList::default()
        };
        (self.model.apps, self.model.add_ons) = (list(apps), list(add_ons));
    }

    /// The dashboard asks, as it does in the background.
    fn look(
        &mut self,
        at: &str,
        target: &Target,
        submission: &str,
        status: &str,
    ) -> Vec<super::super::ModelChange> {
        self.now = time(at);
        let report = StatusReport::read(&json!({"status": status,
            "statusDetails": {"certificationReports": if status == "CertificationFailed" {
                json!([{"date": "2026-02-05", "reportUrl": "https://r"}]) } else { json!([]) }}}));
        let look = Sighting {
            is_shown: true,
            ..Sighting::of(target, submission, &report, self.now)
        };
        let stories = self.disk.record(WHO, &[look]).unwrap();
        let mut changes = self.model.apply(None, Report::Stories(stories), self.now);
        let task = LoadStatus {
            target: target.clone(),
            submission: submission.to_owned(),
        };
        self.model.begin(JobId(2), task.clone().into());
        let message = Arc::new(task).message(TaskEvent::Done(report));
        changes.extend(
            self.model
                .apply(Some(JobId(2)), Report::Task(message), self.now),
        );
        changes
    }

    /// Another process, such as `watch`, saw this.
    fn watched(&self, at: &str, target: &Target, submission: &str, status: &str) {
        let report = StatusReport::read(&json!({"status": status}));
        let look = Sighting::of(target, submission, &report, time(at));
        Submissions::new(self.folder.path())
            .record(WHO, &[look])
            .unwrap();
    }

    fn board(&mut self) -> Vec<String> {
        self.model.refresh_board(self.now, &TimeZone::UTC);
        let line = |row: &Row| {
            format!(
                "{} | {} {} | {} | {} | {}",
                row.group.actor(),
                row.name,
                row.kind(),
                row.state(self.now),
                row.what,
                row.verb.word()
            )
        };
        self.model.board.iter().map(line).collect()
    }
}

#[test]
fn three_days_with_restarts_are_told_as_they_were_seen() {
    let (notes, atlas) = (Target::app("9A"), Target::app("9B"));
    let offline = Target::add_on("9C");
    let mut desk = Desk::new("03T09:00");
    desk.list(vec![
        product(&notes, "Notes", "12", "11"),
        product(&atlas, "Atlas", "22", "21"),
        product(&offline, "atlas.offline", "32", "0"),
    ]);
    // Nobody has asked yet: nothing is claimed.
    assert!(
        desk.board().iter().all(|line| line.starts_with("unknown")),
        "{:?}",
        desk.board()
    );

    // Day one: a commit that is watched, a draft, and something that another tool committed long ago.
    desk.look("03T09:01", &notes, "12", "PendingCommit");
    desk.look("03T09:05", &notes, "12", "CommitStarted");
    desk.look("03T09:10", &notes, "12", "Certification");
    desk.look("03T09:10", &atlas, "22", "Certification");
    desk.look("03T09:10", &offline, "32", "PendingCommit");
    desk.now = time("03T11:10");
    assert_eq!(
        desk.board(),
        [
            "you | atlas.offline add-on | draft ≥ 2 h | of Notes | review",
            "store | Atlas app | Certification ≥ 2 h | no history here yet | look",
            "store | Notes app | Certification 2 h | no history here yet | look",
        ]
    );

    // The lid is closed at 18:00 with the process killed; `watch` in a build sees Atlas fail at night.
    desk.look("03T18:00", &notes, "12", "Certification");
    desk.watched("04T02:00", &atlas, "22", "CertificationFailed");
    desk.start("04T08:40");
    // At once, before any request: what is known, and how old that is.
    assert_eq!(
        desk.board(),
        [
            "you | Atlas app | CertificationFailed ≥ 6 h | seen 6 h ago · rejected in review; read the report, fix it and publish again | read",
            "you | atlas.offline add-on | draft ≥ 23 h | of Notes · seen 23 h ago | review",
            "store | Notes app | Certification 23 h | seen 14 h ago · no history here yet | look",
        ]
    );
    desk.look("04T08:41", &atlas, "22", "CertificationFailed");
    // Skipped states: Notes is published between two looks, at an unknown time.
    let changes = desk.look("04T08:41", &notes, "12", "Published");
    assert!(changes.contains(&super::super::ModelChange::Stale(notes.clone())));
    let told = desk.model.submissions.since_left().unwrap();
    assert_eq!(
        (told.left, told.published, told.failed),
        (time("03T18:00"), 1, 1)
    );
    let board = desk.board();
    assert_eq!(
        board[0],
        "you | Atlas app | CertificationFailed ≥ 6 h | there is a report | read"
    );
    assert_eq!(
        board.last().unwrap(),
        "nobody | Notes app | published | seen 08:41 | look"
    );
    let story = desk.model.submissions.of(&notes, "12").unwrap();
    assert_eq!(story.gaps.len(), 2, "{:?}", story.gaps);

    // Its rollout was left at 5 %: on the board until somebody moves it, whatever is restarted.
    let rollout = |percent| Sighting {
        rollout: Some(percent),
        ..Sighting::new(&notes, "12", time("04T09:00"))
    };
    let stories = desk.disk.record(WHO, &[rollout(5.0)]).unwrap();
    desk.model.apply(None, Report::Stories(stories), desk.now);
    desk.start("06T09:00");
    desk.look("06T09:01", &offline, "32", "CommitStarted");
    desk.look("06T09:05", &offline, "32", "PendingCommit");
    let board = desk.board();
    assert_eq!(
        board,
        [
            "you | atlas.offline add-on | commit failed 0 s | of Notes · the service gave it back as a draft | fix",
            "you | Atlas app | CertificationFailed ≥ 2 d | seen 2 d ago · there is a report | read",
            "you | Notes app | rollout 5 %, 2 d idle |  | raise",
        ]
        .map(|line| line.replace("0 s", "now"))
    );
    // Raised to everybody: nothing to do any more.
    let all = Sighting {
        at: time("06T09:10"),
        ..rollout(100.0)
    };
    let stories = desk.disk.record(WHO, &[all]).unwrap();
    desk.model.apply(None, Report::Stories(stories), desk.now);
    assert_eq!(desk.board().len(), 2);

    // A Manual release waits for a person in Partner Center.
    desk.look("06T10:00", &atlas, "22", "Release");
    let manual = Sighting {
        mode: Some("Manual".into()),
        ..Sighting::new(&atlas, "22", time("06T10:00"))
    };
    let stories = desk.disk.record(WHO, &[manual]).unwrap();
    desk.model.apply(None, Report::Stories(stories), desk.now);
    assert!(
        desk.board()
            .contains(&"portal | Atlas app | Release | waits for “Publish now” | open".to_owned()),
        "{:?}",
        desk.board()
    );
    assert_eq!(counts(&desk.model.board), [1, 1, 0]);
}

#[test]
fn what_lasts_far_longer_than_usual_is_called_out() {
    let notes = Target::app("9A");
    let mut desk = Desk::new("03T00:00");
    desk.list(vec![product(&notes, "Notes", "12", "11")]);
    // Three releases before took 1, 2 and 4 hours in certification, watched all the time.
    for (day, hours) in [("10", 1), ("11", 2), ("12", 4)] {
        let id = format!("old-{day}");
        let look = |minutes: i64, status: &str| {
            let report = StatusReport::read(&json!({"status": status}));
            let at = time(&format!("{day}T00:00")) + SignedDuration::from_mins(minutes);
            Sighting::of(&notes, &id, &report, at)
        };
        let mut looks = vec![look(0, "PendingCommit"), look(1, "CommitStarted")];
        looks.extend((0..=hours * 4).map(|quarter| look(2 + quarter * 15, "Certification")));
        looks.push(look(3 + hours * 60, "Published"));
        desk.disk.record(WHO, &looks).unwrap();
    }
    desk.start("20T00:00");
    desk.look("20T08:00", &notes, "12", "CommitStarted");
    desk.look("20T08:10", &notes, "12", "Certification");
    desk.now = time("20T09:10");
    assert_eq!(
        desk.board(),
        ["store | Notes app | Certification 1 h | usually 2 h, longest 4 h, 3 so far | look"]
    );
    desk.now = time("20T20:10");
    assert_eq!(
        desk.board(),
        ["store | Notes app | Certification 12 h | ! longest here so far 4 h | look"]
    );
    assert!(desk.model.board[0].is_late);
    assert_eq!(
        desk.model.submissions.pace().expected(Kind::App),
        "1–4 h, from 3 runs"
    );
    // Filter by name, kind, state and actor, anywhere in them.
    for (typed, matches) in [
        ("note", true),
        ("fication", true),
        ("app store", true),
        ("add-on", false),
        ("you", false),
    ] {
        assert_eq!(desk.model.board[0].matches(typed), matches, "{typed}");
    }
}
