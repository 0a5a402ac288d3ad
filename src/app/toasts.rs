//! Short messages that come up and go: information after 4 s, warnings after 8 s, errors when they are dismissed.

use crate::screen::command::ToastLevel;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    pub severity: ToastLevel,
    pub text: String,
    /// The uptime at which it goes; an error stays.
    until: Option<Duration>,
}

/// The messages on screen, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Toasts {
    list: Vec<Toast>,
}

/// More would hide what they are about.
const MOST: usize = 4;

impl Toasts {
    /// Shows a message; one that says the same is renewed instead of doubled.
    pub fn push(&mut self, severity: ToastLevel, text: String, uptime: Duration) {
        let until = match severity {
            ToastLevel::Info => Some(uptime + Duration::from_secs(4)),
            ToastLevel::Warning => Some(uptime + Duration::from_secs(8)),
            ToastLevel::Error => None,
        };
        self.list.retain(|toast| toast.text != text);
        self.list.push(Toast {
            severity,
            text,
            until,
        });
        if self.list.len() > MOST {
            // Errors are kept longest.
            let goes = self
                .list
                .iter()
                .position(|toast| toast.severity != ToastLevel::Error)
                .unwrap_or(0);
            self.list.remove(goes);
        }
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Toast> {
        self.list.iter()
    }

    /// The error that a person may dismiss or copy: the newest.
    pub fn error(&self) -> Option<&Toast> {
        self.list
            .iter()
            .rev()
            .find(|toast| toast.severity == ToastLevel::Error)
    }

    /// Takes the newest error away; says whether there was one.
    pub fn dismiss(&mut self) -> bool {
        let newest = self
            .list
            .iter()
            .rposition(|toast| toast.severity == ToastLevel::Error);
        newest.map(|at| self.list.remove(at)).is_some()
    }

    pub fn wake_at(&self) -> Option<Duration> {
        self.list.iter().filter_map(|toast| toast.until).min()
    }

    pub fn expire(&mut self, uptime: Duration) {
        self.list
            .retain(|toast| toast.until.is_none_or(|until| until > uptime));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_go_by_their_severity_and_never_double() {
        let second = Duration::from_secs;
        let mut toasts = Toasts::default();
        toasts.push(ToastLevel::Info, "copied".into(), second(0));
        toasts.push(ToastLevel::Warning, "slow".into(), second(0));
        toasts.push(ToastLevel::Error, "broken".into(), second(0));
        toasts.push(ToastLevel::Info, "copied".into(), second(2));
        assert_eq!(
            (toasts.iter().count(), toasts.wake_at()),
            (3, Some(second(6)))
        );
        toasts.expire(second(8));
        assert_eq!(
            toasts
                .iter()
                .map(|toast| toast.text.as_str())
                .collect::<Vec<_>>(),
            ["broken"]
        );
        assert_eq!(
            (toasts.wake_at(), toasts.dismiss(), toasts.dismiss()),
            (None, true, false)
        );
    }
}
