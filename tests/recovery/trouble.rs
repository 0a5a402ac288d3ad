//! A Store that lies or does not move, and a disk that takes nothing.

use super::bench::{APP, Bench, FOR_EVER, sample};
use std::fs;

#[test]
fn a_draft_that_stores_nothing_is_never_committed() {
    let bench = Bench::new("[[fault]]\ncall = \"create\"\nnth = 1\neffect = \"zombie\"\n");
    let ended = bench.publish(APP, &[]).wait();
    assert_eq!(ended.code, Some(5), "{ended:?}");
    let product = bench.state()["products"][APP.target].clone();
    assert_eq!(
        (&product["creates"], &product["commits"]),
        (&1.into(), &0.into())
    );
    assert_eq!(
        ended.result()["submissionId"],
        product["pending"],
        "the draft that is left is named"
    );
    let again = bench.resume().wait();
    assert!(
        again.code == Some(3) && again.words().contains("has ended (failed)"),
        "{again:?}"
    );
    assert_eq!(bench.state()["products"][APP.target], product);
    bench.assert_clean();
}

#[test]
fn a_run_killed_before_its_update_does_not_trust_a_draft_that_stores_nothing() {
    let fault = "[[fault]]\ncall = \"update\"\nnth = 1\neffect = \"delay-after\"\nmilliseconds = ";
    let bench = Bench::new(&format!(
        "{fault}{FOR_EVER}\n[[fault]]\ncall = \"create\"\nnth = 1\neffect = \"zombie\"\n"
    ));
    let process = bench.publish(APP, &[]);
    bench.until_struck();
    process.kill();
    let ended = bench.resume().wait();
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert_eq!(bench.state()["products"][APP.target]["commits"], 0);
}

#[test]
fn a_stuck_submission_is_left_with_6_and_followed_again() {
    let bench = Bench::new(
        "[[fault]]\ncall = \"commit\"\nnth = 1\neffect = \"stuck\"\nstage = \"Certification\"\n",
    );
    let before = bench.state();
    let ended = bench.publish(APP, &["--timeout", "1s"]).wait();
    // On a slow machine the second may be over before the commit: then the run is merely earlier.
    assert_eq!(ended.code, Some(6), "{ended:?}");
    bench.until("the commit", |bench| {
        let again = bench
            .start(&[
                "resume",
                &bench.run_id(),
                "--timeout",
                "1s",
                "--output",
                "json",
            ])
            .wait();
        assert_eq!(again.code, Some(6), "{again:?}");
        (bench.state()["products"][APP.target]["commits"] == 1).then_some(())
    });
    // Killed while it only looks.
    bench.play(&format!(
        "[[fault]]\ncall = \"status\"\nnth = 2\neffect = \"delay\"\nmilliseconds = {FOR_EVER}\n"
    ));
    let process = bench.resume();
    bench.until_struck();
    process.kill();
    bench.play("");
    let last = bench.resume();
    bench.operate("unstick", APP.target);
    last.wait().assert_published();
    bench.assert_published_once(APP, &before, &sample(APP.zip), None);
}

#[test]
fn a_folder_that_cannot_be_written_stops_a_run_before_its_first_request() {
    let bench = Bench::new("");
    let before = bench.state();
    let data = bench.home().join("data");
    fs::create_dir_all(&data).unwrap();
    // Not even root writes into a file as if it were a folder.
    fs::write(data.join("runs"), "").unwrap();
    let ended = bench.publish(APP, &[]).wait();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("runs"), "{ended:?}");
    assert_eq!(bench.state(), before);
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_stops_a_run_before_its_first_request() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::new("");
    assert_eq!(
        bench.run(&["resume"]).code,
        Some(0),
        "the folders are there"
    );
    let before = bench.state();
    let runs = bench.home().join("data/runs");
    fs::create_dir_all(&runs).unwrap();
    fs::set_permissions(&runs, fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(runs.join("trial"), "").is_ok() {
        eprintln!("skipped: this user may write everywhere");
        return;
    }
    let ended = bench.publish(APP, &[]).wait();
    fs::set_permissions(&runs, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("no right"), "{ended:?}");
    assert_eq!(bench.state(), before);
}

/// A file system of 128 KiB, as long as it lives; none where this user may mount nothing.
#[cfg(target_os = "linux")]
struct Small(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl Small {
    fn mount(folder: std::path::PathBuf) -> Option<Self> {
        fs::create_dir_all(&folder).unwrap();
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=128k", "tmpfs"])
            .arg(&folder)
            .output();
        mounted
            .is_ok_and(|mounted| mounted.status.success())
            .then_some(Self(folder))
    }

    /// Leaves about so many bytes.
    fn fill(&self, room: u64) {
        let mut file = fs::File::create(self.0.join("filler")).unwrap();
        let mut size = 256_usize << 10;
        while size > 512 {
            if std::io::Write::write_all(&mut file, &vec![7; size]).is_err() {
                size /= 2;
            }
        }
        let length = file.metadata().unwrap().len();
        file.set_len(length.saturating_sub(room)).unwrap();
    }

    fn free(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

#[cfg(target_os = "linux")]
impl Drop for Small {
    fn drop(&mut self) {
        let unmounted = std::process::Command::new("umount").arg(&self.0).status();
        assert!(unmounted.is_ok_and(|unmounted| unmounted.success()));
    }
}

/// Full at once: nothing is sent. Full in the middle: the run stops before the next changing request, and goes on when there is room.
#[cfg(target_os = "linux")]
#[rstest::rstest]
fn a_full_disk_stops_a_run(#[values(0, 8, 12, 16, 24, 32)] room: u64) {
    let bench = Bench::new("");
    let Some(disk) = Small::mount(bench.home().join("data")) else {
        eprintln!("skipped: this user may mount nothing");
        return;
    };
    let before = bench.state();
    disk.fill(room << 10);
    let ended = bench.publish(APP, &[]).wait();
    let after = bench.state();
    if room == 0 {
        assert_eq!(after["requests"], before["requests"], "{ended:?}");
    }
    let product = &after["products"][APP.target];
    disk.free();
    // How much fits into how little is the file system's business, but what does not fit has to stop it.
    if ended.code == Some(0) {
        assert_ne!(room, 0, "{ended:?}");
    } else {
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.words().contains("the disk is full"), "{ended:?}");
        if *product == before["products"][APP.target] && bench.journal().is_none() {
            return;
        }
        bench.resume().wait().assert_published();
    }
    bench.assert_published_once(APP, &before, &sample(APP.zip), None);
}
