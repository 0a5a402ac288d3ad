//! The packages of the selected target's document, ready to be shown: in the order of lists, with what is to be said of each and
//! how it compares with what is live. Holds no view state.

use crate::{
    screen::pane::Context,
    state::prepared::{CheckVerdict, Prepared},
};
use serde_json::Value;
use std::{cmp::Reverse, collections::HashSet};
use store_model::{
    archive::fit::{Extra, Fit, zip_path},
    limits,
    package::packages,
    packages::{
        change,
        coverage::{Coverage, Customers, Served, customers, marks, preview},
        rows::{
            Disposition, PackageMark, PackageRow, ZipPackages, list_warnings, place_of,
            rows as rows_of,
        },
    },
    remote::Remote,
    target::{Kind, Target},
};

/// What is said where nothing comes in the place of a package.
pub fn nothing_left(kind: Kind) -> &'static str {
    // Flights rank above the app: customers without a package here fall through to it (docs/store-api.md#flights-and-the-public-app).
    if kind == Kind::Flight {
        "nothing from this flight, the same as everybody"
    } else {
        "NO PACKAGE"
    }
}

#[derive(Clone, Debug)]
pub struct PackageList {
    pub kind: Kind,
    /// In the order of the list: by architecture, the newest first; what nobody knows stands on top.
    pub rows: Vec<PackageRow>,
    /// Of each row, the worst first.
    pub marks: Vec<Vec<PackageMark>>,
    /// About the list as a whole.
    pub warnings: Vec<String>,
    /// What the chosen ZIP says of its packages.
    pub zip_packages: ZipPackages,
    /// Who gets what, today and then.
    pub preview: Vec<Coverage>,
    /// Ids of what customers have today; `None` where nothing is live.
    live: Option<HashSet<String>>,
}

/// How a package compares with what is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    Same,
    New,
    Gone,
}

impl Against {
    pub fn sign(self) -> &'static str {
        match self {
            Self::Same => " ",
            Self::New => "+",
            Self::Gone => "−",
        }
    }
}

impl PackageList {
    /// The packages in the document's order, with those that the server has and the document lost.
    pub fn rows(prepared: &Prepared, document: &Value, cx: &Context) -> Vec<PackageRow> {
        let server = prepared.server().map(|(server, _)| &server.document);
        rows_of(
            prepared.kind(),
            document,
            server,
            &prepared.zip_packages(cx.model),
        )
    }

    pub fn of(prepared: &Prepared, document: &Value, cx: &Context) -> Self {
        let kind = prepared.kind();
        let mut rows = Self::rows(prepared, document, cx);
        let place = |row: &PackageRow| {
            let first = row.architectures.first();
            first.map_or(0, |first| place_of(first).saturating_add(1))
        };
        rows.sort_by_cached_key(|row| {
            (
                place(row),
                row.architecture.to_lowercase(),
                Reverse(row.version),
            )
        });
        let (marks, mut warnings, preview) = (
            marks(kind, &rows),
            list_warnings(kind, &rows),
            preview(kind, &rows),
        );
        warnings.extend(behind_the_app(prepared.target, &rows, cx));
        let ids = |live: &Value| {
            packages(kind, live)
                .into_iter()
                .filter_map(|package| package.id)
                .collect()
        };
        let live = prepared.live().map(|live| ids(&live.document));
        Self {
            kind,
            rows,
            marks,
            warnings,
            zip_packages: prepared.zip_packages(cx.model),
            preview,
            live,
        }
    }

    pub fn against(&self, row: &PackageRow) -> Against {
        let is_live = row
            .id
            .as_ref()
            .is_some_and(|id| self.live.as_ref().is_some_and(|live| live.contains(id)));
        match (is_live, row.disposition.stays()) {
            (true, false) => Against::Gone,
            (false, true) => Against::New,
            (true, true) | (false, false) => Against::Same,
        }
    }

    fn count(&self, disposition: Disposition) -> usize {
        self.rows
            .iter()
            .filter(|row| row.disposition == disposition)
            .count()
    }

