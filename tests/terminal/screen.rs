//! What every screen keeps to: no colour where none is wanted, the keys in the help, one step back by Esc.

use crate::{
    dashboard::{Dashboard, LARGE, SMALL, Size},
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
    let dashboard = Dashboard::demo(LARGE);
    assert!(is_colored(&dashboard.terminal));
    let mut dashboard = Dashboard::demo_with(LARGE, &[("NO_COLOR", "1")]);
    dashboard.open_target("app");
    dashboard.review(&[]);
    assert!(!is_colored(&dashboard.terminal));
    dashboard.terminal.press("esc");
    dashboard.quit();
}

#[rstest]
fn help_lists_the_keys_and_esc_is_one_step_back(#[values(SMALL, LARGE)] size: Size) {
    let mut dashboard = Dashboard::demo(size);
    dashboard.open_target("app");
    dashboard.terminal.press("?");
    dashboard.terminal.see("╭ Keys ");
    dashboard
        .terminal
        .see("Quit; asks first if a run is active");
    dashboard.terminal.type_text("toggle the selected");
    dashboard.terminal.see("Toggle the selected choice");
    dashboard.terminal.press("lone-esc");
    // The hint tells that the first one was taken: two bytes in one reading would be Alt and the key.
    dashboard.terminal.see("esc close");
    // Byte for byte as a terminal of old sends it, each after the one before has done its work.
    dashboard.terminal.press("lone-esc");
    dashboard.terminal.gone("╭ Keys ");
    dashboard.terminal.see("╭4 Northwind Notes");
    dashboard.terminal.see("] next tab");
    dashboard.terminal.press("lone-esc");
    dashboard.terminal.gone("] next tab");
    dashboard.terminal.see("enter open");
    dashboard.terminal.see("1 Apps ─ 2 of 14 ─ /notes");
    dashboard.terminal.press("lone-esc");
    dashboard.terminal.gone("/notes");
    dashboard.terminal.see("Contoso Meeting");
    dashboard.quit();
}
