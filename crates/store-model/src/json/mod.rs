//! JSON documents by place: pointers, positions in a text, changes of single places. Knows nothing of the Store.

pub mod document;
pub mod edit;
pub mod pointer;
pub mod scan;
