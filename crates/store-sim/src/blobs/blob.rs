//! One block blob: what is staged, what is committed, and what each call does to it.
//! Knows no HTTP beyond the refusals it answers with; never touches the bytes.

use super::block_list::{MOST_BLOCKS, Source};
use super::content::{Content, Piece};
use super::refusal::Refusal;
use axum::http::StatusCode;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Staged blocks of one blob, at most.
const STAGED_LIMIT: usize = 100_000;

/// A blob from the moment its URL was handed out; it exists for readers once something was committed.
#[derive(Default)]
pub(super) struct Blob {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By id as sent. Sorted, because Get Block List answers in that order.
    staged: BTreeMap<String, Arc<Piece>>,
    committed: Option<Committed>,
    is_expired: bool,
}

/// What readers see.
#[derive(Clone)]
pub(super) struct Committed {
    pub content: Arc<Content>,
    /// Empty after Put Blob.
    blocks: Arc<Vec<(String, Arc<Piece>)>>,
    pub properties: Properties,
    pub etag: String,
    pub created: Timestamp,
    pub modified: Timestamp,
}

/// What the client sets along with the content.
#[derive(Clone, Debug)]
pub(crate) struct Properties {
    pub content_type: String,
    /// Base64, as sent; not compared with the content.
    pub md5: Option<String>,
    /// `x-ms-meta-…` headers.
    pub metadata: Vec<(String, String)>,
}

/// `If-Match` and `If-None-Match` of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    pub matches: Option<String>,
    pub none_matches: Option<String>,
}

/// Blocks that nothing refers to any more. Dropping it removes files: not on an async thread.
#[must_use]
pub(crate) struct Discarded {
    _blocks: Vec<Arc<Piece>>,
    _content: Option<Committed>,
}

impl Conditions {
    fn allow_write(&self, committed: Option<&Committed>) -> Result<(), Refusal> {
        let etag = committed.map(|committed| committed.etag.as_str());
        match (&self.none_matches, etag) {
            (Some(tag), Some(_)) if tag == "*" => {
                return Err(Refusal::new(
                    StatusCode::CONFLICT,
                    "BlobAlreadyExists",
                    "The specified blob already exists.",
                ));
            }
            (Some(tag), Some(etag)) if tag == etag => return Err(unmet()),
            _ => {}
        }
        match (&self.matches, etag) {
            (Some(tag), Some(etag)) if tag == "*" || tag == etag => Ok(()),
            (Some(_), _) => Err(unmet()),
            (None, _) => Ok(()),
        }
    }

    /// `Ok(false)`: the reader has it already.
    pub(crate) fn allow_read(&self, committed: &Committed) -> Result<bool, Refusal> {
        let is = |tag: &String| tag == "*" || *tag == committed.etag;
        if self.matches.as_ref().is_some_and(|tag| !is(tag)) {
            return Err(unmet());
        }
        Ok(!self.none_matches.as_ref().is_some_and(is))
    }
}

fn unmet() -> Refusal {
    Refusal::new(
        StatusCode::PRECONDITION_FAILED,
        "ConditionNotMet",
        "The condition specified using HTTP conditional header(s) is not met.",
    )
}

impl Blob {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn committed(&self) -> Option<Committed> {
        self.state().committed.clone()
    }

    pub(super) fn expire(&self) {
        self.state().is_expired = true;
    }

    pub(crate) fn is_expired(&self) -> bool {
        self.state().is_expired
    }

    /// Drops what is staged, as the service does after a week.
    pub(super) fn forget(&self) -> Discarded {
        let staged = std::mem::take(&mut self.state().staged);
        Discarded::of(staged, None)
    }

    /// Whether a write under these conditions could succeed now; asked before the body is taken.
    pub(super) fn allows(&self, conditions: &Conditions) -> Result<(), Refusal> {
        conditions.allow_write(self.state().committed.as_ref())
    }

    /// Put Block, first half: whether a block of this id may come.
    pub(crate) fn accepts(&self, id: &str) -> Result<(), Refusal> {
        self.state().accepts(id)
    }

    /// Put Block, second half. A block of the same id is replaced.
    pub(super) fn stage(&self, id: String, piece: Piece) -> Result<Discarded, Refusal> {
        let mut state = self.state();
        // Again, because another request may have staged ids of another length meanwhile.
        state.accepts(&id)?;
        let old = state.staged.insert(id, Arc::new(piece));
        drop(state);
        Ok(Discarded::of(old.map(|old| (String::new(), old)), None))
    }

