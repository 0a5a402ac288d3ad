//! A package's block map beside its directory: Windows opens no package whose two lists differ.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::{BTreeMap, BTreeSet};

/// Each block but the last stands for 64 KiB.
const BLOCK: u64 = 1 << 16;
/// In no block map.
const FREE: [&str; 4] = [
    "appxblockmap.xml",
    "[content_types].xml",
    "appxsignature.p7x",
    "appxmetadata/codeintegrity.cat",
];

/// Sizes of a file: unpacked, and packed where it is compressed.
pub(crate) type Sizes = (u64, Option<u64>);

/// Why Windows would not open the package. A map that lists nothing is let pass: so are those of samples.
pub(crate) fn problem(
    xml: &[u8],
    files: &BTreeMap<String, Sizes>,
    is_bundle: bool,
) -> Option<String> {
    let text = crate::manifest::decode(xml).ok()?;
    let listed = match list(&text) {
        Ok(listed) => listed,
        Err(why) => return Some(why),
    };
    if listed.is_empty() {
        return None;
    }
    let mut names = BTreeSet::new();
    for file in &listed {
        if FREE.contains(&file.name.as_str()) || !names.insert(file.name.clone()) {
            return Some(format!("it lists {} twice or wrongly", file.name));
        }
        if is_bundle && file.name != "appxmetadata/appxbundlemanifest.xml" {
            return Some(format!("it lists {} of a bundle", file.name));
        }
        let Some((size, packed)) = files.get(&file.name) else {
            return Some(format!("it lists {}, which is not there", file.name));
        };
        let is_packed_right = match packed {
            None => file.packed == 0,
            Some(packed) => {
                file.has_plain_blocks || [*packed, packed.saturating_sub(2)].contains(&file.packed)
            }
        };
        if file.size != *size || file.blocks != size.div_ceil(BLOCK) || !is_packed_right {
            return Some(format!("it has other sizes for {}", file.name));
        }
    }
    let needed = |name: &&String| {
        !FREE.contains(&name.as_str()) && (!is_bundle || name.ends_with("appxbundlemanifest.xml"))
    };
    let lost = files
        .keys()
        .filter(needed)
        .find(|name| !names.contains(*name));
    lost.map(|name| format!("it does not list {name}"))
}

#[derive(Default)]
struct Listed {
    name: String,
    size: u64,
    blocks: u64,
    packed: u64,
    has_plain_blocks: bool,
}

fn list(xml: &str) -> Result<Vec<Listed>, String> {
    let mut reader = Reader::from_str(xml);
    let (mut listed, mut depth) = (Vec::<Listed>::new(), 0);
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        match &event {
            Event::Start(tag) | Event::Empty(tag) => {
                match (depth, tag.name().into_inner()) {
                    (0, _) => {}
                    (1, "File") => listed.push(Listed {
                        name: value(tag, "Name").replace('\\', "/").to_lowercase(),
                        size: value(tag, "Size").parse().unwrap_or_default(),
                        ..Listed::default()
                    }),
                    (2, "Block") => {
                        if let Some(file) = listed.last_mut() {
                            file.blocks += 1;
                            match value(tag, "Size").parse::<u64>() {
                                Ok(size) => file.packed += size,
                                Err(_) => file.has_plain_blocks = true,
                            }
                        }
                    }
                    (_, other) if other.contains(':') => {
                        let prefix = other.split(':').next().unwrap_or_default();
                        if !xml.contains(&format!("xmlns:{prefix}=")) {
                            return Err(format!("{prefix} is an undeclared prefix"));
                        }
                    }
                    (1, other) => return Err(format!("{other} is not expected")),
                    _ => {}
                }
                depth += usize::from(matches!(event, Event::Start(_)));
            }
            Event::End(_) => depth -= 1,
            Event::Eof if depth == 0 => return Ok(listed),
            Event::Eof => return Err("the document ends too early".to_owned()),
            _ => {}
        }
    }
}

fn value(tag: &BytesStart<'_>, name: &str) -> String {
    let value = tag.try_get_attribute(name).ok().flatten();
    let value = value.map(|value| value.value.into_owned());
    let value = value.unwrap_or_default();
    quick_xml::escape::unescape(&value).map_or_else(|_| value.clone(), std::borrow::Cow::into_owned)
}
