//! What a person can want, as data: one row an action. Keymap, footer, help, palette, config check and key docs all read this table.
//! Knows no key event, no pane and no task.

use tui_kit::movement::{Movement, Moves};

/// What a person wants; named in the config, never a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    Quit,
    Help,
    Palette,
    ShowCommand,
    Suspend,
    FocusNext,
    FocusPrevious,
    FocusBoard,
    FocusApps,
    FocusAddOns,
    FocusFlights,
    FocusDetail,
    FocusRuns,
    ShowActivity,
    Zoom,
    Refresh,
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Left,
    Right,
    Enter,
    Back,
    Filter,
    AllAddOns,
    NextTab,
    PreviousTab,
    Edit,
    EditOutside,
    DiscardEdit,
    PickZip,
    DropZip,
    Publish,
    Merge,
    Follow,
    Rollout,
    DeleteDraft,
    NewProduct,
    DeleteProduct,
    CancelRun,
    PauseRun,
    ResumeRun,
    DismissRun,
    Copy,
    CopyValue,
    OpenPortal,
    ShowDiff,
    AddPart,
    RemovePart,
    TogglePart,
    FillDown,
    Import,
    Export,
    RestorePart,
    KeepNewest,
    Tree,
    Undo,
    Redo,
    Find,
    FindNext,
    FindPrevious,
    Replace,
    ReplaceAll,
    NextFinding,
    PreviousFinding,
    Findings,
    GoToBracket,
    Fold,
    FoldAlike,
    UnfoldAll,
    Repair,
    MakeZip,
    Toggle,
    Keep,
}

/// Where a chord means something. An overlay's scope comes before a pane's, a pane's before the global one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    Global,
    /// Everything that can be walked through: lists, texts, overlays.
    Move,
    /// A selected target: the three lists and the detail pane.
    Target,
    /// Parts of the document: its tree, packages, languages, history.
    Parts,
    /// The document's text while it is being edited.
    Editor,
    Runs,
    /// The lists of products.
    Lists,
    Overlay,
    /// Everywhere but where a document is edited: the editor's keys come first.
    Outside,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct ActionRow {
    pub action: Action,
    /// The name in config and palette.
    pub name: &'static str,
    /// Chords as crokey reads them; the first is shown.
    pub chords: &'static [&'static str],
    pub scope: Scope,
    /// The heading in the help.
    pub group: &'static str,
    /// What it does, in one sentence without a full stop.
    pub sentence: &'static str,
    /// Hard to undo: drawn in the danger role, always asks.
    pub danger: bool,
}

const fn row(
    action: Action,
    name: &'static str,
    chords: &'static [&'static str],
    scope: Scope,
    group: &'static str,
    sentence: &'static str,
) -> ActionRow {
    ActionRow {
        action,
        name,
        chords,
        scope,
        group,
        sentence,
        danger: false,
    }
}

const fn danger(row: ActionRow) -> ActionRow {
    ActionRow {
        danger: true,
        ..row
    }
}

use Action as A;
use Scope as S;