    /// Put Blob: the piece becomes the content; what was staged is dropped.
    pub(super) fn replace(
        &self,
        piece: Piece,
        properties: Properties,
        conditions: &Conditions,
    ) -> Result<(Committed, Discarded), Refusal> {
        let mut state = self.state();
        conditions.allow_write(state.committed.as_ref())?;
        let content = Content::of([Arc::new(piece)]);
        Ok(state.commit(content, Vec::new(), properties))
    }

    /// Put Block List: the named blocks become the content; what else was staged is dropped.
    pub(super) fn commit(
        &self,
        list: &[(Source, String)],
        properties: Properties,
        conditions: &Conditions,
    ) -> Result<(Committed, Discarded), Refusal> {
        if list.len() > MOST_BLOCKS {
            return Err(Refusal::bad_request(
                "BlockListTooLong",
                "The block list may not contain more than 50,000 blocks.",
            ));
        }
        let mut state = self.state();
        conditions.allow_write(state.committed.as_ref())?;
        let earlier: BTreeMap<&str, &Arc<Piece>> = state
            .committed
            .iter()
            .flat_map(|committed| committed.blocks.iter())
            .map(|(id, piece)| (id.as_str(), piece))
            .collect();
        let found = |(source, id): &(Source, String)| {
            let staged = || state.staged.get(id);
            let earlier = || earlier.get(id.as_str()).copied();
            let piece = match source {
                Source::Uncommitted => staged(),
                Source::Committed => earlier(),
                Source::Latest => staged().or_else(earlier),
            };
            piece.map(|piece| (id.clone(), Arc::clone(piece)))
        };
        let blocks: Option<Vec<_>> = list.iter().map(found).collect();
        let blocks = blocks.ok_or_else(|| {
            Refusal::bad_request("InvalidBlockList", "The specified block list is invalid.")
        })?;
        let content = Content::of(blocks.iter().map(|(_, piece)| Arc::clone(piece)));
        Ok(state.commit(content, blocks, properties))
    }

    /// Committed and staged blocks with their sizes; refused when there is neither content nor a staged block.
    #[expect(
        clippy::type_complexity,
        reason = "two lists of the same shape, taken apart at once"
    )]
    pub(super) fn blocks(&self) -> Result<(Vec<(String, u64)>, Vec<(String, u64)>), Refusal> {
        let state = self.state();
        if state.committed.is_none() && state.staged.is_empty() {
            return Err(Refusal::not_found());
        }
        let committed = state
            .committed
            .iter()
            .flat_map(|committed| committed.blocks.iter())
            .map(|(id, piece)| (id.clone(), piece.length))
            .collect();
        let staged = state
            .staged
            .iter()
            .map(|(id, piece)| (id.clone(), piece.length))
            .collect();
        Ok((committed, staged))
    }
}

impl State {
    fn accepts(&self, id: &str) -> Result<(), Refusal> {
        if let Some((other, _)) = self.staged.first_key_value()
            && raw_length(other) != raw_length(id)
        {
            return Err(Refusal::bad_request(
                "InvalidBlobOrBlock",
                "The specified blob or block content is invalid.",
            ));
        }
        if self.staged.len() >= STAGED_LIMIT && !self.staged.contains_key(id) {
            return Err(Refusal::new(
                StatusCode::CONFLICT,
                "BlockCountExceedsLimit",
                "The uncommitted block count cannot exceed the maximum limit of 100,000 blocks.",
            ));
        }
        Ok(())
    }

    fn commit(
        &mut self,
        content: Content,
        blocks: Vec<(String, Arc<Piece>)>,
        properties: Properties,
    ) -> (Committed, Discarded) {
        let now = Timestamp::now();
        let committed = Committed {
            content: Arc::new(content),
            blocks: Arc::new(blocks),
            properties,
            // Azure's tags are times in ticks of 100 ns; unique enough, and of the same looks.
            etag: format!("\"0x8{:014X}\"", now.as_nanosecond() / 100),
            created: self.committed.as_ref().map_or(now, |old| old.created),
            modified: now,
        };
        let old = self.committed.replace(committed.clone());
        let staged = std::mem::take(&mut self.staged);
        (committed, Discarded::of(staged, old))
    }
}

/// Bytes behind an id in Base64. They must be as many for every block, whatever the text's length.
fn raw_length(id: &str) -> usize {
    id.trim_end_matches('=').len() * 3 / 4
}

impl Discarded {
    fn of(
        blocks: impl IntoIterator<Item = (String, Arc<Piece>)>,
        content: Option<Committed>,
    ) -> Self {
        Self {
            _blocks: blocks.into_iter().map(|(_, piece)| piece).collect(),
            _content: content,
        }
    }
}
