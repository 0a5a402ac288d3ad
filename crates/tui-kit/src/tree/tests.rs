//! The tree: rows, cursor, folds and search, as tables and as properties.

use super::*;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

fn sample() -> Arc<Value> {
    Arc::new(json!({
        "pricing": {"priceId": "Free", "sales": []},
        "listings": {"en-us": {"title": "Notes", "keywords": ["a", "b"]}, "de-de": {"title": "Notizen"}},
        "a/b": [{"x": 1}, {"x": 2}, {"x": 3}],
        "flag": true
    }))
}

fn shown(tree: &Tree, value: &Arc<Value>) -> Vec<String> {
    (0..tree.rows(value).len())
        .map(|row| tree.pointer_of(row, value))
        .collect()
}

#[test]
fn only_open_places_become_rows_and_arrows_open_and_leave_them() {
    let value = sample();
    let mut tree = Tree::default();
    assert_eq!(
        shown(&tree, &value),
        ["/pricing", "/listings", "/a~1b", "/flag"]
    );
    for action in [
        Movement::Down,
        Movement::Right,
        Movement::Right,
        Movement::Right,
    ] {
        assert!(tree.act(action, &value));
    }
    assert_eq!(tree.pointer(&value), "/listings/en-us");
    assert_eq!(shown(&tree, &value).len(), 8);
    tree.act(Movement::Left, &value);
    tree.act(Movement::Left, &value);
    assert_eq!(tree.pointer(&value), "/listings");
    tree.act(Movement::Left, &value);
    assert!(
        !tree.act(Movement::Left, &value),
        "left of the outermost row is for the tabs"
    );
    assert_eq!(
        shown(&tree, &value),
        ["/pricing", "/listings", "/a~1b", "/flag"]
    );
    // What was open inside is open again.
    tree.go_to("/listings/en-us/title", &value);
    tree.go_to("/listings", &value);
    tree.act(Movement::Left, &value);
    assert_eq!(shown(&tree, &value).len(), 4);
    tree.act(Movement::Right, &value);
    assert!(shown(&tree, &value).contains(&"/listings/en-us/title".to_owned()));
}

#[rstest]
#[case::element("/a~1b/2", json!({"a/b": [1, 2]}), "/a~1b/1")]
#[case::last_element("/a~1b/0", json!({"a/b": []}), "/a~1b")]
#[case::member("/listings/en-us/title", json!({"listings": {"en-us": {"keywords": [], "z": 1}}}), "/listings/en-us/keywords")]
#[case::whole_branch("/listings/en-us/title", json!({"pricing": 1, "flag": true}), "/flag")]
#[case::other_kind("/listings/en-us/title", json!({"listings": 3}), "/listings")]
#[case::nothing_left("/listings/en-us/title", json!({}), "")]
#[case::stays("/flag", json!({"new": 1, "flag": false}), "/flag")]
fn the_cursor_goes_to_the_nearest_place(
    #[case] at: &str,
    #[case] after: Value,
    #[case] expected: &str,
) {
    let value = sample();
    let mut tree = Tree::default();
    tree.go_to(at, &value);
    assert_eq!(tree.pointer(&value), at);
    let after = Arc::new(after);
    assert_eq!(tree.pointer(&after), expected);
    // Taken back, it is where it was.
    assert_eq!(tree.pointer(&value), at);
}

#[test]
fn search_opens_what_hides_a_hit_and_goes_around() {
    let value = sample();
    let mut tree = Tree::default();
    let mut next = |pattern: &str| {
        tree.find(pattern, false, &value)
            .then(|| tree.pointer(&value))
    };
    assert_eq!(next("title").as_deref(), Some("/listings/en-us/title"));
    assert_eq!(next("title").as_deref(), Some("/listings/de-de/title"));
    assert_eq!(next("title").as_deref(), Some("/listings/en-us/title"));
    assert_eq!(next("Notizen").as_deref(), Some("/listings/de-de/title"));
    assert_eq!(next("true").as_deref(), Some("/flag"));
    assert_eq!(next("notizEN"), None);
    assert_eq!(next("2").as_deref(), Some("/a~1b/1/x"));
}

#[test]
fn folds_move_with_their_elements() {
    let value = sample();
    let mut tree = Tree::default();
    tree.go_to("/a~1b/2/x", &value);
    tree.removing("/a~1b/0", &value);
    let mut less = (*value).clone();
    less["a/b"].as_array_mut().unwrap().remove(0);
    let less = Arc::new(less);
    assert!(shown(&tree, &less).contains(&"/a~1b/1/x".to_owned()));
}

#[test]
fn a_click_selects_and_one_on_the_arrow_folds() {
    let value = sample();
    let mut tree = Tree::default();
    tree.window(10, &value);
    assert_eq!(tree.click(9, 1, &value), TreeClick::Row);
    assert_eq!(tree.click(9, 1, &value), TreeClick::Again);
    assert_eq!(tree.click(0, 1, &value), TreeClick::Fold);
    assert_eq!(tree.pointer(&value), "/listings");
    assert_eq!(shown(&tree, &value).len(), 6);
    assert_eq!(tree.click(0, 9, &value), TreeClick::Nothing);
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        "[a-c~/ü]{0,3}".prop_map(Value::from)
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("[a-c~/ü0-2]{0,2}", inner), 0..5)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn every_pointer(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut add = |name: String, value: &Value| {
        let pointer = child(at, name);
        found.push(pointer.clone());
        every_pointer(value, &pointer, found);
    };
    match value {
        Value::Object(object) => object
            .iter()
            .for_each(|(key, value)| add(key.clone(), value)),
        Value::Array(array) => array
            .iter()
            .enumerate()
            .for_each(|(index, value)| add(index.to_string(), value)),
        _ => {}
    }
}

const MOVES: [Movement; 8] = [
    Movement::Up,
    Movement::Down,
    Movement::PageUp,
    Movement::PageDown,
    Movement::First,
    Movement::Last,
    Movement::Left,
    Movement::Right,
];

proptest! {
    #[test]
    fn all_open_every_place_is_a_row_in_document_order(value in any_value()) {
        let value = Arc::new(value);
        let mut expected = Vec::new();
        every_pointer(&value, "", &mut expected);
        let mut tree = Tree::default();
        for pointer in &expected {
            tree.go_to(pointer, &value);
        }
        tree.act(Movement::First, &value);
        let mut visited = Vec::new();
        for _ in 0..expected.len() {
            visited.push(tree.pointer(&value));
            tree.act(Movement::Down, &value);
        }
        prop_assert_eq!(&visited, &expected);
        for pointer in &expected {
            let mut tree = Tree::default();
            tree.go_to(pointer, &value);
            prop_assert_eq!(&tree.pointer(&value), pointer);
        }
    }

    /// Whatever is pressed, and whatever becomes of the document: the cursor is on a place that exists and is in view.
    #[test]
    fn the_cursor_is_always_somewhere(
        values in prop::collection::vec(any_value(), 1..4), keys in prop::collection::vec((0usize..8, 0usize..4, 1usize..9), 0..40)
    ) {
        let values: Vec<_> = values.into_iter().map(Arc::new).collect();
        let mut tree = Tree::default();
        for (key, value, height) in keys {
            let value = &values[value % values.len()];
            tree.act(MOVES[key], value);
            let pointer = tree.pointer(value);
            prop_assert!(value.pointer(&pointer).is_some());
            prop_assert!(tree.window(height, value).contains(&tree.index(value)));
            tree.find("a", key == 0, value);
            tree.click(key, height, value);
        }
    }
}
