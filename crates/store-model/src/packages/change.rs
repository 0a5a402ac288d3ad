//! Changes of a document's packages, each as the fewest edits: mark for removal, take back, add, replace, keep the newest.
//! Carries nothing out; says beforehand who loses what. Knows no screen.

use super::{
    coverage::{Served, coverage, served},
    rows::{Disposition, PackageRow},
};
use crate::{
    archive::fit::{is_package, is_unsafe_path, zip_path},
    json::{
        edit::Edit,
        pointer::{member, spelled},
    },
    limits,
    package::{FileStatus, new_package, packages_pointer},
    target::Kind,
};
use serde_json::Value;
use std::{cmp::Reverse, collections::BTreeMap};

/// Why a package cannot be added under a name; for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackageChangeError {
    #[error("A package needs a name: its path inside of the ZIP.")]
    Nameless,
    #[error("{0} is no path inside of a ZIP: it must be relative, without “..”.")]
    Unsafe(String),
    #[error("{0} is no package; its name must end in one of {list}.", list = limits::PACKAGE_ENDINGS.join(", "))]
    NoPackage(String),
    #[error("{0} is in the list already, as a new package.")]
    Named(String),
    #[error("An add-on has no packages.")]
    AddOn,
}

fn leaf(document: &Value, row: &PackageRow, name: &str) -> String {
    spelled(
        document.pointer(&row.pointer).unwrap_or(&Value::Null),
        &row.pointer,
        name,
    )
}

fn set_status(document: &Value, row: &PackageRow, status: &str) -> Edit {
    Edit::Set {
        pointer: leaf(document, row, "fileStatus"),
        value: status.into(),
    }
}

/// Takes a package off: one on the server is marked, a new one leaves the list. Nothing for what goes already.
pub fn remove(document: &Value, row: &PackageRow) -> Vec<Edit> {
    match row.disposition {
        Disposition::Kept => vec![set_status(
            document,
            row,
            FileStatus::PendingDelete.as_str(),
        )],
        Disposition::New => vec![Edit::Remove {
            pointer: row.pointer.clone(),
        }],
        Disposition::Going | Disposition::Missing => Vec::new(),
    }
}

/// Takes a removal back, or puts a lost entry in again. `live` is the document that has the package's state of before.
pub fn restore(kind: Kind, document: &Value, row: &PackageRow, live: Option<&Value>) -> Vec<Edit> {
    match row.disposition {
        Disposition::Going => {
            let entries = kind
                .packages_field()
                .and_then(|field| member(live?, field))
                .and_then(|(_, list)| list.as_array());
            let of_row = |entry: &&Value| {
                member(entry, "id").and_then(|(_, id)| id.as_str()) == row.id.as_deref()
            };
            let entry = entries
                .and_then(|entries| entries.iter().find(of_row))
                .filter(|_| row.id.is_some());
            let before = entry
                .and_then(|entry| member(entry, "fileStatus"))
                .and_then(|(_, status)| status.as_str());
            let before =
                before.filter(|status| !matches!(*status, "" | "PendingDelete" | "PendingUpload"));
            vec![set_status(
                document,
                row,
                before.unwrap_or(FileStatus::Uploaded.as_str()),
            )]
        }
        Disposition::Missing => {
            let entry = live.and_then(|live| live.pointer(&row.pointer));
            let pointer = packages_pointer(kind, document);
            entry
                .zip(pointer)
                .map(|(value, pointer)| Edit::Append {
                    pointer,
                    value: value.clone(),
                })
                .into_iter()
                .collect()
        }
        Disposition::New | Disposition::Kept => Vec::new(),
    }
}

/// What the key for marking does: [`remove`] what stays, [`restore`] what does not.
pub fn toggle(kind: Kind, document: &Value, row: &PackageRow, live: Option<&Value>) -> Vec<Edit> {
    if row.disposition.stays() {
        remove(document, row)
    } else {
        restore(kind, document, row, live)
    }
}

