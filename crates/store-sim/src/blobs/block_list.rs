//! The XML of Put Block List and Get Block List. Small on purpose: one element holds ids, nothing nests deeper.

use super::refusal::escape;
use std::fmt::Write as _;

/// Blocks in a list, at most.
pub(crate) const MOST_BLOCKS: usize = 50_000;

/// Where Put Block List shall look for a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Committed,
    Uncommitted,
    Latest,
}

impl Source {
    fn of(element: &str) -> Option<Self> {
        match element {
            "Committed" => Some(Self::Committed),
            "Uncommitted" => Some(Self::Uncommitted),
            "Latest" => Some(Self::Latest),
            _ => None,
        }
    }
}

/// The entries of a request body in order. `None`: not the XML that Put Block List takes.
pub(super) fn parse(body: &str) -> Option<Vec<(Source, String)>> {
    let mut rest = body.trim_start_matches('\u{feff}').trim_start();
    if let Some(declared) = rest.strip_prefix("<?xml") {
        rest = declared.split_once("?>")?.1.trim_start();
    }
    if rest.strip_prefix("<BlockList").map(str::trim) == Some("/>") {
        return Some(Vec::new());
    }
    let (attributes, mut rest) = rest.strip_prefix("<BlockList")?.split_once('>')?;
    if !attributes.is_empty() && !attributes.starts_with(char::is_whitespace) {
        return None;
    }
    let mut entries = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("</BlockList>") {
            return after.trim().is_empty().then_some(entries);
        }
        let (element, after) = rest.strip_prefix('<')?.split_once('>')?;
        let (text, after) = after.split_once("</")?;
        let (closing, after) = after.split_once('>')?;
        if closing.trim_end() != element.trim_end() {
            return None;
        }
        entries.push((Source::of(element.trim_end())?, text.trim().to_owned()));
        rest = after;
    }
}

/// The answer of Get Block List; a part that was not asked for is left out.
pub(super) fn render(
    committed: Option<&[(String, u64)]>,
    uncommitted: Option<&[(String, u64)]>,
) -> String {
    let mut body = String::from("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
    let parts = [
        ("CommittedBlocks", committed),
        ("UncommittedBlocks", uncommitted),
    ];
    for (element, blocks) in parts {
        let Some(blocks) = blocks else { continue };
        // Writing into a string cannot fail.
        let _ = write!(body, "<{element}>");
        for (id, length) in blocks {
            let id = escape(id);
            let _ = write!(
                body,
                "<Block><Name>{id}</Name><Size>{length}</Size></Block>"
            );
        }
        let _ = write!(body, "</{element}>");
    }
    body.push_str("</BlockList>");
    body
}

#[cfg(test)]
mod tests {
    use super::{Source, parse, render};

    #[test]
    fn reads_every_source_in_order() {
        let body = "\u{feff}<?xml version='1.0' encoding='utf-8'?>\n<BlockList>\n <Latest>YQ==</Latest><Committed>Yg==</Committed>\n<Uncommitted>Yw==</Uncommitted></BlockList>\n";
        let expected = [
            (Source::Latest, "YQ=="),
            (Source::Committed, "Yg=="),
            (Source::Uncommitted, "Yw=="),
        ];
        assert_eq!(
            parse(body),
            Some(expected.map(|(s, id)| (s, id.to_owned())).to_vec())
        );
    }

    #[test]
    fn an_empty_list_is_a_list() {
        for body in ["<BlockList/>", "<BlockList />", "<BlockList></BlockList>"] {
            assert_eq!(parse(body), Some(Vec::new()), "{body}");
        }
    }

    #[test]
    fn refuses_what_is_no_block_list() {
        for body in [
            "",
            "hello",
            "<BlockLists></BlockLists>",
            "<BlockList><Oldest>YQ==</Oldest></BlockList>",
            "<BlockList><Latest>YQ==</Committed></BlockList>",
            "<BlockList><Latest>YQ==</Latest>",
            "<BlockList></BlockList><more/>",
        ] {
            assert_eq!(parse(body), None, "{body}");
        }
    }

    #[test]
    fn leaves_out_the_part_that_was_not_asked_for() {
        let blocks = [("YQ==".to_owned(), 3)];
        let body = render(None, Some(&blocks));
        assert!(body.contains(
            "<UncommittedBlocks><Block><Name>YQ==</Name><Size>3</Size></Block></UncommittedBlocks>"
        ));
        assert!(!body.contains(
            "CommittedBlocks><Block><Name>YQ==</Name><Size>3</Size></Block></CommittedBlocks><Unc"
        ));
        assert!(!body.contains("<CommittedBlocks>"));
    }
}
