//! What a person makes: working copies on disk, new products, deleted drafts.

use crate::bench::{Bench, HANGS, add_on_with_draft, app, result};
use flightdeck::{
    engine::driver::manage::{CreateProduct, DeleteDraft, DeleteProduct, NewProduct},
    tasks::{
        load::{LoadTarget, Recall, Recalled},
        report::{KeptEdit, Report},
        reporter::JobId,
        working_copy::{DropEdit, KeepEdit},
    },
};
use std::{fs, sync::Arc};
use store_model::target::Target;

fn edit(text: &str) -> KeepEdit {
    KeepEdit {
        target: app(),
        text: text.to_owned(),
        base: Some("1152".into()),
        body: Some(Arc::new(serde_json::json!({"notes": "as they were"}))),
        zip: Some("notes.zip".into()),
        seen: None,
    }
}

/// What the next session finds.
async fn kept(bench: &mut Bench) -> Option<KeptEdit> {
    bench.restart();
    let told = bench.run(LoadTarget(app())).await;
    result::<LoadTarget>(&told).unwrap().edit.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_survives_the_program_until_it_is_thrown_away() {
    let mut bench = Bench::new().await;
    let text = "{ \"notes\": \"not finished, Grüße 🧪";
    let told = bench.run(edit(text)).await;
    assert!(*result::<KeepEdit>(&told).unwrap() <= jiff::Timestamp::now());

    let back = kept(&mut bench).await.unwrap();
    assert_eq!(
        (back.text.as_str(), back.base.as_deref()),
        (text, Some("1152"))
    );
    assert_eq!(back.zip.as_deref(), Some("notes.zip".as_ref()));
    assert_eq!(
        back.body.as_deref(),
        Some(&serde_json::json!({"notes": "as they were"}))
    );

    let told = bench.run(DropEdit { target: app() }).await;
    assert_eq!(result::<DropEdit>(&told), Some(&()));
    assert_eq!(kept(&mut bench).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chosen_zip_is_kept_without_a_text_and_is_no_edit() {
    let mut bench = Bench::new().await;
    bench.run(edit("")).await;
    let back = kept(&mut bench).await.unwrap();
    assert_eq!(
        (back.text.as_str(), back.zip.as_deref()),
        ("", Some("notes.zip".as_ref()))
    );
    let told = bench.run(Recall).await;
    assert_eq!(result::<Recall>(&told), Some(&Recalled::Edited(Vec::new())));
    bench.run(edit("{}")).await;
    let told = bench.run(Recall).await;
    assert_eq!(
        result::<Recall>(&told),
        Some(&Recalled::Edited(vec![app()]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_of_many_edits_is_the_one_that_is_kept() {
    let mut bench = Bench::new().await;
    // A large text first: it takes longer to write than those after it.
    let mut jobs = vec![bench.start(edit(&"x".repeat(8 << 20)))];
    jobs.extend((0..31).map(|count| bench.start(edit(&format!("edit {count}")))));
    let jobs: [JobId; 32] = jobs.try_into().unwrap();
    for told in bench.ended(jobs).await {
        assert!(result::<KeepEdit>(&told).is_some(), "{told:?}");
    }
    assert_eq!(kept(&mut bench).await.unwrap().text, "edit 30");

    let jobs = [
        bench.start(edit(&"y".repeat(8 << 20))),
        bench.start(DropEdit { target: app() }),
    ];
    bench.ended(jobs).await;
    assert_eq!(kept(&mut bench).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_edited_when_the_program_ends_is_kept() {
    let mut bench = Bench::new().await;
    bench.start(edit("the last words"));
    let Bench {
        pool,
        services,
        sim: _sim,
        ..
    } = bench;
    pool.shut_down(HANGS).await;
    assert_eq!(
        services.home.drafts().edited(&app()).unwrap().unwrap().text,
        "the last words"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_cannot_be_kept_says_so() {
    let mut bench = Bench::new().await;
    bench.block("drafts");
    let told = bench.run(edit("text")).await;
    let [Report::Failed(flightdeck::tasks::message::TaskFailure { message, .. })] = told.as_slice()
    else {
        panic!("{told:?}")
    };
    assert!(message.contains("drafts"), "{message}");
    // What the Store holds can be seen all the same.
    let told = bench.run(LoadTarget(app())).await;
    assert_eq!(result::<LoadTarget>(&told).unwrap().edit, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_deleted_only_after_its_document_is_saved() {
    let mut bench = Bench::new().await;
    let target = add_on_with_draft();
    let pending = bench.state_of(&target).await["pending"]
        .as_str()
        .unwrap()
        .to_owned();
    let job = DeleteDraft {
        target: target.clone(),
        submission: pending.clone(),
    };

    let drafts = bench.home().join("data/drafts");
    bench.block("drafts");
    let told = bench.run(job.clone()).await;
    assert!(
        matches!(told.as_slice(), [Report::Failed(flightdeck::tasks::message::TaskFailure { message, .. })] if message.contains("not deleted")),
        "{told:?}"
    );
    assert_eq!(bench.state_of(&target).await["deletes"], 0);

    fs::remove_file(&drafts).unwrap();
    fs::create_dir(&drafts).unwrap();
    let told = bench.run(job).await;
    let saved = result::<DeleteDraft>(&told).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&fs::read(saved).unwrap()).unwrap();
    assert_eq!(document["id"], pending.as_str());
    let state = bench.state_of(&target).await;
    assert_eq!(
        (&state["deletes"], &state["pending"]),
        (&1.into(), &serde_json::Value::Null)
    );
    bench.assert_home_is_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_add_on_is_made_and_deleted() {
    let mut bench = Bench::new().await;
    let new = NewProduct::AddOn {
        app: app().id().into(),
        product_id: "notes.extra".into(),
        product_type: "Durable".into(),
    };
    let told = bench.run(CreateProduct(new.clone())).await;
    let product = result::<CreateProduct>(&told).unwrap();
    assert_eq!(
        (product.name.as_str(), product.app.as_deref()),
        ("notes.extra", Some(app().id()))
    );
    let target = product.target.clone();
    assert!(matches!(
        bench.run(CreateProduct(new)).await.as_slice(),
        [Report::Failed(_)]
    ));
    let told = bench.run(DeleteProduct { target }).await;
    assert_eq!(result::<DeleteProduct>(&told), Some(&()));
    let told = bench
        .run(DeleteProduct {
            target: Target::app("9NX0EXAMPLE2"),
        })
        .await;
    assert!(
        matches!(told.as_slice(), [Report::Failed(flightdeck::tasks::message::TaskFailure { message, .. })] if message.contains("Partner Center")),
        "{told:?}"
    );
}
