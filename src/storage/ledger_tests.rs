//! The ledger on real files: two of them on one file, threads, a holder that was killed.

use super::*;
use std::thread;
use std::{
    fs,
    process::{Command, Stdio},
};
use tempfile::TempDir;

fn ledger() -> (TempDir, LedgerFile) {
    let folder = tempfile::tempdir().unwrap();
    let file = LedgerFile::new(folder.path().join("requests"));
    (folder, file)
}

/// Adds a byte and says how many there are.
fn count(ledger: &LedgerFile) -> io::Result<usize> {
    let mut count = 0;
    ledger.exchange(&mut |_, content| {
        count = content.len() + 1;
        vec![b'x'; count]
    })?;
    Ok(count)
}

#[test]
fn threads_with_handles_of_their_own_lose_no_change() {
    let (_folder, one) = ledger();
    let path = one.path().to_owned();
    thread::scope(|scope| {
        let one = &one;
        for number in 0..8 {
            let own = LedgerFile::new(path.clone());
            scope.spawn(move || {
                let ledger = if number % 2 == 0 { one } else { &own };
                for _ in 0..50 {
                    count(ledger).unwrap();
                }
            });
        }
    });
    assert_eq!(count(&one).unwrap(), 401);
}

#[test]
fn nothing_that_the_file_held_before_is_left_behind() {
    let (_folder, ledger) = ledger();
    fs::write(ledger.path(), [0xff; 100]).unwrap();
    ledger
        .exchange(&mut |_, content| {
            assert_eq!(content, [0xff; 100]);
            b"1\n".to_vec()
        })
        .unwrap();
    assert_eq!(fs::read(ledger.path()).unwrap(), b"1\n");
}

#[test]
fn a_lock_that_is_not_let_go_is_an_error_in_bounded_time() {
    let (_folder, mut ledger) = ledger();
    ledger.lock_limit = Duration::from_millis(20);
    count(&ledger).unwrap();
    let holder = File::open(ledger.path()).unwrap();
    holder.lock().unwrap();
    assert_eq!(
        count(&ledger).unwrap_err().kind(),
        io::ErrorKind::ResourceBusy
    );
    drop(holder);
    count(&ledger).unwrap();
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
    count(&ledger).unwrap();
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
    assert!(count(&ledger).is_err(), "it is held");
    holder.kill().unwrap();
    holder.wait().unwrap();
    ledger.lock_limit = lock::LIMIT;
    count(&ledger).unwrap();
}

#[cfg(unix)]
#[test]
fn the_file_is_the_owners_alone_and_one_that_was_deleted_is_made_again() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, one) = ledger();
    count(&one).unwrap();
    assert_eq!(
        fs::metadata(one.path()).unwrap().permissions().mode() & 0o777,
        0o600
    );
    fs::remove_file(one.path()).unwrap();
    let two = LedgerFile::new(one.path().to_owned());
    count(&two).unwrap();
    assert_eq!(
        count(&one).unwrap(),
        2,
        "both count in the file that has the name"
    );
}
