//! JSON pointers (RFC 6901) as the tree builds and reads them. Knows no value.

/// The pointer of a member or element below `pointer`; `~` and `/` in the name are escaped.
pub(super) fn child(pointer: &str, name: impl std::fmt::Display) -> String {
    let name = name.to_string();
    if name.contains(['~', '/']) {
        format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
    } else {
        format!("{pointer}/{name}")
    }
}

/// The names that a pointer passes, unescaped. The root's pointer has none.
pub(super) fn names(pointer: &str) -> Vec<String> {
    pointer
        .split('/')
        .skip(1)
        .map(|name| name.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// The pointer of what holds this place, and the place's own name; `None` for the root.
pub(super) fn parent(pointer: &str) -> Option<(&str, String)> {
    let (parent, name) = pointer.rsplit_once('/')?;
    Some((parent, name.replace("~1", "/").replace("~0", "~")))
}
