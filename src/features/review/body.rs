//! What the review says, as lines: the draft, what needs a yes, changes, files, findings, how it ends. Decides nothing.

use super::preview::Outlook;
use crate::screen::fit_panel;
use crate::{
    engine::plan::PendingPolicy,
    screen::{
        action::Action,
        difference_lines::{DiffLines, Spot},
        pane::Cx,
        status_badge::of_severity,
        text_panel::Sheet,
    },
    state::prepared::count,
    tasks::report::{Examined, Summed},
};
use ratatui::text::{Line, Span};
use store_model::{archive::fit::Fit, fingerprint::ZipPart, rules::check::Severity, units};
use tui_kit::{meter, text::wrap, theme::Role};

/// What can have the focus, in the order in which Down walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    Choice(usize),
    Question(usize),
    /// A group of changes: folds.
    Group(usize),
    Name,
    Cancel,
    Publish,
}

/// The body while it is built.
pub struct Body<'a, 'b> {
    pub sheet: Sheet<'a>,
    pub places: Vec<(Item, usize)>,
    pub focus: Item,
    pub width: usize,
    pub cx: &'b Cx<'b>,
}

impl Body<'_, '_> {
    pub fn head(&mut self, title: &str) {
        self.sheet.gap();
        self.sheet.text(title, Role::Title);
    }

    pub fn item(&mut self, item: Item, text: &str, role: Role) {
        self.places.push((item, self.sheet.len()));
        let is_here = self.focus == item;
        for (index, part) in wrap(text, self.width.saturating_sub(4).max(8))
            .into_iter()
            .enumerate()
        {
            let sign = if is_here && index == 0 { "▸" } else { " " };
            let style = if is_here {
                self.cx.theme.style(Role::Selection)
            } else {
                self.cx.theme.style(role)
            };
            self.sheet.line(Line::from(vec![
                Span::styled(format!(" {sign} "), self.cx.theme.style(Role::Key)),
                Span::styled(part, style),
            ]));
        }
    }

    pub fn draft(&mut self, outlook: &Outlook) {
        let Some(draft) = outlook.draft.as_ref().filter(|_| outlook.fault.is_none()) else {
            return;
        };
        self.head(&format!("There is a draft already: {draft}"));
        for (index, choice) in outlook.choices.iter().enumerate() {
            let sign = if outlook.policy == choice.policy {
                "(•)"
            } else {
                "( )"
            };
            match &choice.fault {
                None => {
                    let role = if choice.policy == PendingPolicy::Replace {
                        Role::Danger
                    } else {
                        Role::Text
                    };
                    self.item(
                        Item::Choice(index),
                        &format!("{sign} {}", choice.sentence),
                        role,
                    );
                }
                Some(fault) => {
                    self.sheet
                        .text(&format!("    {}", choice.sentence), Role::Muted);
                    self.sheet
                        .text(&format!("      not possible: {fault}"), Role::Muted);
                }
            }
        }
        if outlook.is_base_gone {
            self.sheet
                .text("! The edit was written on another submission than the Store has now. Look at the changes.", Role::Warning);
        }
    }

    pub fn questions(&mut self, outlook: &Outlook) {
        if outlook.questions.is_empty() {
            return;
        }
        self.sheet.gap();
        self.sheet
            .text("For customers, each needs a yes of its own:", Role::Danger);
        for (index, question) in outlook.questions.iter().enumerate() {
            let (sign, role) = if question.is_allowed {
                ("[yes]", Role::Warning)
            } else {
                ("[ no]", Role::Danger)
            };
            let text = format!(
                "{sign} {}: {}",
                question.concern.kind.word(),
                question.concern.sentence
            );
            self.item(Item::Question(index), &text, role);
        }
    }

    pub fn changes(&mut self, outlook: &Outlook, view: &DiffLines) {
        if outlook.weighed.difference.is_empty() {
            if outlook.is_first
                && (outlook.weighed.judged.is_some() || outlook.weighed.value.is_some())
            {
                self.head("This is its first submission: everything in it is new.");
            }
            return;
        }
        let against = if outlook.is_first {
            "the draft"
        } else {
            "what is live"
        };
        self.head(&format!(
            "{} against {against}",
            count(outlook.weighed.difference.len(), "change", "changes")
        ));
        let laid = view.laid(self.cx.theme, self.width);
        let first = self.sheet.len();
        let groups = laid.spots.iter().filter_map(|(spot, line)| match spot {
            Spot::Group(group) => Some((Item::Group(*group), first + line)),
            Spot::Entry(..) => None,
        });
        self.places.extend(groups);
        let focused = self
            .places
            .iter()
            .find(|(item, line)| *item == self.focus && *line >= first)
            .map(|(_, line)| line - first);
        for (at, line) in laid.lines.iter().enumerate() {
            let line = line.clone();
            let is_here = focused == Some(at);
            self.sheet.line(if is_here {
                line.patch_style(self.cx.theme.style(Role::Selection))
            } else {
                line
            });
        }
    }

