//! The gradual rollout of what is live: its card, and the choices with what each of them means for customers. Every move is
//! confirmed; none is ever made without a person.

use super::{
    command::{Choice, Command, Dialog, PromptPurpose},
    pane::{Context, Possible},
};
use crate::{
    engine::{
        driver::{rollout::Move, tasks::MoveRollout},
        preflight::Refusal,
    },
    state::prepared::Prepared,
    tasks::sightings::open_rollout,
};

/// Steps that are offered, in percent: what most teams go by.
const STEPS: [f64; 6] = [1.0, 5.0, 10.0, 25.0, 50.0, 75.0];

/// Columns of the card's line.
const LINE: usize = 20;

/// The open rollout of what is live, in percent.
fn percent(prepared: &Prepared) -> Option<f64> {
    open_rollout(&prepared.live()?.document)
}

/// `◔ 5 % ▏──┃────▕ 100 %`
pub fn card(prepared: &Prepared) -> Option<String> {
    let percent = percent(prepared)?;
    let at = ((percent / 100.0 * LINE as f64).round() as usize).min(LINE);
    Some(format!(
        "◔ {percent} % ▏{}┃{}▕ 100 %",
        "─".repeat(at),
        "─".repeat(LINE - at)
    ))
}

pub fn possible(prepared: &Prepared, cx: &Context) -> Possible {
    if cx.model.profile.is_read_only {
        let profile = cx.model.profile.name.clone();
        return Possible::No(Refusal::ReadOnly { profile }.into());
    }
    match percent(prepared) {
        Some(_) => Possible::Yes,
        None => Possible::No("What is live goes to all customers: no rollout is open.".to_owned()),
    }
}

/// The choices.
pub fn choose(prepared: &Prepared, cx: &Context) -> Option<Command> {
    let (now, live) = (percent(prepared)?, prepared.live()?);
    let name = cx.model.name(prepared.target);
    let row = |text: String, note: &str, to: Move| Choice {
        text,
        note: note.to_owned(),
        answer: vec![confirm(prepared, cx, to)],
    };
    let mut choices: Vec<_> = STEPS
        .into_iter()
        .filter(|step| *step > now)
        .map(|step| row(format!("Raise to {step} %"), "", Move::Set(step)))
        .collect();
    choices.push(Choice {
        text: "Raise to another percentage…".to_owned(),
        note: String::new(),
        answer: vec![Command::Open(Dialog::Prompt {
            title: format!("Rollout of {name}"),
            text: format!("{now} % of the customers get submission {} now.", live.id),
            label: "percent".to_owned(),
            start: String::new(),
            purpose: PromptPurpose::Rollout {
                target: prepared.target.clone(),
                submission: live.id.clone(),
                name: name.clone(),
                must_type: cx.model.profile.confirmations(&name, prepared.target),
                now,
            },
        })],
    });
    choices.push(row(
        "Finalize".to_owned(),
        "all customers get it",
        Move::Finalize,
    ));
    choices.push(row(
        "Halt".to_owned(),
        "no further customer gets it",
        Move::Halt,
    ));
    Some(Command::Open(Dialog::Choose {
        title: format!("Rollout of {name}"),
        text: format!(
            "{now} % of the customers get submission {} now. A new submission needs the rollout to be finalized or halted first.",
            live.id
        ),
        choices,
        current: 0,
    }))
}

fn confirm(prepared: &Prepared, cx: &Context, to: Move) -> Command {
    let name = cx.model.name(prepared.target);
    let submission = prepared.live().map(|live| live.id.clone());
    confirmed(
        MoveRollout {
            target: prepared.target.clone(),
            submission: submission.unwrap_or_default(),
            to,
        },
        &name,
        cx.model.profile.confirmations(&name, prepared.target),
    )
}

/// Asks, with the consequence in words.
pub fn confirmed(task: MoveRollout, name: &str, must_type: Vec<String>) -> Command {
    let (title, text, yes) = match task.to {
        Move::Set(percent) => (
            format!("Raise the rollout of {name} to {percent} %?"),
            format!(
                "{percent} % of the customers get the packages of submission {}, the others keep the earlier ones.",
                task.submission
            ),
            format!("Raise to {percent} %"),
        ),
        Move::Finalize => (
            format!("Finalize the rollout of {name}?"),
            format!(
                "All customers get the packages of submission {}. This cannot be taken back: only a new submission replaces them.",
                task.submission
            ),
            "Finalize".to_owned(),
        ),
        Move::Halt => (
            format!("Halt the rollout of {name}?"),
            format!(
                "No further customer gets the packages of submission {}; new ones get the earlier packages again. \
                 Who has them already keeps them until a later version comes. A halted rollout cannot go on.",
                task.submission
            ),
            "Halt".to_owned(),
        ),
    };
    Command::Open(Dialog::Confirm {
        title,
        text: vec![text],
        yes,
        danger: !matches!(task.to, Move::Set(_)),
        must_type,
        then: vec![Command::start(task)],
    })
}
