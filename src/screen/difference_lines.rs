//! A grouped difference as lines that fold, for the review and the Diff tab alike. Laid out once for a width; which line is
//! selected is drawn over it. Decides nothing.

use super::text_panel::TextPanel;
use ratatui::{
    style::Modifier,
    text::{Line, Span},
};
use std::{cell::RefCell, collections::HashSet, rc::Rc, sync::Arc};
use store_model::difference::{
    ChangedEntry, DiffRow, DiffTone, Difference, Sign, TextPiece, Topic, rows,
};
use tui_kit::{
    text::{plain, width},
    theme::{Role, Theme},
};
use unicode_segmentation::UnicodeSegmentation;

/// From this many entries on, languages and the rest begin folded: a reader sees first how much there is.
const MANY: usize = 30;

/// What can be selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffSpot {
    Group(usize),
    /// Group, and the entry in it.
    Entry(usize, usize),
}

impl DiffSpot {
    pub fn is_group(self) -> bool {
        matches!(self, Self::Group(_))
    }

    pub fn group(self) -> usize {
        match self {
            Self::Group(group) | Self::Entry(group, _) => group,
        }
    }
}

/// Lines with the places of what can be selected in them, in order.
#[derive(Debug, Default)]
pub struct Laid {
    pub lines: Vec<Line<'static>>,
    pub spots: Vec<(DiffSpot, usize)>,
}

/// A difference, which of its groups are folded, and its lines as last laid out.
#[derive(Debug)]
pub struct DiffLines {
    difference: Arc<Difference>,
    folded: HashSet<Topic>,
    /// Lines of one entry at most; what is left out is counted.
    most: usize,
    laid: RefCell<Option<(usize, Rc<Laid>)>>,
}

impl DiffLines {
    pub fn new(difference: impl Into<Arc<Difference>>, most: usize) -> Self {
        let difference = difference.into();
        let is_long = difference.len() > MANY;
        let is_first =
            |topic: &Topic| matches!(topic, Topic::Packages | Topic::Offer | Topic::Release);
        let folded = difference
            .groups
            .iter()
            .map(|group| &group.topic)
            .filter(|topic| is_long && !is_first(topic))
            .cloned();
        Self {
            folded: folded.collect(),
            difference,
            most,
            laid: RefCell::default(),
        }
    }

    pub fn difference(&self) -> &Difference {
        &self.difference
    }

    /// Folds what was folded before, and nothing else, where the same group was there before.
    pub fn keep_folds(&mut self, older: &Self) {
        for group in &older.difference.groups {
            if older.folded.contains(&group.topic) {
                self.folded.insert(group.topic.clone());
            } else {
                self.folded.remove(&group.topic);
            }
        }
        *self.laid.borrow_mut() = None;
    }

    pub fn is_folded(&self, group: usize) -> bool {
        self.difference
            .groups
            .get(group)
            .is_some_and(|group| self.folded.contains(&group.topic))
    }

    /// Folds an open group, opens a folded one.
    pub fn toggle(&mut self, group: usize) {
        let Some(group) = self.difference.groups.get(group) else {
            return;
        };
        if !self.folded.remove(&group.topic) {
            self.folded.insert(group.topic.clone());
        }
        *self.laid.borrow_mut() = None;
    }

    pub fn entry(&self, spot: DiffSpot) -> Option<&ChangedEntry> {
        match spot {
            DiffSpot::Group(_) => None,
            DiffSpot::Entry(group, entry) => self.difference.groups.get(group)?.entries.get(entry),
        }
    }

    /// The lines for a width; kept until something folds or the width changes.
    pub fn laid(&self, theme: &Theme, columns: usize) -> Rc<Laid> {
        let mut slot = self.laid.borrow_mut();
        match slot.as_ref() {
            Some((of, laid)) if *of == columns => Rc::clone(laid),
            _ => {
                let laid = Rc::new(self.lay(theme, columns));
                *slot = Some((columns, Rc::clone(&laid)));
                laid
            }
        }
    }

