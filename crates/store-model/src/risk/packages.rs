//! Customers who lose their package, and packages that ask for more than before.

use super::{RiskKind, judge::Assessment};
use crate::{
    json::pointer::{child, member},
    package::packages_pointer,
    packages::{coverage::preview, rows::rows},
};
use serde_json::Value;

/// Sentences about single customers; more would be a list that nobody reads.
const MOST: usize = 6;

/// Whether customers who get a package today get none any more.
pub(super) fn coverage(weighing: &mut Assessment<'_>) {
    let (kind, sent) = (weighing.kind, weighing.sent);
    let rows = rows(kind, sent, weighing.base, weighing.zip_packages);
    let pointer = packages_pointer(kind, sent)
        .filter(|pointer| sent.pointer(pointer).is_some())
        .unwrap_or_default();
    let staying = || rows.iter().filter(|row| row.disposition.stays());
    if staying().next().is_none() {
        if rows.iter().any(|row| row.disposition.is_live()) {
            let sentence = "Every package is removed: nobody can get it any more.";
            weighing.add(RiskKind::Coverage, pointer, sentence.to_owned());
        }
        return;
    }
    // A package that nobody has looked into may be for those who lose theirs.
    if staying().any(|row| !row.is_known()) {
        return;
    }
    let lost: Vec<String> = preview(kind, &rows)
        .into_iter()
        .filter(|coverage| coverage.after.is_none())
        .map(|coverage| coverage.customers.to_string())
        .collect();
    if !lost.is_empty() {
        let more = match lost.len().saturating_sub(MOST) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let named = lost.iter().take(MOST).cloned().collect::<Vec<_>>();
        let sentence = format!(
            "Nobody new gets it any more on: {}{more}.",
            named.join("; ")
        );
        weighing.add(RiskKind::Coverage, pointer, sentence);
    }
}

/// Whether a package that stays asks for more memory or another DirectX than before.
pub(super) fn minimums(weighing: &mut Assessment<'_>) {
    let Some(field) = weighing.kind.packages_field() else {
        return;
    };
    let text = |package: &Value, name: &str| -> Option<String> {
        let text = member(package, name)?.1.as_str()?;
        Some(text.to_owned()).filter(|text| !text.is_empty())
    };
    let sent = weighing.sent;
    let before = list(weighing.base, field);
    let holder = packages_pointer(weighing.kind, weighing.sent).unwrap_or_default();
    for (index, package) in list(Some(sent), field).iter().enumerate() {
        let Some(id) = text(package, "id") else {
            continue;
        };
        let Some(old) = before
            .iter()
            .find(|old| text(old, "id").as_ref() == Some(&id))
        else {
            continue;
        };
        for name in ["minimumDirectXVersion", "minimumSystemRam"] {
            let value = |package| text(package, name).unwrap_or_else(|| "None".to_owned());
            let (was, now) = (value(old), value(package));
            if was != now {
                let file = text(package, "fileName").unwrap_or_default();
                let pointer = child(&child(&holder, index), name);
                let sentence = format!("The {name} of {file}: {was} before, {now} now.");
                weighing.add(RiskKind::Requirements, pointer, sentence);
            }
        }
    }
}

fn list<'a>(document: Option<&'a Value>, field: &str) -> &'a [Value] {
    let list = document.and_then(|document| member(document, field)?.1.as_array());
    list.map_or(&[], Vec::as_slice)
}