    /// The hash under which somebody else can approve exactly this.
    pub fn hash(&mut self, outlook: &Outlook, examined: Option<&Examined>) {
        let Some(hash) = &outlook.weighed.hash else {
            return;
        };
        self.head("Hash of what the Store holds, the document and the ZIP");
        let key = self.cx.key(Action::Copy);
        let summed = examined.and_then(|examined| examined.summed.as_ref());
        let (text, role) = match (outlook.uploaded(), summed) {
            (None, _) => (
                format!(
                    "{}  {key} copies it whole",
                    hash.with_zip(ZipPart::None).short()
                ),
                Role::Text,
            ),
            (Some(_), Some(Summed { sum: Some(sum), .. })) => (
                format!(
                    "{}  {key} copies it whole",
                    hash.with_zip(ZipPart::Sha256(*sum)).short()
                ),
                Role::Text,
            ),
            (Some(_), Some(summed)) => {
                let percent = units::percent(summed.done, summed.total);
                (
                    format!(
                        "{} the ZIP is being read, {percent} %",
                        meter::spinner(self.cx.uptime)
                    ),
                    Role::Busy,
                )
            }
            (Some(_), None) => {
                let size = examined
                    .map(|examined| format!(", {}", units::bytes(examined.size)))
                    .unwrap_or_default();
                (
                    format!("{key} reads the whole ZIP for it{size}"),
                    Role::Muted,
                )
            }
        };
        self.sheet.text(&text, role);
    }

    pub fn files(&mut self, outlook: &Outlook, examined: Option<&Examined>, fit: Option<&Fit>) {
        if outlook.is_nothing() && outlook.zip.is_none() {
            return;
        }
        match (&outlook.zip, outlook.weighed.expected.is_empty()) {
            (None, true) => {
                self.head("Nothing is uploaded: the JSON waits for no file.");
            }
            (None, false) => {
                self.head("Upload");
                self.sheet.text("✗ No ZIP is chosen.", Role::Danger);
                fit_panel::expected(&mut self.sheet, &outlook.weighed.expected);
            }
            (Some(zip), is_idle) => {
                let name = zip
                    .file_name()
                    .map_or_else(|| zip.to_string_lossy(), |name| name.to_string_lossy())
                    .into_owned();
                self.head(&format!("Upload: {name}"));
                if is_idle {
                    self.sheet.text(
                        "! The JSON waits for no file: the ZIP is not uploaded.",
                        Role::Warning,
                    );
                }
                match (examined, fit) {
                    (Some(examined), fit) if !is_idle || fit.is_some_and(|fit| !fit.is_ok()) => {
                        fit_panel::fit(
                            &mut self.sheet,
                            examined,
                            fit.unwrap_or(&Fit::default()),
                            &[],
                            "",
                        );
                    }
                    (None, _) => {
                        self.sheet.text(
                            &format!("{} it is being looked into", meter::spinner(self.cx.uptime)),
                            Role::Busy,
                        );
                    }
                    _ => {}
                }
            }
        }
    }

    pub fn findings(&mut self, outlook: &Outlook) {
        if outlook.weighed.findings.is_empty() {
            return;
        }
        let (errors, warnings) = (
            outlook.count(Severity::Error),
            outlook.count(Severity::Warning),
        );
        self.head(&format!(
            "Check: {}, {}",
            count(errors, "error", "errors"),
            count(warnings, "warning", "warnings")
        ));
        for finding in &outlook.weighed.findings {
            let (sign, role) = of_severity(finding.severity);
            self.sheet
                .text(&format!("{sign} {}", finding.sentence), role);
        }
    }

    pub fn ending(&mut self, outlook: &Outlook) {
        self.head("Then");
        let first = match (outlook.policy, &outlook.draft) {
            (PendingPolicy::Keep, Some(_)) if outlook.is_edited => "The draft is changed",
            (PendingPolicy::Keep, Some(_)) => "The draft stays as it is",
            (PendingPolicy::Replace, Some(_)) => "The draft is saved and deleted, a new one made",
            (PendingPolicy::Fail, Some(_)) => {
                self.sheet.text(
                    "Nothing, until you choose what to do with the draft.",
                    Role::Text,
                );
                return;
            }
            (_, None) => "A new submission is made",
        };
        let upload = if outlook.weighed.expected.is_empty() {
            ""
        } else {
            ", the ZIP uploaded"
        };
        let sentence = format!(
            "{first}{upload}, and it is committed: it goes to certification. Nobody can call it back from here."
        );
        self.sheet.text(&sentence, Role::Text);
        let mode = match outlook.publish_mode.as_str() {
            "Manual" => "Once certified it waits for “Publish now” in Partner Center.",
            "SpecificDate" => "Once certified it waits for its date.",
            _ => "Once certified it is published at once.",
        };
        self.sheet.text(mode, Role::Text);
    }
}