fn check_name(rows: &[PackageRow], file_name: &str) -> Result<String, PackageChangeError> {
    let name = zip_path(file_name.trim());
    if name.is_empty() {
        return Err(PackageChangeError::Nameless);
    }
    if is_unsafe_path(&name) {
        return Err(PackageChangeError::Unsafe(name));
    }
    if !is_package(&name) {
        return Err(PackageChangeError::NoPackage(name));
    }
    let is_same = |row: &&PackageRow| {
        row.disposition == Disposition::New && zip_path(&row.file_name).eq_ignore_ascii_case(&name)
    };
    match rows.iter().find(is_same) {
        Some(row) => Err(PackageChangeError::Named(row.file_name.clone())),
        None => Ok(name),
    }
}

/// Whether a package on the server has this name: the Store may mix them up (store-api.md § 3.12).
pub fn is_reused(rows: &[PackageRow], file_name: &str) -> bool {
    let name = zip_path(file_name.trim());
    rows.iter().any(|row| {
        row.disposition != Disposition::New && zip_path(&row.file_name).eq_ignore_ascii_case(&name)
    })
}

/// Adds a package that the ZIP brings, at the end of the list.
pub fn add(
    kind: Kind,
    document: &Value,
    rows: &[PackageRow],
    file_name: &str,
) -> Result<Vec<Edit>, PackageChangeError> {
    let pointer = packages_pointer(kind, document).ok_or(PackageChangeError::AddOn)?;
    let name = check_name(rows, file_name)?;
    Ok(vec![Edit::Append {
        pointer,
        value: new_package(&name),
    }])
}

/// Puts a package of the ZIP in the place of another: that one goes, the new one is added; of a new one only the name changes.
pub fn replace(
    kind: Kind,
    document: &Value,
    rows: &[PackageRow],
    old: &PackageRow,
    file_name: &str,
) -> Result<Vec<Edit>, PackageChangeError> {
    if old.disposition == Disposition::New {
        let name = check_name(rows, file_name)?;
        return Ok(vec![Edit::Set {
            pointer: leaf(document, old, "fileName"),
            value: name.into(),
        }]);
    }
    let mut edits = remove(document, old);
    edits.extend(add(kind, document, rows, file_name)?);
    Ok(edits)
}

/// Packages for the same devices, of which the newest are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageGroup {
    /// `x64 · Desktop, Xbox`
    pub name: String,
    /// Places in the rows, newest first.
    pub kept: Vec<usize>,
    pub going: Vec<usize>,
}

/// A package that goes, with who has it today and what they get then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    pub row: usize,
    /// It was marked before.
    pub is_marked: bool,
    /// Empty when nobody gets it any more anyway.
    pub served: Vec<Served>,
}

impl Leaving {
    /// Whether somebody is left without a package.
    pub fn loses(&self) -> bool {
        self.served.iter().any(|served| served.instead.is_none())
    }
}

/// What keeping the newest would do.
#[derive(Clone, Debug, PartialEq)]
pub struct NewestPlan {
    pub groups: Vec<PackageGroup>,
    /// Every package that goes, those that were marked before among them; in the order of the rows.
    pub leaving: Vec<Leaving>,
    /// Places of packages that stay although they are not among the newest: somebody would be left without.
    pub spared: Vec<usize>,
    /// Places of packages that stay because nobody knows their version or for whom they are.
    pub unknown: Vec<usize>,
    /// Nothing to do when empty.
    pub edits: Vec<Edit>,
}

/// The group of a package; the Store lists no families for flights.
fn group_name(kind: Kind, row: &PackageRow) -> String {
    let mut families: Vec<&str> = row
        .families
        .iter()
        .map(super::rows::Family::short)
        .collect();
    families.sort_unstable();
    families.dedup();
    if kind == Kind::Flight || families.is_empty() {
        return row.architecture.clone();
    }
    format!("{} · {}", row.architecture, families.join(", "))
}