/// Every action there is. One line each, so that the table can be read as one.
#[rustfmt::skip]
pub const ACTIONS: &[ActionRow] = &[
    row(A::Quit, "quit", &["q", "ctrl-c"], S::Global, "Program", "Quit; asks first if a run is active"),
    row(A::Help, "help", &["?", "f1"], S::Global, "Program", "Show what can be done here, with its keys"),
    row(A::Palette, "palette", &[":", "ctrl-p"], S::Global, "Program", "Find an action and do it"),
    row(A::ShowCommand, "show-command", &["@"], S::Global, "Program", "Copy the command that does without a screen what was just done"),
    row(A::Suspend, "suspend", &["ctrl-z"], S::Outside, "Program", "Go back to the shell until fg"),
    row(A::ShowActivity, "activity", &["6", "a"], S::Global, "Program", "Show every request"),
    row(A::FocusNext, "focus-next", &["tab"], S::Global, "Panes", "Go to the next pane"),
    row(A::FocusPrevious, "focus-previous", &["backtab"], S::Global, "Panes", "Go to the previous pane"),
    row(A::FocusBoard, "board", &["0", "b"], S::Global, "Panes", "Go to the board: what needs you, and what goes on"),
    row(A::FocusApps, "apps", &["1"], S::Global, "Panes", "Go to the apps"),
    row(A::FocusAddOns, "add-ons", &["2"], S::Global, "Panes", "Go to the add-ons"),
    row(A::FocusFlights, "flights", &["3"], S::Global, "Panes", "Go to the flights"),
    row(A::FocusDetail, "detail", &["4"], S::Global, "Panes", "Go to the selected target"),
    row(A::FocusRuns, "runs", &["5"], S::Global, "Panes", "Go to the runs"),
    row(A::Zoom, "zoom", &["+"], S::Global, "Panes", "Toggle full screen for the focused pane"),
    row(A::Refresh, "refresh", &["r", "f5"], S::Global, "Panes", "Reload from the Store"),
    row(A::Up, "up", &["up", "k"], S::Move, "Moving", "One up"), row(A::Down, "down", &["down", "j"], S::Move, "Moving", "One down"),
    row(A::PageUp, "page-up", &["pageup", "ctrl-b"], S::Move, "Moving", "One page up"),
    row(A::PageDown, "page-down", &["pagedown", "ctrl-f"], S::Move, "Moving", "One page down"),
    row(A::First, "first", &["home", "g"], S::Move, "Moving", "To the first"),
    row(A::Last, "last", &["end", "shift-g"], S::Move, "Moving", "To the last"),
    row(A::Left, "left", &["left", "h"], S::Move, "Moving", "Left: out of, or the previous tab"),
    row(A::Right, "right", &["right", "l"], S::Move, "Moving", "Right: into, or the next tab"),
    row(A::Enter, "open", &["enter"], S::Move, "Moving", "Open what is selected"),
    row(A::Back, "back", &["esc"], S::Move, "Moving", "Go one step back"),
    row(A::Filter, "filter", &["/"], S::Move, "Moving", "Filter the list"),
    row(A::AllAddOns, "all-add-ons", &["."], S::Move, "Moving", "Show the add-ons of every app, or of the selected one"),
    row(A::NextTab, "next-tab", &["]"], S::Target, "Target", "Next tab"),
    row(A::PreviousTab, "previous-tab", &["["], S::Target, "Target", "Previous tab"),
    row(A::Edit, "edit", &["e"], S::Target, "Target", "Edit the submission document"),
    row(A::EditOutside, "edit-outside", &["shift-e"], S::Target, "Target", "Edit the document in $EDITOR"),
    danger(row(A::DiscardEdit, "discard-edit", &["shift-x"], S::Target, "Target", "Discard the edited document")),
    row(A::PickZip, "pick-zip", &["z"], S::Target, "Target", "Pick the ZIP to upload"),
    row(A::DropZip, "drop-zip", &["shift-z"], S::Target, "Target", "Remove the picked ZIP"),
    danger(row(A::Publish, "publish", &["u"], S::Target, "Target", "Review and publish what was prepared")),
    row(A::Merge, "merge", &["m"], S::Target, "Target", "Merge remote changes into the edited document"),
    row(A::Follow, "follow", &["w"], S::Target, "Target", "Pin the pending submission to watch it closely; again mutes its notices"),
    danger(row(A::Rollout, "rollout", &["shift-r"], S::Target, "Target", "Raise, halt or finalize the gradual rollout")),
    danger(row(A::DeleteDraft, "delete-draft", &["shift-d"], S::Target, "Target", "Delete the draft; its document is saved first")),
    row(A::NewProduct, "new", &["n", "insert"], S::Lists, "Target", "Create an add-on or a flight"),
    danger(row(A::DeleteProduct, "delete-product", &["delete"], S::Lists, "Target", "Delete the add-on or the flight for good")),
    row(A::ShowDiff, "diff", &["d"], S::Target, "Target", "Compare with what is live"),
    row(A::Copy, "copy", &["y"], S::Target, "Target", "Copy the id, or what is selected"),
    row(A::OpenPortal, "open-portal", &["o"], S::Target, "Target", "Open the page in Partner Center"),
    row(A::CancelRun, "cancel-run", &["x"], S::Runs, "Runs", "Stop the selected run after its current request"),
    row(A::PauseRun, "pause-run", &["p"], S::Runs, "Runs", "Pause or resume an upload"),
    row(A::ResumeRun, "resume-run", &["c"], S::Runs, "Runs", "Resume an interrupted run"),
    row(A::DismissRun, "dismiss-run", &["delete", "-"], S::Runs, "Runs", "Remove a finished run from the list"),
    row(A::AddPart, "add", &["n", "insert"], S::Parts, "Parts of the document", "Add an entry, a package or a language"),
    row(A::RemovePart, "remove", &["-", "delete"], S::Parts, "Parts of the document", "Remove the selected one"),
    row(A::TogglePart, "mark", &["space"], S::Parts, "Parts of the document", "Toggle, mark or open the selected one"),
    row(A::KeepNewest, "keep-newest", &["shift-k"], S::Parts, "Parts of the document", "Keep only the newest packages"),
    row(A::FillDown, "fill", &["f"], S::Parts, "Parts of the document", "Copy this text to other languages"),
    row(A::Import, "import", &["i"], S::Parts, "Parts of the document", "Import texts from a folder or a CSV file"),
    row(A::Export, "export", &["s"], S::Parts, "Parts of the document", "Export texts to a folder or a CSV file"),
    row(A::RestorePart, "restore", &["shift-b"], S::Parts, "Parts of the document", "Restore an earlier document to the working copy"),
    row(A::CopyValue, "copy-value", &["shift-y"], S::Parts, "Parts of the document", "Copy the selected value"),
    row(A::Tree, "tree", &["t"], S::Parts, "Parts of the document", "Show the document as a tree, or as text"),
    row(A::Undo, "undo", &["ctrl-z"], S::Editor, "Editor", "Undo"), row(A::Redo, "redo", &["ctrl-y"], S::Editor, "Editor", "Redo"), row(A::Find, "find", &["ctrl-f"], S::Editor, "Editor", "Search in the text"),
    row(A::FindNext, "find-next", &["ctrl-n", "f3"], S::Editor, "Editor", "Next match"),
    row(A::FindPrevious, "find-previous", &["shift-f3"], S::Editor, "Editor", "Previous match"),
    row(A::Replace, "replace", &["ctrl-r"], S::Editor, "Editor", "Search and replace, in the selection if there is one"),
    row(A::ReplaceAll, "replace-all", &["ctrl-l"], S::Editor, "Editor", "Replace all matches"),
    row(A::NextFinding, "next-finding", &["f8"], S::Editor, "Editor", "Go to the next finding"),
    row(A::PreviousFinding, "previous-finding", &["shift-f8"], S::Editor, "Editor", "Go to the previous finding"),
    row(A::Findings, "findings", &["f4"], S::Editor, "Editor", "List all findings"),
    row(A::GoToBracket, "bracket", &["ctrl-b"], S::Editor, "Editor", "Go to the matching bracket"),
    row(A::Fold, "fold", &["f6"], S::Editor, "Editor", "Fold the part at the cursor, or unfold it"),
    row(A::FoldAlike, "fold-alike", &["f7"], S::Editor, "Editor", "Fold all parts at this depth"),
    row(A::UnfoldAll, "unfold-all", &["f9"], S::Editor, "Editor", "Unfold everything"),
    row(A::Repair, "repair", &["ctrl-r"], S::Overlay, "ZIP picker", "Repair the document to fit the ZIP"),
    row(A::MakeZip, "make-zip", &["ctrl-k", "f6"], S::Overlay, "ZIP picker", "Create a fitting ZIP from the folder"),
    row(A::Keep, "keep", &["ctrl-s"], S::Overlay, "Dialogs", "Keep the edited text"),
    row(A::Toggle, "toggle", &["space"], S::Overlay, "Dialogs", "Toggle the selected choice"),
];

