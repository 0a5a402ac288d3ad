//! The review as lines: draft, risks to confirm, changes, files, findings, and how the run ends. Decides nothing.

use super::preview::{Answer, Preview};
use crate::screen::fit_panel;
use crate::{
    engine::plan::{ExistingRollout, PendingPolicy},
    screen::{
        action::Action,
        difference_lines::{DiffLines, DiffSpot},
        pane::Context,
        status_badge::of_severity,
        text_panel::TextPanel,
    },
    state::prepared::count,
    tasks::report::{Examined, Summed},
};
use ratatui::text::{Line, Span};
use store_model::{
    archive::fit::Fit,
    fingerprint::ZipPart,
    rules::check::{Finding, Severity},
    units,
};
use tui_kit::{meter, text::wrap, theme::Role};

/// What can have the focus, in the order in which Down walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewItem {
    Choice(usize),
    Question(usize),
    /// A finding of the check that may be allowed.
    Doubt(usize),
    /// A group of changes: folds.
    Group(usize),
    Name,
    Cancel,
    Publish,
}

/// The body while it is built.
pub struct Body<'a, 'b> {
    pub panel: TextPanel<'a>,
    pub places: Vec<(ReviewItem, usize)>,
    pub focus: ReviewItem,
    pub width: usize,
    pub cx: &'b Context<'b>,
}

impl Body<'_, '_> {
    pub fn head(&mut self, title: &str) {
        self.panel.gap();
        self.panel.text(title, Role::Title);
    }

