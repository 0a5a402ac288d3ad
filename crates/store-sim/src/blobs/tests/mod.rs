//! The blob calls over real HTTP, one test a rule.

mod body;
mod host;
mod read;
mod sdk;
mod signature;
mod upload;
