//! Three versions of one document brought together: what the editing began from, what a person made of it, what the server holds
//! now. Gives edits of the person's version, so that everything untouched keeps its bytes. Knows no rule of the Store and no screen.

use crate::{
    compare::{Change, Place, diff, is_list_of_objects, is_named, pairs},
    diff::is_service_set,
    json::{
        edit::Edit,
        pointer::{member, member_of},
    },
    value::is_empty,
};
use serde_json::{Map, Value};

/// Whose value stands where both have changed one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    #[default]
    Mine,
    Theirs,
}

/// A place that both have changed, each in another way. `None` is absent.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// JSON pointer into my version; where mine has nothing, where it would stand.
    pub pointer: String,
    /// The same place for people.
    pub place: String,
    pub base: Option<Value>,
    pub mine: Option<Value>,
    pub theirs: Option<Value>,
}

/// An edit that brings something of theirs into mine.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    edit: Edit,
    /// Only if this conflict is decided for them.
    conflict: Option<usize>,
    /// What the service gives by itself, such as an id: no reason to speak of a change.
    is_quiet: bool,
}

/// What has to be done to my version so that it holds their changes too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Merge {
    /// In an order in which any part of them can be carried out: nothing moves a place that a later one names.
    steps: Vec<Step>,
    pub conflicts: Vec<Conflict>,
}

impl Merge {
    /// Objects are merged by member, lists of packages, images and trailers by id or file name, other lists by position as long as
    /// all three are equally long, else as one value.
    pub fn of(base: &Value, mine: &Value, theirs: &Value) -> Self {
        let mut merge = Self::default();
        merge.walk(&Place::default(), Some(base), Some(mine), Some(theirs));
        merge
    }

    /// Whether mine holds all that they changed.
    pub fn is_nothing(&self) -> bool {
        self.steps.iter().all(|step| step.is_quiet)
    }

    /// How many of their changes come in without a question.
    pub fn taken(&self) -> usize {
        self.steps
            .iter()
            .filter(|step| step.conflict.is_none() && !step.is_quiet)
            .count()
    }

    /// The edits of my version. `sides` has a word for each conflict; a missing one is for mine.
    pub fn edits(&self, sides: &[Side]) -> Vec<Edit> {
        let is_wanted = |conflict: usize| sides.get(conflict) == Some(&Side::Theirs);
        self.steps
            .iter()
            .filter(|step| step.conflict.is_none_or(is_wanted))
            .map(|step| step.edit.clone())
            .collect()
    }

    fn walk(
        &mut self,
        place: &Place,
        base: Option<&Value>,
        mine: Option<&Value>,
        theirs: Option<&Value>,
    ) {
        if is_same(mine, theirs) || is_same(base, theirs) {
            return;
        }
        match (base, mine, theirs) {
            (
                None | Some(Value::Object(_)),
                Some(Value::Object(left)),
                Some(Value::Object(right)),
            ) => {
                self.members(place, base, left, right);
            }
            (None | Some(Value::Array(_)), Some(Value::Array(left)), Some(Value::Array(right))) => {
                let before = base
                    .and_then(Value::as_array)
                    .map_or(&[][..], Vec::as_slice);
                if [before, left, right]
                    .iter()
                    .all(|list| list.iter().all(is_named))
                {
                    self.named(place, before, left, right);
                } else if left.len() == right.len() && before.len() == left.len() {
                    for (index, (left, right)) in left.iter().zip(right).enumerate() {
                        self.walk(
                            &place.element(index, left),
                            before.get(index),
                            Some(left),
                            Some(right),
                        );
                    }
                } else {
                    self.whole(place, base, mine, theirs);
                }
            }
            _ => self.whole(place, base, mine, theirs),
        }
    }

    /// The value of a place as one: theirs if only they changed it.
    fn whole(
        &mut self,
        place: &Place,
        base: Option<&Value>,
        mine: Option<&Value>,
        theirs: Option<&Value>,
    ) {
        let pointer = place.pointer.clone();
        let edit = match theirs {
            Some(value) => Edit::Set {
                pointer,
                value: value.clone(),
            },
            None => Edit::Remove { pointer },
        };
        self.push(edit, place, base, mine, theirs);
    }

