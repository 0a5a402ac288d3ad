//! A difference as JSON objects, one a line: the risks first, then every entry. No signed URL in any of them.

use super::{
    part::{ChangedEntry, Difference, Topic},
    wording::harmless,
};
use crate::diff::DocumentChange;
use serde_json::{Value, json};

fn side(value: Option<&Value>) -> Value {
    value.map_or(Value::Null, harmless)
}

fn change(change: &DocumentChange) -> Value {
    // A field that is itself the signed URL was blanked where the documents were compared.
    json!({"pointer": change.path, "before": side(change.before.as_ref()), "after": side(change.after.as_ref())})
}

fn entry(topic: &Topic, entry: &ChangedEntry) -> Value {
    json!({
        "event": "change", "group": topic.word(), "language": topic.language(), "sign": entry.sign.word(), "label": entry.label,
        "note": entry.note, "pointer": entry.pointer, "changes": entry.changes.iter().map(change).collect::<Vec<_>>(),
    })
}

impl Difference {
    /// `concern` objects first, then one `change` an entry.
    pub fn objects(&self) -> impl Iterator<Item = Value> {
        let risks = self.risks.iter().map(|risk| {
            json!({"event": "concern", "kind": risk.kind.name(), "pointer": risk.pointer, "message": risk.sentence})
        });
        let changes = self
            .groups
            .iter()
            .flat_map(|group| group.entries.iter().map(|one| entry(&group.topic, one)));
        risks.chain(changes)
    }
}