    /// `2 kept, 1 new, 1 going · 3 of 25 at most`
    pub fn summary(&self) -> String {
        let parts: Vec<String> = [
            Disposition::Kept,
            Disposition::New,
            Disposition::Going,
            Disposition::Missing,
        ]
        .into_iter()
        .map(|disposition| (disposition, self.count(disposition)))
        .filter(|(disposition, count)| *count > 0 || *disposition == Disposition::Kept)
        .map(|(disposition, count)| format!("{count} {}", disposition.word()))
        .collect();
        let staying = self
            .rows
            .iter()
            .filter(|row| row.disposition.stays())
            .count();
        format!(
            "{} · {staying} of {} at most",
            parts.join(", "),
            limits::PACKAGES
        )
    }

    /// `against what is live: +1 −1`
    pub fn comparison(&self) -> Option<String> {
        self.live.as_ref()?;
        let count = |wanted| {
            self.rows
                .iter()
                .filter(|row| self.against(row) == wanted)
                .count()
        };
        Some(match (count(Against::New), count(Against::Gone)) {
            (0, 0) => "the same as live".to_owned(),
            (new, 0) => format!("compared with live: +{new}"),
            (0, gone) => format!("compared with live: −{gone}"),
            (new, gone) => format!("compared with live: +{new} −{gone}"),
        })
    }

    /// Who gets it once this is published.
    pub fn customers(&self, index: usize) -> Vec<Customers> {
        customers(self.kind, &self.rows, index)
    }

    /// Who has it today, and what they get once this is published.
    pub fn loses(&self, index: usize) -> Vec<Served> {
        let leaving = change::leaving(self.kind, &self.rows, &[]);
        leaving
            .into_iter()
            .find(|leaving| leaving.row == index)
            .map(|leaving| leaving.served)
            .unwrap_or_default()
    }

    /// Customers who have a package today and would have none.
    pub fn left_without(&self) -> impl Iterator<Item = &Customers> {
        let is_left = |coverage: &&Coverage| coverage.before.is_some() && coverage.after.is_none();
        self.preview
            .iter()
            .filter(is_left)
            .map(|coverage| &coverage.customers)
    }

    pub fn place(&self, key: &str) -> Option<usize> {
        self.rows.iter().position(|row| row.key() == key)
    }
}

/// A flight that has an older version than the app itself: its customers are behind everybody else.
fn behind_the_app(target: &Target, rows: &[PackageRow], cx: &Context) -> Option<String> {
    let Target::Flight { app, .. } = target else {
        return None;
    };
    let live = cx
        .model
        .details
        .get(&Target::app(app))
        .and_then(Remote::value)?
        .published
        .as_ref()?;
    let everybody = rows_of(Kind::App, &live.document, None, &ZipPackages::new());
    let newest = |rows: &[PackageRow], architecture: &str| {
        let of = |row: &&PackageRow| {
            row.disposition.stays()
                && row.is_known()
                && row.architecture.eq_ignore_ascii_case(architecture)
        };
        rows.iter().filter(of).filter_map(|row| row.version).max()
    };
    everybody.iter().find_map(|row| {
        let (flight, app) = (
            newest(rows, &row.architecture)?,
            newest(&everybody, &row.architecture)?,
        );
        (flight < app).then(|| {
            format!(
                "For {} everybody else has {app}; this flight is behind with {flight}.",
                row.architecture
            )
        })
    })
}

/// The chosen ZIP's fit with the document as it stands now; `None` while it was not looked into.
pub fn chosen_fit(prepared: &Prepared, verdict: &CheckVerdict, cx: &Context) -> Option<Fit> {
    let zip = prepared.zip?;
    let examined = cx
        .model
        .examined
        .value()
        .filter(|examined| examined.zip == zip)?;
    verdict.fit(prepared.kind(), examined)
}

/// The ZIP's packages that the document does not name yet.
pub fn unnamed(fit: &Fit, rows: &[PackageRow]) -> Vec<Extra> {
    let is_new = |name: &str| {
        !rows.iter().any(|row| {
            row.disposition == Disposition::New
                && zip_path(&row.file_name).eq_ignore_ascii_case(&zip_path(name))
        })
    };
    fit.extra
        .iter()
        .filter(|extra| extra.is_package && is_new(&extra.name))
        .cloned()
        .collect()
}
