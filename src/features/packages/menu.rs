//! What is offered for the packages of a document: those of the chosen ZIP, and what can be done with the selected one. Every
//! offer carries its edits; changes nothing itself.

use super::list::{PackageList, chosen_fit, unnamed};
use crate::{
    screen::{
        action::Action,
        command::{Choice, Command, Dialog, PromptPurpose},
        documents::Documents,
        pane::Context,
    },
    state::prepared::Prepared,
};
use serde_json::Value;
use std::{rc::Rc, sync::Arc};
use store_model::{
    archive::fit::zip_path,
    packages::{
        change::{self, is_reused, remove, replace, restore},
        rows::{Disposition, PackageRow},
    },
};

/// What an action works on.
pub struct At {
    pub document: Arc<Value>,
    pub list: Rc<PackageList>,
    pub row: Option<PackageRow>,
}

/// The ZIP's packages to choose from, as answers that add them, or put them in the place of `old`.
fn offers(at: &At, old: Option<&PackageRow>, documents: &Documents, cx: &Context) -> Vec<Choice> {
    let Some(target) = cx.selected else {
        return Vec::new();
    };
    let found = Prepared::of(cx.model, target).zip(documents.verdict(cx));
    let fit = found.and_then(|(prepared, verdict)| chosen_fit(&prepared, &verdict, cx));
    let names = fit
        .map(|fit| unnamed(&fit, &at.list.rows))
        .unwrap_or_default();
    names
        .into_iter()
        .filter_map(|extra| {
            let added = match old {
                Some(old) => replace(at.list.kind, &at.document, &at.list.rows, old, &extra.name),
                None => change::add(at.list.kind, &at.document, &at.list.rows, &extra.name),
            };
            let edits = added.ok()?;
            let text = if old.is_some() {
                format!("Replace by {}", extra.name)
            } else {
                extra.name.clone()
            };
            let note = match (is_reused(&at.list.rows, &extra.name), &extra.hurdle) {
                (true, _) => "! a package on the server has this name",
                (_, Some(_)) => "! check it: its name or folder may be wrong",
                _ => match at.list.zip_packages.get(&zip_path(&extra.name)) {
                    Some(package) => &format!("{} for {}", package.version, package.architecture()),
                    None => "in the ZIP",
                },
            };
            let answer = vec![Command::ChangeDocument {
                target: target.clone(),
                edits,
            }];
            Some(Choice {
                text,
                note: note.to_owned(),
                answer,
            })
        })
        .collect()
}

/// Asks for the path of a package that no chosen ZIP shows.
fn prompt(at: &At, old: Option<&PackageRow>, cx: &Context) -> Option<Dialog> {
    let target = cx.selected?.clone();
    let has_zip = Prepared::of(cx.model, &target).is_some_and(|prepared| prepared.zip.is_some());
    let hint = if has_zip {
        "All packages of the chosen ZIP are already in the list.".to_owned()
    } else {
        format!(
            "With a ZIP chosen ({} in the list of packages) its packages are offered instead.",
            cx.key(Action::PickZip)
        )
    };
    Some(Dialog::Prompt {
        title: old.map_or_else(
            || "Add a package".to_owned(),
            |old| format!("Replace {}", old.file_name),
        ),
        text: format!("Its path inside the ZIP that will be uploaded. {hint}"),
        label: "path in the ZIP".to_owned(),
        start: String::new(),
        purpose: PromptPurpose::Package {
            target,
            document: Arc::clone(&at.document),
            replaces: old.map(|old| old.pointer.clone()),
        },
    })
}

/// Offers the ZIP's packages, else asks for a path.
pub fn add(at: &At, documents: &Documents, cx: &Context) {
    let mut choices = offers(at, None, documents, cx);
    let Some(prompt) = prompt(at, None, cx) else {
        return;
    };
    if choices.is_empty() {
        return cx.send(Command::Open(prompt));
    }
    choices.push(Choice {
        text: "Another one …".into(),
        note: "type its path".into(),
        answer: vec![Command::Open(prompt)],
    });
    cx.send(Command::Open(Dialog::Choose {
        title: "Add a package".into(),
        text: "Packages of the chosen ZIP that the document does not name yet.".into(),
        choices,
        current: 0,
    }));
}

/// What can be done with the selected package.
pub fn menu(at: &At, documents: &Documents, cx: &Context) {
    let (Some(target), Some(row)) = (cx.selected, &at.row) else {
        return add(at, documents, cx);
    };
    let mut choices = Vec::new();
    let choice = |text: &str, note: &str, answer: Vec<Command>| Choice {
        text: text.into(),
        note: note.into(),
        answer,
    };
    if row.disposition.stays() {
        choices.extend(offers(at, Some(row), documents, cx));
        if let Some(prompt) = prompt(at, Some(row), cx) {
            let text = if choices.is_empty() {
                "Replace it by …"
            } else {
                "Replace it with another one …"
            };
            choices.push(choice(
                text,
                "type its path in the ZIP",
                vec![Command::Open(prompt)],
            ));
        }
    }
    let (text, note) = match row.disposition {
        Disposition::New => ("Remove it from the list", "it is not sent"),
        Disposition::Kept => (
            "Remove it",
            "fileStatus PendingDelete; removed when this is committed",
        ),
        Disposition::Going => ("Keep it", "undoes the removal"),
        Disposition::Missing => (
            "Put it back into the document",
            "its entry as the server has it",
        ),
    };
    let server = Prepared::of(cx.model, target).and_then(|prepared| prepared.server());
    let server = server.map(|(server, _)| &server.document);
    let edits = if row.disposition.stays() {
        remove(&at.document, row)
    } else {
        restore(at.list.kind, &at.document, row, server)
    };
    choices.push(choice(
        text,
        note,
        vec![Command::ChangeDocument {
            target: target.clone(),
            edits,
        }],
    ));
    if row.disposition != Disposition::Missing {
        choices.push(choice(
            "Show it in the JSON",
            &row.pointer,
            vec![Command::Reveal {
                pointer: row.pointer.clone(),
            }],
        ));
    }
    choices.push(choice(
        "Copy its name",
        "",
        vec![Command::Copy(row.file_name.clone())],
    ));
    cx.send(Command::Open(Dialog::Choose {
        title: row.file_name.clone(),
        text: String::new(),
        choices,
        current: 0,
    }));
}
