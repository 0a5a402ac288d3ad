//! What can be done with a run: pause, go on, cancel; and why not.

use super::pane::{Context, Possible};
use crate::{
    engine::{
        driver::tasks::{Renew, Resume},
        preflight::Refusal,
        view::{Cause, Step},
    },
    screen::{
        action::Action,
        command::{Command, Dialog},
    },
    state::RunRow,
};

/// Whether a run can be resumed, or why not.
pub(crate) fn may_resume(row: &RunRow, cx: &Context) -> Possible {
    if row.is_active() {
        Possible::No(Refusal::RunIsActive.into())
    } else if !row.may_go_on() {
        Possible::No(Refusal::RunCannotGoOn.into())
    } else if cx.model.profile.is_read_only {
        let profile = cx.model.profile.name.clone();
        Possible::No(Refusal::ReadOnly { profile }.into())
    } else {
        Possible::Yes
    }
}

/// Resumes an interrupted run. Where its upload URL has expired, that takes another draft, and a confirmation.
pub(crate) fn resume(row: &RunRow, cx: &Context) -> Option<Command> {
    let run = row.view.id.clone();
    let has_url_ended = row
        .view
        .ending
        .as_ref()
        .is_some_and(|ending| ending.cause == Some(Cause::UrlEnded));
    let go_on = match &row.view.submission {
        Some(draft) if has_url_ended => Command::Open(Dialog::Confirm {
            title: "Replace the draft?".to_owned(),
            text: vec![
                format!("The upload URL of draft {draft} has expired, and only a new draft has a new one."),
                "The draft's document is saved on this machine, then the draft is deleted and created again with the same document. \
                 The upload starts from the beginning."
                    .to_owned(),
            ],
            yes: "Replace and continue".to_owned(),
            danger: true,
            must_type: cx.model.profile.confirmations(&row.view.name, &row.view.target),
            then: vec![Command::start(Renew {
                run,
                plan: row.plan.clone(),
            })],
        }),
        _ => Command::start(Resume { run }),
    };
    (!row.is_active() && row.may_go_on()).then_some(go_on)
}

pub(crate) fn is_uploading(row: &RunRow) -> bool {
    row.is_active()
        && row
            .view
            .current()
            .is_some_and(|step| step.step == Step::Upload)
}

/// Whether there is an upload to pause, or a paused one to resume.
pub(crate) fn may_pause(row: &RunRow, cx: &Context) -> Possible {
    if is_uploading(row) {
        Possible::Yes
    } else if row.is_active() {
        Possible::No(format!(
            "Only an upload can be paused; {} stops the run.",
            cx.key(Action::CancelRun)
        ))
    } else {
        may_resume(row, cx)
    }
}

/// Pauses or resumes an upload. What is acknowledged stays in the Store, and the run can be resumed even after
/// the program has ended: a pause holds nothing that could get lost.
pub(crate) fn pause(row: &RunRow, cx: &Context) -> Option<Command> {
    if is_uploading(row) {
        Some(Command::Cancel(row.job))
    } else {
        resume(row, cx)
    }
}

/// Asks before a run is stopped, and says what stays.
pub(crate) fn cancel(row: &RunRow) -> Command {
    let stays = match &row.view.submission {
        Some(id) => format!(
            "Submission {id} stays in the account as it is, with what has been sent so far."
        ),
        None => "Nothing has been created in the account yet.".to_owned(),
    };
    Command::Open(Dialog::Confirm {
        title: format!("Stop the run of {}?", row.view.name),
        text: vec!["It stops after the current request.".to_owned(), stays],
        yes: "Stop the run".to_owned(),
        danger: false,
        must_type: Vec::new(),
        then: vec![Command::Cancel(row.job)],
    })
}
