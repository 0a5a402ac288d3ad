//! The calls for one product, one submission, one rollout. It must not know tokens, budget or repetition.

use crate::{
    blob::{UploadUrl, UploadUrlError},
    call::{Call, Limit},
    client::Store,
    error::ApiError,
};
use reqwest::Method;
use serde_json::{Value, json};
use store_model::{
    product::{Product, field},
    status::{Status, StatusReport},
    submission::{Submission, put_body},
    target::{Kind, Target},
};

/// A submission as it was fetched, its secret upload URL apart.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub submission: Submission,
    /// Where its ZIP goes, or why that cannot be used.
    pub upload: Result<UploadUrl, UploadUrlError>,
}

impl Fetched {
    fn split(document: Value) -> Self {
        let (submission, url) = Submission::split(document);
        let upload = url
            .as_deref()
            .map_or(Err(UploadUrlError::None), UploadUrl::parse);
        Self { submission, upload }
    }
}

/// An add-on to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAddOn {
    /// The Store ID of its app.
    pub app: String,
    /// The developer's own id; unique within the app, never changed after publication.
    pub product_id: String,
    /// `Durable` or `Consumable`.
    pub product_type: String,
}

/// A package flight to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFlight {
    /// The Store ID of its app.
    pub app: String,
    pub name: Option<String>,
    /// Flight group ids, as they stand in the URL of a group's page in Partner Center.
    pub groups: Vec<String>,
    /// The name of the flight directly below; `None` for the highest rank.
    pub rank_higher_than: Option<String>,
}

/// How far a gradual rollout is.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    /// Whether the packages are rolled out gradually at all.
    pub is_rollout: bool,
    /// Customers that get the new packages, 0 to 100.
    pub percentage: f64,
    /// `PackageRolloutNotStarted`, `…InProgress`, `…Complete`, `…Stopped`, or something new.
    pub status: String,
    /// The submission that the other customers get.
    pub fallback: Option<String>,
}

impl Rollout {
    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| {
            field(value, name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let is_rollout = field(value, "isPackageRollout").and_then(Value::as_bool);
        let status = text("packageRolloutStatus");
        if is_rollout.is_none() && status.is_empty() {
            return None;
        }
        Some(Self {
            is_rollout: is_rollout.unwrap_or_default(),
            percentage: field(value, "packageRolloutPercentage")
                .and_then(Value::as_f64)
                .unwrap_or_default(),
            status,
            fallback: Some(text("fallbackSubmissionId")).filter(|id| !id.is_empty() && id != "0"),
        })
    }
}

impl Store {
    /// Reads an app, an add-on or a flight.
    pub async fn product(&self, target: &Target) -> Result<Product, ApiError> {
        let call = Call::get(target.path(), format!("read {target}"))?;
        let raw = self.read(Ok(call.clone())).await?;
        product_of(target.kind(), app_of(target), &raw, &call)
    }

    /// Makes a draft, a copy of what is published, and reads it. When the draft was made but could not be read,
    /// the error is ambiguous: the product tells its id.
    pub async fn create_submission(&self, target: &Target) -> Result<Fetched, ApiError> {
        // The short reply spares the Store the time-outs of large submissions; it exists for apps only: `docs/store-api.md#minimal-create-response`.
        let is_short = target.kind() == Kind::App;
        let query = if is_short {
            "?isMinimalResponse=true"
        } else {
            ""
        };
        let path = format!("{}{query}", target.submissions_path(None));
        let call =
            Call::post(path, format!("create a draft of {target}"))?.with_limit(Limit::Create);
        let made = Fetched::split(self.change(Ok(call.clone())).await?);
        if made.submission.id.is_empty() {
            return Err(call.unreadable("it holds no submission id", None));
        }
        if !is_short {
            return Ok(made);
        }
        let mut draft = self
            .submission(target, &made.submission.id)
            .await
            .map_err(|error| {
                let correlation = error.correlation().map(str::to_owned);
                call.unreadable(
                    format!(
                        "draft {} was made, but not read: {error}",
                        made.submission.id
                    ),
                    correlation,
                )
            })?;
        draft.upload = draft.upload.or_else(|why| made.upload.map_err(|_| why));
        Ok(draft)
    }

