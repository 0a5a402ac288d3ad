//! Something that is fetched: not asked for, on its way, here, or failed, each with what was known before.

/// A value from elsewhere, in the four states that every list and detail draws alike.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Remote<T, E = String> {
    #[default]
    Idle,
    /// On its way; `stale` is what was known before.
    Loading {
        stale: Option<T>,
    },
    Ready(T),
    /// Could not be had; the error, and what was known before.
    Failed {
        error: E,
        stale: Option<T>,
    },
}

impl<T, E> Remote<T, E> {
    /// The value to show: the fresh one, else what was known before.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Ready(value) => Some(value),
            Self::Loading { stale } | Self::Failed { stale, .. } => stale.as_ref(),
            Self::Idle => None,
        }
    }

    /// The value to change in place, whatever its age.
    pub fn value_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Ready(value) => Some(value),
            Self::Loading { stale } | Self::Failed { stale, .. } => stale.as_mut(),
            Self::Idle => None,
        }
    }

    pub fn error(&self) -> Option<&E> {
        match self {
            Self::Failed { error, .. } => Some(error),
            _ => None,
        }
    }

    pub fn is_loading(&self) -> bool {
        matches!(self, Self::Loading { .. })
    }

    pub fn is_idle(&self) -> bool {
        matches!(self, Self::Idle)
    }

    fn take_value(&mut self) -> Option<T> {
        match std::mem::take(self) {
            Self::Ready(value) => Some(value),
            Self::Loading { stale } | Self::Failed { stale, .. } => stale,
            Self::Idle => None,
        }
    }

    /// Asked for: keeps what was known.
    pub fn start(&mut self) {
        let stale = self.take_value();
        *self = Self::Loading { stale };
    }

    /// Failed: keeps what was known.
    pub fn fail(&mut self, error: E) {
        let stale = self.take_value();
        *self = Self::Failed { error, stale };
    }

    /// The task is over: with an error, or without, and then the value is what it was.
    pub fn settle(&mut self, error: Option<E>) {
        match error {
            Some(error) => self.fail(error),
            None => {
                if let Self::Loading { stale } = self {
                    *self = stale.take().map_or(Self::Idle, Self::Ready);
                }
            }
        }
    }

    /// Arrived.
    pub fn finish(&mut self, value: T) {
        *self = Self::Ready(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_known_survives_until_something_better_comes() {
        let mut list: Remote<u8> = Remote::Ready(1);
        list.start();
        assert_eq!(list, Remote::Loading { stale: Some(1) });
        list.fail("no network".into());
        assert_eq!(
            (list.value(), list.error().map(String::as_str)),
            (Some(&1), Some("no network"))
        );
        list.start();
        list.finish(2);
        assert_eq!(list, Remote::Ready(2));
    }
}
