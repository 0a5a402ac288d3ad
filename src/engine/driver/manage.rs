//! Creates and deletes add-ons, flights and drafts. A draft's document is saved before it is deleted. When a reply is lost,
//! the Store is asked before anything is repeated; docs/recovery.md has the table.

use super::{
    probe::{self, ProbeResult, RecoverableCall},
    start::{self, StartError},
};
use crate::{
    engine::preflight::Refusal,
    storage::{DiskError, Kept, Lock},
    tasks::{
        report::Report,
        services::Services,
        task::{Task, TaskContext, TaskError},
    },
};
use std::path::PathBuf;
use store_client::{ApiError, NewAddOn, NewFlight};
use store_model::{
    catalog::Catalog,
    product::{Product, plain_text},
    target::Target,
};

/// Why something was not made or deleted.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("Nothing was deleted. {0}")]
    Held(Box<StartError>),
    #[error("The draft was not deleted, because its document could not be saved first. {0}")]
    Disk(#[from] DiskError),
    #[error(
        "{what} may have been made: the answer was lost, and {found} new ones are there now. Look at the list and go on with the right one."
    )]
    Several { what: String, found: usize },
}

/// Something to be made in the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewProduct {
    AddOn {
        app: String,
        product_id: String,
        product_type: String,
    },
    Flight {
        app: String,
        name: Option<String>,
        groups: Vec<String>,
        rank_higher_than: Option<String>,
    },
}

/// Makes an add-on or a flight.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateProduct(pub NewProduct);

impl Task for CreateProduct {
    type Output = Product;

    fn is_change(&self) -> bool {
        true
    }

    fn arguments(&self) -> Option<Vec<String>> {
        let words = match &self.0 {
            NewProduct::AddOn {
                app,
                product_id,
                product_type,
            } => vec![
                "addon",
                "--app",
                app,
                "--product-id",
                product_id,
                "--type",
                product_type,
            ],
            NewProduct::Flight {
                app,
                name,
                groups,
                rank_higher_than,
            } => {
                let mut words = vec!["flight", "--app", app];
                let name = name.iter().map(|name| ("--name", name));
                let groups = groups.iter().map(|group| ("--group", group));
                let rank = rank_higher_than
                    .iter()
                    .map(|rank| ("--rank-higher-than", rank));
                for (option, value) in name.chain(groups).chain(rank) {
                    words.extend([option, value]);
                }
                words
            }
        };
        let words = ["create"].into_iter().chain(words);
        Some(words.map(str::to_owned).collect())
    }

    async fn run(self, context: TaskContext<Self>) -> Result<Product, TaskError> {
        let product = make(&context.services().await?, &self.0).await?;
        let notice = format!("{} is created.", product.name);
        context.reporter().send(Report::Notice(notice)).await;
        Ok(product)
    }
}

/// Deletes a draft after saving its document.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteDraft {
    pub target: Target,
    pub submission: String,
}

impl Task for DeleteDraft {
    /// Where its document is saved.
    type Output = PathBuf;

    fn is_change(&self) -> bool {
        true
    }

    fn arguments(&self) -> Option<Vec<String>> {
        let target = self.target.to_string();
        let words = ["delete", &target, "--draft", "--yes"];
        Some(words.map(str::to_owned).into())
    }

    async fn run(self, context: TaskContext<Self>) -> Result<PathBuf, TaskError> {
        let services = context.services().await?;
        let saved = discard(&services, &self.target, &self.submission).await?;
        let (target, path) = (&self.target, saved.display());
        let notice = format!("The draft of {target} is deleted. Its document is saved in {path}.");
        context.reporter().send(Report::Notice(notice)).await;
        Ok(saved)
    }
}

/// Deletes an add-on or a flight itself.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteProduct {
    pub target: Target,
}

impl Task for DeleteProduct {
    type Output = ();

    fn is_change(&self) -> bool {
        true
    }

    fn arguments(&self) -> Option<Vec<String>> {
        let target = self.target.to_string();
        let words = ["delete", &target, "--yes"];
        Some(words.map(str::to_owned).into())
    }

    async fn run(self, context: TaskContext<Self>) -> Result<(), TaskError> {
        remove(&context.services().await?, &self.target).await?;
        let notice = format!("{} is deleted.", self.target);
        context.reporter().send(Report::Notice(notice)).await;
        Ok(())
    }
}

/// Makes an add-on or a flight.
pub async fn make(services: &Services, product: &NewProduct) -> Result<Product, ManageError> {
    // What is there before is what tells a new one, should the answer be lost.
    let before = listed(services, product)
        .await?
        .into_iter()
        .map(|product| product.target)
        .collect();
    match probe::send_until_clear(services, &Change::Make { product, before }).await? {
        Some(made) => Ok(made),
        // Making ends with the product or with an error.
        None => Err(ManageError::Several {
            what: words(product),
            found: 0,
        }),
    }
}

