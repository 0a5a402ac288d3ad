//! The Listings tab: languages × texts. Holds what is in view; every change goes through `screen::documents` or an overlay, so that it is
//! one step of the common undo history. Knows no file.

use super::{
    cell,
    grid::{self, Columns},
    table::{Table, TableSpot},
};
use crate::{
    screen::{
        action::{Action, Scope},
        command::{Command, TabId, ToastLevel},
        detail_parts::draw_missing,
        documents::Documents,
        pane::{Context, Handled, Possible, Typed},
        tab::Tab,
    },
    state::{
        ModelChange,
        prepared::{Prepared, count},
    },
};
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, KeyEvent, MouseEvent},
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};
use std::rc::Rc;
use store_model::{
    target::{Kind, Target},
    texts::{self, Grid, TextField},
};
use tui_kit::{
    field::Field as Input,
    filter::Search,
    list::{Cursor, ListClick},
    memo::Memo,
    theme::Role,
};

#[derive(Debug, Default)]
pub struct Languages {
    /// Over the rows that the filter leaves.
    pub(super) rows: Cursor,
    pub(super) column: usize,
    pub(super) columns: Columns,
    /// Open while a filter is typed.
    pub(super) filter: Option<Input>,
    pub(super) pattern: String,
    /// The language to compare with, if a person has chosen one.
    pub(super) default: Option<String>,
    pub(super) table: Memo<Key, Table>,
    /// What nobody sees is not computed: a document that was typed into would have to be parsed for it.
    pub(super) is_shown: bool,
}

/// The state of the document, its target, and the language that was chosen for comparison: for them a table is made.
type Key = ((u64, u64), Target, Option<String>);

/// Release notes are what changes with every release.
const FIRST: &str = "releaseNotes";

impl Languages {
    pub(super) fn table(&self, documents: &Documents, cx: &Context) -> Option<Rc<Table>> {
        let target = cx.selected?;
        let key = (documents.version(), target.clone(), self.default.clone());
        self.table.get(key, || {
            let (kind, document) = (target.kind(), documents.value(cx)?);
            let server = Prepared::of(cx.model, target)?.body();
            let grid = Grid::of(kind, &document, server.as_ref(), self.default.as_deref());
            Some(Table {
                kind,
                document,
                server,
                grid,
            })
        })
    }

    fn clamp(&mut self, documents: &Documents, cx: &Context) {
        if let Some(table) = self.table(documents, cx) {
            self.rows.clamp(self.shown(&table).len());
        }
    }

    /// The rows that the filter leaves, in the document's order.
    pub(super) fn shown(&self, table: &Table) -> Vec<usize> {
        let mut search = Search::new(&self.pattern);
        let languages = table.grid.languages.iter().enumerate();
        languages
            .filter(|(_, language)| search.score(language).is_some())
            .map(|(row, _)| row)
            .collect()
    }

    pub(super) fn spot(&self, table: &Table) -> Option<TableSpot> {
        let row = *self.shown(table).get(self.rows.index())?;
        Some(TableSpot {
            row,
            column: self.column.min(table.grid.fields.len().checked_sub(1)?),
        })
    }

    pub(super) fn cell<'a>(&self, table: &'a Table) -> Option<(TableSpot, &'a str, TextField)> {
        let spot = self.spot(table)?;
        Some((
            spot,
            table.grid.languages.get(spot.row)?,
            *table.grid.fields.get(spot.column)?,
        ))
    }
}

impl Tab for Languages {
    fn id(&self) -> TabId {
        TabId::Languages
    }

    fn is_offered(&self, kind: Kind) -> bool {
        kind != Kind::Flight
    }

    fn takes_text(&self) -> bool {
        self.filter.is_some()
    }