    fn lay(&self, theme: &Theme, columns: usize) -> Laid {
        let mut laid = Laid::default();
        for (index, group) in self.difference.groups.iter().enumerate() {
            let is_folded = self.folded.contains(&group.topic);
            laid.spots.push((DiffSpot::Group(index), laid.lines.len()));
            let sign = if is_folded { "▸" } else { "▾" };
            laid.lines.push(Line::from(vec![
                Span::styled(format!(" {sign} "), theme.style(Role::Key)),
                Span::styled(group.topic.title(), theme.style(Role::Info)),
                Span::styled(format!("  {}", group.len()), theme.style(Role::Muted)),
            ]));
            if is_folded {
                continue;
            }
            for (at, entry) in group.entries.iter().enumerate() {
                laid.spots
                    .push((DiffSpot::Entry(index, at), laid.lines.len()));
                self.lay_entry(&mut laid.lines, entry, theme, columns);
            }
        }
        laid
    }

    fn lay_entry(
        &self,
        lines: &mut Vec<Line<'static>>,
        entry: &ChangedEntry,
        theme: &Theme,
        columns: usize,
    ) {
        let first = lines.len();
        let all = rows(entry);
        // Where the very change is; what comes before it may be long.
        let mut marked = None;
        for row in &all {
            if lines.len() - first >= self.most && marked.is_some() {
                break;
            }
            let begin = lines.len();
            lay_row(lines, row, entry.sign, theme, columns);
            let mut new = lines.iter().skip(begin);
            marked = marked.or_else(|| new.position(is_marked).map(|at| begin + at));
        }
        let made = lines.len() - first;
        if let Some(marked) = marked.filter(|marked| *marked >= first + self.most.max(3) - 1) {
            // Its name, and then where it differs.
            let skipped = first + 1..marked.saturating_sub(1);
            let note = Line::styled(format!("{}…", " ".repeat(7)), theme.style(Role::Muted));
            lines.splice(skipped, [note]);
        }
        lines.truncate(first + self.most);
        if made >= self.most && all.len() > 1 {
            let text = format!("{}… more of it in the document", " ".repeat(7));
            lines.push(Line::styled(text, theme.style(Role::Muted)));
        }
    }
}

fn is_marked(line: &Line) -> bool {
    let is_marked = |span: &Span| span.style.add_modifier.contains(Modifier::UNDERLINED);
    line.spans.iter().any(is_marked)
}

fn lay_row(
    lines: &mut Vec<Line<'static>>,
    row: &DiffRow,
    sign: Sign,
    theme: &Theme,
    columns: usize,
) {
    let role = match row.tone {
        DiffTone::Come => Role::Good,
        DiffTone::Gone => Role::Warning,
        DiffTone::Quiet => Role::Muted,
        DiffTone::Plain => Role::Text,
    };
    let (style, left) = (theme.style(role), 3 + 2 * row.depth);
    let sign_style = if row.depth == 0 && sign == Sign::Replaced {
        theme.style(Role::Info)
    } else {
        style
    };
    let head = if row.sign.is_empty() {
        left
    } else {
        left + width(row.sign) + 1
    };
    for (index, pieces) in flow(&row.pieces, columns.saturating_sub(head + 1).max(12))
        .into_iter()
        .enumerate()
    {
        let mut spans = if index == 0 && !row.sign.is_empty() {
            vec![
                Span::raw(" ".repeat(left)),
                Span::styled(format!("{} ", row.sign), sign_style),
            ]
        } else {
            vec![Span::raw(" ".repeat(head))]
        };
        spans.extend(pieces.into_iter().map(|piece| {
            let style = if piece.is_marked {
                style.add_modifier(Modifier::UNDERLINED | Modifier::BOLD)
            } else {
                style
            };
            Span::styled(piece.text, style)
        }));
        lines.push(Line::from(spans));
    }
}