/// Saves the draft's document, then deletes the draft; gives the place of the document.
pub async fn discard(
    services: &Services,
    target: &Target,
    submission: &str,
) -> Result<PathBuf, ManageError> {
    let _held = hold(services, target)?;
    let draft = services
        .store
        .submission(target, submission)
        .await?
        .submission;
    let saved = services.home.drafts().save(
        target,
        Kept::BeforeDelete,
        Some(submission),
        &draft.document,
    )?;
    probe::send_until_clear(services, &Change::DeleteDraft { target, submission }).await?;
    Ok(saved)
}

/// Deletes an add-on or a flight for good.
pub async fn remove(services: &Services, target: &Target) -> Result<(), ManageError> {
    let _held = hold(services, target)?;
    probe::send_until_clear(services, &Change::DeleteProduct { target })
        .await
        .map(drop)
}

/// A run that works on the target would find its draft gone.
fn hold(services: &Services, target: &Target) -> Result<Lock, ManageError> {
    start::hold(services, target).map_err(|stop| match stop {
        StartError::Refused(refusal) => ManageError::Refused(refusal),
        other => ManageError::Held(Box::new(other)),
    })
}

/// A call that changes something outside of a run.
enum Change<'a> {
    Make {
        product: &'a NewProduct,
        before: Vec<Target>,
    },
    DeleteDraft {
        target: &'a Target,
        submission: &'a str,
    },
    DeleteProduct {
        target: &'a Target,
    },
}

impl RecoverableCall for Change<'_> {
    type Done = Option<Product>;
    type Error = ManageError;

    async fn send(&self, services: &Services) -> Result<Option<Product>, ApiError> {
        let store = &services.store;
        match self {
            Self::Make { product, .. } => {
                let made = match (*product).clone() {
                    NewProduct::AddOn {
                        app,
                        product_id,
                        product_type,
                    } => {
                        store
                            .create_add_on(&NewAddOn {
                                app,
                                product_id,
                                product_type,
                            })
                            .await?
                    }
                    NewProduct::Flight {
                        app,
                        name,
                        groups,
                        rank_higher_than,
                    } => {
                        store
                            .create_flight(&NewFlight {
                                app,
                                name,
                                groups,
                                rank_higher_than,
                            })
                            .await?
                    }
                };
                Ok(Some(made))
            }
            Self::DeleteDraft { target, submission } => store
                .delete_submission(target, submission)
                .await
                .map(|()| None),
            Self::DeleteProduct { target } => store.delete_product(target).await.map(|()| None),
        }
    }

    async fn probe(
        &self,
        services: &Services,
    ) -> Result<ProbeResult<Option<Product>>, ManageError> {
        match self {
            // Provably new: of that name, and not there before.
            Self::Make { product, before } => {
                let mut new = listed(services, product).await?;
                new.retain(|found| !before.contains(&found.target));
                match (new.pop(), new.len()) {
                    (None, _) => Ok(ProbeResult::NotDone),
                    (Some(made), 0) => Ok(ProbeResult::Done(Some(made))),
                    (Some(_), others) => Err(ManageError::Several {
                        what: words(product),
                        found: others + 1,
                    }),
                }
            }
            Self::DeleteDraft { target, submission } => {
                let pending = services.store.product(target).await?.pending;
                Ok(if pending.as_deref() == Some(*submission) {
                    ProbeResult::NotDone
                } else {
                    ProbeResult::Done(None)
                })
            }
            Self::DeleteProduct { target } => match services.store.product(target).await {
                Ok(_) => Ok(ProbeResult::NotDone),
                Err(error) if error.is_not_found() => Ok(ProbeResult::Done(None)),
                Err(error) => Err(error.into()),
            },
        }
    }
}

/// The products that are there and bear the name of the one to be made.
async fn listed(services: &Services, product: &NewProduct) -> Result<Vec<Product>, ApiError> {
    let catalog = match product {
        NewProduct::AddOn { .. } => Catalog::AddOns,
        NewProduct::Flight { app, .. } => Catalog::Flights { app: app.clone() },
    };
    let mut found = services
        .store
        .products(&catalog, &|_: &[Product], _: usize| ())
        .await?;
    found.retain(|found| match product {
        NewProduct::AddOn {
            app, product_id, ..
        } => {
            found.name == plain_text(product_id)
                && found
                    .app
                    .as_ref()
                    .is_none_or(|owner| owner.eq_ignore_ascii_case(app))
        }
        // One without a name goes by its id, so any may be it.
        NewProduct::Flight { name, .. } => name
            .as_ref()
            .is_none_or(|name| found.name == plain_text(name)),
    });
    Ok(found)
}

fn words(product: &NewProduct) -> String {
    match product {
        NewProduct::AddOn {
            app, product_id, ..
        } => format!("The add-on {product_id} of app:{app}"),
        NewProduct::Flight {
            app,
            name: Some(name),
            ..
        } => format!("The flight {name} of app:{app}"),
        NewProduct::Flight {
            app, name: None, ..
        } => format!("A flight of app:{app}"),
    }
}