    fn scopes(&self) -> &'static [Scope] {
        // In a typed filter, delete must not take a language out.
        if self.takes_text() {
            &[]
        } else {
            &[Scope::Parts, Scope::Target, Scope::Move, Scope::Editor]
        }
    }

    fn hints(&self, _documents: &Documents, _cx: &Context) -> Vec<Action> {
        use Action::{
            AddPart, Enter, Export, FillDown, Filter, Import, NextTab, Publish, RemovePart,
            ShowDiff, Undo,
        };
        vec![
            Enter, FillDown, Import, Export, AddPart, RemovePart, Filter, Undo, ShowDiff, Publish,
            NextTab,
        ]
    }

    fn possible(&self, action: Action, documents: &Documents, cx: &Context) -> Possible {
        let is_own = matches!(
            action,
            Action::Enter
                | Action::FillDown
                | Action::AddPart
                | Action::RemovePart
                | Action::TogglePart
                | Action::Import
                | Action::Export
        );
        match action {
            Action::Filter => {
                return Possible::Yes;
            }
            Action::Copy
                if self
                    .table(documents, cx)
                    .is_some_and(|table| self.copied(&table).is_some()) =>
            {
                return Possible::Yes;
            }
            _ if !is_own => return Possible::Unknown,
            _ => {}
        }
        let Some(table) = self.table(documents, cx) else {
            return Possible::No(
                "There is no readable document: wait for it, or fix its text in the JSON tab."
                    .to_owned(),
            );
        };
        match action {
            Action::AddPart => Possible::Yes,
            _ if self.cell(&table).is_none() => Possible::No(format!(
                "There is no language here; {} adds one.",
                cx.key(Action::AddPart)
            )),
            Action::FillDown if self.copied(&table).is_none() => {
                Possible::No("There is no text here to copy to others.".to_owned())
            }
            Action::RemovePart if table.grid.languages.len() == 1 => {
                Possible::No("It is the only listing: the Store requires at least one.".to_owned())
            }
            _ => Possible::Yes,
        }
    }

    fn act(&mut self, action: Action, documents: &mut Documents, cx: &Context) -> Handled {
        let (Some(table), Some(target)) = (self.table(documents, cx), cx.selected) else {
            return Handled::No;
        };
        let rows = self.shown(&table).len();
        if self.rows.act(action, rows) {
            return Handled::Yes;
        }
        let columns = table.grid.fields.len();
        match action {
            // From the first column on it leads to the tab before.
            Action::Left if self.column == 0 => return Handled::No,
            Action::Left => self.column -= 1,
            Action::Right => self.column = (self.column + 1).min(columns.saturating_sub(1)),
            Action::Filter => self.filter = Some(Input::with_text(self.pattern.as_str())),
            Action::Back if !self.pattern.is_empty() => self.refilter(&table, String::new()),
            Action::TogglePart => {
                if let Some((_, language, _)) = self.cell(&table) {
                    cx.send(Command::Toast(
                        ToastLevel::Info,
                        format!("The others are compared with {language}."),
                    ));
                    self.default = Some(language.to_owned());
                }
            }
            Action::Copy => match self.copied(&table) {
                Some(text) => cx.send(Command::Copy(text)),
                None => return Handled::No,
            },
            action => match self.opening(action, &table, target, cx) {
                Some(opening) => cx.send(Command::Open(opening)),
                None => return Handled::No,
            },
        }
        Handled::Yes
    }

    fn typed(&mut self, typed: &Typed, documents: &mut Documents, cx: &Context) -> Handled {
        let (Some(mut filter), Some(table)) = (self.filter.take(), self.table(documents, cx))
        else {
            return Handled::No;
        };
        let mut pattern = None;
        match typed {
            Typed::Key(KeyEvent {
                code: KeyCode::Esc, ..
            }) => pattern = Some(String::new()),
            Typed::Key(KeyEvent {
                code: KeyCode::Enter,
                ..
            }) => {}
            Typed::Key(KeyEvent {
                code: code @ (KeyCode::Up | KeyCode::Down),
                ..
            }) => {
                let action = if *code == KeyCode::Up {
                    Action::Up
                } else {
                    Action::Down
                };
                self.rows.act(action, self.shown(&table).len());
                self.filter = Some(filter);
            }
            typed => {
                let is_taken = filter.typed(typed);
                if is_taken {
                    pattern = Some(filter.text().to_owned());
                }
                self.filter = Some(filter);
                if !is_taken {
                    return Handled::No;
                }
            }
        }
        if let Some(pattern) = pattern {
            self.refilter(&table, pattern);
        }
        Handled::Yes
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, documents: &mut Documents, cx: &Context) {
        let Some(table) = self.table(documents, cx) else {
            return;
        };
        let rows = self.shown(&table).len();
        // Below the names of the columns.
        let body = Rect {
            y: area.y + 1,
            height: area.height.saturating_sub(1),
            ..area
        };
        let click = self.rows.mouse(event, body, rows);
        if matches!(click, ListClick::Row | ListClick::Same)
            && let Some(column) = self.columns.at(event.column.saturating_sub(area.x))
        {
            self.column = column;
        }
    }

    fn left(&mut self, _documents: &mut Documents, _cx: &Context) {
        self.filter = None;
        self.is_shown = false;
    }

    fn entered(&mut self, documents: &mut Documents, cx: &Context) {
        self.is_shown = true;
        self.clamp(documents, cx);
    }

    fn changed(&mut self, change: &ModelChange, documents: &mut Documents, cx: &Context) {
        if *change == ModelChange::Selected {
            *self = Self {
                is_shown: self.is_shown,
                ..Self::default()
            };
            let kind = cx.selected.map_or(Kind::Flight, Target::kind);
            self.column = texts::fields(kind)
                .iter()
                .position(|field| field.name == FIRST)
                .unwrap_or_default();
        }
        if self.is_shown {
            self.clamp(documents, cx);
        }
    }

    fn word(&self, documents: &Documents, cx: &Context) -> String {
        let Some(table) = self.table(documents, cx) else {
            return String::new();
        };
        let marks = || {
            (0..table.grid.languages.len())
                .flat_map(|row| (0..table.grid.fields.len()).map(move |column| (row, column)))
        };
        let marks = |is: fn(&texts::GridMark) -> bool| {
            marks()
                .filter(|(row, column)| table.grid.mark(*row, *column).is_some_and(is))
                .count()
        };
        let mut word = count(table.grid.languages.len(), "language", "languages");
        if !self.pattern.is_empty() {
            word = format!("{} of {word}", self.shown(&table).len());
        }
        let marked = [
            (marks(|mark| mark.is_over), "too long"),
            (marks(|mark| mark.is_changed), "changed"),
        ];
        let marked: Vec<String> = marked
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{number} {what}"))
            .collect();
        // What matters takes the little room there is: the languages can be counted in the grid.
        if !marked.is_empty() && self.pattern.is_empty() {
            return marked.join(", ");
        }
        word
    }

    fn draw(&self, frame: &mut Frame, area: Rect, documents: &Documents, cx: &Context) {
        let style = |role| cx.theme.style(role);
        let Some(table) = self.table(documents, cx) else {
            if !draw_missing(frame, area, cx) {
                let text = " The document's text is not valid JSON. The JSON tab shows where.";
                frame.render_widget(Line::styled(text, style(Role::Muted)), area);
            }
            return;
        };
        let panel = match area.height {
            0..8 => 0,
            8..14 => 4,
            height => (height * 2 / 5).clamp(6, 16),
        };
        let is_filtered = !self.pattern.is_empty();
        let foot = u16::from(self.filter.is_some() || is_filtered);
        let [grid, panel, line] = Layout::vertical([
            Constraint::Min(2),
            Constraint::Length(panel),
            Constraint::Length(foot),
        ])
        .areas(area);
        let shown = self.shown(&table);
        // What a few languages leave is the text's.
        let needed = (shown.len() as u16 + 1).max(3);
        let spare = if panel.height > 0 {
            grid.height.saturating_sub(needed)
        } else {
            0
        };
        let grid = Rect {
            height: grid.height - spare,
            ..grid
        };
        let panel = Rect {
            y: panel.y - spare,
            height: panel.height + spare,
            ..panel
        };
        if shown.is_empty() {
            let none = if self.pattern.is_empty() {
                "There is no listing yet."
            } else {
                "No language matches."
            };
            frame.render_widget(Line::styled(format!(" {none}"), style(Role::Muted)), grid);
        } else {
            grid::draw(
                frame,
                grid,
                cx,
                &table,
                &shown,
                &self.rows,
                self.spot(&table),
                &self.columns,
            );
        }
        if let Some(spot) = self.spot(&table) {
            cell::draw(frame, panel, cx, &table, spot);
        }
        if let Some(filter) = &self.filter {
            let [label, input] =
                Layout::horizontal([Constraint::Length(3), Constraint::Min(1)]).areas(line);
            frame.render_widget(Span::styled(" / ", style(Role::Key)), label);
            filter.draw(frame, input, cx.theme, "a language's code", cx.is_focused);
        } else if is_filtered {
            let back = cx.key(Action::Back);
            let said = format!(
                " / {}   only these languages; {back} shows all",
                self.pattern
            );
            frame.render_widget(Line::styled(said, style(Role::Warning)), line);
        }
    }
}

impl Languages {
    /// Narrows the rows; the cursor stays on its language if that stays in view.
    fn refilter(&mut self, table: &Table, pattern: String) {
        let before = self.spot(table).map(|spot| spot.row);
        self.pattern = pattern;
        let shown = self.shown(table);
        self.rows.set(
            shown
                .iter()
                .position(|row| Some(*row) == before)
                .unwrap_or_default(),
        );
    }
}
