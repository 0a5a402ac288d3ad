//! What the merge dialog says, as lines. Changes nothing.

use super::merge::{MOST, MergeDialog, Resolution};
use crate::{screen::pane::Context, state::prepared::count};
use ratatui::text::Line;
use serde_json::Value;
use store_model::{merge::Side, value::brief};
use tui_kit::{text, theme::Role};

impl MergeDialog {
    /// The text above the buttons, and the line on which the cursor's row begins and ends.
    pub(super) fn lines(
        &self,
        cx: &Context,
        columns: usize,
    ) -> (Vec<Line<'static>>, (usize, usize)) {
        let style = |role| cx.theme.style(role);
        let mut lines: Vec<Line> = Vec::new();
        let Some(compared) = &self.compared else {
            return (
                vec![Line::styled(
                    "There are no remote changes left.",
                    style(Role::Text),
                )],
                (0, 0),
            );
        };
        let say = |lines: &mut Vec<Line>, indent: usize, text: &str, role: Role| {
            for part in text::wrap(text, columns.saturating_sub(indent)) {
                lines.push(Line::styled(
                    format!("{}{part}", " ".repeat(indent)),
                    style(role),
                ));
            }
        };
        if compared.theirs.is_empty() {
            let text = format!(
                "Your text is based on a different submission than {}.",
                compared.submission
            );
            say(&mut lines, 0, &text, Role::Text);
        } else {
            let places = count(compared.theirs.len(), "place", "places");
            let text = format!(
                "Somebody else has changed {places} of submission {} since you edited it:",
                compared.submission
            );
            say(&mut lines, 0, &text, Role::Text);
        }
        for change in compared.theirs.iter().take(MOST) {
            let text = format!("{}: {}", change.place, change.sides(120));
            let cut = text::fit(&text, columns.saturating_sub(2)).into_owned();
            lines.push(Line::styled(format!("  {cut}"), style(Role::Info)));
        }
        if compared.theirs.len() > MOST {
            lines.push(Line::styled(
                format!("  and {} more", compared.theirs.len() - MOST),
                style(Role::Muted),
            ));
        }
        lines.push(Line::default());
        let mut at = (0, 0);
        let mut row =
            |lines: &mut Vec<Line<'static>>, index: usize, head: String, text: &str, role: Role| {
                let is_here = self.row == index;
                let begin = lines.len();
                let indent = text::width(&head);
                for (number, part) in text::wrap(text, columns.saturating_sub(indent + 1))
                    .into_iter()
                    .enumerate()
                {
                    let head = if number == 0 {
                        head.clone()
                    } else {
                        " ".repeat(indent)
                    };
                    let shown = text::pad(&format!("{head}{part}"), columns);
                    lines.push(Line::styled(
                        shown,
                        style(if is_here { Role::Selection } else { role }),
                    ));
                }
                if is_here {
                    at = (begin, lines.len());
                }
            };
        for (index, way) in Resolution::ALL.into_iter().enumerate() {
            let head = if self.way == way { " (•) " } else { " ( ) " };
            let role = if self.fault(way).is_some() {
                Role::Muted
            } else {
                Role::Text
            };
            row(
                &mut lines,
                index,
                head.to_owned(),
                &self.sentence(way),
                role,
            );
        }
        let sides = self.sides.iter().zip(self.conflicts()).take(self.open());
        for (index, (side, conflict)) in sides.enumerate() {
            if index == 0 {
                lines.push(Line::default());
            }
            let word = match side {
                Side::Mine => "  mine ",
                Side::Theirs => "theirs ",
            };
            row(
                &mut lines,
                Resolution::ALL.len() + index,
                format!(" [{word}] "),
                &conflict.place,
                Role::Text,
            );
            let (mine, theirs) = differing(
                &shown(conflict.mine.as_ref()),
                &shown(conflict.theirs.as_ref()),
            );
            for (of, word, value) in [(Side::Mine, "mine", mine), (Side::Theirs, "theirs", theirs)]
            {
                let role = if *side == of { Role::Text } else { Role::Muted };
                let mut parts = text::wrap(&value, columns.saturating_sub(20));
                parts.truncate(3);
                for (number, part) in parts.into_iter().enumerate() {
                    let word = if number == 0 { word } else { "" };
                    lines.push(Line::styled(
                        format!("           {word:<6}  {part}"),
                        style(role),
                    ));
                }
            }
        }
        (lines, at)
    }
}

/// Two texts from where they begin to differ, with some words before it: that is what has to be decided.
fn differing(one: &str, other: &str) -> (String, String) {
    const BEFORE: usize = 24;
    let same = one
        .chars()
        .zip(other.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let skipped = same.saturating_sub(BEFORE);
    let from = |text: &str| match skipped {
        0 => text.to_owned(),
        _ => text
            .chars()
            .skip(skipped)
            .fold("…".to_owned(), |mut text, c| {
                text.push(c);
                text
            }),
    };
    (from(one), from(other))
}

/// A value as people read it.
fn shown(value: Option<&Value>) -> String {
    match value {
        None => "not there".to_owned(),
        Some(value) => brief(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_shown_from_where_they_differ() {
        let same = "The same words, again and again and again. ";
        let (mine, theirs) = differing(&format!("{same}Mine."), &format!("{same}Theirs."));
        assert_eq!(
            (mine.as_str(), theirs.as_str()),
            (
                "…in and again and again. Mine.",
                "…in and again and again. Theirs."
            )
        );
        assert_eq!(differing("1", "2"), ("1".to_owned(), "2".to_owned()));
    }
}
