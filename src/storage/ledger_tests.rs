//! The ledger on real files: two of them on one file, threads, garbage, a clock that was put back, a holder that was killed.

use super::*;
use std::{
    fs,
    process::{Command, Stdio},
};
use tempfile::TempDir;

const MINUTE: Duration = Duration::from_mins(1);

fn ledger() -> (TempDir, LedgerFile) {
    let folder = tempfile::tempdir().unwrap();
    let file = LedgerFile::new(folder.path().join("requests"));
    (folder, file)
}

fn taken(look: &LedgerLook) -> bool {
    look.slot == LedgerSlot::Taken
}

#[test]
fn two_on_one_file_share_the_minute_and_the_pause() {
    let (_folder, one) = ledger();
    let two = LedgerFile::new(one.path().to_owned());
    assert!(
        taken(&one.take(2, MINUTE, false).unwrap()) && taken(&two.take(2, MINUTE, false).unwrap())
    );
    let look = one.take(2, MINUTE, false).unwrap();
    assert!(
        matches!(look.slot, LedgerSlot::Full(wait) if wait <= MINUTE && wait > MINUTE / 2),
        "{look:?}"
    );
    assert_eq!(look.ages.len(), 2);
    two.block(Duration::from_secs(90)).unwrap();
    two.block(Duration::from_secs(1)).unwrap();
    let look = one.take(9, MINUTE, false).unwrap();
    assert!(
        matches!(look.slot, LedgerSlot::Blocked(wait) if wait > MINUTE),
        "the longer pause stays: {look:?}"
    );
}

