//! The blob storage behind `fileUploadUrl`: block blobs reached through a shared access signature, as Azure serves them.

mod answer;
mod blob;
mod block_list;
mod body_headers;
mod content;
mod receive;
mod refusal;
mod sas;
mod serve;
mod store;
#[cfg(test)]
mod tests;

pub(super) use sas::Form;
pub(super) use store::{BlobSettings, Blobs, Issued};
