//! Makes a grouped difference of two documents. Every changed leaf of what an update sends is part of exactly one entry, so that an
//! empty difference and an equal hash are one statement. One pass over the differences, matching by hash.

use super::{
    files::{Facts, File, file_name, pair_up},
    part::{ChangedEntry, Difference, EntryGroup, Part, Sign, Topic},
    topic::{file_depth, topic},
    wording::{DiffBudget, Wording, whole_language},
};
use crate::{
    archive::fit::zip_path,
    diff::{DocumentChange, diff, is_any},
    json::pointer::{child, member, names, parent},
    packages::rows::ZipPackages,
    product::plain_text,
    risk::{Risk, risks},
    signed_url::{REDACTED, is_signed_url, redact},
    submission::{is_put_field, put_body},
    target::Kind,
    value::is_empty,
};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

fn is_file(value: &Value) -> bool {
    ["fileName", "videoFileName"]
        .iter()
        .any(|name| member(value, name).is_some())
}

struct Builder<'a> {
    kind: Kind,
    after: &'a Value,
    zip_packages: &'a ZipPackages,
    /// As all submissions are; what else was given is compared all the same.
    are_objects: bool,
    budget: DiffBudget,
    groups: BTreeMap<Order, Vec<ChangedEntry>>,
    /// Files of which something changes: group, whether it is gone, pointer → the differences.
    files: Vec<(Topic, bool, String, Vec<DocumentChange>)>,
    file_at: HashMap<(bool, String), usize>,
    /// The languages in the order in which they come, and where each stands in it.
    languages: Vec<String>,
    language_at: HashMap<String, usize>,
}

/// Where a group stands: by topic, languages as they come.
type Order = (u8, usize);

impl Difference {
    /// What changes from `before` (nothing for a first submission) to `after`; both may be whole documents or PUT bodies.
    pub fn between(
        kind: Kind,
        before: Option<&Value>,
        after: &Value,
        zip_packages: &ZipPackages,
    ) -> Self {
        let nothing = Value::Object(serde_json::Map::new());
        let earlier = before.unwrap_or(&nothing);
        let are_objects = earlier.is_object() && after.is_object();
        let mut builder = Builder {
            kind,
            after,
            zip_packages,
            are_objects,
            budget: DiffBudget::default(),
            groups: BTreeMap::new(),
            files: Vec::new(),
            file_at: HashMap::new(),
            languages: Vec::new(),
            language_at: HashMap::new(),
        };
        let changes = if are_objects {
            diff(earlier, after)
        } else {
            diff(&put_body(kind, earlier), &put_body(kind, after))
        };
        for change in changes {
            builder.take(change);
        }
        builder.finish(risks(kind, before, after, zip_packages))
    }
}

