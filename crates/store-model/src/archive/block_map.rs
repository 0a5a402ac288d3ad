//! A package's block map held against its directory, by the checks that Windows makes when it opens a package. Hashes are not
//! compared: that would mean reading every byte.

use super::{
    central_directory::{ArchiveFile, Method},
    manifest::whole_attribute,
};
use quick_xml::{
    events::{BytesStart, Event},
    name::ResolveResult,
    reader::NsReader,
};
use std::collections::HashMap;

/// Every block but the last has this many bytes of the file.
const BLOCK: u64 = 64 << 10;
/// A compressed file may end with two bytes that belong to no block.
const TAIL: u64 = 2;
/// Sentences about one package; more would be a list that nobody reads.
const MOST_TOLD: usize = 4;
/// A package with more files, or longer names, is not compared.
const MOST_FILES: usize = 50_000;
const MOST_TEXT: usize = 6 << 20;

/// What a block map never lists: it would have to hold its own hash, or that of what is added later.
const UNMAPPED: [&str; 4] = [
    "appxblockmap.xml",
    "[content_types].xml",
    "appxsignature.p7x",
    "appxmetadata/codeintegrity.cat",
];
const BUNDLE_MANIFEST: &str = "appxmetadata/appxbundlemanifest.xml";

/// The files of a package, as its directory has them.
#[derive(Default)]
pub(super) struct Listing {
    /// By their names in lower case, with `/`.
    files: HashMap<String, Listed>,
    text: usize,
    is_partial: bool,
}

struct Listed {
    name: String,
    size: u64,
    packed: u64,
    is_stored: bool,
    is_mapped: bool,
}

impl Listing {
    /// `name` is the file's name as manifests write it.
    pub(super) fn take(&mut self, name: &str, file: &ArchiveFile) {
        self.text += 2 * name.len();
        if self.files.len() >= MOST_FILES || self.text > MOST_TEXT {
            (self.files, self.is_partial) = (HashMap::new(), true);
        }
        if self.is_partial {
            return;
        }
        let listed = Listed {
            name: name.to_owned(),
            size: file.size,
            packed: file.packed,
            is_stored: file.method == Method::Stored,
            is_mapped: false,
        };
        // Two names that differ in case only cannot be told apart here.
        self.is_partial |= self.files.insert(name.to_lowercase(), listed).is_some();
    }
}

/// A file that the block map lists, with what its blocks add up to.
#[derive(Default)]
struct Mapped {
    name: String,
    size: Option<u64>,
    blocks: u64,
    packed: u64,
    has_sizes: bool,
    lacks_sizes: bool,
}

impl Mapped {
    fn block(&mut self, tag: &BytesStart<'_>) {
        self.blocks += 1;
        match number(tag, "Size") {
            Some(size) => {
                self.packed = self.packed.saturating_add(size);
                self.has_sizes = true;
            }
            None => self.lacks_sizes = true,
        }
    }
}

fn number(tag: &BytesStart<'_>, name: &str) -> Option<u64> {
    whole_attribute(tag, name)?.trim().parse().ok()
}

/// In what a block map contradicts the package, in sentences without an end. One that lists nothing says nothing.
pub(super) fn differences(xml: &str, listing: Listing, is_bundle: bool) -> Vec<String> {
    if listing.is_partial {
        return Vec::new();
    }
    let mut reading = Reading {
        listing,
        is_bundle,
        found: Vec::new(),
        has_files: false,
    };
    if let Err(why) = reading.read(xml) {
        reading.found.push(why);
    } else if reading.has_files {
        reading.rest();
    }
    reading.found
}

struct Reading {
    listing: Listing,
    is_bundle: bool,
    found: Vec<String>,
    has_files: bool,
}