    /// Reads a submission.
    pub async fn submission(&self, target: &Target, id: &str) -> Result<Fetched, ApiError> {
        let call = Call::get(
            target.submissions_path(Some(id)),
            format!("read submission {id} of {target}"),
        )?;
        fetched(&call, self.read(Ok(call.clone())).await?)
    }

    /// Replaces a draft by `body`, less what only the service writes; gives what the service says it stored.
    pub async fn update_submission(
        &self,
        target: &Target,
        id: &str,
        body: &Value,
    ) -> Result<Fetched, ApiError> {
        let words = format!("update submission {id} of {target}");
        let call = Call::new(Method::PUT, target.submissions_path(Some(id)), words)?
            .with_json(&put_body(target.kind(), body))?;
        fetched(&call, self.change(Ok(call.clone())).await?)
    }

    /// Deletes a draft for good.
    pub async fn delete_submission(&self, target: &Target, id: &str) -> Result<(), ApiError> {
        let words = format!("delete submission {id} of {target}");
        self.change(Call::new(
            Method::DELETE,
            target.submissions_path(Some(id)),
            words,
        ))
        .await
        .map(drop)
    }

    /// Hands a draft in: from here on the service works on it.
    pub async fn commit(&self, target: &Target, id: &str) -> Result<Status, ApiError> {
        let call = Call::post(
            format!("{}/commit", target.submissions_path(Some(id))),
            format!("commit submission {id} of {target}"),
        )?;
        let reply = self.change(Ok(call.clone())).await?;
        Ok(report_of(&call, &reply)?.status)
    }

    /// Reads the status of a submission.
    pub async fn status(&self, target: &Target, id: &str) -> Result<StatusReport, ApiError> {
        let path = format!("{}/status", target.submissions_path(Some(id)));
        let call = Call::get(
            path,
            format!("read the status of submission {id} of {target}"),
        )?;
        let reply = self.read(Ok(call.clone())).await?;
        report_of(&call, &reply)
    }

    /// Makes an add-on.
    pub async fn create_add_on(&self, new: &NewAddOn) -> Result<Product, ApiError> {
        let words = format!("create the add-on {} of app:{}", new.product_id, new.app);
        let body = json!({"applicationIds": [new.app], "productId": new.product_id, "productType": new.product_type});
        let call = Call::post("inappproducts".to_owned(), words)?
            .with_json(&body)?
            .with_limit(Limit::Create);
        let raw = self.change(Ok(call.clone())).await?;
        product_of(Kind::AddOn, Some(&new.app), &raw, &call)
    }

    /// Makes a package flight; the service gives it a first draft at once: `docs/store-api.md#first-draft-of-a-flight`.
    pub async fn create_flight(&self, new: &NewFlight) -> Result<Product, ApiError> {
        let name = new.name.as_deref().unwrap_or("without a name");
        let mut body = json!({"groupIds": new.groups});
        for (field, text) in [
            ("friendlyName", &new.name),
            ("rankHigherThan", &new.rank_higher_than),
        ] {
            if let (Some(object), Some(text)) = (body.as_object_mut(), text) {
                object.insert(field.to_owned(), text.as_str().into());
            }
        }
        let path = format!("{}/flights", Target::app(&new.app).path());
        let call = Call::post(path, format!("create the flight {name} of app:{}", new.app))?
            .with_json(&body)?;
        let call = call.with_limit(Limit::Create);
        let raw = self.change(Ok(call.clone())).await?;
        product_of(Kind::Flight, Some(&new.app), &raw, &call)
    }

