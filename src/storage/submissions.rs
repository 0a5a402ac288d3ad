//! `submissions.jsonl`: every look at a submission that told something new, whichever process looked. The one home of what was
//! seen of a submission; a run's journal only knows its own. It must not know what is done with it.
//!
//! Lines are only added, so that a crash loses none; when the file has grown large, it is written anew with what still matters.
//! Blocks for a moment; call it where blocking is allowed.

use super::{atomic, error::DiskError, input, lock};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashSet},
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use store_model::{
    signed_url::redact_document,
    story::{Sighting, Story},
    target::Target,
};

/// A file that is larger than this is written anew.
const LARGE: u64 = 4 * 1024 * 1024;
/// As many ended submissions of all profiles are kept then, the newest: years of releases.
const MOST_ENDED: usize = 2_000;
/// No more is read of the file, whatever happened to it.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// The first line tells one writing of the file from the next.
const MOST_HEAD: u64 = 128;

/// The file and what has been read of it; clones share that.
#[derive(Clone, Debug)]
pub struct Submissions {
    path: PathBuf,
    known: Arc<Mutex<Known>>,
}

type Key = (String, Target, String);

#[derive(Debug, Default)]
struct Known {
    /// The first line, as far as this many bytes.
    head: Vec<u8>,
    /// How far the file has been read.
    read: u64,
    /// By profile, target and submission.
    stories: BTreeMap<Key, Story>,
    /// What has changed and was not told to anybody yet.
    changed: HashSet<Key>,
}

#[derive(Serialize)]
struct Written<'a> {
    profile: &'a str,
    look: &'a Sighting,
}

#[derive(Deserialize)]
struct Line {
    profile: String,
    look: Sighting,
}

#[derive(Serialize)]
struct Head {
    written: jiff::Timestamp,
    by: u32,
}

impl Submissions {
    pub fn new(data: &Path) -> Self {
        Self {
            path: data.join("submissions.jsonl"),
            known: Arc::default(),
        }
    }

    /// All that is known of a profile's submissions.
    pub fn stories(&self, profile: &str) -> Result<Vec<Story>, DiskError> {
        let mut known = self.known();
        self.read(&mut known)?;
        known.changed.retain(|(owner, ..)| owner != profile);
        Ok(known.of(profile).cloned().collect())
    }

    /// All that is known of one target's submissions, oldest look first.
    pub fn of(&self, profile: &str, target: &Target) -> Result<Vec<Story>, DiskError> {
        let mut known = self.known();
        self.read(&mut known)?;
        let mut stories: Vec<_> = known
            .of(profile)
            .filter(|story| story.target == *target)
            .cloned()
            .collect();
        stories.sort_by_key(|story| story.looked);
        Ok(stories)
    }

    /// Keeps what these looks tell that is new; it is on disk when this returns. Gives the profile's stories that have changed
    /// since they were last told in this process, by whomever.
    pub fn record(&self, profile: &str, looks: &[Sighting]) -> Result<Vec<Story>, DiskError> {
        let mut known = self.known();
        self.read(&mut known)?;
        let is_news = |look: &&Sighting| {
            let key = key(profile, look);
            known
                .stories
                .get(&key)
                .is_none_or(|story| story.is_news(look))
        };
        let lines: Vec<String> = looks
            .iter()
            .filter(is_news)
            .map(|look| line(profile, look))
            .collect::<Result<_, _>>()
            .map_err(|error| self.fail(io::Error::other(error)))?;
        if !lines.is_empty() {
            let _alone = self.alone()?;
            // Somebody may have written it anew while this waited.
            self.read(&mut known)?;
            if known.read == 0 {
                atomic::append(&self.path, &head()?)?;
            }
            atomic::append(&self.path, &lines.join("\n"))?;
            self.read(&mut known)?;
            if known.read > LARGE {
                self.rewrite(&mut known)?;
            }
        }
        let mine: Vec<_> = known
            .changed
            .extract_if(|(owner, ..)| owner == profile)
            .collect();
        Ok(mine
            .iter()
            .filter_map(|key| known.stories.get(key).cloned())
            .collect())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, source: io::Error) -> DiskError {
        DiskError::new("remember what was seen of submissions", &self.path, source)
    }

