//! The offline check: what the service would refuse or a person hardly means, as far as it can be known without a request.
//! Calls the rules about files, listings and the offer; holds those about shapes and values, which read the tables in `limits`.

pub use super::finding::{Finding, Severity};
use super::{
    file_rules,
    finding::Inspection,
    limits::{self, Field, Shape},
    listing_rules, offer_rules,
    pointer::{child, member},
    submission::SERVER_OWNED,
    target::Kind,
    value::{Date, brief, date},
};
use serde_json::Value;

/// Checks a document; `base` is what is on the server (the draft, else what is published). The worst findings come first,
/// equals in the order of their rules.
pub fn check(kind: Kind, document: &Value, base: Option<&Value>) -> Vec<Finding> {
    let mut inspection = Inspection { kind, document, base, found: Vec::new() };
    if !document.is_object() {
        inspection.error("", "§ 3", format!("A submission is a JSON object; this is {}.", type_of(document)));
        return inspection.found;
    }
    shapes(&mut inspection);
    if kind == Kind::Flight {
        flight_fields(&mut inspection);
    } else {
        listing_rules::check(&mut inspection);
        offer_rules::check(&mut inspection);
    }
    file_rules::check(&mut inspection);
    schedule(&mut inspection);
    if kind.has_rollout() {
        delivery(&mut inspection);
    }
    let mut found = inspection.found;
    found.sort_by_key(|finding| finding.severity);
    found
}

/// What is wrong with the answers for a new add-on (store-api.md § 2.4); pointers are into the create body.
pub fn check_new_add_on(product_id: &str, product_type: &str) -> Vec<Finding> {
    let body = serde_json::json!({"productId": product_id, "productType": product_type});
    let mut inspection = Inspection { kind: Kind::AddOn, document: &body, base: None, found: Vec::new() };
    let length = product_id.chars().count();
    if length == 0 || length > limits::PRODUCT_ID {
        inspection.error(
            "/productId",
            "§ 2.4",
            format!("The product id needs 1 to {} characters; this has {length}.", limits::PRODUCT_ID),
        );
    }
    if let Some(refused) = product_id.chars().find(|c| limits::PRODUCT_ID_REFUSED.contains(c) || c.is_control()) {
        inspection.error("/productId", "§ 2.4", format!("The product id must not contain {refused:?}."));
    }
    let product_type = Value::from(product_type);
    one_of(&mut inspection, "/productType", &product_type, limits::PRODUCT_TYPES, "§ 2.4");
    inspection.found
}

