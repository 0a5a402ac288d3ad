//! Somebody else changes the same draft: noticed before ours is sent; and both sides of every update are there to go back to.

use crate::bench::{Bench, add_on_with_draft, event, result, views};
use flightdeck::{
    engine::{
        driver::tasks::Publish,
        plan::{PendingPolicy, Plan},
        view::Outcome,
    },
    features::history::tasks::{LoadHistory, ReadKept},
    storage::Kept,
    tasks::{
        history_item::Deed,
        load::LoadTarget,
        message::TaskEvent,
        report::{Report, TargetDetail},
        working_copy::SetAside,
    },
};
use serde_json::{Value, json};
use std::sync::Arc;
use store_model::{submission::put_body, target::Target};

async fn detail(bench: &mut Bench, target: &Target) -> TargetDetail {
    let told = bench.run(LoadTarget(target.clone())).await;
    result::<LoadTarget>(&told).unwrap().as_ref().clone()
}

/// The draft of the target as it can be edited, with its id.
async fn draft(bench: &mut Bench, target: &Target) -> (String, Value) {
    let pending = detail(bench, target).await.pending.unwrap();
    (pending.id, put_body(target.kind(), &pending.document))
}

fn ending(told: &[Report]) -> (Outcome, String) {
    let ending = views(told).last().unwrap().ending.clone().unwrap();
    (ending.outcome, ending.message)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_another_client_changed_is_refused_then_merged_and_undone() {
    let mut bench = Bench::new().await;
    let target = add_on_with_draft();
    let (id, base) = draft(&mut bench, &target).await;
    let mut mine = base.clone();
    mine["tag"] = "mine".into();
    let plan = Plan {
        target: target.clone(),
        document: Some(mine.clone()),
        zip: Some(bench.file("notes-sync-icon.zip").into()),
        pending: PendingPolicy::Keep,
        draft_seen: Some(id.clone()),
        base: Some(base.clone()),
        ..bench.release()
    };

    // Another client with the same credentials changes another place of it.
    let mut theirs = base.clone();
    theirs["keywords"] = json!(["theirs"]);
    bench
        .services
        .store
        .update_submission(&target, &id, &theirs)
        .await
        .unwrap();
    let before = bench.state_of(&target).await;
    let told = bench.run(Publish(Arc::new(plan.clone()))).await;
    let (outcome, message) = ending(&told);
    assert_eq!(outcome, Outcome::Refused, "{message}");
    assert!(
        message.contains("keywords") && message.contains("theirs"),
        "{message}"
    );
    assert_eq!(bench.state_of(&target).await, before);
    assert_eq!(bench.services.home.drafts().list().unwrap(), []);

    // Both together, on what is there now.
    let (_, now) = draft(&mut bench, &target).await;
    mine["keywords"] = json!(["theirs"]);
    let plan = Plan {
        document: Some(mine),
        base: Some(now),
        ..plan
    };
    let told = bench.run(Publish(Arc::new(plan))).await;
    assert_eq!(ending(&told).0, Outcome::Published, "{:?}", ending(&told));

    // Both sides are kept, for their owner alone, and tied to run and submission.
    let run = views(&told)[0].id.clone();
    let files = bench.services.home.drafts().list().unwrap();
    let side = |why| files.iter().find(|file| file.why == why).unwrap();
    for file in [side(Kept::BeforePut), side(Kept::AfterPut)] {
        assert_eq!(
            (&file.target, file.run.as_ref(), file.submission.as_ref()),
            (&target, Some(&run), Some(&id))
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                std::fs::metadata(&file.path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }
    bench.assert_home_is_clean();

    // The history knows what the update changed, and gives the document from before it.
    let told = bench.run(LoadHistory(target.clone())).await;
    let Some(TaskEvent::Done(history)) = told.last().and_then(event::<LoadHistory>) else {
        panic!("{told:?}")
    };
    let [ended, put, refused] = history.items.as_slice() else {
        panic!("{history:?}")
    };
    assert!(matches!(&refused.deed, Deed::Run(ended) if ended.outcome == "refused"));
    assert!(
        matches!(&ended.deed, Deed::Run(ended) if ended.run == run && ended.outcome == "published")
    );
    let Deed::Put {
        changes: Some(changes),
        before,
        is_read_back: true,
        ..
    } = &put.deed
    else {
        panic!("{put:?}")
    };
    let [change] = changes.as_slice() else {
        panic!("{changes:?}")
    };
    assert!(
        change.place == "tag" && change.after == Some("mine".into()),
        "{change:?}"
    );
    let told = bench
        .run(ReadKept {
            target: target.clone(),
            path: before.clone(),
        })
        .await;
    let [Some(TaskEvent::Done(kept))] = told.iter().map(event::<ReadKept>).collect::<Vec<_>>()[..]
    else {
        panic!("{told:?}")
    };
    let body = kept.body.as_ref().unwrap();
    assert_eq!(
        (&body["tag"], &body["keywords"]),
        (&base["tag"], &json!(["theirs"]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_is_not_sent_when_the_earlier_document_cannot_be_kept() {
    let mut bench = Bench::new().await;
    let target = add_on_with_draft();
    let (id, mut document) = draft(&mut bench, &target).await;
    document["tag"] = "mine".into();
    let plan = Plan {
        target: target.clone(),
        document: Some(document),
        zip: Some(bench.file("notes-sync-icon.zip").into()),
        pending: PendingPolicy::Keep,
        draft_seen: Some(id),
        ..bench.release()
    };
    let before = bench.state_of(&target).await;
    bench.block("drafts");
    let (outcome, message) = ending(&bench.run(Publish(Arc::new(plan))).await);
    assert!(
        outcome == Outcome::Failed && message.contains("could not be kept"),
        "{message}"
    );
    assert_eq!(bench.state_of(&target).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_set_aside_stands_in_the_history_letter_by_letter() {
    let mut bench = Bench::new().await;
    let target = add_on_with_draft();
    let text = "{ \"broken\": ü";
    let told = bench
        .run(SetAside {
            target: target.clone(),
            text: text.to_owned(),
        })
        .await;
    assert_eq!(result::<SetAside>(&told), Some(&()));
    let told = bench.run(LoadHistory(target.clone())).await;
    let Some(TaskEvent::Done(history)) = told.last().and_then(event::<LoadHistory>) else {
        panic!("{told:?}")
    };
    let [item] = history.items.as_slice() else {
        panic!("{history:?}")
    };
    let Deed::Rescued {
        why: Kept::SetAside,
        path,
        ..
    } = &item.deed
    else {
        panic!("{item:?}")
    };
    let told = bench
        .run(ReadKept {
            target,
            path: path.clone(),
        })
        .await;
    let [Some(TaskEvent::Done(kept))] = told.iter().map(event::<ReadKept>).collect::<Vec<_>>()[..]
    else {
        panic!("{told:?}")
    };
    assert!(kept.text == text && kept.body.is_err());
}
