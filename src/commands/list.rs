//! `list`: what the account owns, one line or one object an item.

use super::{
    context::Context,
    exit::{Exit, Failure},
    printer::Printer,
};
use crate::cli::Listing;
use serde_json::Value;
use store_client::Priority;
use store_model::{catalog::Catalog, product::Product, status::Status};
use unicode_width::UnicodeWidthStr;

pub(super) async fn run(
    context: Context,
    what: Listing,
    pending: bool,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let store = context.services.store.with_priority(Priority::Person);
    let quiet = |_: &[Product], _: usize| ();
    let mut products = match what {
        Listing::Apps => store.products(&Catalog::Apps, &quiet).await?,
        Listing::Addons => store.products(&Catalog::AddOns, &quiet).await?,
        Listing::Flights => {
            let apps = store.products(&Catalog::Apps, &quiet).await?;
            if apps.len() > 10 {
                printer.chatter(format!(
                    "One request for each of {} apps: this takes a while.",
                    apps.len()
                ));
            }
            let mut flights = Vec::new();
            for app in apps {
                let catalog = Catalog::Flights {
                    app: app.target.id().to_owned(),
                };
                match store.products(&catalog, &quiet).await {
                    Ok(found) => flights.extend(found),
                    // One app that Partner Center keeps to itself must not hide the flights of the others.
                    Err(error) if error.status() == Some(409) => {
                        printer.chatter(format!("warning: {error}"));
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            flights
        }
    };
    if pending {
        products.retain(|product| product.pending.is_some());
    }
    if products.is_empty() && !printer.is_json() {
        printer.chatter("Nothing to list.");
    }
    let width = products
        .iter()
        .map(|product| product.target.to_string().width())
        .max()
        .unwrap_or_default();
    for product in products {
        let status = match (&product.pending, pending) {
            (Some(id), true) => Some(store.status(&product.target, id).await?.status),
            _ => None,
        };
        if printer.is_json() {
            printer.json(&object(&product, status.as_ref()));
        } else {
            let state = match (status, &product.pending, &product.published) {
                (Some(status), ..) => status.to_string(),
                (None, Some(_), _) => "pending".into(),
                (None, None, Some(_)) => "published".into(),
                (None, None, None) => "never published".into(),
            };
            printer.line(format!(
                "{:width$}  {state:15}  {}",
                product.target.to_string(),
                product.name
            ));
        }
    }
    Ok(Exit::Done)
}

/// The resource as the Store gave it, with the target's name for the other commands.
pub(super) fn object(product: &Product, status: Option<&Status>) -> Value {
    let mut object = product.resource();
    if let Some(object) = object.as_object_mut() {
        object.insert("target".into(), product.target.to_string().into());
        if let Some(status) = status {
            object.insert("status".into(), status.as_str().into());
        }
    }
    object
}
