//! Where a package runs: a device family and the least version of Windows there. Knows no package.

use crate::version::Version;
use std::fmt;

/// A device family with the least version of Windows, `Windows.Desktop min version 10.0.17763.0` on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Family {
    /// `Windows.Desktop`
    pub name: String,
    /// Unknown where the text has none.
    pub least: Option<Version>,
}

impl Family {
    /// `None` where the text names no family.
    pub fn read(text: &str) -> Option<Self> {
        let (name, least) = match text.split_once(" min version ") {
            Some((name, least)) => (name.trim(), least.parse().ok()),
            None => (text.trim(), None),
        };
        (!name.is_empty() && name != "None").then(|| Self {
            name: name.to_owned(),
            least,
        })
    }

    /// `Desktop`: as narrow columns show it.
    pub fn short(&self) -> &str {
        self.name.strip_prefix("Windows.").unwrap_or(&self.name)
    }
}

impl fmt::Display for Family {
    /// As the Store words it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match self.least {
            Some(least) => write!(f, " min version {least}"),
            None => Ok(()),
        }
    }
}
