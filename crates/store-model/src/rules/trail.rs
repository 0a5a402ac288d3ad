//! The way from a document's root to a place, while a rule walks through it. Knows no document.

use crate::json::pointer::child;

/// Most places give no finding: the pointer is built only for those that do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trail<'a> {
    holder: Option<&'a Trail<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Member(&'a str),
    Item(usize),
}

impl<'a> Trail<'a> {
    pub(super) const ROOT: Trail<'static> = Trail {
        holder: None,
        step: Step::Root,
    };

    pub(super) fn member(&'a self, name: &'a str) -> Self {
        Self {
            holder: Some(self),
            step: Step::Member(name),
        }
    }

    pub(super) fn item(&'a self, index: usize) -> Self {
        Self {
            holder: Some(self),
            step: Step::Item(index),
        }
    }

    /// The last member's name; empty for the root and for items.
    pub(super) fn name(&self) -> &'a str {
        match self.step {
            Step::Member(name) => name,
            Step::Root | Step::Item(_) => "",
        }
    }

    pub(super) fn pointer(&self) -> String {
        let holder = self.holder.map(Trail::pointer).unwrap_or_default();
        match self.step {
            Step::Root => holder,
            Step::Member(name) => child(&holder, name),
            Step::Item(index) => child(&holder, index),
        }
    }
}
