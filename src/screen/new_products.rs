//! New add-ons and flights, step by step, with the Store's rules; and deleting either, with what that means. The Store has no list
//! of flight groups: those that any flight has ever named here are offered.

use super::{
    command::{Choice, Command, Dialog, FlightChoices, PromptPurpose},
    pane::Context,
};
use crate::engine::driver::manage::{CreateProduct, DeleteProduct, NewProduct};
use serde_json::Value;
use std::collections::BTreeMap;
use store_model::{
    limits,
    product::{Product, field},
    target::Kind,
};

/// Asks for the type of a new add-on, then for its id.
pub fn add_on(app: &str, cx: &Context) -> Command {
    let name = cx.model.app_name(app).unwrap_or(app).to_owned();
    let note = |kind: &str| match kind {
        "Durable" => "bought once, kept for its lifetime",
        "Consumable" => "used up, then bought again",
        _ => "",
    };
    let choices = limits::PRODUCT_TYPES.iter().map(|kind| Choice {
        text: (*kind).to_owned(),
        note: note(kind).to_owned(),
        answer: vec![Command::Open(Dialog::Prompt {
            title: format!("New add-on of {name}"),
            text: format!(
                "Its product id: 1 to {} characters, never changed later. Customers do not see it.",
                limits::PRODUCT_ID
            ),
            label: "id".to_owned(),
            start: String::new(),
            purpose: PromptPurpose::NewAddOn {
                app: app.to_owned(),
                product_type: (*kind).to_owned(),
            },
        })],
    });
    Command::Open(Dialog::Choose {
        title: format!("New add-on of {name}"),
        text: "Which type? It cannot be changed later.".to_owned(),
        choices: choices.collect(),
        current: 0,
    })
}

/// Asks for the name of a new flight, then for its group and its rank.
pub fn flight(app: &str, cx: &Context) -> Command {
    let name = cx.model.app_name(app).unwrap_or(app).to_owned();
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let lists = cx.model.flights.values();
    for flight in lists.filter_map(|list| list.products.value()).flatten() {
        let resource = flight.resource();
        let ids = field(&resource, "groupIds").and_then(Value::as_array);
        for id in ids.into_iter().flatten().filter_map(Value::as_str) {
            groups
                .entry(id.to_owned())
                .or_default()
                .push(flight.name.clone());
        }
    }
    let own = cx
        .model
        .flights
        .get(app)
        .and_then(|list| list.products.value());
    let choices = FlightChoices {
        groups: groups
            .into_iter()
            .map(|(id, flights)| (id, store_model::units::listed(&flights, 2)))
            .collect(),
        flights: own
            .into_iter()
            .flatten()
            .map(|flight| flight.name.clone())
            .collect(),
    };
    Command::Open(Dialog::Prompt {
        title: format!("New flight of {name}"),
        text: "Its name, which only you see. Name, groups and rank can be changed in Partner Center only.".to_owned(),
        label: "name".to_owned(),
        start: String::new(),
        purpose: PromptPurpose::NewFlight {
            app: app.to_owned(),
            choices,
        },
    })
}

/// Who gets the flight.
pub fn groups(app: &str, name: &str, choices: &FlightChoices) -> Command {
    let mut rows: Vec<Choice> = choices
        .groups
        .iter()
        .map(|(id, flights)| Choice {
            text: format!("group {id}"),
            note: format!("has {flights}"),
            answer: vec![rank(app, name, std::slice::from_ref(id), choices)],
        })
        .collect();
    rows.push(Choice {
        text: "Another group…".to_owned(),
        note: "its id is in the address of its page in Partner Center".to_owned(),
        answer: vec![Command::Open(Dialog::Prompt {
            title: format!("Groups of {name}"),
            text: "Ids of groups, apart by blanks: numbers of 19 digits.".to_owned(),
            label: "groups".to_owned(),
            start: String::new(),
            purpose: PromptPurpose::FlightGroups {
                app: app.to_owned(),
                name: name.to_owned(),
                choices: choices.clone(),
            },
        })],
    });
    rows.push(Choice {
        text: "No group yet".to_owned(),
        note: "nobody gets it until Partner Center gives it one".to_owned(),
        answer: vec![rank(app, name, &[], choices)],
    });
    Command::Open(Dialog::Choose {
        title: format!("Who gets {name}?"),
        text: "Groups that your flights have used, as far as they were read here.".to_owned(),
        choices: rows,
        current: 0,
    })
}

