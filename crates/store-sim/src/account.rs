//! The demo account: what the simulated publisher owns before the first request, from the data in `assets/demo`.
//! Knows no HTTP and no state of a running simulator.

use crate::catalogue::{AddOn, App, Flight};
use crate::documents::Ids;
use crate::generated;
use crate::options::SimOptions;
use crate::seed::{Account, Kind, ProductSeed};
use serde::de::DeserializeOwned;

/// The domain of the tenant.
pub const TENANT: &str = "contoso.example";
const TENANTS: [&str; 2] = [TENANT, "7c1d0b64-93f2-4a58-b1e6-0f8d2a5c7e39"];
/// The client that may sign in.
pub const CLIENT_ID: &str = "0b6f1c52-8d7e-4a06-9c3b-2f5e7d9a1c40";
/// Its secret, which is none: the documentation prints it.
pub const CLIENT_SECRET: &str = "demo-secret";

const APPS: &str = include_str!("../../../assets/demo/apps.json");
const ADD_ONS: &str = include_str!("../../../assets/demo/add-ons.json");
const FLIGHTS: &str = include_str!("../../../assets/demo/flights.json");

/// The account of `flightdeck demo`: a dozen apps with add-ons and flights in every state.
pub(crate) fn demo() -> Account {
    // One sequence of ids through all documents in a fixed order, so that every run has the same ids.
    let mut ids = Ids::default();
    let apps = read::<App>(APPS).into_iter().map(|app| app.seed(&mut ids));
    let mut products: Vec<ProductSeed> = apps.collect();
    products.extend(
        read::<AddOn>(ADD_ONS)
            .into_iter()
            .map(|add_on| add_on.seed(&mut ids)),
    );
    products.extend(
        read::<Flight>(FLIGHTS)
            .into_iter()
            .map(|flight| flight.seed(&mut ids)),
    );
    Account {
        tenants: TENANTS.map(str::to_owned).to_vec(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: CLIENT_SECRET.to_owned(),
        products,
    }
}

/// The account that a simulator is started with: the demo's products first, then generated ones.
pub(crate) fn of(options: &SimOptions) -> Account {
    let mut account = demo();
    let apps: Vec<String> = account
        .products
        .iter()
        .filter(|product| product.kind == Kind::App)
        .map(|product| product.id.clone())
        .take(options.apps.unwrap_or(usize::MAX))
        .collect();
    account.products.retain(|product| {
        let app = product.app.as_ref().unwrap_or(&product.id);
        apps.contains(app)
    });
    let more = options.apps.unwrap_or_default().saturating_sub(apps.len());
    account.products.extend(generated::apps(more));
    if let Some(app) = apps.first() {
        let add_ons = generated::add_ons(options.add_ons, app);
        account.products.extend(add_ons);
    }
    let pending = account
        .products
        .iter_mut()
        .filter(|product| product.kind != Kind::Flight && product.pending.is_some());
    for product in pending.skip(options.drafts.unwrap_or(usize::MAX)) {
        product.pending = None;
    }
    account
}

#[expect(
    clippy::expect_used,
    reason = "embedded data, read by the tests of this file"
)]
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> Vec<T> {
    serde_json::from_str(json).expect("assets/demo holds valid data")
}
