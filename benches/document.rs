//! What a submission document of 5 MB costs: the figures of the specification with the bar beside each.
//! `cargo bench --bench document` measures all; `-- text` the text and the rules alone, `-- editor` keys and frames, `-- desk` the edits
//! of a tab and the review.

#[path = "screen/account.rs"]
#[expect(
    dead_code,
    reason = "made for the other benchmark; this one needs a screen and a few products of it"
)]
mod account;
#[path = "document/documents.rs"]
mod documents;
#[path = "document/editor.rs"]
mod editor;
#[path = "document/large.rs"]
mod large;
#[path = "screen/table.rs"]
mod table;
#[path = "document/text.rs"]
mod text;

use std::{error::Error, io};
use table::Table;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Bytes of the document, as it is sent.
const SIZE: usize = 5_000_000;

fn main() -> Outcome<()> {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let mut table = Table::new(io::stdout());
    let document = large::document(SIZE);
    if wants("text") {
        text::measure(&document, &mut table)?;
    }
    if wants("editor") {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        editor::measure(&runtime, document.clone(), &mut table)?;
    }
    if wants("desk") {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        documents::measure(&runtime, document, &mut table)?;
    }
    Ok(())
}
