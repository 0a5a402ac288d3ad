//! What can be done with a cell or a language of the listings, as dialogs to open.

use super::tab::Languages;
use super::table::Table;
use crate::{
    screen::{
        action::Action,
        command::{Choice, Command, Dialog, TextPlace, TextToEdit},
        pane::Context,
    },
    state::prepared::count,
};
use serde_json::Value;
use std::sync::Arc;
use store_model::{
    target::Target,
    texts::{self, CellState, NewText, TextField, export},
};

impl Languages {
    /// Asks who gets the text of the selected cell, and says how many texts that changes.
    pub(super) fn fill(&self, table: &Table, target: &Target) -> Option<Dialog> {
        let (spot, language, field) = self.cell(table)?;
        let text = table.text(spot.row, spot.column)?;
        let shown = self.shown(table);
        let is_blank = |row: usize| {
            table
                .grid
                .mark(row, spot.column)
                .is_some_and(|mark| matches!(mark.state, CellState::Missing | CellState::Empty))
        };
        let choice = |label: &str, takes: &dyn Fn(usize) -> bool| {
            let rows = shown.iter().filter(|row| **row != spot.row && takes(**row));
            let languages = rows.filter_map(|row| table.grid.languages.get(*row));
            let new: Vec<NewText> = languages
                .map(|language| NewText {
                    language: language.clone(),
                    field,
                    text: text.clone(),
                })
                .collect();
            let edits = texts::edits(table.kind, &table.document, &new);
            let note = if edits.is_empty() {
                "nothing would change".to_owned()
            } else {
                format!("{} change", count(edits.len(), "text", "texts"))
            };
            let then = if edits.is_empty() {
                Vec::new()
            } else {
                vec![Command::ChangeDocument {
                    target: target.clone(),
                    edits,
                }]
            };
            Choice {
                text: label.to_owned(),
                note,
                answer: then,
            }
        };
        let place = shown.iter().position(|row| *row == spot.row)?;
        let below: Vec<usize> = shown.iter().skip(place + 1).copied().collect();
        let all = if self.pattern.is_empty() {
            "all other languages"
        } else {
            "all other languages in view"
        };
        let choices = vec![
            choice("languages without one", &is_blank),
            choice("all languages below", &|row| below.contains(&row)),
            choice(all, &|_| true),
        ];
        // The cursor stands on the first one that leads to something.
        let current = choices
            .iter()
            .position(|choice| !choice.answer.is_empty())
            .unwrap_or_default();
        let title = format!("Copy the {} of {language} to", field.word);
        Some(Dialog::Choose {
            title,
            text: String::new(),
            choices,
            current,
        })
    }

    pub(super) fn remove(&self, table: &Table, target: &Target, cx: &Context) -> Option<Dialog> {
        let (_, language, _) = self.cell(table)?;
        let edit = texts::remove_language(&table.document, language)?;
        Some(Dialog::Confirm {
            title: format!("Remove the listing {language}"),
            text: vec![
                format!(
                    "Its texts and images go with it. Customers who see the Store in {language} are shown another language instead, \
                     and the Store answers such a submission with the warning ListingOptOutWarning."
                ),
                String::new(),
                format!(
                    "It changes the document here; nothing is sent yet. {} undoes it.",
                    cx.key(Action::Undo)
                ),
            ],
            yes: format!("Remove {language}"),
            danger: true,
            must_type: Vec::new(),
            then: vec![Command::ChangeDocument {
                target: target.clone(),
                edits: vec![edit],
            }],
        })
    }

    pub(super) fn opening(
        &self,
        action: Action,
        table: &Table,
        target: &Target,
        cx: &Context,
    ) -> Option<Dialog> {
        let (target_owned, document) = (target.clone(), Arc::clone(&table.document));
        let field = self.cell(table).map(|(_, _, field)| field);
        match action {
            Action::Enter => {
                let (_, language, field) = self.cell(table)?;
                Some(Dialog::EditText(Box::new(edited(
                    target, document, language, field,
                ))))
            }
            Action::FillDown => self.fill(table, target),
            Action::AddPart => Some(Dialog::NewLanguage {
                target: target_owned,
                document,
            }),
            Action::RemovePart => self.remove(table, target, cx),
            Action::Import => Some(Dialog::ImportTexts {
                target: target_owned,
                document,
                field: field?.name,
            }),
            Action::Export => {
                let field = field?;
                let choice = |label: String, fields: Vec<TextField>| {
                    let (target, document) = (target.clone(), Arc::clone(&document));
                    let files = export::files(table.kind, &document, &fields).len();
                    let note = count(files, "text", "texts");
                    Choice {
                        text: label,
                        note,
                        answer: vec![Command::Open(Dialog::ExportTexts {
                            target,
                            document,
                            fields,
                        })],
                    }
                };
                let one = choice(format!("{} alone", field.word), vec![field]);
                let all = choice("all texts".to_owned(), table.grid.fields.clone());
                let title = "Export to a folder or a table".to_owned();
                Some(Dialog::Choose {
                    title,
                    text: String::new(),
                    choices: vec![one, all],
                    current: 0,
                })
            }
            _ => None,
        }
    }

    /// The text of the selected cell, if there is one.
    pub(super) fn copied(&self, table: &Table) -> Option<String> {
        let spot = self.spot(table)?;
        table
            .text(spot.row, spot.column)
            .filter(|text| !text.is_empty())
            .map(|text| text.to_lines())
    }
}

/// Shorter texts have one line: enter is the end of them.
const ONE_LINE: usize = 300;

/// The text of one language and field, with the default language's to look at.
fn edited(target: &Target, document: Arc<Value>, language: &str, field: TextField) -> TextToEdit {
    let text = |language: &str| {
        texts::text(target.kind(), &document, language, &field).map(|text| text.to_lines())
    };
    let model = texts::default_language(&document, None)
        .filter(|default| default != language)
        .and_then(|default| text(&default).map(|text| (default, text)))
        .filter(|(_, text)| !text.trim().is_empty());
    let is_short = field.name == "title" || field.most.is_some_and(|most| most < ONE_LINE);
    TextToEdit {
        target: target.clone(),
        title: format!("{language} {}", field.word),
        start: text(language).unwrap_or_default(),
        help: String::new(),
        field,
        is_new: false,
        is_one_line: is_short && !field.is_list,
        model,
        place: TextPlace::Listing {
            document,
            language: language.to_owned(),
        },
    }
}