    pub fn item(&mut self, item: ReviewItem, text: &str, role: Role) {
        self.places.push((item, self.panel.len()));
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
            self.panel.line(Line::from(vec![
                Span::styled(format!(" {sign} "), self.cx.theme.style(Role::Key)),
                Span::styled(part, style),
            ]));
        }
    }

    pub fn draft(&mut self, preview: &Preview) {
        let Some(draft) = preview.draft.as_ref().filter(|_| preview.fault.is_none()) else {
            return;
        };
        self.head(&format!("There is already a draft: {draft}"));
        self.choices(preview, |answer| matches!(answer, Answer::Draft(_)));
        if preview.is_base_gone {
            self.panel
                .text("! The edit is based on a different submission than the Store has now. Check the changes.", Role::Warning);
        }
    }

    pub fn rollout(&mut self, preview: &Preview) {
        let percent = preview
            .open_rollout
            .as_ref()
            .filter(|_| preview.must_end_rollout());
        let Some(percent) = percent.filter(|_| preview.fault.is_none()) else {
            return;
        };
        self.head(&format!(
            "What is live is being rolled out: {percent} % of its customers have it"
        ));
        self.panel.text(
            "The Store makes no new draft until that is over. What you choose is sent before anything else:",
            Role::Muted,
        );
        self.choices(preview, |answer| matches!(answer, Answer::Rollout(_)));
    }

    fn choices(&mut self, preview: &Preview, is_among: impl Fn(Answer) -> bool) {
        let choices = preview.choices.iter().enumerate();
        for (index, choice) in choices.filter(|(_, choice)| is_among(choice.answer)) {
            let sign = if preview.is_chosen(choice.answer) {
                "(•)"
            } else {
                "( )"
            };
            match &choice.fault {
                None => {
                    let is_final = !matches!(
                        choice.answer,
                        Answer::Draft(PendingPolicy::Fail | PendingPolicy::Keep)
                            | Answer::Rollout(ExistingRollout::Fail)
                    );
                    let role = if is_final { Role::Danger } else { Role::Text };
                    self.item(
                        ReviewItem::Choice(index),
                        &format!("{} {sign} {}", index + 1, choice.sentence),
                        role,
                    );
                }
                Some(fault) => {
                    self.panel
                        .text(&format!("      {}", choice.sentence), Role::Muted);
                    self.panel
                        .text(&format!("      not possible: {fault}"), Role::Muted);
                }
            }
        }
    }

    pub fn questions(&mut self, preview: &Preview) {
        if preview.questions.is_empty() {
            return;
        }
        self.panel.gap();
        self.panel
            .text("These affect customers; confirm each one:", Role::Danger);
        for (index, question) in preview.questions.iter().enumerate() {
            let (sign, role) = if question.is_allowed {
                ("[yes]", Role::Warning)
            } else {
                ("[ no]", Role::Danger)
            };
            let text = format!(
                "{sign} {}: {}",
                question.risk.kind.word(),
                question.risk.sentence
            );
            self.item(ReviewItem::Question(index), &text, role);
        }
    }

    pub fn doubts(&mut self, preview: &Preview, doubts: &[Finding]) {
        if doubts.is_empty() {
            return;
        }
        self.panel.gap();
        let key = self.cx.key(Action::Toggle);
        self.panel.text(
            &format!("The Store may refuse these; {key} on one sends it all the same:"),
            Role::Warning,
        );
        for (index, doubt) in doubts.iter().enumerate() {
            let (sign, role) = if preview.is_allowed(doubt) {
                ("[yes]", Role::Warning)
            } else {
                ("[ no]", Role::Danger)
            };
            let text = format!("{sign} {} ({})", doubt.sentence, doubt.rule);
            self.item(ReviewItem::Doubt(index), &text, role);
        }
    }

    pub fn changes(&mut self, preview: &Preview, view: &DiffLines) {
        if preview.analysis.difference.is_empty() {
            if preview.is_first
                && (preview.analysis.judged.is_some() || preview.analysis.value.is_some())
            {
                self.head("This is its first submission: everything in it is new.");
            }
            return;
        }
        let against = if preview.is_first {
            "the draft"
        } else {
            "live"
        };
        self.head(&format!(
            "{} compared with {against}",
            count(preview.analysis.difference.len(), "change", "changes")
        ));
        let laid = view.laid(self.cx.theme, self.width);
        let first = self.panel.len();
        let groups = laid.spots.iter().filter_map(|(spot, line)| match spot {
            DiffSpot::Group(group) => Some((ReviewItem::Group(*group), first + line)),
            DiffSpot::Entry(..) => None,
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
            self.panel.line(if is_here {
                line.patch_style(self.cx.theme.style(Role::Selection))
            } else {
                line
            });
        }
    }

    /// The hash under which somebody else can approve exactly this.
    pub fn hash(&mut self, preview: &Preview, examined: Option<&Examined>) {
        let Some(hash) = &preview.analysis.hash else {
            return;
        };
        self.head("Hash of what the Store holds, the document and the ZIP");
        let key = self.cx.key(Action::Copy);
        let summed = examined.and_then(|examined| examined.summed.as_ref());
        let (text, role) = match (preview.uploaded(), summed) {
            (None, _) => (
                format!("{}  {key} copies it", hash.with_zip(ZipPart::None).short()),
                Role::Text,
            ),
            (Some(_), Some(Summed { sum: Some(sum), .. })) => (
                format!(
                    "{}  {key} copies it",
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
                    format!("{key} reads the whole ZIP to compute it{size}"),
                    Role::Muted,
                )
            }
        };
        self.panel.text(&text, role);
    }

    pub fn files(&mut self, preview: &Preview, examined: Option<&Examined>, fit: Option<&Fit>) {
        if preview.is_nothing() && preview.zip.is_none() {
            return;
        }
        match (&preview.zip, preview.analysis.expected.is_empty()) {
            (None, true) => {
                self.head("Nothing is uploaded: the JSON expects no file.");
            }
            (None, false) => {
                self.head("Upload");
                self.panel.text("✗ No ZIP is chosen.", Role::Danger);
                fit_panel::expected(&mut self.panel, &preview.analysis.expected);
            }
            (Some(zip), is_idle) => {
                let name = zip
                    .file_name()
                    .map_or_else(|| zip.to_string_lossy(), |name| name.to_string_lossy())
                    .into_owned();
                self.head(&format!("Upload: {name}"));
                if is_idle {
                    self.panel.text(
                        "! The JSON expects no file: the ZIP is not uploaded.",
                        Role::Warning,
                    );
                }
                match (examined, fit) {
                    // What may be allowed stands above, to be answered.
                    (Some(examined), fit) if !is_idle || fit.is_some_and(|fit| !fit.is_ok()) => {
                        fit_panel::fit(
                            &mut self.panel,
                            examined,
                            &fit.map(certain).unwrap_or_default(),
                            &[],
                            "",
                        );
                    }
                    (None, _) => {
                        self.panel.text(
                            &format!("{} it is being examined", meter::spinner(self.cx.uptime)),
                            Role::Busy,
                        );
                    }
                    _ => {}
                }
            }
        }
    }

    pub fn findings(&mut self, preview: &Preview) {
        if preview.analysis.findings.is_empty() {
            return;
        }
        let (errors, warnings) = (
            preview.count(Severity::Error),
            preview.count(Severity::Warning),
        );
        self.head(&format!(
            "Check: {}, {}",
            count(errors, "error", "errors"),
            count(warnings, "warning", "warnings")
        ));
        let others = |finding: &&Finding| !finding.can_be_allowed();
        for finding in preview.analysis.findings.iter().filter(others) {
            let (sign, role) = of_severity(finding.severity);
            self.panel
                .text(&format!("{sign} {}", finding.sentence), role);
        }
    }

    pub fn ending(&mut self, preview: &Preview) {
        self.head("Then");
        let first = match (preview.policy, &preview.draft) {
            (PendingPolicy::Keep, Some(_)) if preview.is_edited => "The draft is changed",
            (PendingPolicy::Keep, Some(_)) => "The draft stays as it is",
            (PendingPolicy::Replace, Some(_)) => {
                "The draft is saved and deleted, a new one created"
            }
            (PendingPolicy::Fail, Some(_)) => {
                self.panel.text(
                    "Nothing, until you choose what to do with the draft.",
                    Role::Text,
                );
                return;
            }
            (_, None) => "A new submission is created",
        };
        let upload = if preview.analysis.expected.is_empty() {
            ""
        } else {
            ", the ZIP uploaded"
        };
        if preview.must_end_rollout() {
            self.panel.text(
                match preview.rollout {
                    ExistingRollout::Finalize => "The rollout is finalized first.",
                    ExistingRollout::Halt => "The rollout is halted first.",
                    ExistingRollout::Fail => {
                        "Nothing, until you choose what becomes of the rollout."
                    }
                },
                Role::Text,
            );
            if preview.rollout == ExistingRollout::Fail {
                return;
            }
        }
        let sentence = format!(
            "{first}{upload}, and it is committed: it goes to certification. This cannot be undone from here."
        );
        self.panel.text(&sentence, Role::Text);
        let mode = match preview.publish_mode.as_str() {
            "Manual" => "Once certified it waits for “Publish now” in Partner Center.",
            "SpecificDate" => "Once certified it waits for its date.",
            _ => "Once certified it is published at once.",
        };
        self.panel.text(mode, Role::Text);
    }
}

/// The fit without what a person may allow.
fn certain(fit: &Fit) -> Fit {
    let mut fit = fit.clone();
    fit.remarks.retain(|remark| !remark.can_be_allowed());
    fit
}