/// Breaks marked text into lines of at most `columns`, between words where it can.
fn flow(pieces: &[TextPiece], columns: usize) -> Vec<Vec<TextPiece>> {
    let mut lines: Vec<Vec<TextPiece>> = vec![Vec::new()];
    let mut used = 0;
    let mut add = |text: &str, is_marked: bool, breaks: bool| {
        if breaks {
            lines.push(Vec::new());
        }
        let Some(line) = lines.last_mut() else { return };
        match line.last_mut() {
            Some(last) if last.is_marked == is_marked => last.text.push_str(text),
            _ => line.push(TextPiece {
                text: text.to_owned(),
                is_marked,
            }),
        }
    };
    for piece in pieces {
        let text = plain(&piece.text);
        for word in text.split_word_bounds() {
            let needs = width(word);
            if needs <= columns {
                let breaks = used > 0 && used + needs > columns;
                // A space at a break is the break itself.
                if breaks && word.trim().is_empty() {
                    continue;
                }
                add(word, piece.is_marked, breaks);
                used = if breaks { needs } else { used + needs };
                continue;
            }
            for part in word.graphemes(true) {
                let needs = width(part);
                let breaks = used > 0 && used + needs > columns;
                add(part, piece.is_marked, breaks);
                used = if breaks { needs } else { used + needs };
            }
        }
    }
    lines
}

/// What needs an explicit confirmation, where nobody is asked for it: in the danger role, above everything else.
pub fn risks(panel: &mut TextPanel, difference: &Difference) {
    if difference.risks.is_empty() {
        return;
    }
    panel.text(
        "These affect customers; each needs explicit permission to publish:",
        Role::Danger,
    );
    for risk in &difference.risks {
        panel.text(
            &format!("  ! {}: {}", risk.kind.word(), risk.sentence),
            Role::Danger,
        );
    }
    panel.gap();
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use store_model::target::Kind;

    fn text(laid: &Laid) -> Vec<String> {
        laid.lines
            .iter()
            .map(|line| line.to_string().trim_end().to_owned())
            .collect()
    }

    #[test]
    fn groups_fold_and_texts_break_at_the_edge() {
        let long = |word: &str| {
            format!(
                "{} {word} {}",
                "so it goes on ".repeat(6),
                "and on ".repeat(20)
            )
        };
        let before = json!({"visibility": "Public", "listings": {"en-us": {"baseListing": {"description": long("slowly")}}}});
        let after = json!({"visibility": "Hidden", "listings": {"en-us": {"baseListing": {"description": long("quickly")}}}});
        let mut view = DiffLines::new(
            Difference::between(
                Kind::App,
                Some(&before),
                &after,
                &store_model::packages::rows::ZipPackages::new(),
            ),
            50,
        );
        let theme = Theme::plain();
        let laid = view.laid(&theme, 40);
        assert!(
            laid.lines.iter().all(|line| line.width() <= 40),
            "{:#?}",
            text(&laid)
        );
        assert!(
            text(&laid).iter().any(|line| line.contains("quickly")),
            "{:#?}",
            text(&laid)
        );
        let spots: Vec<_> = laid.spots.iter().map(|(spot, _)| *spot).collect();
        assert_eq!(
            spots,
            [
                DiffSpot::Group(0),
                DiffSpot::Entry(0, 0),
                DiffSpot::Group(1),
                DiffSpot::Entry(1, 0)
            ]
        );
        view.toggle(1);
        let folded = view.laid(&theme, 40);
        assert_eq!(
            (folded.spots.len(), text(&folded).last().unwrap().as_str()),
            (3, " ▸ Texts, en-us  1")
        );
        let mut newer = DiffLines::new(view.difference().clone(), 50);
        newer.keep_folds(&view);
        assert!(newer.is_folded(1) && !newer.is_folded(0));
    }

    #[test]
    fn one_word_without_an_end_is_broken_too() {
        let lines = flow(
            &[
                TextPiece {
                    text: "x".repeat(30),
                    is_marked: true,
                },
                TextPiece {
                    text: " 你好你好".into(),
                    is_marked: false,
                },
            ],
            12,
        );
        let widths: Vec<_> = lines
            .iter()
            .map(|line| line.iter().map(|piece| width(&piece.text)).sum::<usize>())
            .collect();
        assert!(
            widths.iter().all(|width| *width <= 12) && widths.iter().sum::<usize>() >= 38,
            "{widths:?}"
        );
    }
}
