//! A target as part of the name of a kept document.

use store_model::target::Target;

pub(super) fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.".contains(c)
}

/// A target's text as part of a file name. `:` and `/` become `+`, which no id holds; anything odd is spelled out.
pub(super) fn stem(target: &Target) -> String {
    let mut stem = String::new();
    for c in target.to_string().chars() {
        match c {
            ':' | '/' => stem.push('+'),
            c if is_plain(c) => stem.push(c),
            c => stem.extend(
                ['%']
                    .into_iter()
                    .chain(c.escape_unicode().filter(char::is_ascii_alphanumeric)),
            ),
        }
    }
    stem
}

/// Back from [`stem`].
pub(super) fn target(stem: &str) -> Option<Target> {
    let (scheme, ids) = stem.split_once('+')?;
    format!("{scheme}:{}", ids.replace('+', "/")).parse().ok()
}