/// Keeps the newest packages of each architecture and set of families, at least one; the others go. With `spares`, those stay
/// whose going would leave customers without any.
pub fn keep_newest(
    kind: Kind,
    document: &Value,
    rows: &[PackageRow],
    most: usize,
    spares: bool,
) -> NewestPlan {
    let most = most.max(1);
    let mut members: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut unknown = Vec::new();
    for (index, row) in rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.disposition.stays())
    {
        if row.is_known() {
            members
                .entry(group_name(kind, row).to_lowercase())
                .or_default()
                .push(index);
        } else {
            unknown.push(index);
        }
    }
    let mut groups: Vec<PackageGroup> = Vec::new();
    for mut kept in members.into_values() {
        kept.sort_by_key(|index| Reverse(rows.get(*index).and_then(|row| row.version)));
        let name = kept
            .first()
            .and_then(|index| rows.get(*index))
            .map(|row| group_name(kind, row))
            .unwrap_or_default();
        let going = kept.split_off(most.min(kept.len()));
        groups.push(PackageGroup { name, kept, going });
    }
    groups.sort_by_key(|group| group.kept.first().copied());
    let mut going: Vec<usize> = groups
        .iter()
        .flat_map(|group| group.going.iter().copied())
        .collect();
    let spared = if spares {
        missed(kind, rows, &going)
    } else {
        Vec::new()
    };
    for group in groups.iter_mut().filter(|_| !spared.is_empty()) {
        let (stays, goes) = group.going.iter().partition(|index| spared.contains(index));
        group.going = goes;
        group.kept.extend::<Vec<usize>>(stays);
    }
    going.retain(|index| !spared.contains(index));
    let edits = removals(document, rows, &going);
    let leaving = leaving(kind, rows, &going);
    NewestPlan {
        groups,
        leaving,
        spared,
        unknown,
        edits,
    }
}

/// Which of those that would go somebody would miss: their customers get nothing of what else stays.
fn missed(kind: Kind, rows: &[PackageRow], going: &[usize]) -> Vec<usize> {
    let is_planned = |index: usize| rows.get(index).is_some_and(|row| row.disposition.stays());
    let remains = |index: usize| is_planned(index) && !going.contains(&index);
    let mut missed: Vec<usize> = coverage(kind, rows, &is_planned, &remains)
        .into_iter()
        .filter(|coverage| coverage.after.is_none())
        .filter_map(|coverage| coverage.before)
        .collect();
    missed.sort_unstable();
    missed.dedup();
    missed
}

/// Its place in the document's list.
fn place(row: &PackageRow) -> usize {
    row.pointer
        .rsplit('/')
        .next()
        .and_then(|place| place.parse().ok())
        .unwrap_or_default()
}

/// Takes several off. Elements are taken out from the end, so that the places of the others stay true.
fn removals(document: &Value, rows: &[PackageRow], going: &[usize]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    let of = |disposition: Disposition| {
        going
            .iter()
            .filter_map(|index| rows.get(*index))
            .filter(move |row| row.disposition == disposition)
    };
    edits.extend(of(Disposition::Kept).flat_map(|row| remove(document, row)));
    let mut news: Vec<&PackageRow> = of(Disposition::New).collect();
    news.sort_by_key(|row| Reverse(place(row)));
    edits.extend(news.into_iter().flat_map(|row| remove(document, row)));
    edits
}

/// What it means for customers that these go, and those that are marked already.
pub fn leaving(kind: Kind, rows: &[PackageRow], going: &[usize]) -> Vec<Leaving> {
    let is_live = |index: usize| rows.get(index).is_some_and(|row| row.disposition.is_live());
    let is_planned = |index: usize| rows.get(index).is_some_and(|row| row.disposition.stays());
    let remains = |index: usize| is_planned(index) && !going.contains(&index);
    let leave = |(row, package): (usize, &PackageRow)| {
        let is_marked = package.disposition == Disposition::Going;
        if !is_marked && !going.contains(&row) {
            return None;
        }
        // What was never live has the customers that it would have had.
        let before: &dyn Fn(usize) -> bool = if package.disposition.is_live() {
            &is_live
        } else {
            &is_planned
        };
        Some(Leaving {
            row,
            is_marked,
            served: served(kind, rows, row, before, &remains),
        })
    };
    rows.iter().enumerate().filter_map(leave).collect()
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
