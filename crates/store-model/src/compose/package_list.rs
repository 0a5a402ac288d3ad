//! Enters new packages into a document and decides which earlier ones they replace: by who gets what, never by file names.

use crate::{
    archive::fit::zip_path,
    json::edit::{NoSuchPlace, apply_to_value},
    packages::{
        change::{self, PackageChangeError, keep_newest},
        coverage::served,
        rows::{Disposition, PackageRow, ZipPackages, place_of, rows},
    },
    target::Kind,
};
use serde_json::Value;

/// Which earlier packages make room for new ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replace {
    /// Those of the same kind whose customers all get a newer one.
    #[default]
    SameKind,
    /// All of them.
    All,
    /// None.
    None,
}

/// What became of the packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) added: Vec<String>,
    pub(super) replaced: Vec<String>,
    /// Of the same kind, but somebody gets nothing newer instead.
    pub(super) spared: Vec<String>,
}

pub(super) fn enter(
    kind: Kind,
    document: &mut Value,
    names: &[String],
    zip_packages: &ZipPackages,
    replace: Replace,
    keep: Option<usize>,
) -> Result<Outcome, PackageChangeError> {
    let mut outcome = Outcome::default();
    for name in names {
        let current = rows(kind, document, None, zip_packages);
        let is_entered = |row: &PackageRow| {
            row.disposition == Disposition::New && zip_path(&row.file_name) == zip_path(name)
        };
        if !current.iter().any(is_entered) {
            let edits = change::add(kind, document, &current, name)?;
            apply(document, &edits);
        }
        outcome.added.push(name.clone());
    }
    let all = rows(kind, document, None, zip_packages);
    let named = |places: &[usize]| -> Vec<String> {
        let rows = places.iter().filter_map(|place| all.get(*place));
        rows.map(|row| row.file_name.clone()).collect()
    };
    if let Some(most) = keep {
        let kept = keep_newest(kind, document, &all, most, true);
        let going: Vec<usize> = kept
            .groups
            .iter()
            .flat_map(|group| group.going.iter().copied())
            .collect();
        (outcome.replaced, outcome.spared) = (named(&going), named(&kept.spared));
        apply(document, &kept.edits);
        return Ok(outcome);
    }
    let is_ours = |row: &PackageRow| {
        row.disposition == Disposition::New
            && names
                .iter()
                .any(|name| zip_path(name) == zip_path(&row.file_name))
    };
    let earlier: Vec<usize> = all
        .iter()
        .enumerate()
        .filter(|(_, row)| row.disposition.stays() && !is_ours(row))
        .map(|(place, _)| place)
        .collect();
    let (going, spared) = match replace {
        Replace::None => (Vec::new(), Vec::new()),
        Replace::All => (earlier, Vec::new()),
        Replace::SameKind => earlier
            .into_iter()
            .filter(|place| {
                let row = all.get(*place);
                row.is_some_and(|row| {
                    all.iter()
                        .any(|new| is_ours(new) && is_same_kind(kind, row, new))
                })
            })
            .partition(|place| is_succeeded(kind, &all, *place, &is_ours)),
    };
    (outcome.replaced, outcome.spared) = (named(&going), named(&spared));
    let gone: Vec<&PackageRow> = going.iter().filter_map(|place| all.get(*place)).collect();
    // From the end: what is new leaves the list, and the places of those before it must stay what they are.
    for row in gone.into_iter().rev() {
        let edits = change::remove(document, row);
        apply(document, &edits);
    }
    Ok(outcome)
}

/// The edits were made from this very document, so that every place exists.
fn apply(document: &mut Value, edits: &[crate::json::edit::Edit]) {
    let applied: Result<(), NoSuchPlace> = apply_to_value(document, edits);
    debug_assert!(applied.is_ok(), "{applied:?}");
}

/// Whether two packages are for the same kind of device: a processor in common, and a device family where families are known.
fn is_same_kind(kind: Kind, one: &PackageRow, other: &PackageRow) -> bool {
    if !one.is_known() || !other.is_known() {
        return false;
    }
    let is_neutral = |row: &PackageRow| {
        row.architectures
            .iter()
            .any(|it| place_of(it) >= place_of("Neutral"))
    };
    let shares = |wanted: &String| {
        other
            .architectures
            .iter()
            .any(|it| it.eq_ignore_ascii_case(wanted))
    };
    let processors = one.architectures.iter().any(shares) || is_neutral(one) || is_neutral(other);
    let families = kind == Kind::Flight
        || one.families.is_empty()
        || other.families.is_empty()
        || one
            .families
            .iter()
            .any(|family| other.families.iter().any(|it| it.name == family.name));
    processors && families
}

/// Whether everybody who has a package today, or would get it, gets one of the new packages instead.
fn is_succeeded(
    kind: Kind,
    rows: &[PackageRow],
    place: usize,
    is_ours: &dyn Fn(&PackageRow) -> bool,
) -> bool {
    let earlier = |at: usize| {
        rows.get(at)
            .is_some_and(|row| row.disposition.stays() && !is_ours(row))
    };
    let new = |at: usize| rows.get(at).is_some_and(is_ours);
    let version = rows.get(place).and_then(|row| row.version);
    served(kind, rows, place, &earlier, &new)
        .iter()
        .all(|served| {
            served
                .instead
                .as_ref()
                .is_some_and(|instead| instead.version > version)
        })
        && rows.iter().any(|row| is_ours(row) && row.version > version)
}
