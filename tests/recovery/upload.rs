//! Uploads that are killed at random moments: what was acknowledged is not sent again, and two files never mix.

use super::bench::{APP, Bench, FOR_EVER, sample};
use std::{
    fs::{self, File},
    io::{Seek as _, SeekFrom, Write as _},
    path::Path,
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

const MIB: u64 = 1 << 20;

/// The app's archive with so many bytes more in it that nobody asks for; each MiB is another.
fn large(path: &Path, size: u64, seed: u64) {
    fs::copy(sample(APP.zip), path).unwrap();
    let file = File::options().read(true).write(true).open(path).unwrap();
    let mut zip = ZipWriter::new_append(file).unwrap();
    zip.start_file(
        "padding.bin",
        SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(true),
    )
    .unwrap();
    let mut random = fastrand::Rng::with_seed(seed);
    let mut piece = vec![0; MIB as usize];
    random.fill(&mut piece);
    for number in 0..size / MIB {
        piece[..8].copy_from_slice(&number.to_le_bytes());
        zip.write_all(&piece).unwrap();
    }
    zip.finish().unwrap();
}

fn received(bench: &Bench) -> u64 {
    bench.state()["receivedBytes"].as_u64().unwrap()
}

/// The block of this number, counted from now, does not arrive.
fn held_block(nth: u64) -> String {
    format!(
        "[[fault]]\ncall = \"put-block\"\nnth = {nth}\neffect = \"delay\"\nmilliseconds = {FOR_EVER}\n"
    )
}

/// Starts, kills when the simulator has that many bytes, goes on; at last to the end.
fn killed_at(size: u64, bandwidth: &str, moments: &[u64]) {
    let (block, connections) = (MIB, 4);
    let upload = format!(
        "bandwidth = \"{bandwidth}/s\"\nblock_size = \"1 MiB\"\nconnections = {connections}\n"
    );
    let bench = Bench::with("", &upload);
    let before = bench.state();
    let zip = bench.file("large.zip");
    large(&zip, size, 1);
    let mut kills = 0;
    for moment in moments {
        // The block behind that moment is held back: however late it is seen, the upload is not over.
        let nth = moment.saturating_sub(received(&bench)).div_ceil(block) + 1;
        bench.play(&held_block(nth));
        let process = if kills == 0 {
            bench.publish_zip(APP, &zip, &[])
        } else {
            bench.resume()
        };
        bench.until("the bytes", |bench| {
            (received(bench) >= *moment).then_some(())
        });
        process.kill();
        kills += 1;
    }
    bench.play("");
    bench.resume().wait().assert_published();
    let most = fs::metadata(&zip).unwrap().len() + kills * block * connections;
    assert!(
        received(&bench) <= most,
        "{} of {most}, killed at {moments:?}",
        received(&bench)
    );
    bench.assert_published_once(APP, &before, &zip, None);
}

#[test]
fn what_was_sent_is_not_sent_again() {
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut moments: Vec<u64> = (0..3).map(|_| random.u64(MIB..60 * MIB)).collect();
    moments.sort_unstable();
    println!("seed {seed}");
    killed_at(64 * MIB, "60 MiB", &moments);
}

#[test]
fn a_gigabyte_killed_at_60_percent_sends_the_rest() {
    let size = 1024 * MIB;
    killed_at(size, "400 MiB", &[size * 6 / 10]);
}

#[test]
fn a_file_that_was_changed_meanwhile_is_sent_anew() {
    // The same length and, where the file system is coarse, perhaps the same time: the content differs.
    let bench = Bench::with(&held_block(13), "block_size = \"1 MiB\"\nconnections = 4\n");
    let before = bench.state();
    let zip = bench.file("large.zip");
    large(&zip, 24 * MIB, 1);
    let process = bench.publish_zip(APP, &zip, &[]);
    bench.until("the bytes", |bench| {
        (received(bench) >= 12 * MIB).then_some(())
    });
    process.kill();
    let sent = received(&bench);
    large(&zip, 24 * MIB, 2);
    bench.resume().wait().assert_published();
    assert!(
        received(&bench) >= sent + 24 * MIB,
        "no block of the old file counts"
    );
    bench.assert_published_once(APP, &before, &zip, None);
}

#[test]
fn a_file_that_is_changed_while_it_is_sent_is_not_committed() {
    let bench = Bench::with(&held_block(6), "block_size = \"1 MiB\"\nconnections = 2\n");
    let zip = bench.file("large.zip");
    large(&zip, 24 * MIB, 1);
    let process = bench.publish_zip(APP, &zip, &[]);
    bench.until_struck();
    let mut file = File::options().write(true).open(&zip).unwrap();
    file.seek(SeekFrom::End(-4)).unwrap();
    file.write_all(b"else").unwrap();
    file.sync_all().unwrap();
    bench.play("");
    let ended = process.wait();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.words().contains("large.zip"), "{ended:?}");
    assert_eq!(bench.state()["products"][APP.target]["commits"], 0);
    bench.assert_clean();
}

#[test]
fn blocks_that_the_service_lost_are_sent_again() {
    let bench = Bench::with(
        "[[fault]]\ncall = \"put-block-list\"\nnth = 1\neffect = \"lose-blocks\"\n",
        "block_size = \"1 MiB\"\nconnections = 4\n",
    );
    let before = bench.state();
    let zip = bench.file("large.zip");
    large(&zip, 4 * MIB, 1);
    bench.publish_zip(APP, &zip, &[]).wait().assert_published();
    bench.assert_published_once(APP, &before, &zip, None);
}

#[test]
fn an_upload_url_that_ended_costs_a_new_draft_and_a_yes() {
    let bench =
        Bench::new("[[fault]]\ncall = \"put-block\"\nnth = 1\neffect = \"expire-upload\"\n");
    let before = bench.state();
    let ended = bench.publish(APP, &[]).wait();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.words().contains("resume --renew"), "{ended:?}");
    let draft = bench.state()["products"][APP.target]["pending"]
        .as_str()
        .unwrap()
        .to_owned();
    // Without the yes the draft stays, whatever the Store says to its URL.
    let ended = bench.resume().wait();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(
        bench.state()["products"][APP.target]["pending"],
        draft.as_str()
    );
    bench
        .start(&["resume", &bench.run_id(), "--renew", "--output", "json"])
        .wait()
        .assert_published();
    let (was, is) = (
        &before["products"][APP.target],
        bench.state()["products"][APP.target].clone(),
    );
    let done = |name: &str| is[name].as_u64().unwrap() - was[name].as_u64().unwrap();
    assert_eq!(
        (
            done("creates"),
            done("deletes"),
            done("commits"),
            done("publications")
        ),
        (2, 1, 1, 1)
    );
    let drafts = fs::read_dir(bench.home().join("data/drafts")).unwrap();
    let saved: Vec<_> = drafts
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert!(
        saved.iter().any(|text| text.contains(&draft)),
        "the old draft is lost"
    );
    // The old run is over: there is nothing to go on with.
    let left = bench.run(&["resume", "--output", "json"]);
    assert_eq!((left.code, left.words().trim()), (Some(0), ""), "{left:?}");
    bench.assert_clean();
}
