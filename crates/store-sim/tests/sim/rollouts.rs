//! Gradual rollouts: started by a publication, steered by four calls, in the way of the next submission until they are over.

use crate::client::{ADD_ON, APP, Store};
use serde_json::{Value, json};

async fn publish(store: &Store, percentage: Option<f64>) -> (String, Value) {
    let (mut draft, path) = store.draft(APP).await;
    draft["packageDeliveryOptions"]["packageRollout"]["isPackageRollout"] =
        json!(percentage.is_some());
    draft["packageDeliveryOptions"]["packageRollout"]["packageRolloutPercentage"] =
        json!(percentage.unwrap_or_default());
    store.put(&path, &draft).await.is(200);
    assert_eq!(
        store.get(&format!("{path}/packagerollout")).await.is(200)["packageRolloutStatus"],
        "PackageRolloutNotStarted"
    );
    store
        .post(&format!("{path}/haltpackagerollout"), None)
        .await
        .refused(409, "InvalidState", "not published");
    store.post(&format!("{path}/commit"), None).await.is(202);
    store.until(&path, &["Published"]).await;
    (path, draft["id"].clone())
}

#[tokio::test]
async fn a_rollout_starts_is_widened_and_finalized() {
    let store = Store::fast().await;
    let old = store.get(APP).await.is(200)["lastPublishedApplicationSubmission"]["id"].clone();
    let (path, _) = publish(&store, Some(5.0)).await;
    let rollout = store.get(&format!("{path}/packagerollout")).await;
    assert!(rollout.text.contains("5.0"), "{}", rollout.text);
    let expected = json!({
        "isPackageRollout": true, "packageRolloutPercentage": 5.0, "packageRolloutStatus": "PackageRolloutInProgress",
        "fallbackSubmissionId": old
    });
    assert_eq!(rollout.is(200), expected);
    store
        .post(&format!("{APP}/submissions"), None)
        .await
        .refused(409, "InvalidState", "rollout");

    let wider = store
        .post(
            &format!("{path}/updatepackagerolloutpercentage?percentage=25"),
            None,
        )
        .await;
    assert!(wider.text.contains("25.0"), "{}", wider.text);
    store
        .post(
            &format!("{path}/updatepackagerolloutpercentage?percentage=101"),
            None,
        )
        .await
        .refused(400, "InvalidParameterValue", "0 to 100");
    store
        .post(&format!("{path}/updatepackagerolloutpercentage"), None)
        .await
        .refused(400, "InvalidParameterValue", "0 to 100");
    let done = store
        .post(&format!("{path}/FinalizePackageRollout"), None)
        .await
        .is(200);
    assert_eq!(
        (
            &done["packageRolloutPercentage"],
            &done["packageRolloutStatus"]
        ),
        (&json!(100.0), &json!("PackageRolloutComplete"))
    );
    store
        .post(&format!("{path}/haltpackagerollout"), None)
        .await
        .refused(409, "InvalidState", "not in progress");
    // The next draft inherits the wish, not the state.
    let (next, _) = store.draft(APP).await;
    let rollout = &next["packageDeliveryOptions"]["packageRollout"];
    assert_eq!(
        (
            &rollout["isPackageRollout"],
            &rollout["packageRolloutStatus"]
        ),
        (&json!(true), &json!("PackageRolloutNotStarted"))
    );
}

#[tokio::test]
async fn after_a_halt_the_next_rollout_falls_back_to_what_everybody_had() {
    let store = Store::fast().await;
    let (_, everybody) = publish(&store, None).await;
    let (path, _) = publish(&store, Some(10.0)).await;
    let halted = store
        .post(&format!("{path}/haltpackagerollout"), None)
        .await
        .is(200);
    assert_eq!(
        (
            &halted["packageRolloutPercentage"],
            &halted["packageRolloutStatus"]
        ),
        (&json!(0.0), &json!("PackageRolloutStopped"))
    );
    let (path, _) = publish(&store, Some(20.0)).await;
    assert_eq!(
        store.get(&format!("{path}/packagerollout")).await.is(200)["fallbackSubmissionId"],
        everybody
    );
}

#[tokio::test]
async fn add_ons_have_no_rollout() {
    let store = Store::fast().await;
    let (_, path) = store.draft(ADD_ON).await;
    store
        .get(&format!("{path}/packagerollout"))
        .await
        .empty(404);
}
