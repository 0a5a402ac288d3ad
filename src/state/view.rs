//! Parts of the model as they are shown: the account, a list, a folder. Knows no report.

use crate::tasks::{message::TaskFailure, report::FolderEntry};
use jiff::Timestamp;
use std::path::PathBuf;
use store_model::{product::Product, remote::Remote, target::Target};

/// The account in whose name everything happens, as the header shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileView {
    pub name: String,
    pub is_demo: bool,
    /// Commit, delete and halt ask for the product's name.
    pub is_protected: bool,
    pub is_read_only: bool,
    /// The folder in which the ZIP picker starts.
    pub zip_folder: Option<PathBuf>,
    /// What `~` means in a path that is typed.
    pub home: Option<PathBuf>,
}

impl ProfileView {
    /// What a person types to confirm a change of a product in a protected profile: its name or its Store id, because not every
    /// keyboard can write every name. Empty where nothing has to be typed.
    pub fn confirmations(&self, name: &str, target: &Target) -> Vec<String> {
        if self.is_protected {
            vec![name.to_owned(), target.id().to_owned()]
        } else {
            Vec::new()
        }
    }
}

/// Whether what was typed is one of the words that confirm; nothing has to be typed where there are none.
pub fn is_confirmed(typed: &str, words: &[String]) -> bool {
    let is_it = |word: &String| typed.trim().eq_ignore_ascii_case(word.trim());
    words.is_empty() || words.iter().any(is_it)
}

/// A list with the time of its last answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownList {
    pub products: Remote<Vec<Product>, TaskFailure>,
    /// When the shown products came from the server.
    pub at: Option<Timestamp>,
    /// The server's count while only a part of the list is known.
    pub total: Option<usize>,
}

/// The folder that the ZIP picker looks at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FolderView {
    /// Empty before the first one was asked for.
    pub path: PathBuf,
    pub entries: Remote<Vec<FolderEntry>>,
}
