//! What can be done with the selected target, or why not; and the commands that do it. Knows no view.

use super::pane::{Context, Possible};
use super::{
    action::Action,
    command::{Command, Dialog, ToastLevel},
    rollout,
};
use crate::engine::driver::{manage::DeleteDraft, tasks::Follow};
use crate::engine::preflight::Refusal;
use crate::state::prepared::Prepared;
use crate::tasks::mute::Mute;
use store_model::{product::Product, remote::Remote, target::Kind};

fn no(reason: impl Into<String>) -> Possible {
    Possible::No(reason.into())
}

fn yes_if(condition: bool, reason: &str) -> Possible {
    if condition { Possible::Yes } else { no(reason) }
}

/// The product's name, else its id.
pub fn name(cx: &Context) -> String {
    let Some(target) = cx.selected else {
        return String::new();
    };
    cx.model.product(target).map_or_else(
        || target.id().to_owned(),
        |product: &Product| product.name.clone(),
    )
}

pub fn possible(action: Action, cx: &Context) -> Possible {
    let is_known = matches!(
        action,
        Action::Edit
            | Action::EditOutside
            | Action::DiscardEdit
            | Action::PickZip
            | Action::DropZip
            | Action::Publish
            | Action::Merge
            | Action::Follow
            | Action::Rollout
            | Action::DeleteDraft
            | Action::Copy
            | Action::OpenPortal
            | Action::ShowDiff
    );
    if !is_known {
        return Possible::Unknown;
    }
    let Some(target) = cx.selected else {
        return no("Nothing is selected.");
    };
    if matches!(action, Action::Copy | Action::OpenPortal) {
        return Possible::Yes;
    }
    let Some(prepared) = Prepared::of(cx.model, target) else {
        return no(match cx.model.details.get(target) {
            Some(Remote::Failed { error, .. }) => format!("It could not be read: {error}"),
            _ => "Its submissions have not been read yet.".to_owned(),
        });
    };
    let is_read_only = cx.model.profile.is_read_only;
    let read_only = || {
        let profile = cx.model.profile.name.clone();
        no(Refusal::ReadOnly { profile })
    };
    let report = prepared.pending_report(cx.model);
    let is_running = cx
        .model
        .runs
        .iter()
        .any(|row| row.view.target == *target && row.view.is_active());
    match action {
        Action::Edit | Action::EditOutside => yes_if(
            prepared.has_body(),
            "There is nothing to edit yet: the first submission of an app, with the age rating, is created in Partner Center.",
        ),
        Action::DiscardEdit => yes_if(prepared.text.is_some(), "Nothing has been edited."),
        Action::Merge => yes_if(
            prepared.is_base_gone() && prepared.server().is_some(),
            "Nobody else has changed what you edit.",
        ),
        Action::DropZip => yes_if(prepared.zip.is_some(), "No ZIP is chosen."),
        Action::Publish | Action::DeleteDraft if is_read_only => read_only(),
        Action::Publish if is_running => no(format!(
            "{} Pane {} shows it.",
            Refusal::ActiveRun,
            cx.key(Action::FocusRuns)
        )),
        Action::Publish if !prepared.has_body() => no(Refusal::FirstSubmissionOfApp),
        Action::Rollout => rollout::possible(&prepared, cx),
        Action::Follow => yes_if(
            report.is_some_and(|report| report.status.is_in_progress()),
            "Nothing of it is under way: there is nothing to hear of.",
        ),
        Action::DeleteDraft if is_running => no(Refusal::ActiveRun),
        Action::DeleteDraft if prepared.draft().is_none() => no(Refusal::DraftMissing),
        Action::DeleteDraft => prepared.draft_fault(cx.model).map_or(Possible::Yes, no),
        _ => Possible::Yes,
    }
}