impl Moves for Action {
    fn movement(self) -> Option<Movement> {
        Some(match self {
            Self::Up => Movement::Up,
            Self::Down => Movement::Down,
            Self::PageUp => Movement::PageUp,
            Self::PageDown => Movement::PageDown,
            Self::First => Movement::First,
            Self::Last => Movement::Last,
            Self::Left => Movement::Left,
            Self::Right => Movement::Right,
            _ => return None,
        })
    }
}

impl Action {
    /// Whether it only moves up or down in what is shown: always possible.
    pub fn is_vertical(self) -> bool {
        let movement = self.movement();
        movement.is_some_and(|movement| !matches!(movement, Movement::Left | Movement::Right))
    }

    /// Whether a field that takes text may see it as an action: what moves in its list, what ends it, and what edits a text or
    /// belongs to its dialog. No other key is a command while letters are text, however the person has bound it.
    pub fn is_for_text(self) -> bool {
        self.row().is_some_and(|row| match row.scope {
            Scope::Move => self.movement().is_some() || matches!(self, Self::Enter | Self::Back),
            Scope::Editor | Scope::Overlay => true,
            Scope::Global
            | Scope::Target
            | Scope::Parts
            | Scope::Runs
            | Scope::Lists
            | Scope::Outside => false,
        })
    }

    /// Its row; every action has one (a test holds that).
    pub fn row(self) -> Option<&'static ActionRow> {
        ACTIONS.iter().find(|row| row.action == self)
    }
}