impl Reading {
    fn read(&mut self, xml: &str) -> Result<(), String> {
        let mut reader = NsReader::from_str(xml);
        let (mut depth, mut file) = (0_usize, None::<Mapped>);
        while self.found.len() < MOST_TOLD {
            let event = reader
                .read_event()
                .map_err(|error| format!("its block map is no XML: {error}"))?;
            let (tag, is_open) = match &event {
                Event::Start(tag) => (tag, true),
                Event::Empty(tag) => (tag, false),
                Event::End(_) => {
                    depth = depth.saturating_sub(1);
                    if depth == 1
                        && let Some(file) = file.take()
                    {
                        self.file(&file);
                    }
                    continue;
                }
                Event::Eof if depth == 0 => break,
                Event::Eof => return Err("its block map ends too early".to_owned()),
                _ => continue,
            };
            let name = tag.local_name();
            let namespace = reader.resolver().resolve_element(tag.name()).0;
            if let ResolveResult::Unknown(prefix) = namespace {
                return Err(format!(
                    "its block map has the prefix {prefix}, which stands for nothing there"
                ));
            }
            match (depth, name.as_ref()) {
                (1, "File") => {
                    self.has_files = true;
                    let mapped = Mapped {
                        name: whole_attribute(tag, "Name").unwrap_or_default(),
                        size: number(tag, "Size"),
                        ..Mapped::default()
                    };
                    if is_open {
                        file = Some(mapped);
                    } else {
                        self.file(&mapped);
                    }
                }
                (2, "Block") => {
                    if let Some(file) = &mut file {
                        file.block(tag);
                    }
                }
                // Later versions add elements of their own namespaces.
                (1, other) if !tag.name().as_ref().contains(':') => {
                    return Err(format!(
                        "its block map has an element {other}, which is not part of the format"
                    ));
                }
                _ => {}
            }
            depth += usize::from(is_open);
        }
        Ok(())
    }

    fn file(&mut self, mapped: &Mapped) {
        let name = mapped.name.replace('\\', "/");
        let key = name.to_lowercase();
        if key == "[content_types].xml" {
            self.say(format!("its block map lists {name}, which it must not"));
            return;
        }
        if self.is_bundle && key != BUNDLE_MANIFEST {
            let sentence = "its block map lists {name}: that of a bundle has its manifest alone";
            self.say(sentence.replace("{name}", &name));
            return;
        }
        let Some(listed) = self.listing.files.get_mut(&key) else {
            self.say(format!("its block map lists {name}, which is not in it"));
            return;
        };
        if std::mem::replace(&mut listed.is_mapped, true) {
            self.say(format!("its block map lists {name} twice"));
            return;
        }
        let sentence = if mapped.size.is_some_and(|size| size != listed.size)
            || mapped.blocks != listed.size.div_ceil(BLOCK)
        {
            format!("its block map has another size for {name} than the file has")
        } else if listed.is_stored && mapped.has_sizes {
            format!("its block map has {name} compressed, but it is stored as it is")
        } else if !listed.is_stored
            && !mapped.lacks_sizes
            && ![mapped.packed, mapped.packed.saturating_add(TAIL)].contains(&listed.packed)
        {
            format!("its block map has another compressed size for {name} than the file has")
        } else {
            return;
        };
        self.say(sentence);
    }

    /// Files that the block map should list.
    fn rest(&mut self) {
        let is_lacking = |(key, listed): &(&String, &Listed)| {
            !listed.is_mapped
                && !UNMAPPED.contains(&key.as_str())
                && (!self.is_bundle || *key == BUNDLE_MANIFEST)
        };
        let files = self.listing.files.iter().filter(is_lacking);
        let mut lacking: Vec<String> = files
            .map(|(_, listed)| format!("its block map does not list {}", listed.name))
            .collect();
        lacking.sort_unstable();
        lacking.truncate(MOST_TOLD.saturating_sub(self.found.len()));
        self.found.append(&mut lacking);
    }

    fn say(&mut self, sentence: String) {
        self.found.push(sentence);
    }
}