/// Above which other flight it ranks: who is in both gets the higher one.
pub fn rank(app: &str, name: &str, groups: &[String], choices: &FlightChoices) -> Command {
    let create = |rank_higher_than: Option<String>| {
        vec![Command::start(CreateProduct(NewProduct::Flight {
            app: app.to_owned(),
            name: Some(name.to_owned()),
            groups: groups.to_owned(),
            rank_higher_than,
        }))]
    };
    if choices.flights.is_empty() {
        return Command::Open(Dialog::Confirm {
            title: format!("CreateProduct the flight {name}?"),
            text: vec!["It is the first flight of this app.".to_owned()],
            yes: "CreateProduct".to_owned(),
            danger: false,
            must_type: Vec::new(),
            then: create(None),
        });
    }
    let mut rows = vec![Choice {
        text: "Highest".to_owned(),
        note: "above all others".to_owned(),
        answer: create(None),
    }];
    rows.extend(choices.flights.iter().map(|flight| Choice {
        text: format!("Just above {flight}"),
        note: String::new(),
        answer: create(Some(flight.clone())),
    }));
    Command::Open(Dialog::Choose {
        title: format!("Rank of {name}"),
        text: "Who is in several flights gets the one that ranks highest.".to_owned(),
        choices: rows,
        current: 0,
    })
}

/// The group ids that were typed, or what is wrong with them.
pub fn group_ids(typed: &str) -> Result<Vec<String>, String> {
    let ids: Vec<String> = typed
        .split([' ', ',', ';'])
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect();
    let is_id = |id: &String| id.len() >= 10 && id.chars().all(|c| c.is_ascii_digit());
    match ids.iter().find(|id| !is_id(id)) {
        _ if ids.is_empty() => Err("Type at least one group id.".to_owned()),
        Some(wrong) => Err(format!(
            "{wrong} is no group id: those are numbers of 19 digits."
        )),
        None => Ok(ids),
    }
}

/// Why a product cannot be deleted; `None` when it can.
pub fn delete_fault(product: &Product) -> Option<&'static str> {
    match product.target.kind() {
        Kind::App => Some("An app cannot be deleted: take it off the Store in Partner Center."),
        Kind::AddOn | Kind::Flight if product.pending.is_some() => {
            Some("It has a pending submission: delete that first.")
        }
        Kind::AddOn | Kind::Flight => None,
    }
}

/// Asks, with what deleting means; an add-on that customers own takes its name typed.
pub fn delete(product: &Product, cx: &Context) -> Command {
    let name = &product.name;
    let target = &product.target;
    let is_owned = target.kind() == Kind::AddOn && product.published.is_some();
    let mut must_type = cx.model.profile.confirmations(name, target);
    let mut text = vec![format!(
        "{} {name} is deleted for good.",
        target.kind().word()
    )];
    if is_owned {
        text.push("It has been published: whoever bought it may lose what they own.".to_owned());
        must_type = vec![name.clone(), target.id().to_owned()];
    }
    if target.kind() == Kind::Flight {
        text.push(
            "Its testers get the packages of the next flight that they are in, or the public ones."
                .to_owned(),
        );
    }
    Command::Open(Dialog::Confirm {
        title: format!("Delete {name}?"),
        text,
        yes: "Delete".to_owned(),
        danger: true,
        must_type,
        then: vec![Command::start(DeleteProduct {
            target: target.clone(),
        })],
    })
}
