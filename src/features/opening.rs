//! The one place that knows every overlay: makes the one that is to be opened.

use crate::screen::command::Opening;
use crate::{
    features::{
        document::merge::Merge,
        help::dialog::Help,
        history::kept::Kept,
        listings::{
            new_language::NewLanguage, texts_export::TextsExport, texts_import::TextsImport,
        },
        packages::keep_newest::KeepNewest,
        review::dialog::Review,
        runs::dialog::Run,
        zip::picker::ZipPicker,
    },
    screen::{
        dialogs::{
            choose::Choose, confirm::Confirm, message::Message, prompt::Prompt, text::TextEdit,
        },
        overlay::{AvailableAction, Overlay},
    },
};

/// Makes the overlay that is to be opened: one arm each. `commands` are all there are, in the table's order.
pub fn open(opening: Opening, commands: Vec<AvailableAction>) -> Box<dyn Overlay> {
    match opening {
        Opening::Help => Box::new(Help::new(commands)),
        Opening::Message { title, text } => Box::new(Message::new(title, text)),
        Opening::Confirm {
            title,
            text,
            yes,
            danger,
            must_type,
            then,
        } => Box::new(Confirm::new(title, text, yes, danger, must_type, then)),
        Opening::EditText(asked) => Box::new(TextEdit::new(*asked)),
        Opening::NewLanguage { target, document } => Box::new(NewLanguage::new(target, document)),
        Opening::ImportTexts {
            target,
            document,
            field,
        } => Box::new(TextsImport::new(target, document, field)),
        Opening::ExportTexts {
            target,
            document,
            fields,
        } => Box::new(TextsExport::new(target, document, fields)),
        Opening::Choose {
            title,
            text,
            choices,
            current,
        } => Box::new(Choose::new(title, text, choices, current)),
        Opening::KeepNewest { target } => Box::new(KeepNewest::new(target)),
        Opening::Run { id } => Box::new(Run::new(id)),
        Opening::ZipPicker { target } => Box::new(ZipPicker::new(target)),
        Opening::Merge { target } => Box::new(Merge::new(target)),
        Opening::Kept {
            target,
            item,
            wants_restore,
        } => Box::new(Kept::new(target, *item, wants_restore)),
        Opening::Review { target } => Box::new(Review::new(target)),
        Opening::Prompt {
            title,
            text,
            label,
            start,
            purpose,
        } => Box::new(Prompt::new(title, text, label, &start, purpose)),
    }
}
