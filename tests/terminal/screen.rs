//! What every screen keeps to: no colour where none is wanted, the keys in the help, one step back by Esc.

use crate::{
    desk::{Dashboard, LARGE, SMALL, Size},
    terminal::Terminal,
};
use rstest::rstest;

fn is_colored(terminal: &Terminal) -> bool {
    terminal.with_screen(|screen| {
        let (rows, columns) = screen.size();
        let mut cells = (0..rows.get())
            .flat_map(|row| (0..columns.get()).filter_map(move |column| screen.cell(row, column)));
        cells.any(|cell| {
            cell.fgcolor() != vt100::Color::Default || cell.bgcolor() != vt100::Color::Default
        })
    })
}

#[test]
fn no_color_is_kept() {
    let desk = Dashboard::demo(LARGE);
    assert!(is_colored(&desk.terminal));
    let mut desk = Dashboard::demo_with(LARGE, &[("NO_COLOR", "1")]);
    desk.open_target("app");
    desk.review(&[]);
    assert!(!is_colored(&desk.terminal));
    desk.terminal.press("esc");
    desk.quit();
}

#[rstest]
fn help_lists_the_keys_and_esc_is_one_step_back(#[values(SMALL, LARGE)] size: Size) {
    let mut desk = Dashboard::demo(size);
    desk.open_target("app");
    desk.terminal.press("?");
    desk.terminal.see("╭ Keys ");
    desk.terminal.see("Quit; asks first if a run is active");
    desk.terminal.type_text("toggle the selected");
    desk.terminal.see("Toggle the selected choice");
    desk.terminal.press("lone-esc");
    desk.terminal.see("Quit; asks first if a run is active");
    // Byte for byte as a terminal of old sends it, each after the one before has done its work.
    desk.terminal.press("lone-esc");
    desk.terminal.gone("╭ Keys ");
    desk.terminal.see("╭4 Northwind Notes");
    desk.terminal.see("] next tab");
    desk.terminal.press("lone-esc");
    desk.terminal.gone("] next tab");
    desk.terminal.see("enter open");
    desk.terminal.see("1 Apps ─ 2 of 14 ─ /notes");
    desk.terminal.press("lone-esc");
    desk.terminal.gone("/notes");
    desk.terminal.see("Contoso Meeting");
    desk.quit();
}
