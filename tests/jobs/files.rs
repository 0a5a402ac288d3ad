//! Folders and archives as the ZIP picker gets them.

use crate::bench::{Bench, event, result};
use flightdeck::{
    features::zip::tasks::{Pack, PackProgress},
    tasks::{
        browse::{Browse, Examine, Folder},
        message::TaskEvent,
        report::{Examined, Report},
    },
};
use std::sync::Arc;
use store_model::{archive::Inside, target::Kind};

#[test]
fn the_newest_archive_comes_first() {
    let folder = tempfile::tempdir().unwrap();
    for (name, age) in [("a.zip", 3_600), ("b.zip", 60), ("c.zip", 7_200)] {
        let file = std::fs::File::create(folder.path().join(name)).unwrap();
        let age = std::time::Duration::from_secs(age);
        file.set_modified(std::time::SystemTime::now() - age)
            .unwrap();
    }
    let listed = flightdeck::tasks::browse::list(folder.path()).unwrap();
    let names: Vec<_> = listed.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["b.zip", "a.zip", "c.zip"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_listed_and_a_missing_one_named() {
    let mut bench = Bench::new().await;
    let folder = bench.folder.path().to_owned();
    let told = bench
        .run(Browse {
            folder: folder.clone(),
        })
        .await;
    let Some(Folder {
        path: listed,
        entries,
    }) = result::<Browse>(&told)
    else {
        panic!("{told:?}")
    };
    assert_eq!(*listed, folder);
    let folders: Vec<_> = entries
        .iter()
        .take_while(|entry| entry.is_folder)
        .map(|entry| entry.name.as_str())
        .collect();
    assert_eq!(folders, ["build-2.5", "home"]);
    let zip = entries
        .iter()
        .find(|entry| entry.name == "northwind-notes-2.5.zip")
        .unwrap();
    assert_eq!(zip.size, std::fs::metadata(&zip.path).unwrap().len());

    let missing = folder.join("not-there");
    let told = bench
        .run(Browse {
            folder: missing.clone(),
        })
        .await;
    let [Report::Failed(flightdeck::tasks::message::TaskFailure { message, .. })] = told.as_slice()
    else {
        panic!("{told:?}")
    };
    assert!(message.contains(missing.to_str().unwrap()), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_fits_or_says_what_is_wrong() {
    async fn examined(bench: &mut Bench, name: &str) -> Examined {
        let job = Examine {
            zip: bench.file(name),
            kind: Kind::App,
            document: Arc::new(bench.document("notes-2.5.json")),
            identity: None,
        };
        let told = bench.run(job).await;
        result::<Examine>(&told).unwrap().clone()
    }
    let mut bench = Bench::new().await;
    let good = examined(&mut bench, "northwind-notes-2.5.zip").await;
    assert!(
        good.broken.is_none()
            && good.fit.is_ok()
            && good.fit.missing.is_empty()
            && good.archive.is_some()
    );
    let mistaken = examined(&mut bench, "northwind-notes-2.5-mistakes.zip").await;
    assert!(mistaken.broken.is_none() && !mistaken.fit.is_ok() && !mistaken.fit.missing.is_empty());
    let broken = examined(&mut bench, "broken.zip").await;
    assert!(broken.broken.is_some() && broken.archive.is_none() && broken.size > 0);
    let missing = examined(&mut bench, "not-there.zip").await;
    assert!(
        missing
            .broken
            .is_some_and(|why| why.contains("cannot be opened"))
            && missing.size == 0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_packed_or_says_what_it_lacks() {
    let mut bench = Bench::new().await;
    let job = |bench: &Bench, folder: &str, out: &str| Pack {
        folder: bench.file(folder),
        out: bench.file(out),
        kind: Kind::App,
        document: Arc::new(bench.document("notes-2.5.json")),
    };
    let told = bench.run(job(&bench, "build-2.5", "made.zip")).await;
    assert!(
        told.iter().filter_map(event::<Pack>).any(|event| matches!(event, TaskEvent::Progress(PackProgress::Progress { done, total }) if done == total && *total > 0)),
        "{told:?}"
    );
    let Some(TaskEvent::Done(PackProgress::Done(packed))) = told.last().and_then(event::<Pack>)
    else {
        panic!("{told:?}")
    };
    assert_eq!(
        (packed.files.len(), packed.size),
        (1, std::fs::metadata(bench.file("made.zip")).unwrap().len())
    );

    let told = bench.run(job(&bench, "home", "none.zip")).await;
    let [Report::Failed(flightdeck::tasks::message::TaskFailure { message, .. })] = told.as_slice()
    else {
        panic!("{told:?}")
    };
    assert!(
        message.contains("Northwind.Notes_2.5.0.0.msixbundle (package) is not in the folder"),
        "{message}"
    );
    assert!(!bench.file("none.zip").exists());
}

/// A sparse file: six gigabytes that take no disk, with a 64-bit directory and a package in a bundle behind them.
#[test]
fn a_zip_of_six_gigabytes_tells_what_is_in_its_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.zip");
    store_sim::samples::write_large(&mut std::fs::File::create(&path).unwrap(), 6_000_000_000)
        .unwrap();
    let name = "Northwind.Notes_2.5.0.0.msixbundle";
    let document = serde_json::json!({"applicationPackages": [{"fileName": name, "fileStatus": "PendingUpload"}]});
    let examined = flightdeck::tasks::browse::examine(&path, Kind::App, &document, None);
    assert!(
        examined.broken.is_none() && examined.fit.is_ok() && examined.size > 6_000_000_000,
        "{examined:?}"
    );
    let archive = examined.archive.unwrap();
    let Inside::Packages(manifests) = &archive.files[0].inside else {
        panic!("{archive:?}")
    };
    assert_eq!(manifests[0].title(), "40417Northwind.Notes 2.5.0.0 (x64)");
}