    /// Until what is given is dropped, no other process writes.
    fn alone(&self) -> Result<File, DiskError> {
        let path = self.path.with_extension("lock");
        let locked = || {
            atomic::refuse_link(&path)?;
            let file = atomic::private()
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)?;
            lock::wait(&file, lock::LIMIT)?;
            Ok(file)
        };
        locked().map_err(|source| {
            DiskError::new("remember what was seen of submissions", &path, source)
        })
    }

    /// Takes in what was added since the last time. Lines that cannot be read are left out.
    fn read(&self, known: &mut Known) -> Result<(), DiskError> {
        let (mut file, facts) = match input::open(&self.path) {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                *known = Known::default();
                return Ok(());
            }
            Err(error) => return Err(self.fail(error)),
        };
        let mut added = || {
            let mut head = Vec::new();
            (&mut file).take(MOST_HEAD).read_to_end(&mut head)?;
            head.truncate(head.iter().position(|byte| *byte == b'\n').unwrap_or(0));
            if facts.len() < known.read || head != known.head {
                *known = Known {
                    head,
                    ..Known::default()
                };
            }
            file.seek(SeekFrom::Start(known.read))?;
            let mut added = Vec::new();
            (&mut file).take(MOST_BYTES).read_to_end(&mut added)?;
            Ok(added)
        };
        let added = added().map_err(|error| self.fail(error))?;
        // A line that is being written is read when it is whole.
        let whole = added
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        known.read += whole as u64;
        let lines = added.get(..whole).unwrap_or_default();
        for line in lines.split(|byte| *byte == b'\n') {
            if let Ok(Line { profile, look }) = serde_json::from_slice(line) {
                known.take(key(&profile, &look), &look);
            }
        }
        Ok(())
    }

    /// Writes the file anew: what has not ended, and the newest of the rest.
    fn rewrite(&self, known: &mut Known) -> Result<(), DiskError> {
        let mut ended: Vec<_> = known
            .stories
            .iter()
            .filter(|(_, story)| !story.is_followed())
            .map(|(key, story)| (story.looked, key.clone()))
            .collect();
        ended.sort_unstable_by(|one, other| other.cmp(one));
        for (_, key) in ended.iter().skip(MOST_ENDED) {
            known.stories.remove(key);
        }
        let mut text = head()?;
        text.push('\n');
        for ((profile, ..), story) in &known.stories {
            for look in story.sightings() {
                let line =
                    line(profile, &look).map_err(|error| self.fail(io::Error::other(error)))?;
                text.push_str(&line);
                text.push('\n');
            }
        }
        atomic::write(&self.path, text.as_bytes())?;
        let changed = std::mem::take(&mut known.changed);
        *known = Known::default();
        self.read(known)?;
        known.changed = changed;
        Ok(())
    }
}

impl Known {
    fn of(&self, profile: &str) -> impl Iterator<Item = &Story> {
        let stories = self.stories.iter();
        stories
            .filter(move |((owner, ..), _)| owner == profile)
            .map(|(_, story)| story)
    }

    fn take(&mut self, key: Key, look: &Sighting) {
        match self.stories.get_mut(&key) {
            Some(story) => story.tell(look),
            None => {
                self.stories.insert(key.clone(), Story::new(look));
            }
        }
        self.changed.insert(key);
    }
}

fn key(profile: &str, look: &Sighting) -> Key {
    (
        profile.to_owned(),
        look.target.clone(),
        look.submission.clone(),
    )
}

/// What the Store says of an error may hold a signed URL.
fn line(profile: &str, look: &Sighting) -> serde_json::Result<String> {
    let text = serde_json::to_string(&Written { profile, look })?;
    Ok(redact_document(&text).into_owned())
}

fn head() -> Result<String, DiskError> {
    let head = Head {
        written: jiff::Timestamp::now(),
        by: std::process::id(),
    };
    serde_json::to_string(&head).map_err(|error| {
        DiskError::new(
            "remember what was seen",
            Path::new(""),
            io::Error::other(error),
        )
    })
}

#[cfg(test)]
#[path = "submissions_tests.rs"]
mod tests;