fn shapes(inspection: &mut Inspection<'_>) {
    let packages = inspection.kind.packages_field().map(|field| format!("{field}/*")).unwrap_or_default();
    let groups: &[(&str, &[Field])] = match inspection.kind {
        Kind::App => &[
            ("", limits::OFFER),
            ("", limits::APP),
            ("listings/*/baseListing", limits::LISTING),
            ("listings/*/platformOverrides/*", limits::LISTING),
            (&packages, limits::PACKAGE),
            ("", limits::SCHEDULE),
            ("", limits::DELIVERY),
        ],
        Kind::AddOn => &[("", limits::OFFER), ("", limits::ADD_ON), ("", limits::SCHEDULE)],
        Kind::Flight => &[("", limits::FLIGHT), (&packages, limits::PACKAGE), ("", limits::SCHEDULE), ("", limits::DELIVERY)],
    };
    for (prefix, fields) in groups {
        for field in *fields {
            for (pointer, value) in inspection.places(&format!("{prefix}/{}", field.path)) {
                shape(inspection, &pointer, value, field);
            }
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn shape(inspection: &mut Inspection<'_>, pointer: &str, value: &Value, field: &Field) {
    let rule = field.rule;
    let name = field.path.rsplit('/').next().unwrap_or(field.path);
    let wanted = match (field.shape, value) {
        (Shape::Text(limit), Value::String(text)) => {
            if let Some(limit) = limit {
                length(inspection, pointer, value, text, name, limit, rule);
            }
            return;
        }
        (Shape::Texts { count, each }, Value::Array(texts)) => {
            if texts.len() > count {
                let severity = inspection.severity_of(pointer, value);
                inspection.add(
                    severity,
                    pointer,
                    rule,
                    format!("{name} has {} entries; at most {count} are allowed.", texts.len()),
                );
            }
            for (index, item) in texts.iter().enumerate() {
                let pointer = child(pointer, index);
                match item.as_str() {
                    Some(text) => length(inspection, &pointer, item, text, name, each, rule),
                    None => inspection.error(pointer, rule, format!("{name} holds texts; this is {}.", type_of(item))),
                }
            }
            return;
        }
        (Shape::Bool, Value::Bool(_)) | (Shape::Map, Value::Object(_)) => return,
        (Shape::Number { least, most }, Value::Number(number)) => {
            if number.as_f64().is_none_or(|number| !(least..=most).contains(&number)) {
                inspection.error(pointer, rule, format!("{name} is {number}; {least} to {most} is allowed."));
            }
            return;
        }
        (Shape::OneOf(known), Value::String(_)) => return one_of(inspection, pointer, value, known, rule),
        (Shape::AllOf(known), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                one_of(inspection, &child(pointer, index), item, known, rule);
            }
            return;
        }
        (Shape::Objects(most), Value::Array(items)) => {
            if let Some(most) = most.filter(|most| items.len() > *most) {
                inspection.error(pointer, rule, format!("{name} has {} entries; at most {most} is allowed.", items.len()));
            }
            for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.is_object()) {
                inspection.error(child(pointer, index), rule, format!("{name} holds objects; this is {}.", type_of(item)));
            }
            return;
        }
        (Shape::Date, Value::String(text)) => {
            if date(text) == Date::Invalid {
                inspection.error(pointer, rule, format!("{name} is no date; write it like 2026-03-01T06:00:00Z."));
            }
            return;
        }
        (Shape::Text(_) | Shape::OneOf(_), _) => "a text",
        (Shape::Date, _) => "a date in a text",
        (Shape::Texts { .. } | Shape::AllOf(_), _) => "a list of texts",
        (Shape::Bool, _) => "true or false",
        (Shape::Number { .. }, _) => "a number",
        (Shape::Objects(_), _) => "a list of objects",
        (Shape::Map, _) => "an object",
    };
    inspection.error(pointer, rule, format!("{name} must be {wanted}; this is {}.", type_of(value)));
}

fn length(
    inspection: &mut Inspection<'_>,
    pointer: &str,
    value: &Value,
    text: &str,
    name: &str,
    limit: usize,
    rule: &'static str,
) {
    // Most texts are far too short for their characters to need counting.
    if text.len() <= limit {
        return;
    }
    let count = text.chars().count();
    if count > limit {
        let severity = inspection.severity_of(pointer, value);
        inspection.add(severity, pointer, rule, format!("{name} has {count} characters; at most {limit} are allowed."));
    }
}

fn one_of(inspection: &mut Inspection<'_>, pointer: &str, value: &Value, known: &[&str], rule: &'static str) {
    const SHOWN: usize = 12;
    let Some(text) = value.as_str() else {
        return inspection.error(pointer, rule, format!("This must be a text; it is {}.", type_of(value)));
    };
    if known.contains(&text) {
        return;
    }
    if let Some(exact) = known.iter().find(|known| known.eq_ignore_ascii_case(text)) {
        return inspection.error(
            pointer,
            "Q32",
            format!("Write {exact} instead of {}: the Store distinguishes upper and lower case here.", brief(value)),
        );
    }
    let list = if known.len() <= SHOWN { format!(": {}", known.join(", ")) } else { String::new() };
    inspection.warning(pointer, rule, format!("{} is not among the known values{list}.", brief(value)));
}

fn flight_fields(inspection: &mut Inspection<'_>) {
    let Some((object, fields)) = inspection.document.as_object().zip(inspection.kind.put_fields()) else { return };
    for key in object.keys() {
        let is_known = |known: &&str| known.eq_ignore_ascii_case(key);
        if !fields.iter().any(is_known) && !SERVER_OWNED.iter().any(is_known) && !is_known(&"flightId") {
            inspection.warning(
                child("", key),
                "§ 3.17",
                format!("{key} is no field of a flight's submission; it will not be sent."),
            );
        }
    }
}

fn schedule(inspection: &mut Inspection<'_>) {
    let mode = member(inspection.document, "targetPublishMode").and_then(|(_, mode)| mode.as_str());
    let found = member(inspection.document, "targetPublishDate");
    let pointer = found.map_or_else(String::new, |(key, _)| child("", key));
    let day = found.and_then(|(_, value)| value.as_str()).map_or(Date::Unset, date);
    match (mode, day) {
        (Some("SpecificDate"), Date::Unset) => {
            inspection.error(pointer, "§ 3.4", "targetPublishMode is SpecificDate, but targetPublishDate is not set.");
        }
        (Some("Immediate" | "Manual"), Date::At(_)) => {
            inspection.note(
                pointer,
                "§ 3.4",
                "targetPublishDate counts only with targetPublishMode SpecificDate; it is ignored.",
            );
        }
        _ => {}
    }
}

fn delivery(inspection: &mut Inspection<'_>) {
    const ROLLOUT: &str = "packageDeliveryOptions/packageRollout";
    let first = |path: &str| inspection.places(path).into_iter().next();
    let is_on = |path: &str| first(path).is_some_and(|(_, value)| *value == Value::Bool(true));
    let percent = first(&format!("{ROLLOUT}/packageRolloutPercentage"));
    let rollout = first(ROLLOUT).filter(|_| is_on(&format!("{ROLLOUT}/isPackageRollout")));
    let date_place = first("packageDeliveryOptions/mandatoryUpdateEffectiveDate");
    let mandatory = first("packageDeliveryOptions").filter(|_| is_on("packageDeliveryOptions/isMandatoryUpdate"));
    if let Some((pointer, _)) = rollout {
        match percent.as_ref().map(|(pointer, value)| (pointer, value.as_f64())) {
            None => inspection.error(pointer, "§ 3.11", "A gradual rollout is on, but packageRolloutPercentage is missing."),
            Some((pointer, Some(0.0))) => {
                inspection.warning(pointer.clone(), "§ 3.11", "A gradual rollout to 0 %: nobody will get the new packages.");
            }
            Some((pointer, Some(100.0))) => {
                inspection.note(
                    pointer.clone(),
                    "§ 3.11",
                    "A rollout to 100 % still has to be finalized before the next submission.",
                );
            }
            Some(_) => {}
        }
    }
    if let Some((pointer, _)) = mandatory {
        let day = date_place.as_ref().and_then(|(_, value)| value.as_str()).map_or(Date::Unset, date);
        if day == Date::Unset {
            let pointer = date_place.map_or(pointer, |(pointer, _)| pointer);
            inspection.warning(pointer, "§ 3.11", "The update is mandatory, but mandatoryUpdateEffectiveDate is not set.");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        examples,
        pointer::{remove, set},
    };
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::json;

    #[test]
    fn the_reference_examples_give_no_false_alarm() {
        for (kind, document) in examples::all() {
            let errors: Vec<_> =
                check(kind, &document, None).into_iter().filter(|finding| finding.severity == Severity::Error).collect();
            assert_eq!(errors, [], "{document}");
        }
        assert_eq!(check(Kind::App, &examples::app(), Some(&examples::app())), []);
    }

    /// One change of an example, and the finding it must give: rule, severity, pointer.
    #[rstest]
    #[case("/listings", json!({}), "E11", Severity::Error, "/listings")]
    #[case("/listings/xx-yy", json!({}), "E12", Severity::Error, "/listings/xx-yy")]
    #[case("/listings/EN-US", json!({}), "§ 3.18", Severity::Error, "/listings/EN-US")]
    #[case("/pricing", Value::Null, "E8", Severity::Error, "")]
    #[case("/pricing/priceId", Value::Null, "Q14", Severity::Error, "/pricing/priceId")]
    #[case("/pricing/priceId", json!("Base"), "E8", Severity::Error, "/pricing/priceId")]
    #[case("/pricing/priceId", json!("Tier97"), "E8", Severity::Error, "/pricing/priceId")]
    #[case("/pricing/priceId", json!("free"), "E8", Severity::Error, "/pricing/priceId")]
    #[case("/pricing/marketSpecificPricings/de", json!("Free"), "§ 3.5", Severity::Error, "/pricing/marketSpecificPricings/de")]
    #[case("/pricing/marketSpecificPricings/DE", json!("Cheap"), "E8", Severity::Error, "/pricing/marketSpecificPricings/DE")]
    #[case("/allowTargetFutureDeviceFamilies", json!({"Desktop": true}), "E10", Severity::Error, "/allowTargetFutureDeviceFamilies")]
    #[case("/allowTargetFutureDeviceFamilies/Core", json!(true), "E10", Severity::Error, "/allowTargetFutureDeviceFamilies/Core")]
    #[case("/applicationPackages", json!([]), "E7", Severity::Error, "/applicationPackages")]
    #[case("/applicationPackages/0/id", json!(""), "E7", Severity::Error, "/applicationPackages/0")]
    #[case(
        "/listings/en-us/baseListing/images/0/id",
        Value::Null,
        "E21",
        Severity::Error,
        "/listings/en-us/baseListing/images/0"
    )]
    #[case("/visibility", json!("public"), "Q32", Severity::Error, "/visibility")]
    #[case("/visibility", json!("StopSelling"), "§ 3.4", Severity::Warning, "/visibility")]
    #[case("/applicationCategory", json!("NotSet"), "§ 3.13", Severity::Warning, "/applicationCategory")]
    #[case("/listings/en-us/baseListing/releaseNotes", json!("ü".repeat(1501)), "§ 3.6", Severity::Error, "/listings/en-us/baseListing/releaseNotes")]
    #[case("/listings/en-us/baseListing/keywords", json!(["a", "b", "c", "d", "e", "f", "g", "h"]), "§ 3.6", Severity::Error, "/listings/en-us/baseListing/keywords")]
    #[case("/listings/en-us/baseListing/keywords/0", json!("k".repeat(41)), "§ 3.6", Severity::Error, "/listings/en-us/baseListing/keywords/0")]
    #[case("/listings/en-us/baseListing/keywords", json!(["w w w w w w w w w w w w", "w w w w w w w w w w"]), "§ 3.6", Severity::Error, "/listings/en-us/baseListing/keywords")]
    #[case("/listings/en-us/baseListing/description", json!(" "), "§ 3.6", Severity::Error, "/listings/en-us/baseListing/description")]
    #[case("/listings/de-de/baseListing/images", json!([]), "§ 3.7", Severity::Error, "/listings/de-de/baseListing/images")]
    #[case("/listings/en-us/baseListing/images/0/imageType", json!("screenshot"), "Q32", Severity::Error, "/listings/en-us/baseListing/images/0/imageType")]
    #[case("/listings/en-us/baseListing/title", json!("Notes 2"), "Q20", Severity::Warning, "/listings/en-us/baseListing/title")]
    #[case("/gamingOptions/-", json!({}), "§ 3.8", Severity::Error, "/gamingOptions")]
    #[case("/gamingOptions/0/localMultiplayerMinPlayers", json!(1), "§ 3.8", Severity::Error, "/gamingOptions/0/localMultiplayerMinPlayers")]
    #[case("/trailers", json!(vec![json!({"videoFileName": "a.mp4"}); 16]), "§ 3.9", Severity::Error, "/trailers")]
    #[case("/trailers/-", json!({"videoFileName": "a.mp4", "trailerAssets": {"en-us": {"imageList": []}}}), "§ 3.9", Severity::Error, "/trailers/0/trailerAssets/en-us")]
    #[case("/packageDeliveryOptions/packageRollout/packageRolloutPercentage", json!(100.5), "§ 3.11", Severity::Error, "/packageDeliveryOptions/packageRollout/packageRolloutPercentage")]
    #[case("/targetPublishMode", json!("SpecificDate"), "§ 3.4", Severity::Error, "/targetPublishDate")]
    #[case("/targetPublishDate", json!("tomorrow"), "§ 3.4", Severity::Error, "/targetPublishDate")]
    #[case("/automaticBackupEnabled", json!("yes"), "§ 3.4", Severity::Error, "/automaticBackupEnabled")]
    #[case("/applicationPackages/-", json!({"fileName": "../a.msix", "fileStatus": "PendingUpload"}), "§ 4.9", Severity::Error, "/applicationPackages/1/fileName")]
    #[case("/applicationPackages/-", json!({"fileName": "a.zip", "fileStatus": "PendingUpload"}), "§ 3.10", Severity::Error, "/applicationPackages/1/fileName")]
    #[case("/applicationPackages/-", json!({"fileName": "a.msix", "fileStatus": "pendingupload"}), "Q32", Severity::Error, "/applicationPackages/1/fileStatus")]
    #[case("/applicationPackages/-", json!({"fileName": "a.msix"}), "§ 3.12", Severity::Error, "/applicationPackages/1")]
    #[case("/applicationPackages/-", json!({"fileName": "b.msix", "fileStatus": "PendingUpload", "version": "2.4.0.0", "architecture": "X64"}), "§ 3.10", Severity::Error, "/applicationPackages/1")]
    #[case("/applicationPackages/-", json!({"fileName": "northwind.notes_2.4.0.0.msixbundle", "fileStatus": "PendingUpload"}), "§ 3.12", Severity::Warning, "/applicationPackages/1/fileName")]
    #[case("/applicationPackages", json!(vec![json!({"fileName": "a.msix", "fileStatus": "Uploaded", "id": "2000000000071000001"}); 26]), "Q37", Severity::Warning, "/applicationPackages")]
    fn what_is_wrong_with_an_app(
        #[case] pointer: &str,
        #[case] new: Value,
        #[case] rule: &str,
        #[case] severity: Severity,
        #[case] place: &str,
    ) {
        let base = examples::app();
        let mut document = base.clone();
        assert!(set(&mut document, pointer, new));
        let found = check(Kind::App, &document, Some(&base));
        let hit =
            found.iter().any(|finding| (finding.rule, finding.severity, finding.pointer.as_str()) == (rule, severity, place));
        assert!(hit, "{found:#?}");
        assert!(document.pointer(place).is_some() && found.is_sorted_by_key(|finding| finding.severity));
    }

    #[rstest]
    #[case(Kind::AddOn, "/contentType", json!("NotSet"), "Q48", Severity::Error)]
    #[case(Kind::AddOn, "/listings/en-us/title", json!(""), "§ 3.16", Severity::Error)]
    #[case(Kind::AddOn, "/listings/en-us/description", json!("d".repeat(201)), "§ 3.16", Severity::Error)]
    #[case(Kind::AddOn, "/keywords", json!(vec!["k"; 11]), "§ 3.16", Severity::Error)]
    #[case(Kind::AddOn, "/targetPublishDate", json!(""), "§ 3.4", Severity::Error)]
    #[case(Kind::AddOn, "/pricing/trialPeriod", json!("OneDay"), "§ 3.16", Severity::Warning)]
    #[case(Kind::AddOn, "/tag", json!("t".repeat(3001)), "§ 3.16", Severity::Error)]
    #[case(Kind::Flight, "/listings", json!({}), "§ 3.17", Severity::Warning)]
    #[case(Kind::Flight, "/flightPackages/0/id", json!("7"), "E7", Severity::Error)]
    #[case(Kind::Flight, "/flightPackages/0", json!(3), "§ 3.17", Severity::Error)]
    fn what_is_wrong_with_the_others(
        #[case] kind: Kind,
        #[case] pointer: &str,
        #[case] new: Value,
        #[case] rule: &str,
        #[case] severity: Severity,
    ) {
        let base = if kind == Kind::AddOn { examples::add_on() } else { examples::flight() };
        let mut document = base.clone();
        assert!(set(&mut document, pointer, new));
        let found = check(kind, &document, Some(&base));
        assert!(found.iter().any(|finding| (finding.rule, finding.severity) == (rule, severity)), "{found:#?}");
    }

    #[test]
    fn what_the_server_itself_holds_is_only_a_warning() {
        let mut base = examples::app();
        set(&mut base, "/listings/en-us/baseListing/shortTitle", json!("t".repeat(51)));
        set(&mut base, "/listings/de-de/baseListing/images", json!([]));
        let found = check(Kind::App, &base, Some(&base));
        assert_eq!(
            found.iter().map(|finding| finding.severity).collect::<Vec<_>>(),
            [Severity::Warning, Severity::Warning],
            "{found:#?}"
        );
    }

    #[test]
    fn images_and_languages_left_out_are_told() {
        let base = examples::app();
        let mut document = base.clone();
        remove(&mut document, "/listings/en-us/baseListing/images/1");
        remove(&mut document, "/listings/de-de");
        let rules: Vec<_> =
            check(Kind::App, &document, Some(&base)).into_iter().map(|finding| (finding.rule, finding.severity)).collect();
        assert_eq!(rules, [("§ 3.15", Severity::Warning), ("Q19", Severity::Warning)]);
    }

    #[test]
    fn property_names_count_in_any_case() {
        let found = check(
            Kind::AddOn,
            &json!({"Pricing": {"PriceId": "Base"}, "Listings": {"en-us": {"Title": "T"}}, "ContentType": "EMagazine"}),
            None,
        );
        assert_eq!(found.iter().map(|finding| finding.pointer.as_str()).collect::<Vec<_>>(), ["/Pricing/PriceId"], "{found:#?}");
    }

    #[rstest]
    #[case("northwind.notes.pro", "Durable", 0)]
    #[case("", "Durable", 1)]
    #[case("a:b", "Consumable", 1)]
    #[case("a", "durable", 1)]
    fn new_add_ons(#[case] id: &str, #[case] product_type: &str, #[case] count: usize) {
        assert_eq!(check_new_add_on(id, product_type).len(), count);
    }

    fn pointers(value: &Value, pointer: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(object) => object.iter().for_each(|(key, value)| pointers(value, &child(pointer, key), found)),
            Value::Array(array) => {
                array.iter().enumerate().for_each(|(index, value)| pointers(value, &child(pointer, index), found));
            }
            _ => {}
        }
        found.push(pointer.to_owned());
    }

    proptest! {
        #[test]
        fn no_mutation_panics(which in 0usize..7, place in any::<prop::sample::Index>(), new in 0usize..8, drop in any::<bool>()) {
            let (kind, base) = examples::all().swap_remove(which);
            let mut places = Vec::new();
            pointers(&base, "", &mut places);
            let pointer = place.get(&places).clone();
            let news = [json!(null), json!(true), json!(-1.5), json!(""), json!("ÿ\u{0}"), json!([]), json!({}), json!([[{"id": 3}], null])];
            let mut document = base.clone();
            if drop { remove(&mut document, &pointer); } else { set(&mut document, &pointer, news[new].clone()); }
            for finding in check(kind, &document, Some(&base)) {
                prop_assert!(!finding.sentence.is_empty() && (finding.pointer.is_empty() || finding.pointer.starts_with('/')));
            }
            let _ = check(kind, &base, Some(&document));
        }
    }
}
