//! Which blocks the service has. Only counts; knows neither requests nor the file.

use tokio::time::Instant;

use super::layout::Layout;

/// What the service has, and how the way there went.
#[derive(Debug)]
pub(super) struct Progress {
    /// By block.
    pub(super) done: Vec<bool>,
    /// Bytes of the blocks that are done.
    pub(super) sent: u64,
    /// Blocks sent more than once.
    pub(super) resent: u32,
    /// When something last succeeded.
    pub(super) last: Instant,
}

impl Progress {
    pub(super) fn new(blocks: u32) -> Self {
        Self {
            done: vec![false; blocks as usize],
            sent: 0,
            resent: 0,
            last: Instant::now(),
        }
    }

    /// Marks a block as being on the service; harmless when it is already.
    pub(super) fn acknowledge(&mut self, layout: &Layout, index: u32) {
        self.last = Instant::now();
        if let Some(done) = self.done.get_mut(index as usize)
            && !std::mem::replace(done, true)
        {
            self.sent += layout.length(index);
        }
    }
}
