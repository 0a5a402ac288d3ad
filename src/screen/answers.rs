//! What becomes of a line of text that was asked for, or why it cannot be taken.

use super::{
    command::{Command, PromptPurpose, ToastLevel},
    new_products, rollout,
};
use crate::engine::driver::{
    manage::{CreateProduct, NewProduct},
    rollout::Move,
    tasks::MoveRollout,
};
use serde_json::Value;
use store_model::{
    packages::{
        change::{add, is_reused, replace},
        rows::{ZipPackages, rows},
    },
    rules::check::check_new_add_on,
    target::Target,
};

/// What is to be done with the text, or why it cannot be taken.
pub fn answer(purpose: &PromptPurpose, text: &str) -> Result<Vec<Command>, String> {
    match purpose {
        PromptPurpose::NewAddOn { app, product_type } => {
            match check_new_add_on(text, product_type).first() {
                Some(finding) => Err(finding.sentence.clone()),
                None => Ok(vec![Command::start(CreateProduct(NewProduct::AddOn {
                    app: app.clone(),
                    product_id: text.to_owned(),
                    product_type: product_type.clone(),
                }))]),
            }
        }
        PromptPurpose::Package {
            target,
            document,
            replaces,
        } => package(target, document, replaces.as_deref(), text),
        PromptPurpose::Rollout {
            target,
            submission,
            name,
            must_type,
            now,
        } => match text.trim().trim_end_matches('%').trim().parse::<f64>() {
            Ok(percent) if percent > *now && percent <= 100.0 => Ok(vec![rollout::confirmed(
                MoveRollout {
                    target: target.clone(),
                    submission: submission.clone(),
                    to: Move::Set(percent),
                },
                name,
                must_type.clone(),
            )]),
            _ => Err(format!(
                "Type a number above {now} and up to 100: the percentage of customers."
            )),
        },
        PromptPurpose::NewFlight { .. } if text.is_empty() => {
            Err("A flight needs a name.".to_owned())
        }
        PromptPurpose::NewFlight { app, choices } => {
            Ok(vec![new_products::groups(app, text, choices)])
        }
        PromptPurpose::FlightGroups { app, name, choices } => {
            let groups = new_products::group_ids(text)?;
            Ok(vec![new_products::rank(app, name, &groups, choices)])
        }
    }
}

fn package(
    target: &Target,
    document: &Value,
    replaces: Option<&str>,
    text: &str,
) -> Result<Vec<Command>, String> {
    let kind = target.kind();
    let rows = rows(kind, document, None, &ZipPackages::new());
    let old = rows
        .iter()
        .find(|row| Some(row.pointer.as_str()) == replaces);
    let edits = match old {
        Some(old) => replace(kind, document, &rows, old, text),
        None => add(kind, document, &rows, text),
    };
    let edits = edits.map_err(|refusal| refusal.to_string())?;
    let mut commands = vec![Command::ChangeDocument {
        target: target.clone(),
        edits,
    }];
    if is_reused(&rows, text) {
        let said = "A package on the server has this name: the Store may mix them up. Give the new file a different name.";
        commands.push(Command::Toast(ToastLevel::Warning, said.to_owned()));
    }
    Ok(commands)
}
