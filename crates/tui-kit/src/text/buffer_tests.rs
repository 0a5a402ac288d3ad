//! Tests of `buffer.rs`.

use super::*;
use proptest::prelude::*;

#[test]
fn typing_is_one_step_a_word_and_a_paste_is_one() {
    let mut text = TextBuffer::new("{\r\n}");
    text.go(Motion::LineEnd, false);
    text.new_line();
    assert_eq!(
        (text.text().as_str(), text.position()),
        ("{\n  \n}", (2, 3))
    );
    for c in "ab cd".chars() {
        text.type_char(c);
    }
    text.undo();
    assert_eq!(text.text(), "{\n  ab \n}");
    text.undo();
    assert_eq!(text.text(), "{\n  \n}");
    text.redo();
    text.paste("x\r\ny\u{1b}[2Jz");
    assert_eq!(text.text(), "{\n  ab x\ny[2Jz\n}");
    text.undo();
    assert_eq!(text.text(), "{\n  ab \n}");
}

#[test]
fn selections_are_replaced_cut_and_let_go() {
    let mut text = TextBuffer::new("one\ntwo\nthree");
    text.go(Motion::Right, false);
    text.go(Motion::Down(1), true);
    assert_eq!(text.selected_text().as_deref(), Some("ne\nt"));
    assert_eq!(text.cut().as_deref(), Some("ne\nt"));
    assert_eq!(text.text(), "owo\nthree");
    text.select_all();
    text.type_char('x');
    assert_eq!(text.text(), "x");
    text.undo();
    text.undo();
    assert_eq!(text.text(), "one\ntwo\nthree");
}

#[test]
fn columns_are_kept_over_short_lines_and_wide_letters() {
    let mut text = TextBuffer::new("漢字abc\n\nabcdefg");
    text.go_to_position(1, 4);
    text.go(Motion::Down(1), false);
    text.go(Motion::Down(1), false);
    assert_eq!(text.position(), (3, 6));
    text.go(Motion::Up(2), false);
    assert_eq!(text.position(), (1, 4));
}

#[test]
fn a_text_that_comes_from_elsewhere_changes_what_differs_and_leaves_the_cursor_where_it_is() {
    let mut text = TextBuffer::new("{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}");
    text.go_to_position(4, 6);
    text.replace_all("{\r\n  \"a\": 1,\r\n  \"x\": 0,\r\n  \"b\": 22,\r\n  \"c\": 3\r\n}");
    assert_eq!(
        text.text(),
        "{\n  \"a\": 1,\n  \"x\": 0,\n  \"b\": 22,\n  \"c\": 3\n}"
    );
    assert_eq!(text.position(), (5, 6));
    let version = text.version();
    text.replace_all(&text.text());
    assert_eq!(text.version(), version);
    text.undo();
    assert_eq!(
        (text.text().as_str(), text.position()),
        ("{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}", (4, 6))
    );
    assert!(!text.undo());
    text.redo();
    assert_eq!(text.position(), (5, 6));
}

fn step(text: &mut TextBuffer, key: u8) {
    match key {
        0 => text.type_char('é'),
        1 => text.new_line(),
        2 => text.backspace(),
        3 => text.delete(),
        4 => text.paste("a\n\n漢👩‍👩‍👧"),
        5 => text.go(Motion::Left, false),
        6 => text.go(Motion::Up(1), true),
        7 => text.go(Motion::WordRight, true),
        8 => text.delete_word(),
        9 => text.replace_all("{}\n"),
        12 => drop(text.toggle_fold()),
        13 => drop(text.fold_alike()),
        14 => text.go(Motion::Down(2), false),
        15 => text.paste("{\n[\n1\n],{\n}\n}"),
        11 => text.replace_all(&text.text().replace("漢", "x\ny").replace('é', "")),
        _ => text.go(Motion::LineEnd, false),
    }
}

proptest! {
    #[test]
    fn undo_brings_everything_back_and_redo_again(start in "(\\PC|\n){0,20}", keys in proptest::collection::vec(0u8..16, 0..60)) {
        let mut text = TextBuffer::new(&start);
        let first = text.text();
        for key in keys {
            step(&mut text, key);
            prop_assert!(!text.folds.is_hidden(text.cursor.line));
            prop_assert!(text.lines.line(text.cursor.line).is_char_boundary(text.cursor.byte));
        }
        let last = text.text();
        while text.undo() {
            prop_assert!(!text.folds.is_hidden(text.cursor.line));
        }
        prop_assert_eq!(text.text(), first);
        while text.redo() {}
        prop_assert_eq!(text.text(), last);
    }
}