    fn push(
        &mut self,
        edit: Edit,
        place: &Place,
        base: Option<&Value>,
        mine: Option<&Value>,
        theirs: Option<&Value>,
    ) {
        let conflict = (!is_same(base, mine)).then(|| {
            let side = |value: Option<&Value>| value.cloned();
            self.conflicts.push(Conflict {
                pointer: place.pointer.clone(),
                place: place.names.join(" › "),
                base: side(base),
                mine: side(mine),
                theirs: side(theirs),
            });
            self.conflicts.len() - 1
        });
        self.steps.push(Step {
            edit,
            conflict,
            is_quiet: false,
        });
    }

    fn members(
        &mut self,
        place: &Place,
        base: Option<&Value>,
        mine: &Map<String, Value>,
        theirs: &Map<String, Value>,
    ) {
        let of_base = |key: &str| {
            base.and_then(|base| member(base, key))
                .map(|(_, value)| value)
        };
        for (key, new) in theirs.iter().filter(|(key, _)| !is_service_set(key)) {
            // The key as mine spells it: a pointer of mine has to be found.
            let own = member_of(mine, key);
            let below = place.member(own.map_or(key, |(own, _)| own));
            let own = own.map(|(_, value)| value);
            if key.eq_ignore_ascii_case("id")
                && own.is_none_or(is_empty)
                && of_base(key).is_none_or(is_empty)
            {
                if !is_empty(new) {
                    let edit = Edit::Set {
                        pointer: below.pointer,
                        value: new.clone(),
                    };
                    self.steps.push(Step {
                        edit,
                        conflict: None,
                        is_quiet: true,
                    });
                }
                continue;
            }
            self.walk(&below, of_base(key), own, Some(new));
        }
        for (key, own) in mine
            .iter()
            .filter(|(key, _)| !is_service_set(key) && member_of(theirs, key).is_none())
        {
            self.walk(&place.member(key), of_base(key), Some(own), None);
        }
    }

    /// Lists whose elements have names. What changes inside of an element comes first, then what goes, from the back, then what
    /// comes: so no index is moved before its turn.
    fn named(&mut self, place: &Place, base: &[Value], mine: &[Value], theirs: &[Value]) {
        let (of_mine, of_theirs) = (Partners::of(base, mine), Partners::of(base, theirs));
        let (mut gone, mut back) = (Vec::new(), Vec::new());
        for (index, before) in base.iter().enumerate() {
            let own = of_mine
                .at(index)
                .and_then(|own| Some((own, mine.get(own)?)));
            let new = of_theirs.at(index).and_then(|new| theirs.get(new));
            match (own, new) {
                (Some((at, own)), Some(new)) => {
                    self.walk(&place.element(at, own), Some(before), Some(own), Some(new))
                }
                (Some((at, own)), None) => gone.push((at, before, own)),
                (None, Some(new)) if !is_same(Some(before), Some(new)) => back.push((before, new)),
                (None, _) => {}
            }
        }
        let pick = |list: &[Value], picked: &[usize]| -> Vec<Value> {
            picked
                .iter()
                .filter_map(|index| list.get(*index).cloned())
                .collect()
        };
        let (own_new, their_new) = (pick(mine, &of_mine.new), pick(theirs, &of_theirs.new));
        let mut come = Vec::new();
        for (own, new) in pairs(&own_new, &their_new) {
            let own = own.and_then(|own| Some((of_mine.new.get(own)?, own_new.get(own)?)));
            match (own, new.and_then(|new| their_new.get(new))) {
                (Some((at, own)), Some(new)) => {
                    self.walk(&place.element(*at, own), None, Some(own), Some(new))
                }
                (None, Some(new)) => come.push(new),
                (_, None) => {}
            }
        }
        gone.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
        for (at, before, own) in gone {
            self.whole(&place.element(at, own), Some(before), Some(own), None);
        }
        let pointer = &place.pointer;
        for (before, new) in back {
            let edit = Edit::Append {
                pointer: pointer.clone(),
                value: new.clone(),
            };
            self.push(
                edit,
                &place.element(mine.len(), new),
                Some(before),
                None,
                Some(new),
            );
        }
        for new in come {
            let edit = Edit::Append {
                pointer: pointer.clone(),
                value: new.clone(),
            };
            self.push(edit, &place.element(mine.len(), new), None, None, Some(new));
        }
    }
}

