//! `list`: what the account owns, one line or one object an item.

use super::{
    context::CommandContext,
    exit::{Exit, Failure},
    printer::Printer,
};
use crate::{
    cli::Listing,
    state::board::{self, Subject},
    tasks::sightings,
};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::HashMap;
use store_client::Priority;
use store_model::{
    catalog::Catalog,
    product::Product,
    story::Sighting,
    target::{Kind, Target},
};
use unicode_width::UnicodeWidthStr;

pub(super) async fn run(
    context: CommandContext,
    what: Option<Listing>,
    is_pending: bool,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    if is_pending {
        return print_pending(&context, what, printer).await;
    }
    let products = all(&context, what.unwrap_or(Listing::Apps), printer).await?;
    if products.is_empty() && !printer.is_json() {
        printer.chatter("Nothing to list.");
    }
    let width = widest(products.iter().map(|product| product.target.to_string()));
    for product in products {
        if printer.is_json() {
            printer.json(&object(&product));
            continue;
        }
        let target = product.target.to_string();
        let state = match (&product.pending, &product.published) {
            (Some(_), _) => "pending",
            (None, Some(_)) => "published",
            (None, None) => "never published",
        };
        printer.line(format!("{target:width$}  {state:15}  {}", product.name));
    }
    Ok(Exit::Done)
}

fn widest(texts: impl Iterator<Item = String>) -> usize {
    texts.map(|text| text.width()).max().unwrap_or_default()
}

/// The board's rows of what is pending, in the board's order.
async fn print_pending(
    context: &CommandContext,
    what: Option<Listing>,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let services = &context.services;
    let store = services.store.with_priority(Priority::Person);
    let mut products = of_kinds(context, what, printer).await?;
    let names = app_names(context, &products);
    // What was under way when somebody last looked may have ended since.
    sightings::settle(services, &products).await;
    products.retain(|product| product.pending.is_some());
    let mut looks = Vec::new();
    let mut reports = HashMap::new();
    for product in &products {
        let id = product.pending.as_deref().unwrap_or_default();
        let report = store.status(&product.target, id).await?;
        let now = Timestamp::now();
        looks.push(Sighting {
            name: Some(product.name.clone()),
            ..Sighting::of(&product.target, id, &report, now)
        });
        reports.insert(&product.target, report);
    }
    sightings::keep(services, looks).await;
    let past = sightings::past(&services.home, &services.profile).await;
    let (pace, now) = (past.whole_pace(), Timestamp::now());
    let mut rows: Vec<_> = products
        .iter()
        .filter_map(|product| {
            let subject = Subject {
                product,
                app: app_of(product)
                    .and_then(|app| names.get(app))
                    .map(String::as_str),
                report: reports.get(&product.target),
                story: past.of(&product.target, product.pending.as_deref()?),
                detail: None,
                has_zip: false,
            };
            board::pending(subject, &pace, now)
        })
        .collect();
    board::sort(&mut rows);
    if rows.is_empty() && !printer.is_json() {
        printer.chatter("Nothing to list.");
    }
    let width = widest(rows.iter().map(|row| row.target.to_string()));
    let states = widest(rows.iter().map(|row| row.state(now))).max(15);
    for row in rows {
        if !printer.is_json() {
            let (target, state) = (row.target.to_string(), row.state(now));
            let what = if row.what.is_empty() {
                String::new()
            } else {
                format!("  {}", row.what)
            };
            printer.line(format!(
                "{target:width$}  {:6}  {state:states$}  {}{what}",
                row.kind(),
                row.name
            ));
            continue;
        }
        let product = products.iter().find(|product| product.target == row.target);
        let report = reports.get(&row.target);
        let mut object = product.map(object).unwrap_or_default();
        if let Some(object) = object.as_object_mut() {
            let since = row.since.map(|(at, _)| at.to_string());
            let fields: [(&str, Value); 8] = [
                ("type", row.kind().into()),
                ("name", row.name.clone().into()),
                ("status", report.map(|report| report.status.as_str()).into()),
                ("actor", row.group.actor().into()),
                ("since", since.into()),
                (
                    "sinceIsBegin",
                    row.since.is_some_and(|(_, is_begin)| is_begin).into(),
                ),
                ("isLate", row.is_late.into()),
                ("what", row.what.clone().into()),
            ];
            object.extend(fields.map(|(name, value)| (name.to_owned(), value)));
        }
        printer.json(&object);
    }
    Ok(Exit::Done)
}

/// The id of the app that an add-on or a flight belongs to.
fn app_of(product: &Product) -> Option<&str> {
    match &product.target {
        Target::Flight { app, .. } => Some(app),
        _ => product.app.as_deref(),
    }
}

/// Names of apps by their ids, as far as they are known without another request.
fn app_names(context: &CommandContext, products: &[Product]) -> HashMap<String, String> {
    let services = &context.services;
    let kept = services
        .home
        .cache()
        .load::<Vec<Product>>(&services.profile, "apps");
    let kept = kept.map(|(apps, _)| apps).unwrap_or_default();
    kept.iter()
        .chain(products)
        .filter(|product| product.target.kind() == Kind::App)
        .map(|app| (app.target.id().to_owned(), app.name.clone()))
        .collect()
}

/// Everything of the account that has a submission under way.
pub(super) async fn pending(
    context: &CommandContext,
    printer: &mut Printer<'_>,
) -> Result<Vec<Product>, Failure> {
    let mut products = of_kinds(context, None, printer).await?;
    products.retain(|product| product.pending.is_some());
    Ok(products)
}

/// All products of a kind, or of all three.
async fn of_kinds(
    context: &CommandContext,
    what: Option<Listing>,
    printer: &mut Printer<'_>,
) -> Result<Vec<Product>, Failure> {
    if let Some(what) = what {
        return all(context, what, printer).await;
    }
    let mut products = all(context, Listing::Apps, printer).await?;
    let flights = flights(context, &products, printer).await?;
    products.extend(all(context, Listing::Addons, printer).await?);
    products.extend(flights);
    Ok(products)
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
pub(super) fn object(product: &Product) -> Value {
    let mut object = product.resource();
    if let Some(object) = object.as_object_mut() {
        object.insert("target".into(), product.target.to_string().into());
    }
    object
}
