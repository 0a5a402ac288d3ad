//! `list`: what the account owns, one line or one object an item.

use super::{
    context::CommandContext,
    exit::{Exit, Failure},
    printer::Printer,
};
use crate::cli::Listing;
use serde_json::Value;
use store_client::Priority;
use store_model::{catalog::Catalog, product::Product, status::Status};
use unicode_width::UnicodeWidthStr;

pub(super) async fn run(
    context: CommandContext,
    what: Option<Listing>,
    is_pending: bool,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let mut items = Vec::new();
    if is_pending {
        for product in pending_of(&context, what, printer).await? {
            let store = context.services.store.with_priority(Priority::Person);
            let id = product.pending.as_deref().unwrap_or_default();
            let status = store.status(&product.target, id).await?.status;
            items.push((product, Some(status)));
        }
        items.sort_by_key(|(_, status)| status.as_ref().map(urgency));
    } else {
        let products = all(&context, what.unwrap_or(Listing::Apps), printer).await?;
        items.extend(products.into_iter().map(|product| (product, None)));
    }
    if items.is_empty() && !printer.is_json() {
        printer.chatter("Nothing to list.");
    }
    let widths = items
        .iter()
        .map(|(product, _)| product.target.to_string().width());
    let width = widths.max().unwrap_or_default();
    for (product, status) in items {
        if printer.is_json() {
            printer.json(&object(&product, status.as_ref()));
            continue;
        }
        let target = product.target.to_string();
        match (status, &product.pending, &product.published) {
            (Some(status), ..) => printer.line(format!(
                "{target:width$}  {:6}  {status:15}  {}",
                product.target.kind().word(),
                product.name
            )),
            (None, pending, published) => {
                let state = match (pending, published) {
                    (Some(_), _) => "pending",
                    (None, Some(_)) => "published",
                    (None, None) => "never published",
                };
                printer.line(format!("{target:width$}  {state:15}  {}", product.name));
            }
        }
    }
    Ok(Exit::Done)
}

/// Everything of the account that has a submission under way.
pub(super) async fn pending(
    context: &CommandContext,
    printer: &mut Printer<'_>,
) -> Result<Vec<Product>, Failure> {
    pending_of(context, None, printer).await
}

async fn pending_of(
    context: &CommandContext,
    what: Option<Listing>,
    printer: &mut Printer<'_>,
) -> Result<Vec<Product>, Failure> {
    let mut products = if let Some(what) = what {
        all(context, what, printer).await?
    } else {
        let mut products = all(context, Listing::Apps, printer).await?;
        let flights = flights(context, &products, printer).await?;
        products.extend(all(context, Listing::Addons, printer).await?);
        products.extend(flights);
        products
    };
    products.retain(|product| product.pending.is_some());
    Ok(products)
}

/// Who has to act comes first: a person, Partner Center, the Store.
fn urgency(status: &Status) -> u8 {
    match status {
        status if status.is_failure() => 0,
        Status::PendingCommit => 1,
        Status::PendingPublication => 2,
        _ => 3,
    }
}

async fn all(
    context: &CommandContext,
    what: Listing,
    printer: &mut Printer<'_>,
) -> Result<Vec<Product>, Failure> {
    let store = context.services.store.with_priority(Priority::Person);
    let quiet = |_: &[Product], _: usize| ();
    Ok(match what {
        Listing::Apps => store.products(&Catalog::Apps, &quiet).await?,
        Listing::Addons => store.products(&Catalog::AddOns, &quiet).await?,
        Listing::Flights => {
            let apps = store.products(&Catalog::Apps, &quiet).await?;
            flights(context, &apps, printer).await?
        }
    })
}

/// The Store has no list of all flights: each app is asked.
async fn flights(
    context: &CommandContext,
    apps: &[Product],
    printer: &mut Printer<'_>,
) -> Result<Vec<Product>, Failure> {
    let store = context.services.store.with_priority(Priority::Person);
    if apps.len() > 10 {
        printer.chatter(format!(
            "One request for the flights of each of {} apps: this takes a while.",
            apps.len()
        ));
    }
    let mut flights = Vec::new();
    for app in apps {
        let catalog = Catalog::Flights {
            app: app.target.id().to_owned(),
        };
        match store
            .products(&catalog, &|_: &[Product], _: usize| ())
            .await
        {
            Ok(found) => flights.extend(found),
            // One app that Partner Center keeps to itself must not hide the flights of the others.
            Err(error) if error.status() == Some(409) => {
                printer.chatter(format!("warning: {error}"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(flights)
}

/// The resource as the Store gave it, with the target's name for the other commands.
pub(super) fn object(product: &Product, status: Option<&Status>) -> Value {
    let mut object = product.resource();
    if let Some(object) = object.as_object_mut() {
        object.insert("target".into(), product.target.to_string().into());
        if let Some(status) = status {
            object.insert("type".into(), product.target.kind().word().into());
            object.insert("status".into(), status.as_str().into());
        }
    }
    object
}