/// Where the elements of an earlier list stand in a later one.
struct Partners {
    at: Vec<Option<usize>>,
    /// Those of the later one that are new.
    new: Vec<usize>,
}

impl Partners {
    fn of(base: &[Value], list: &[Value]) -> Self {
        let mut found = Self {
            at: vec![None; base.len()],
            new: Vec::new(),
        };
        for (before, after) in pairs(base, list) {
            match (before.and_then(|before| found.at.get_mut(before)), after) {
                (Some(slot), after) => *slot = after,
                (None, Some(after)) => found.new.push(after),
                (None, None) => {}
            }
        }
        found
    }

    fn at(&self, index: usize) -> Option<usize> {
        self.at.get(index).copied().flatten()
    }
}

/// Whether two values mean the same to the Store, as [`diff`] judges it.
fn is_same(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right) {
        // The service has its own line ends.
        (Some(Value::String(left)), Some(Value::String(right))) => {
            left == right || left.replace("\r\n", "\n") == right.replace("\r\n", "\n")
        }
        (Some(left), Some(right)) => {
            left == right || (is_empty(left) && is_empty(right)) || is_alike(left, right)
        }
        (None, None) => true,
        (Some(only), None) | (None, Some(only)) => is_empty(only),
    }
}

fn is_alike(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Array(left), Value::Array(right))
            if is_list_of_objects(left) != is_list_of_objects(right) =>
        {
            false
        }
        _ => diff(left, right).is_empty(),
    }
}

