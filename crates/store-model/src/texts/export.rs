//! The texts of a document as files or as a table, in the forms that [`text_import`](super::import) takes. Knows no disk.

use super::TextField;
use crate::{target::Kind, texts};
use csv::{QuoteStyle, WriterBuilder};
use serde_json::Value;

/// Whether a language's code can be the name of a folder anywhere.
fn is_plain(code: &str) -> bool {
    !code.is_empty() && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// Every text that is not empty, as `LANGUAGE/FIELD.txt` with its content. A list has one entry a line.
pub fn files(kind: Kind, document: &Value, fields: &[TextField]) -> Vec<(String, String)> {
    let languages = texts::languages(document);
    let cells = languages
        .iter()
        .filter(|code| is_plain(code))
        .flat_map(|language| fields.iter().map(move |field| (language, field)));
    let file = |(language, field): (&String, &TextField)| {
        let text = texts::text(kind, document, language, field).filter(|text| !text.is_empty())?;
        Some((
            format!("{language}/{}.txt", field.name),
            format!("{}\n", text.to_lines()),
        ))
    };
    cells.filter_map(file).collect()
}

/// All texts as one table: a line for each language, a column for each field. It begins with a byte order mark, without which
/// Excel takes it for an old code page.
pub fn table(kind: Kind, document: &Value, fields: &[TextField]) -> String {
    let mut writer = WriterBuilder::new()
        .quote_style(QuoteStyle::Necessary)
        .from_writer(Vec::new());
    let header = ["language"]
        .into_iter()
        .chain(fields.iter().map(|field| field.name));
    // Writing into memory cannot fail, and every row has the header's length.
    let mut is_ok = writer.write_record(header).is_ok();
    for language in texts::languages(document) {
        let cells = fields.iter().map(|field| {
            texts::text(kind, document, &language, field)
                .map(|text| text.to_lines())
                .unwrap_or_default()
        });
        is_ok &= writer
            .write_record([language.clone()].into_iter().chain(cells))
            .is_ok();
    }
    let bytes = if is_ok {
        writer.into_inner().unwrap_or_default()
    } else {
        Vec::new()
    };
    format!("\u{feff}{}", String::from_utf8(bytes).unwrap_or_default())
}
