//! How quick the screen is: the figures of the specification with the bar beside each. `cargo bench --bench screen` measures all;
//! `-- frame`, `-- keys`, `-- filter`, `-- program` one of them. The last starts the real program in a terminal of its own (Linux).

#[path = "screen/account.rs"]
#[expect(dead_code, reason = "the documents' benchmark uses the rest")]
mod account;
#[path = "screen/drawn.rs"]
mod drawn;
#[path = "screen/load.rs"]
mod load;
#[path = "screen/program.rs"]
mod program;
#[path = "screen/table.rs"]
mod table;
#[path = "screen/terminal.rs"]
mod terminal;

use std::{error::Error, io};
use table::Table;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let mut table = Table::new(io::stdout());
    if wants("frame") {
        drawn::frames(&runtime, &mut table)?;
    }
    if wants("keys") {
        load::keys(&runtime, &mut table)?;
    }
    if wants("filter") {
        drawn::filter(&runtime, &mut table)?;
    }
    if wants("program") {
        program::measure(&runtime, &mut table)?;
    }
    Ok(())
}