/// What somebody else changed in a document since `base`, as far as `mine` does not hold it too. `mine` is what is about to be
/// sent; `None` when the document is to stay as it is. What the service sets by itself is nobody's change.
pub fn remote_changes(base: &Value, mine: Option<&Value>, now: &Value) -> Vec<Change> {
    let mut changes = diff(base, now);
    changes.retain(|change| {
        !crate::json::pointer::names(&change.path)
            .iter()
            .any(|name| is_service_set(name))
    });
    if !changes.is_empty() && mine.is_some_and(|mine| Merge::of(base, mine, now).is_nothing()) {
        changes.clear();
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        examples,
        json::{
            document::pretty,
            edit::{apply_to_text, apply_to_value},
            pointer::{remove, set},
        },
    };
    use proptest::prelude::*;
    use serde_json::json;

    fn merged(merge: &Merge, mine: &Value, sides: &[Side]) -> Value {
        let edits = merge.edits(sides);
        let mut value = mine.clone();
        apply_to_value(&mut value, &edits).unwrap();
        let text = apply_to_text(&pretty(mine), &edits).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        value
    }

    fn changed(pointers: &[(&str, Value)]) -> Value {
        let mut document = examples::app();
        for (pointer, value) in pointers {
            assert!(set(&mut document, pointer, value.clone()), "{pointer}");
        }
        document
    }

    const NOTES: &str = "/listings/en-us/baseListing/releaseNotes";

    #[test]
    fn changes_of_different_places_come_together_and_the_bytes_around_them_stay() {
        let base = examples::app();
        let mine = changed(&[(NOTES, json!("Tabs."))]);
        let mut theirs = changed(&[
            ("/pricing/priceId", json!("Tier1030")),
            ("/listings/fr-fr", json!({"baseListing": {}})),
        ]);
        set(
            &mut theirs,
            "/listings/fr-fr/baseListing/description",
            json!("Des notes."),
        );
        let merge = Merge::of(&base, &mine, &theirs);
        assert_eq!((merge.conflicts.len(), merge.taken()), (0, 2));
        let both = merged(&merge, &mine, &[]);
        for (pointer, value) in [
            (NOTES, "Tabs."),
            ("/pricing/priceId", "Tier1030"),
            ("/listings/fr-fr/baseListing/description", "Des notes."),
        ] {
            assert_eq!(both.pointer(pointer), Some(&json!(value)), "{pointer}");
        }
        let text = format!(
            "{}\n\n",
            mine.to_string().replace("\"Tabs.\"", "  \"Tabs.\" ")
        );
        let text = apply_to_text(&text, &merge.edits(&[])).unwrap();
        assert!(
            text.contains("  \"Tabs.\" ") && text.ends_with("}\n\n"),
            "{text}"
        );
    }

    #[test]
    fn one_place_changed_by_both_is_a_conflict_that_is_decided_by_a_word() {
        let (mine, theirs) = (
            changed(&[(NOTES, json!("Tabs."))]),
            changed(&[(NOTES, json!("Trees."))]),
        );
        let merge = Merge::of(&examples::app(), &mine, &theirs);
        let [conflict] = merge.conflicts.as_slice() else {
            panic!("{merge:?}")
        };
        assert_eq!(
            (
                conflict.pointer.as_str(),
                conflict.mine.clone(),
                conflict.theirs.clone()
            ),
            (NOTES, Some(json!("Tabs.")), Some(json!("Trees.")))
        );
        assert_eq!(conflict.base, examples::app().pointer(NOTES).cloned());
        assert_eq!(
            (
                merged(&merge, &mine, &[]),
                merged(&merge, &mine, &[Side::Theirs])
            ),
            (mine.clone(), theirs)
        );
        // The same change twice is none.
        assert!(Merge::of(&examples::app(), &mine, &mine).is_nothing());
    }

    #[test]
    fn packages_are_merged_by_name_and_places_do_not_slip() {
        let package = |id: &str, name: &str, ram: &str| json!({"id": id, "fileName": name, "minimumSystemRam": ram});
        let list = |packages: Vec<Value>| json!({ "applicationPackages": packages });
        let base = list(vec![
            package("1", "a", "None"),
            package("2", "b", "None"),
            package("3", "c", "None"),
        ]);
        // Mine drops the first and changes the last; they drop the second, change the first and add one at the front.
        let mine = list(vec![
            package("2", "b", "None"),
            package("3", "c", "Memory2GB"),
        ]);
        let theirs = list(vec![
            package("9", "z", "None"),
            package("1", "a", "Memory1GB"),
            package("3", "c", "None"),
        ]);
        let merge = Merge::of(&base, &mine, &theirs);
        let names = |value: &Value| -> Vec<String> {
            let packages = value["applicationPackages"].as_array().unwrap();
            packages
                .iter()
                .map(|package| format!("{} {}", package["fileName"], package["minimumSystemRam"]))
                .collect()
        };
        assert_eq!(
            names(&merged(&merge, &mine, &[])),
            ["\"c\" \"Memory2GB\"", "\"z\" \"None\""]
        );
        let [conflict] = merge.conflicts.as_slice() else {
            panic!("{merge:?}")
        };
        assert_eq!(
            (conflict.mine.is_none(), conflict.place.as_str()),
            (true, "applicationPackages › a")
        );
        assert_eq!(
            names(&merged(&merge, &mine, &[Side::Theirs])),
            [
                "\"c\" \"Memory2GB\"",
                "\"a\" \"Memory1GB\"",
                "\"z\" \"None\""
            ]
        );
    }

    #[test]
    fn lists_without_names_are_one_value_when_their_length_changes() {
        let list = |keywords: Value| json!({ "keywords": keywords });
        let base = list(json!(["a", "b"]));
        let merge = Merge::of(&base, &list(json!(["a", "x"])), &list(json!(["y", "b"])));
        assert_eq!(
            merged(&merge, &list(json!(["a", "x"])), &[]),
            list(json!(["y", "x"]))
        );
        let merge = Merge::of(
            &base,
            &list(json!(["a", "x"])),
            &list(json!(["a", "b", "c"])),
        );
        assert_eq!(
            merge
                .conflicts
                .first()
                .map(|conflict| conflict.pointer.as_str()),
            Some("/keywords")
        );
    }

    #[test]
    fn what_the_service_sets_is_nobodys_change() {
        let base = examples::app();
        let mut now = base.clone();
        for (pointer, value) in [
            ("/pricing/isAdvancedPricingModel", json!(false)),
            (
                "/packageDeliveryOptions/packageRollout/packageRolloutStatus",
                json!("PackageRolloutInProgress"),
            ),
        ] {
            set(&mut now, pointer, value);
        }
        assert_eq!(remote_changes(&base, None, &now), []);
        set(&mut now, NOTES, json!("Trees."));
        assert_eq!(remote_changes(&base, None, &now).len(), 1);
        assert_eq!(remote_changes(&base, Some(&base), &now).len(), 1);
        // What they changed is what I am about to send.
        assert_eq!(
            remote_changes(&base, Some(&changed(&[(NOTES, json!("Trees."))])), &now),
            []
        );
        remove(&mut now, "/listings/en-us");
        assert_eq!(remote_changes(&base, None, &now).len(), 1);
    }

    #[test]
    fn an_id_that_the_service_gave_is_taken_over_without_a_word() {
        let with = |id: Option<&str>| {
            let mut image = json!({"fileName": "new.png", "fileStatus": "PendingUpload"});
            if let Some(id) = id {
                set(&mut image, "/id", json!(id));
            }
            json!({ "images": [image] })
        };
        let merge = Merge::of(&json!({"images": []}), &with(None), &with(Some("77")));
        assert!(merge.is_nothing());
        assert_eq!(merged(&merge, &with(None), &[]), with(Some("77")));
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            Just(json!(true)),
            proptest::sample::select(vec!["25.0", "3"])
                .prop_map(|text| serde_json::from_str(text).unwrap()),
            "[a-c]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let named = prop::collection::vec(("[1-4]", inner.clone()), 0..4).prop_map(|items| {
                let mut seen = std::collections::BTreeSet::new();
                let items = items.into_iter().filter(|(id, _)| seen.insert(id.clone()));
                items
                    .map(|(id, value)| json!({"id": id, "value": value}))
                    .collect::<Value>()
            });
            prop_oneof![
                named,
                prop::collection::vec("[a-c]", 0..4).prop_map(Value::from),
                // As everywhere in submissions, no list lies directly in a list.
                prop::collection::vec(inner.clone(), 0..4)
                    .prop_map(|list| list.into_iter().map(|item| json!({"v": item})).collect()),
                prop::collection::vec(("[a-d]", inner), 0..4)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    fn any_document() -> impl Strategy<Value = Value> {
        prop::collection::vec(("[a-d]", any_value()), 0..5)
            .prop_map(|pairs| Value::Object(pairs.into_iter().collect()))
    }

    proptest! {
        #[test]
        fn nothing_of_theirs_leaves_mine(base in any_document(), mine in any_document()) {
            let merge = Merge::of(&base, &mine, &base);
            prop_assert!(merge.conflicts.is_empty());
            prop_assert_eq!(merged(&merge, &mine, &[]), mine);
        }

        #[test]
        fn nothing_of_mine_gives_theirs(base in any_document(), theirs in any_document()) {
            let merge = Merge::of(&base, &base, &theirs);
            prop_assert!(merge.conflicts.is_empty(), "{:?}", merge);
            let both = merged(&merge, &base, &[]);
            prop_assert!(is_same(Some(&both), Some(&theirs)), "{} for {}", both, theirs);
        }

        /// Any three documents, any decisions: every edit finds its place, and deciding all for them leaves nothing open.
        #[test]
        fn every_edit_finds_its_place(base in any_document(), mine in any_document(), theirs in any_document(), sides in prop::collection::vec(any::<bool>(), 8)) {
            let merge = Merge::of(&base, &mine, &theirs);
            let sides: Vec<_> = sides.into_iter().map(|theirs| if theirs { Side::Theirs } else { Side::Mine }).collect();
            merged(&merge, &mine, &sides);
            let own = merged(&merge, &mine, &[]);
            for conflict in &merge.conflicts {
                prop_assert!(conflict.mine.is_some() || conflict.theirs.is_some());
            }
            prop_assert!(is_same(Some(&own), Some(&mine)) || !merge.is_nothing());
        }

        /// Who merges whose changes makes no difference where nobody touched what the other did.
        #[test]
        fn changes_of_different_members_commute(base in any_document(), left in any_value(), right in any_value()) {
            let (mut mine, mut theirs) = (base.clone(), base.clone());
            set(&mut mine, "/left", left);
            set(&mut theirs, "/a", right);
            let (one, other) = (Merge::of(&base, &mine, &theirs), Merge::of(&base, &theirs, &mine));
            prop_assert!(one.conflicts.is_empty() && other.conflicts.is_empty());
            let (one, other) = (merged(&one, &mine, &[]), merged(&other, &theirs, &[]));
            prop_assert!(is_same(Some(&one), Some(&other)), "{} and {}", one, other);
        }
    }
}
