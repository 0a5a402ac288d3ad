//! Documents that tests share: the examples of the API reference (docs/store-api.md).

use crate::target::Kind;
use serde_json::Value;

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

pub(crate) fn app() -> Value {
    read(include_str!("../../../tests/documents/app-get.json"))
}

pub(crate) fn app_update() -> Value {
    read(include_str!("../../../tests/documents/app-put-full.json"))
}

pub(crate) fn add_on() -> Value {
    read(include_str!("../../../tests/documents/add-on-get.json"))
}

pub(crate) fn flight() -> Value {
    read(include_str!("../../../tests/documents/flight-get.json"))
}

pub(crate) fn all() -> Vec<(Kind, Value)> {
    vec![
        (Kind::App, app()),
        (Kind::App, app_update()),
        (
            Kind::App,
            read(include_str!("../../../tests/documents/app-put-least.json")),
        ),
        (
            Kind::App,
            read(include_str!("../../../tests/documents/app-put-game.json")),
        ),
        (Kind::AddOn, add_on()),
        (
            Kind::AddOn,
            read(include_str!(
                "../../../tests/documents/add-on-put-least.json"
            )),
        ),
        (Kind::Flight, flight()),
        (
            Kind::Flight,
            read(include_str!(
                "../../../tests/documents/flight-put-least.json"
            )),
        ),
    ]
}