/// Does it; says whether it was one of these actions. [`possible`] has said yes.
pub fn act(action: Action, cx: &Context) -> bool {
    let Some(target) = cx.selected.cloned() else {
        return false;
    };
    let prepared = Prepared::of(cx.model, &target);
    let must_type = cx.model.profile.confirmations(&name(cx), &target);
    match (action, prepared) {
        (Action::Copy, prepared) => {
            let submission = prepared
                .and_then(|prepared| prepared.server())
                .map(|(submission, _)| submission.id.as_str());
            cx.send(Command::Copy(submission.map_or_else(
                || target.to_string(),
                |id| format!("{target} {id}"),
            )));
        }
        (Action::OpenPortal, prepared) => {
            cx.send(Command::OpenLink(prepared.map_or_else(
                || target.portal_url(None),
                |prepared| prepared.portal_url(),
            )));
        }
        (Action::EditOutside, Some(prepared)) => {
            if let Some(text) = prepared.editable_text() {
                cx.send(Command::EditOutside {
                    target: target.clone(),
                    text,
                });
            }
        }
        (Action::DiscardEdit, Some(_)) => cx.send(Command::Open(Dialog::Confirm {
            title: "Discard the edited document?".into(),
            text: vec![
                format!(
                    "What was edited for {} is deleted, here and on disk.",
                    name(cx)
                ),
                "Nothing changes in the Store. A chosen ZIP stays chosen.".into(),
            ],
            yes: "Throw away".into(),
            danger: true,
            must_type: Vec::new(),
            then: vec![Command::DiscardEdit(target)],
        })),
        (Action::PickZip, _) => cx.send(Command::Open(Dialog::ZipPicker { target })),
        (Action::DropZip, Some(_)) => cx.send(Command::ChooseZip { target, zip: None }),
        // What somebody else has changed is settled before anything of it goes out.
        (Action::Merge, Some(_)) => cx.send(Command::Open(Dialog::Merge { target })),
        (Action::Publish, Some(prepared)) if !prepared.remote_changes.is_empty() => {
            cx.send(Command::Open(Dialog::Merge { target }));
        }
        (Action::Publish, Some(_)) => cx.send(Command::Open(Dialog::Review { target })),
        (Action::Follow, Some(prepared)) => {
            if let Some(draft) = prepared.draft() {
                let story = cx.model.submissions.of(&target, &draft.id);
                let is_muted = story.is_some_and(|story| story.is_muted);
                let (name, submission) = (name(cx), draft.id.clone());
                // Everything that is committed is followed anyway: a pin looks more often, and shows it among the runs.
                if cx.model.active_run(&target).is_none() && !is_muted {
                    cx.send(Command::start(Follow {
                        target,
                        name,
                        submission,
                    }));
                    return true;
                }
                let said = if is_muted {
                    format!("You hear of every change of {name} again.")
                } else {
                    let key = cx.key(Action::Follow);
                    format!("{name} is followed without notices until {key} is pressed again.")
                };
                cx.send(Command::Toast(ToastLevel::Info, said));
                cx.send(Command::start(Mute {
                    submission,
                    target,
                    is_muted: !is_muted,
                }));
            }
        }
        (Action::Rollout, Some(prepared)) => cx.send_all(rollout::choose(&prepared, cx)),
        (Action::DeleteDraft, Some(prepared)) => {
            if let Some(draft) = prepared.draft() {
                let mut text = vec![
                    format!("Submission {} of {} {} is deleted in the Store.", draft.id, target.kind().word(), name(cx)),
                    "Its document is saved on this machine first and can be restored into a new submission.".into(),
                ];
                if target.kind() == Kind::Flight && prepared.live().is_none() {
                    text.push("It is the flight's first submission: the Store may refuse to create another one.".into());
                }
                cx.send(Command::Open(Dialog::Confirm {
                    title: "Delete the draft?".into(),
                    text,
                    yes: "Delete".into(),
                    danger: true,
                    must_type,
                    then: vec![Command::start(DeleteDraft {
                        submission: draft.id.clone(),
                        target,
                    })],
                }));
            }
        }
        _ => return false,
    }
    true
}
