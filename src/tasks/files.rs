//! Looks at folders and archives for the picker, away from the async threads: a slow network drive holds nobody up.

use super::{blocking::away, browse, report::Report, reporter::Reporter};
use serde_json::Value;
use std::path::PathBuf;
use store_model::{product::PackageIdentity, target::Kind};

pub async fn browse(folder: PathBuf, reporter: &Reporter) {
    // The picker shows where it is and goes up from there: a relative path would lead nowhere.
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    let wanted = folder.clone();
    match away(move || browse::list(&wanted)).await {
        Ok(entries) => reporter.send(Report::Folder { folder, entries }).await,
        Err(error) => {
            reporter
                .fail(format!("{} cannot be opened: {error}", folder.display()))
                .await;
        }
    }
}

pub async fn examine(
    zip: PathBuf,
    kind: Kind,
    document: Value,
    identity: Option<PackageIdentity>,
    reporter: &Reporter,
) {
    match tokio::task::spawn_blocking(move || browse::examine(&zip, kind, &document, identity))
        .await
    {
        Ok(examined) => reporter.send(Report::Examined(Box::new(examined))).await,
        Err(error) => reporter.fail(error).await,
    }
}