impl Builder<'_> {
    fn order(&mut self, topic: &Topic) -> Order {
        let rank = match topic {
            Topic::Packages => 0,
            Topic::Offer => 1,
            Topic::Release => 2,
            Topic::Texts(_) => 3,
            Topic::Images(_) => 4,
            Topic::Trailers => 5,
            Topic::Rest => 6,
        };
        let Some(language) = topic.language() else {
            return (rank, 0);
        };
        if let Some(at) = self.language_at.get(language) {
            return (rank, *at);
        }
        let at = self.languages.len();
        self.languages.push(language.to_owned());
        self.language_at.insert(language.to_owned(), at);
        (rank, at)
    }

    /// Puts a difference where it belongs; what came or went as a whole is taken apart as far as a reader wants it.
    fn take(&mut self, change: DocumentChange) {
        let names = names(&change.path);
        // What an update does not send is neither approved nor hashed.
        let is_sent = |first| !self.are_objects || is_put_field(self.kind, first);
        if !names.first().is_none_or(|first| is_sent(first)) {
            return;
        }
        let parts = self.parts_of(&names, &change);
        if !parts.is_empty() {
            for part in parts {
                self.take(part);
            }
            return;
        }
        let (topic, skip) = topic(self.kind, &names);
        if let Some(depth) = file_depth(&topic, &names) {
            let pointer = names
                .iter()
                .take(depth)
                .fold(String::new(), |pointer, name| child(&pointer, name));
            // What is gone as a whole is named by its place in the earlier document.
            let is_gone = names.len() == depth && change.after.is_none();
            let next = self.files.len();
            let at = *self
                .file_at
                .entry((is_gone, pointer.clone()))
                .or_insert(next);
            match self.files.get_mut(at) {
                Some((.., changes)) => changes.push(change),
                None => self.files.push((topic, is_gone, pointer, vec![change])),
            }
            return;
        }
        let entry = self.field(&topic, skip, &names, change);
        let order = self.order(&topic);
        self.groups.entry(order).or_default().push(entry);
    }

    /// The members or elements of what came or went as a whole; empty where it is one thing for a reader.
    fn parts_of<'b>(&self, names: &[String], change: &'b DocumentChange) -> Vec<DocumentChange> {
        let filled = |value: &'b Option<Value>| value.as_ref().filter(|value| !is_empty(value));
        let (value, is_new) = match (filled(&change.before), filled(&change.after)) {
            (None, Some(value)) => (value, true),
            (Some(value), None) => (value, false),
            _ => return Vec::new(),
        };
        let is_language = names.len() == 2
            && names
                .first()
                .is_some_and(|name| is_any(name, &["listings"]));
        let is_element = parent(&change.path)
            .and_then(|(parent, _)| self.after.pointer(parent))
            .is_some_and(Value::is_array);
        if (is_language && !is_new) || is_element || is_file(value) {
            return Vec::new();
        }
        let part = |key: String, name: String, value: &Value| {
            let value = Some(if is_signed_url(&key, value) {
                REDACTED.into()
            } else {
                value.clone()
            });
            let (before, after) = if is_new { (None, value) } else { (value, None) };
            DocumentChange {
                path: child(&change.path, key),
                place: format!("{} › {name}", change.place),
                before,
                after,
            }
        };
        match value {
            Value::Object(object) => object
                .iter()
                .filter(|(_, value)| !is_empty(value))
                .map(|(key, value)| part(key.clone(), plain_text(key), value))
                .collect(),
            Value::Array(array)
                if array.iter().all(Value::is_object) && array.iter().any(is_file) =>
            {
                array
                    .iter()
                    .enumerate()
                    .map(|(index, value)| part(index.to_string(), file_name(value), value))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn facts(&self, package: &Value) -> Facts {
        let path = zip_path(&file_name(package));
        Facts::of(package, self.zip_packages.get(&path))
    }

    /// The place in the later document, or the nearest one that holds it there.
    fn place(&self, path: &str) -> String {
        let mut pointer = path;
        while self.after.pointer(pointer).is_none() {
            let Some((holder, _)) = parent(pointer) else {
                return String::new();
            };
            pointer = holder;
        }
        pointer.to_owned()
    }

    fn label(&self, names: &[String], skip: usize) -> String {
        let mut pointer = String::new();
        let mut words = Vec::new();
        for (index, name) in names.iter().enumerate() {
            pointer = child(&pointer, name);
            if index < skip {
                continue;
            }
            // An element is called by its file, else by its number from 1.
            let element = name.parse::<usize>().ok().map(|number| {
                let named = self
                    .after
                    .pointer(&pointer)
                    .map(file_name)
                    .filter(|name| !name.is_empty());
                named.unwrap_or_else(|| (number + 1).to_string())
            });
            words.push(element.unwrap_or_else(|| plain_text(name)));
        }
        words.join(" › ")
    }

    fn field(
        &mut self,
        topic: &Topic,
        skip: usize,
        names: &[String],
        change: DocumentChange,
    ) -> ChangedEntry {
        let sign = match (&change.before, &change.after) {
            (None, _) => Sign::Added,
            (Some(before), _) if is_empty(before) => Sign::Added,
            (_, None) => Sign::Removed,
            (_, Some(after)) if is_empty(after) => Sign::Removed,
            _ => Sign::Changed,
        };
        let pointer = self.place(&change.path);
        if let (Topic::Texts(_), 2, Some(language)) = (topic, names.len(), &change.before)
            && change.after.is_none()
        {
            return ChangedEntry {
                sign,
                label: "the whole language".into(),
                note: whole_language(language),
                pointer,
                parts: Vec::new(),
                changes: vec![change],
            };
        }
        let whole = change.after.as_ref().or(change.before.as_ref());
        let label = match (topic, whole.filter(|value| is_file(value))) {
            (Topic::Trailers, Some(value)) => file_name(value),
            _ => self.label(names, skip),
        };
        let wording = Wording::of(
            change.before.as_ref(),
            change.after.as_ref(),
            &mut self.budget,
        );
        let is_trailer = *topic == Topic::Trailers && whole.is_some_and(is_file);
        // The new trailer's texts and thumbnails are worth reading; its object as JSON shows them.
        let note = if is_trailer { "trailer" } else { "" }.to_owned();
        ChangedEntry {
            sign,
            label,
            note,
            pointer,
            parts: vec![Part {
                label: String::new(),
                wording,
            }],
            changes: vec![change],
        }
    }

    fn file(
        &mut self,
        topic: &Topic,
        is_gone: bool,
        pointer: &str,
        changes: Vec<DocumentChange>,
    ) -> File {
        let nothing = Value::Null;
        let whole = changes.iter().find(|change| {
            change.path == pointer && (change.before.is_none() || change.after.is_none())
        });
        let value = match whole {
            Some(change) => change.after.as_ref().or(change.before.as_ref()),
            None => self.after.pointer(pointer),
        };
        let value = value.unwrap_or(&nothing);
        let status =
            |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let leaf = |name: &str| {
            changes
                .iter()
                .find(|change| change.path.eq_ignore_ascii_case(&child(pointer, name)))
        };
        let status_now = leaf("fileStatus").map(|change| status(change.after.as_ref()));
        let was_pending = leaf("fileStatus")
            .is_some_and(|change| status(change.before.as_ref()) == "PendingUpload");
        let has_lost_id =
            leaf("id").is_some_and(|change| change.after.as_ref().is_none_or(is_empty));
        let old_name = leaf("fileName")
            .and_then(|change| change.before.as_ref()?.as_str())
            .map(plain_text);
        let own_status = status(member(value, "fileStatus").map(|(_, status)| status));
        let (sign, mut note) = match (whole, status_now.as_deref()) {
            (Some(_), _) if is_gone => (Sign::Removed, Some("no longer in the list")),
            (Some(_), _) if own_status == "PendingUpload" => (Sign::Added, Some("new upload")),
            (Some(_), _) => (Sign::Added, None),
            (None, Some("PendingDelete")) => (Sign::Removed, None),
            (None, Some("PendingUpload")) if old_name.is_some() => (Sign::Replaced, None),
            (None, Some("PendingUpload")) if has_lost_id => {
                (Sign::Replaced, Some("new upload of the same name"))
            }
            (None, Some("Uploaded")) if was_pending => {
                (Sign::Changed, Some("taken in by the Store"))
            }
            _ => (Sign::Changed, None),
        };
        let is_taken_in = note == Some("taken in by the Store");
        let name = file_name(value);
        let label = if name.is_empty() {
            self.label(&names(pointer), 1)
        } else {
            name
        };
        let facts = if *topic == Topic::Packages {
            self.facts(value)
        } else {
            Facts::default()
        };
        let image = member(value, "imageType")
            .and_then(|(_, value)| value.as_str())
            .map(plain_text)
            .unwrap_or_default();
        let caption = whole
            .and_then(|_| member(value, "description"))
            .and_then(|(_, value)| value.as_str())
            .map(plain_text);
        if *topic != Topic::Packages && own_status == "PendingUpload" && note == Some("new upload")
        {
            note = None;
        }
        let caption = caption
            .filter(|caption| !caption.is_empty())
            .map(|caption| format!("“{caption}”"));
        let in_place = old_name
            .filter(|_| sign == Sign::Replaced)
            .map(|old| format!("in place of {old}"))
            .unwrap_or_default();
        let words = [
            facts.note(),
            image,
            caption.unwrap_or_default(),
            note.unwrap_or_default().to_owned(),
            in_place,
        ];
        let note = words
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(", ");
        let is_told = |change: &&DocumentChange| {
            let name = change.path.rsplit('/').next().unwrap_or_default();
            change.path == pointer
                || ((sign != Sign::Changed || is_taken_in) && is_any(name, &["fileStatus", "id"]))
                || (sign == Sign::Replaced && is_any(name, &["fileName"]))
        };
        let depth = names(pointer).len();
        let parts: Vec<_> = changes
            .iter()
            .filter(|change| !is_told(change))
            .map(|change| {
                let wording = Wording::of(
                    change.before.as_ref(),
                    change.after.as_ref(),
                    &mut self.budget,
                );
                Part {
                    label: self.label(&names(&change.path), depth),
                    wording,
                }
            })
            .collect();
        let place = if is_gone {
            parent(pointer).map_or("", |(holder, _)| holder)
        } else {
            pointer
        };
        let pointer = self.place(place);
        File {
            entry: ChangedEntry {
                sign,
                label,
                note,
                pointer,
                parts,
                changes,
            },
            facts,
        }
    }

    fn finish(mut self, mut risks: Vec<Risk>) -> Difference {
        for risk in &mut risks {
            risk.sentence = redact(&risk.sentence).into_owned();
        }
        let mut packages = Vec::new();
        for (topic, is_gone, pointer, changes) in std::mem::take(&mut self.files) {
            let file = self.file(&topic, is_gone, &pointer, changes);
            if topic == Topic::Packages {
                packages.push(file);
            } else {
                let order = self.order(&topic);
                self.groups.entry(order).or_default().push(file.entry);
            }
        }
        if !packages.is_empty() {
            let touched: HashSet<String> = packages
                .iter()
                .map(|file| file.entry.pointer.clone())
                .collect();
            let mut entries = pair_up(packages);
            entries.extend(self.kept(&touched));
            let order = self.order(&Topic::Packages);
            self.groups.entry(order).or_default().extend(entries);
        }
        let languages = std::mem::take(&mut self.languages);
        let topic = |(rank, at): Order| {
            let language = languages.get(at).cloned().unwrap_or_default();
            match rank {
                0 => Topic::Packages,
                1 => Topic::Offer,
                2 => Topic::Release,
                3 => Topic::Texts(language),
                4 => Topic::Images(language),
                5 => Topic::Trailers,
                _ => Topic::Rest,
            }
        };
        let harmless = |mut entry: ChangedEntry| {
            entry.label = redact(&entry.label).into_owned();
            entry.note = redact(&entry.note).into_owned();
            entry
        };
        let group = |(order, entries): (Order, Vec<ChangedEntry>)| EntryGroup {
            topic: topic(order),
            entries: entries.into_iter().map(harmless).collect(),
        };
        let groups = self.groups.into_iter().map(group).collect();
        Difference { risks, groups }
    }

    /// Packages of which nothing changes, so that a reader sees what customers keep.
    fn kept(&self, touched: &HashSet<String>) -> Vec<ChangedEntry> {
        let name = self.kind.packages_field();
        let field = name.and_then(|name| member(self.after, name));
        let Some((key, Value::Array(list))) = field else {
            return Vec::new();
        };
        let holder = child("", key);
        list.iter()
            .enumerate()
            .map(|(index, value)| (child(&holder, index), value))
            .filter(|(pointer, value)| value.is_object() && !touched.contains(pointer))
            .map(|(pointer, value)| {
                let status = member(value, "fileStatus");
                let is_going = status.is_some_and(|(_, status)| status == "PendingDelete");
                let mut note = vec![self.facts(value).note()];
                note.retain(|note| !note.is_empty());
                note.extend(is_going.then(|| "marked for deletion before".to_owned()));
                ChangedEntry {
                    sign: Sign::Kept,
                    label: file_name(value),
                    note: note.join(", "),
                    pointer,
                    parts: Vec::new(),
                    changes: Vec::new(),
                }
            })
            .collect()
    }
}
