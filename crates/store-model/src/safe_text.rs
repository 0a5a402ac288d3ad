//! Foreign text made harmless: what a terminal, a reader or a build server would obey is taken out, or escaped in JSON.
//! Everything that leaves the program goes through here: printed lines, events, the log, names in the dashboard.

use std::{borrow::Cow, fmt::Write as _};

/// What Azure Pipelines obeys wherever it stands in a line.
const BUILD_COMMANDS: [&str; 2] = ["##vso[", "##["];

/// Whether a terminal obeys it, or it changes the order or the lines in which a text is seen: C0 and C1 controls, bidi marks,
/// separators of lines and paragraphs, a byte order mark.
fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// One piece of text, such as a name: nothing in it is obeyed, and it has no line ends.
pub fn plain_text(text: &str) -> String {
    text.chars().filter(|c| !is_obeyed(*c)).collect()
}

/// A text of several lines for a terminal or a build log: nothing in it is obeyed but its line ends and tabs.
pub fn lines(text: &str) -> Cow<'_, str> {
    let is_safe = |c: char| matches!(c, '\n' | '\t') || !is_obeyed(c);
    let mut safe = Cow::Borrowed(text);
    if !text.chars().all(is_safe) {
        safe = text.chars().filter(|c| is_safe(*c)).collect();
    }
    if BUILD_COMMANDS.iter().any(|command| holds(&safe, command)) {
        // Again, because of three in a row the last two are still a pair.
        while safe.contains("##") {
            safe = Cow::Owned(safe.replace("##", "# #"));
        }
    }
    // GitHub obeys `::error` at the start of a line only, after any blanks.
    if safe.lines().any(|line| line.trim_start().starts_with("::")) {
        let lines = safe.split('\n').map(|line| {
            let text = line.trim_start();
            if text.starts_with("::") {
                line.replacen("::", ": :", 1)
            } else {
                line.to_owned()
            }
        });
        safe = Cow::Owned(lines.collect::<Vec<_>>().join("\n"));
    }
    safe
}

/// As [`lines`], for what has to stay in one line: line ends become blanks.
pub fn line(text: &str) -> Cow<'_, str> {
    if text.contains(['\n', '\r']) {
        let parts: Vec<_> = text
            .split(['\n', '\r'])
            .filter(|part| !part.is_empty())
            .collect();
        return Cow::Owned(lines(&parts.join(" ")).into_owned());
    }
    lines(text)
}

/// JSON text that says the same without a character that is obeyed: those stand only in strings, where they are escaped.
pub fn json(text: &str) -> Cow<'_, str> {
    let is_risky = |c: char| is_obeyed(c) && c != '\n' && c != '\t';
    let has_command = BUILD_COMMANDS.iter().any(|command| holds(text, command));
    if !has_command && !text.chars().any(is_risky) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_line_end = c == '\r' && chars.peek() == Some(&'\n');
        let is_command = has_command && c == '#' && chars.peek() == Some(&'#');
        if (is_risky(c) && !is_line_end) || is_command {
            let _ = write!(safe, "\\u{:04x}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

fn holds(text: &str, command: &str) -> bool {
    let (text, command) = (text.as_bytes(), command.as_bytes());
    memchr::memmem::find(text, b"##").is_some()
        && text
            .windows(command.len())
            .any(|part| part.eq_ignore_ascii_case(command))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("a\x1b]52;c;eA==\x07b\r\nc\u{9b}31m\u{202e}d", "a]52;c;eA==b\nc31md")]
    #[case(
        "x ##vso[task.complete]\n ##[error]y",
        "x # #vso[task.complete]\n # #[error]y"
    )]
    #[case(
        "::error::x\n  ::set-output\na::b",
        ": :error::x\n  : :set-output\na::b"
    )]
    #[case("# A ## B", "# A ## B")]
    fn lines_hold_no_command(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(lines(text), expected);
    }

    #[test]
    fn one_line_stays_one() {
        assert_eq!(line("a\r\n::warning::b\nc"), "a ::warning::b c");
        assert_eq!(line("\n::warning::b"), ": :warning::b");
    }

    proptest! {
        #[test]
        fn escaped_json_says_the_same(text in any::<String>(), tail in "(##vso\\[|##\\[|\u{9b}|\u{202e}|\r|\n)*") {
            let value = serde_json::Value::String(text + &tail);
            let written = value.to_string();
            let safe = json(&written);
            prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&safe).unwrap(), &value);
            prop_assert!(!safe.chars().any(is_obeyed) && !safe.contains("##vso[") && !safe.contains("##["), "{}", safe);
        }

        #[test]
        fn no_text_is_obeyed(text in any::<String>(), tail in "(##VSO\\[|##\\[|::|\u{9b}|\u{202e}|\r|\n| )*") {
            let text = text + &tail;
            for safe in [lines(&text), line(&text)] {
                prop_assert!(!safe.chars().any(|c| is_obeyed(c) && c != '\n' && c != '\t'));
                prop_assert!(!safe.to_lowercase().contains("##vso[") && !safe.contains("##["));
                prop_assert!(!safe.lines().any(|line| line.trim_start().starts_with("::")), "{safe:?}");
            }
        }
    }
}
