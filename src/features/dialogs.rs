//! The one place that knows every dialog: builds the one that a command asks for.

use crate::screen::command::Dialog;
use crate::{
    features::{
        document::merge::MergeDialog,
        help::dialog::Help,
        history::kept::KeptDialog,
        listings::{
            new_language::NewLanguage, texts_export::TextsExport, texts_import::TextsImport,
        },
        packages::keep_newest::KeepNewestDialog,
        review::dialog::Review,
        runs::dialog::RunDialog,
        zip::picker::ZipPicker,
    },
    screen::{
        dialogs::{
            choose::Choose, confirm::Confirm, message::Message, prompt::Prompt, text::TextEdit,
        },
        overlay::{AvailableAction, Overlay},
    },
};

/// Makes the overlay that a command asks for: one arm each. `commands` are all there are, in the table's order.
pub fn open(dialog: Dialog, commands: Vec<AvailableAction>) -> Box<dyn Overlay> {
    match dialog {
        Dialog::Help => Box::new(Help::new(commands)),
        Dialog::Message { title, text } => Box::new(Message::new(title, text)),
        Dialog::Confirm {
            title,
            text,
            yes,
            danger,
            must_type,
            then,
        } => Box::new(Confirm::new(title, text, yes, danger, must_type, then)),
        Dialog::EditText(asked) => Box::new(TextEdit::new(*asked)),
        Dialog::NewLanguage { target, document } => Box::new(NewLanguage::new(target, document)),
        Dialog::ImportTexts {
            target,
            document,
            field,
        } => Box::new(TextsImport::new(target, document, field)),
        Dialog::ExportTexts {
            target,
            document,
            fields,
        } => Box::new(TextsExport::new(target, document, fields)),
        Dialog::Choose {
            title,
            text,
            choices,
            current,
        } => Box::new(Choose::new(title, text, choices, current)),
        Dialog::KeepNewest { target } => Box::new(KeepNewestDialog::new(target)),
        Dialog::Run { id } => Box::new(RunDialog::new(id)),
        Dialog::ZipPicker { target } => Box::new(ZipPicker::new(target)),
        Dialog::Merge { target } => Box::new(MergeDialog::new(target)),
        Dialog::Kept {
            target,
            item,
            wants_restore,
        } => Box::new(KeptDialog::new(target, *item, wants_restore)),
        Dialog::Review { target } => Box::new(Review::new(target)),
        Dialog::Prompt {
            title,
            text,
            label,
            start,
            purpose,
        } => Box::new(Prompt::new(title, text, label, &start, purpose)),
    }
}