    /// Deletes an add-on or a flight for good.
    pub async fn delete_product(&self, target: &Target) -> Result<(), ApiError> {
        let words = format!("delete {target}");
        if target.kind() == Kind::App {
            return Err(ApiError::Request {
                call: words,
                reason: "an app can only be deleted in Partner Center".to_owned(),
            });
        }
        self.change(Call::new(Method::DELETE, target.path(), words))
            .await
            .map(drop)
    }

    /// Reads how far a rollout is.
    pub async fn rollout(&self, target: &Target, id: &str) -> Result<Rollout, ApiError> {
        let words = format!("read the rollout of submission {id} of {target}");
        let call = Call::get(rollout_path(target, id, "packagerollout", &words)?, words)?;
        let reply = self.read(Ok(call.clone())).await?;
        Rollout::read(&reply).ok_or_else(|| call.unreadable("it holds no rollout", None))
    }

    /// Rolls out to `percentage` of the customers, 0 to 100.
    pub async fn set_rollout(
        &self,
        target: &Target,
        id: &str,
        percentage: f64,
    ) -> Result<Rollout, ApiError> {
        let words = format!("set the rollout of submission {id} of {target} to {percentage} %");
        if !(0.0..=100.0).contains(&percentage) {
            return Err(ApiError::Request {
                call: words,
                reason: "the percentage must be between 0 and 100".to_owned(),
            });
        }
        self.change_rollout(
            target,
            id,
            &format!("updatepackagerolloutpercentage?percentage={percentage}"),
            words,
        )
        .await
    }

    /// Stops a rollout: everybody gets the fallback from now on.
    pub async fn halt_rollout(&self, target: &Target, id: &str) -> Result<Rollout, ApiError> {
        self.change_rollout(
            target,
            id,
            "haltpackagerollout",
            format!("halt the rollout of submission {id} of {target}"),
        )
        .await
    }

    /// Ends a rollout: everybody gets the new packages.
    pub async fn finalize_rollout(&self, target: &Target, id: &str) -> Result<Rollout, ApiError> {
        self.change_rollout(
            target,
            id,
            "finalizepackagerollout",
            format!("finalize the rollout of submission {id} of {target}"),
        )
        .await
    }

    async fn change_rollout(
        &self,
        target: &Target,
        id: &str,
        verb: &str,
        words: String,
    ) -> Result<Rollout, ApiError> {
        let call = Call::post(rollout_path(target, id, verb, &words)?, words)?;
        let reply = self.change(Ok(call.clone())).await?;
        Rollout::read(&reply).ok_or_else(|| call.unreadable("it holds no rollout", None))
    }
}

fn rollout_path(target: &Target, id: &str, verb: &str, words: &str) -> Result<String, ApiError> {
    if target.kind().has_rollout() {
        return Ok(format!("{}/{verb}", target.submissions_path(Some(id))));
    }
    let reason = format!("an {} is not rolled out gradually", target.kind().word());
    Err(ApiError::Request {
        call: words.to_owned(),
        reason,
    })
}

/// The app that a product's resource does not name itself.
fn app_of(target: &Target) -> Option<&str> {
    match target {
        Target::Flight { app, .. } => Some(app),
        Target::App { .. } | Target::AddOn { .. } => None,
    }
}

fn product_of(
    kind: Kind,
    app: Option<&str>,
    raw: &Value,
    call: &Call,
) -> Result<Product, ApiError> {
    Product::read(kind, app, raw)
        .ok_or_else(|| call.unreadable(format!("it holds no {} with an id", kind.word()), None))
}

fn fetched(call: &Call, document: Value) -> Result<Fetched, ApiError> {
    if document.is_object() {
        Ok(Fetched::split(document))
    } else {
        Err(call.unreadable("it holds no submission", None))
    }
}

fn report_of(call: &Call, reply: &Value) -> Result<StatusReport, ApiError> {
    // A missing state is no state: nobody may take it for `None`.
    match reply.get("status").and_then(Value::as_str) {
        Some(_) => Ok(StatusReport::read(reply)),
        None => Err(call.unreadable("it holds no status", None)),
    }
}
