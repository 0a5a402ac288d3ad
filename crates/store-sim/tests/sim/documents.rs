//! What the service does with a document: what it keeps, fills in, warns of and leaves out.

use crate::{
    client::{APP, Store, scenario, zip},
    life::new_zip,
};
use serde_json::{Value, json};

#[tokio::test]
async fn what_nobody_knows_survives_the_round_trip() {
    let store = Store::fast().await;
    let (draft, path) = store.draft(APP).await;
    let mut text = draft.to_string();
    text.insert_str(
        1,
        r#""zFirst":{"b":1,"a":25.0,"n":12345678901234567890123,"e":1E5,"t":"né 日本 \u0007 🎉"},"#,
    );
    let request = store
        .http
        .put(format!("{}/v1.0/my/{path}", store.sim.url()))
        .bearer_auth(&store.token);
    let reply = crate::client::answer(
        request
            .header("content-type", "application/json")
            .body(text),
    )
    .await
    .unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text);
    let stored = store.get(&path).await;
    let unknown = stored
        .text
        .find(r#""zFirst":{"b":1,"a":25.0,"n":12345678901234567890123,"e":"#);
    assert!(unknown.is_some(), "{}", stored.text);
    let stored = stored.is(200);
    let mut expected = draft.clone();
    expected["pricing"]["isAdvancedPricingModel"] = json!(false);
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&stored[name], value, "{name}");
    }
    let names = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .filter(|name| *name != "zFirst")
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&stored), names(&draft), "order of members");
}

#[tokio::test]
async fn an_update_replaces_everything_but_what_the_service_keeps() {
    let store = Store::fast().await;
    let (draft, path) = store.draft(APP).await;
    let mut edited = draft.clone();
    let base = &mut edited["listings"]["en-us"]["baseListing"];
    base["title"] = json!("Another name");
    let images = base["images"].take();
    base["images"] = json!([]);
    edited
        .as_object_mut()
        .unwrap()
        .shift_remove("notesForCertification");
    edited["applicationPackages"][0]["version"] = json!("99.0.0.0");
    let reply = store.put(&path, &edited).await.is(200);
    assert_eq!(
        reply["listings"]["en-us"]["baseListing"]["title"],
        draft["listings"]["en-us"]["baseListing"]["title"]
    );
    assert_eq!(
        reply["listings"]["en-us"]["baseListing"]["images"], images,
        "pictures left out are not deleted"
    );
    assert_eq!(reply["notesForCertification"], "");
    assert_eq!(
        reply["applicationPackages"][0]["version"],
        draft["applicationPackages"][0]["version"]
    );
    assert_eq!(reply["pricing"]["isAdvancedPricingModel"], false);
    assert_eq!(store.get(&path).await.is(200), reply);

    // Property names are taken in any case and given back in the service's own.
    edited["NotesForCertification"] = json!("Hello");
    let reply = store.put(&path, &edited).await.is(200);
    assert_eq!(reply["notesForCertification"], "Hello");
    assert!(reply.get("NotesForCertification").is_none());
}

#[tokio::test]
async fn languages_that_come_and_go_are_warned_of() {
    let store = Store::fast().await;
    let (mut draft, path) = store.draft(APP).await;
    let base =
        json!({ "baseListing": { "description": "Notas.", "title": "Notas", "images": [] } });
    let listings = draft["listings"].as_object_mut().unwrap();
    assert!(listings.shift_remove("de-de").is_some());
    listings.insert("pt-br".to_owned(), base);
    let reply = store.put(&path, &draft).await.is(200);
    let codes: Vec<&str> = reply["statusDetails"]["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        codes,
        [
            "SalesUnsupportedWarning",
            "ListingOptOutWarning",
            "ListingOptInWarning"
        ]
    );
}

#[tokio::test]
async fn a_minimal_reply_has_neither_listings_nor_packages() {
    let store = Store::start(scenario("[switches]\nraw_plus = true")).await;
    let reply = store
        .post(&format!("{APP}/submissions?isMinimalResponse=true"), None)
        .await
        .is(201);
    let names: Vec<&String> = reply.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "id",
            "status",
            "statusDetails",
            "fileUploadUrl",
            "friendlyName"
        ]
    );
    let full = store
        .get(&format!(
            "{APP}/submissions/{}",
            reply["id"].as_str().unwrap()
        ))
        .await
        .is(200);
    assert_eq!(full["fileUploadUrl"], reply["fileUploadUrl"]);
    assert_eq!(store.upload(&reply, new_zip()).await, 201);
}

#[tokio::test]
async fn an_incomplete_language_is_an_error_that_the_api_cannot_name() {
    let store = Store::fast().await;
    let product = json!({ "product": "app:9NX0EXAMPLE1", "name": "Notas" });
    let base = |title: &str, kind: &str| {
        let shot =
            json!({ "fileName": "pt.png", "fileStatus": "PendingUpload", "imageType": kind });
        json!({ "title": title, "description": "Notas.", "images": [shot] })
    };
    for (language, member, value, end) in [
        ("en-us", "description", json!(""), "CommitFailed"),
        (
            "de-de",
            "images/0/fileStatus",
            json!("PendingDelete"),
            "CommitFailed",
        ),
        ("pt-br", "", base("", "Screenshot"), "CommitFailed"),
        ("pt-br", "", base("Notas", "Screenshot"), "CommitFailed"),
        ("pt-br", "", base("Northwind Notes", "Icon"), "CommitFailed"),
        (
            "pt-br",
            "",
            base("Northwind Notes", "Screenshot"),
            "Published",
        ),
        ("pt-pt", "", base("Notas", "Screenshot"), "Published"),
    ] {
        if language == "pt-pt" {
            store.operator("reserve-name", product.clone()).await;
        }
        let (mut draft, path) = store.draft(APP).await;
        if member.is_empty() {
            draft["listings"][language] = json!({ "baseListing": value });
        } else {
            let place = format!("/listings/{language}/baseListing/{member}");
            *draft.pointer_mut(&place).unwrap() = value.clone();
        }
        store.put(&path, &draft).await.is(200);
        store
            .upload(&draft, zip(&[("pt.png", b"png".to_vec())]))
            .await;
        store.post(&format!("{path}/commit"), None).await.is(202);
        let status = store.until(&path, &["CommitFailed", "Published"]).await;
        assert_eq!(
            status["status"], end,
            "{language} {member} {value}: {status}"
        );
        if end == "CommitFailed" {
            let error = &status["statusDetails"]["errors"][0];
            assert_eq!(error["code"], "InvalidState");
            let details = error["details"].as_str().unwrap();
            assert!(details.contains("cannot be exposed via API"), "{details}");
            store.delete(&path).await.empty(204);
        }
    }
}

#[tokio::test]
async fn what_a_package_entry_leaves_out_is_filled_in() {
    let store = Store::fast().await;
    let (mut draft, path) = store.draft(APP).await;
    let entry = json!({ "fileName": "new.msix", "fileStatus": "PendingUpload" });
    draft["applicationPackages"]
        .as_array_mut()
        .unwrap()
        .push(entry);
    let stored = store.put(&path, &draft).await.is(200);
    let entry = stored["applicationPackages"].as_array().unwrap().last();
    assert_eq!(entry.unwrap()["minimumDirectXVersion"], "None");
    assert_eq!(entry.unwrap()["minimumSystemRam"], "None");
    let app = store.get(APP).await.is(200);
    assert_eq!(app["hasAdvancedListingPermission"], true);
    let list = store.get("applications").await.is(200);
    assert!(
        list["value"][0]
            .get("hasAdvancedListingPermission")
            .is_none()
    );
}
