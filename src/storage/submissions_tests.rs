//! The file as several processes share it.

use super::*;
use serde_json::json;
use std::fs;
use store_model::status::StatusReport;

const WHO: &str = "contoso";

fn look(submission: &str, at: &str, status: &str) -> Sighting {
    let report = StatusReport::read(&json!({"status": status}));
    let at = format!("2026-02-{at}:00Z").parse().unwrap();
    Sighting::of(&Target::app("9A"), submission, &report, at)
}

#[test]
fn every_process_sees_what_any_of_them_saw() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (
        Submissions::new(folder.path()),
        Submissions::new(folder.path()),
    );
    assert!(one.stories(WHO).unwrap().is_empty());
    let told = one
        .record(WHO, &[look("7", "03T10:00", "CommitStarted")])
        .unwrap();
    assert_eq!(told.len(), 1);
    // The same again a minute later is no news, and not written.
    let size = fs::metadata(&one.path).unwrap().len();
    let told = one
        .record(WHO, &[look("7", "03T10:01", "CommitStarted")])
        .unwrap();
    assert!(told.is_empty() && fs::metadata(&one.path).unwrap().len() == size);

    let told = other
        .record(WHO, &[look("7", "03T10:04", "Certification")])
        .unwrap();
    assert_eq!(told[0].states.len(), 2);
    // The first hears of it with its own next look, whatever that is at.
    let told = one
        .record(WHO, &[look("8", "03T10:05", "PendingCommit")])
        .unwrap();
    assert_eq!(told.len(), 2);
    assert!(one.record(WHO, &[]).unwrap().is_empty());
    assert!(one.stories("another profile").unwrap().is_empty());
    assert_eq!(one.of(WHO, &Target::app("9A")).unwrap().len(), 2);
}

#[test]
fn a_line_that_was_cut_and_a_file_that_was_written_anew_lose_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let one = Submissions::new(folder.path());
    one.record(WHO, &[look("7", "03T10:00", "CommitStarted")])
        .unwrap();
    let mut text = fs::read_to_string(&one.path).unwrap();
    text.push_str("{\"profile\":\"contoso\",\"targ");
    fs::write(&one.path, &text).unwrap();
    one.record(WHO, &[look("7", "03T10:10", "Certification")])
        .unwrap();
    let other = Submissions::new(folder.path());
    let before = other.stories(WHO).unwrap();
    assert_eq!(before[0].states.len(), 2);

    {
        let mut known = one.known();
        one.rewrite(&mut known).unwrap();
    }
    assert_eq!(other.stories(WHO).unwrap(), before);
    assert_eq!(one.stories(WHO).unwrap(), before);
    let rollout = Sighting {
        rollout: Some(5.5),
        ..look("7", "03T10:15", "Certification")
    };
    assert_eq!(
        other.record(WHO, &[rollout]).unwrap()[0]
            .rollout
            .unwrap()
            .percent
            .to_string(),
        "5.5"
    );
    other
        .record(WHO, &[look("7", "03T10:20", "Publishing")])
        .unwrap();
    assert_eq!(one.stories(WHO).unwrap()[0].states.len(), 3);
}

#[test]
fn a_signed_url_is_never_written() {
    let folder = tempfile::tempdir().unwrap();
    let one = Submissions::new(folder.path());
    let mut seen = look("7", "03T10:00", "CommitFailed");
    seen.errors = vec![store_model::status::Remark {
        code: "InvalidArchive".into(),
        details:
            "https://a.blob.core.windows.net/i/x?sv=2024-08-04&se=2026-02-04&sr=b&sig=SeCrEt%3D"
                .into(),
    }];
    one.record(WHO, &[seen]).unwrap();
    let text = fs::read_to_string(&one.path).unwrap();
    assert!(
        text.contains("InvalidArchive") && !text.contains("SeCrEt"),
        "{text}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&one.path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