#[test]
fn threads_with_handles_of_their_own_take_no_slot_twice() {
    let (_folder, one) = ledger();
    let path = one.path().to_owned();
    let count: usize = thread::scope(|scope| {
        let one = &one;
        let workers: Vec<_> = (0..8)
            .map(|number| {
                let own = LedgerFile::new(path.clone());
                scope.spawn(move || {
                    let ledger = if number % 2 == 0 { one } else { &own };
                    (0..50)
                        .filter(|_| taken(&ledger.take(100, MINUTE, false).unwrap()))
                        .count()
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .sum()
    });
    assert_eq!(count, 100);
}

#[test]
fn the_next_slot_is_the_persons_who_waits_for_it() {
    let mut content = Content {
        times: vec![0, 1000],
        ..Content::default()
    };
    assert_eq!(
        content.take(2000, 2, MINUTE, true).slot,
        LedgerSlot::Full(Duration::from_secs(58))
    );
    // Free again, but not for everybody; with two free slots there is one for each.
    assert_eq!(
        content.take(60_500, 2, MINUTE, false).slot,
        LedgerSlot::Full(Duration::from_millis(500))
    );
    assert_eq!(
        content.take(60_500, 3, MINUTE, false).slot,
        LedgerSlot::Taken
    );
    assert_eq!(
        content.take(61_100, 2, MINUTE, true).slot,
        LedgerSlot::Taken
    );
    // Nobody waits any more, and who never comes back is not waited for.
    let mut content = Content {
        times: vec![0, 1000],
        ..Content::default()
    };
    content.take(2000, 2, MINUTE, true);
    assert_eq!(
        content.take(61_050, 2, MINUTE, false).slot,
        LedgerSlot::Taken
    );
}

#[test]
fn garbage_is_left_out_and_what_can_be_read_counts() {
    let (_folder, ledger) = ledger();
    let mut bytes = vec![0xff, 0, b'\n', b'-', b'5', b'\n'];
    bytes.extend_from_slice(
        format!("{}\nuntil never\n99999999999999999999999\n17", now()).as_bytes(),
    );
    fs::write(ledger.path(), bytes).unwrap();
    let look = ledger.take(2, MINUTE, false).unwrap();
    assert!(taken(&look) && look.ages.len() == 2, "{look:?}");
    assert_eq!(
        fs::read(ledger.path()).unwrap().len(),
        "until 0000000000000\nperson 0000000000000\n".len() + 2 * 14
    );
}

#[test]
fn a_clock_that_was_put_back_costs_a_minute_at_most() {
    let old = 10_000_000;
    let mut content = Content {
        until: old + 3_600_000,
        times: vec![old, old],
        ..Content::default()
    };
    let now = old - 7_200_000;
    let LedgerSlot::Blocked(pause) = content.take(now, 2, MINUTE, false).slot else {
        panic!("the pause is gone")
    };
    assert_eq!(pause, LONGEST_PAUSE);
    content.until = 0;
    assert_eq!(
        content.take(now, 2, MINUTE, false).slot,
        LedgerSlot::Full(MINUTE),
        "they count as of now"
    );
    assert_eq!(
        content.take(now + 59_999, 2, MINUTE, false).slot,
        LedgerSlot::Full(Duration::from_millis(1))
    );
    assert_eq!(
        content.take(now + 60_000, 2, MINUTE, false).slot,
        LedgerSlot::Taken
    );
}

#[test]
fn a_smaller_limit_waits_until_enough_is_forgotten() {
    let mut content = Content {
        times: vec![1000, 2000, 3000],
        ..Content::default()
    };
    assert_eq!(
        content.take(4000, 2, MINUTE, false).slot,
        LedgerSlot::Full(Duration::from_secs(58))
    );
    assert_eq!(
        content.take(62_000, 2, MINUTE, false).slot,
        LedgerSlot::Taken
    );
}

#[test]
fn what_is_written_is_what_is_read() {
    let content = Content {
        until: 5,
        person: 7,
        times: vec![1, 1_790_000_000_000],
    };
    assert_eq!(Content::read(content.text().as_bytes()), content);
}

#[test]
fn a_lock_that_is_not_let_go_is_an_error_in_bounded_time() {
    let (_folder, mut ledger) = ledger();
    ledger.lock_limit = Duration::from_millis(20);
    assert!(taken(&ledger.take(9, MINUTE, false).unwrap()));
    let holder = File::open(ledger.path()).unwrap();
    holder.lock().unwrap();
    assert_eq!(
        ledger.take(9, MINUTE, false).unwrap_err().kind(),
        io::ErrorKind::ResourceBusy
    );
    drop(holder);
    assert!(taken(&ledger.take(9, MINUTE, false).unwrap()));
}

/// Not a test: the process that [`a_holder_that_is_killed_leaves_no_lock`] starts and kills.
#[test]
#[ignore = "started by another test"]
fn holds_the_lock_until_killed() {
    let Some(path) = std::env::var_os("LEDGER_TO_HOLD") else {
        return;
    };
    let file = File::open(&path).unwrap();
    file.lock().unwrap();
    fs::write(Path::new(&path).with_extension("held"), "").unwrap();
    // Ends with the pipe at the latest.
    io::stdin().read_line(&mut String::new()).unwrap();
}

#[test]
fn a_holder_that_is_killed_leaves_no_lock() {
    let (_folder, mut ledger) = ledger();
    assert!(taken(&ledger.take(9, MINUTE, false).unwrap()));
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "storage::ledger::tests::holds_the_lock_until_killed",
        ])
        .env("LEDGER_TO_HOLD", ledger.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while !ledger.path().with_extension("held").exists() {
        assert!(holder.try_wait().unwrap().is_none(), "the holder has ended");
        thread::yield_now();
    }
    ledger.lock_limit = Duration::from_millis(5);
    assert!(ledger.take(9, MINUTE, false).is_err(), "it is held");
    holder.kill().unwrap();
    holder.wait().unwrap();
    ledger.lock_limit = LOCK_LIMIT;
    assert!(taken(&ledger.take(9, MINUTE, false).unwrap()));
}

#[cfg(unix)]
#[test]
fn the_file_is_the_owners_alone_and_one_that_was_deleted_is_made_again() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, one) = ledger();
    one.take(2, MINUTE, false).unwrap();
    assert_eq!(
        fs::metadata(one.path()).unwrap().permissions().mode() & 0o777,
        0o600
    );
    fs::remove_file(one.path()).unwrap();
    let two = LedgerFile::new(one.path().to_owned());
    two.take(2, MINUTE, false).unwrap();
    assert_eq!(
        one.take(2, MINUTE, false).unwrap().ages.len(),
        2,
        "both count in the file that has the name"
    );
}
