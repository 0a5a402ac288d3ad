//! Keeps the edited document of a target on disk, so that killing the program loses nothing.

use super::{report::Report, reporter::Reporter, services::Services};
use crate::{disk::EditedDraft, domain::target::Target};
use jiff::Timestamp;
use std::path::PathBuf;

pub async fn keep(
    services: &Services,
    target: Target,
    text: String,
    base: Option<String>,
    zip: Option<PathBuf>,
    reporter: &Reporter,
) {
    let drafts = services.home.drafts();
    let owner = target.clone();
    let draft = EditedDraft { text, base_submission: base, zip, saved_at: Timestamp::now() };
    let work = move || drafts.save_edited(&owner, &draft);
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(_)) => reporter.tell(Report::EditKept { target, at: Timestamp::now() }).await,
        Ok(Err(error)) => reporter.fail(error).await,
        Err(error) => reporter.fail(error).await,
    }
}

pub async fn discard(services: &Services, target: Target, reporter: &Reporter) {
    if let Err(error) = services.home.drafts().drop_edited(&target) {
        reporter.fail(error).await;
    }
}
