//! Makes and deletes add-ons, flights and drafts. Before a draft is deleted its document is saved.

use super::{job::NewProduct, report::Report, reporter::Reporter, services::Services};
use crate::{
    api::{ApiError, NewAddOn, NewFlight},
    disk::{DiskError, Kept},
    domain::{product::Product, target::Target},
};
use std::path::PathBuf;

/// Why something was not made or deleted.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error("The draft was not deleted, because its document could not be saved first. {0}")]
    Disk(#[from] DiskError),
}

pub async fn create(services: &Services, product: NewProduct, reporter: &Reporter) {
    match make(services, &product).await {
        Ok(product) => reporter.tell(Report::Created(product)).await,
        Err(error) => reporter.fail(error).await,
    }
}

/// Makes an add-on or a flight.
pub async fn make(services: &Services, product: &NewProduct) -> Result<Product, ManageError> {
    Ok(match product.clone() {
        NewProduct::AddOn { app, product_id, product_type } => {
            services.store.create_add_on(&NewAddOn { app, product_id, product_type }).await?
        }
        NewProduct::Flight { app, name, groups, rank_higher_than } => {
            services.store.create_flight(&NewFlight { app, name, groups, rank_higher_than }).await?
        }
    })
}

pub async fn delete_draft(services: &Services, target: Target, submission: String, reporter: &Reporter) {
    match discard(services, &target, &submission).await {
        Ok(saved) => reporter.tell(Report::Deleted { target, submission: Some(submission), saved: Some(saved) }).await,
        Err(error) => reporter.fail(error).await,
    }
}

/// Saves the draft's document, then deletes the draft; gives the place of the document.
pub async fn discard(services: &Services, target: &Target, submission: &str) -> Result<PathBuf, ManageError> {
    let draft = services.store.submission(target, submission).await?.submission;
    let saved = services.home.drafts().save(target, Kept::BeforeDelete, Some(submission), &draft.document)?;
    services.store.delete_submission(target, submission).await?;
    Ok(saved)
}

pub async fn delete_product(services: &Services, target: Target, reporter: &Reporter) {
    match services.store.delete_product(&target).await {
        Ok(()) => reporter.tell(Report::Deleted { target, submission: None, saved: None }).await,
        Err(error) => reporter.fail(error).await,
    }
}
