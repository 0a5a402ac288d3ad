//! Keeps the edited document of a target on disk with the one that it was made from, so that killing the program loses nothing.

use super::{blocking::away, report::Report, reporter::Reporter, services::Services};
use crate::storage::{EditedDraft, Kept};
use jiff::Timestamp;
use serde_json::Value;
use std::{path::PathBuf, sync::Arc};
use store_model::target::Target;

pub async fn keep(
    services: &Services,
    target: Target,
    text: String,
    base: (Option<String>, Option<Arc<Value>>),
    zip: Option<PathBuf>,
    reporter: &Reporter,
) {
    let drafts = services.home.drafts();
    let owner = target.clone();
    let (base_submission, body) = base;
    let work = move || {
        let base = body.map(Arc::unwrap_or_clone);
        drafts.save_edited(
            &owner,
            &EditedDraft {
                text,
                base_submission,
                base,
                zip,
                saved_at: Timestamp::now(),
            },
        )
    };
    match away(work).await {
        Ok(_) => {
            reporter
                .send(Report::EditKept {
                    target,
                    at: Timestamp::now(),
                })
                .await;
        }
        Err(error) => reporter.fail(error).await,
    }
}

pub async fn discard(services: &Services, target: Target, reporter: &Reporter) {
    if let Err(error) = services.home.drafts().drop_edited(&target) {
        reporter.fail(error).await;
    }
}

/// Keeps a text that gives way to another one.
pub async fn set_aside(services: &Services, target: Target, text: String, reporter: &Reporter) {
    let drafts = services.home.drafts();
    let owner = target.clone();
    let work = move || drafts.save(&target, Kept::SetAside, None, text.as_str());
    match away(work).await {
        Ok(_) => reporter.send(Report::Rescued(owner)).await,
        Err(error) => reporter.fail(error).await,
    }
}
