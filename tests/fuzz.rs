//! ZIPs and manifests as nobody should make them: a corpus of odd, broken and hostile ones, and mutations of it, through every
//! reader. Nothing may panic, and memory stays bounded. `FLIGHTDECK_FUZZ_CASES=100000 cargo test --test fuzz` looks for longer.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails loudly"
)]

#[path = "corpus/made.rs"]
mod made;

use proptest::{prelude::*, sample::Index, test_runner::Config};
use serde_json::{Value, json};
use std::{fs, io::Cursor, path::PathBuf, sync::LazyLock};
use store_model::{
    archive::{look_inside, manifest, read},
    product::PackageIdentity,
    target::Kind,
    zip_check::{against, apply_to, repairs},
};

/// What one run through the corpus may cost at its peak, the test itself included.
#[cfg(target_os = "linux")]
const MOST_MEMORY_KB: u64 = 200_000;

type Corpus = Vec<(String, Vec<u8>)>;

static ARCHIVES: LazyLock<Corpus> = LazyLock::new(|| corpus("archives"));
static MANIFESTS: LazyLock<Corpus> = LazyLock::new(|| corpus("manifests"));

fn folder(kind: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(kind)
}

fn corpus(kind: &str) -> Corpus {
    let mut files: Corpus = fs::read_dir(folder(kind))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read(&path).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

fn document(kind: Kind) -> Value {
    let pending = |name: &str| json!({"fileName": name, "fileStatus": "PendingUpload"});
    let packages = json!([
        pending("app.msix"), pending("App.msixbundle"),
        {"id": "1", "fileName": "live.msix", "fileStatus": "Uploaded", "version": "1.2.0.0", "architecture": "x64",
            "languages": ["en-us"], "capabilities": ["internetClient"], "targetDeviceFamilies": ["Windows.Desktop min version 10.0.17763.0"]},
    ]);
    let mut image = pending("en-us/hero.png");
    image["imageType"] = "Screenshot".into();
    match kind {
        Kind::App => {
            json!({"applicationPackages": packages, "listings": {"en-us": {"baseListing": {"images": [image]}}}})
        }
        Kind::AddOn => {
            json!({"listings": {"en-us": {"icon": pending("en-us/hero.png")}, "de-de": {}}})
        }
        Kind::Flight => json!({"flightPackages": packages}),
    }
}

/// Everything that is ever done with a ZIP.
fn go_through(bytes: &[u8]) {
    let Ok(mut archive) = read(Cursor::new(bytes)) else {
        return;
    };
    look_inside(Cursor::new(bytes), &mut archive);
    let identity = PackageIdentity {
        name: "Contoso.App".into(),
        publisher: "CN=Contoso".into(),
    };
    for kind in [Kind::App, Kind::AddOn, Kind::Flight] {
        let document = document(kind);
        let fit = against(kind, &document, &archive, Some(&identity));
        for finding in fit.findings() {
            assert!(!finding.sentence.contains(char::is_control), "{finding:?}");
            assert!(document.pointer(&finding.pointer).is_some(), "{finding:?}");
        }
        let text = format!("{document:#}");
        let repairs = repairs(kind, &document, &fit);
        let repaired: Value = serde_json::from_str(&apply_to(&text, &repairs)).unwrap();
        // What is repaired does not ask to be repaired again for the same reason, for ever.
        let again = against(kind, &repaired, &archive, Some(&identity));
        assert!(
            again.missing.len() <= fit.missing.len(),
            "{:?} {:?}",
            fit.missing,
            again.missing
        );
    }
}

fn cases() -> Config {
    let cases = std::env::var("FLIGHTDECK_FUZZ_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(64);
    Config {
        cases,
        max_shrink_iters: 2_000,
        failure_persistence: None,
        ..Config::default()
    }
}

/// A change that a fuzzer would make.
#[derive(Clone, Debug)]
enum Change {
    Byte(Index, u8),
    /// A number that lengths and offsets love.
    Number(Index, u64, usize),
    Cut(Index),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
    Repeat(Index, usize, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let numbers = vec![
        0,
        1,
        0x7F,
        0xFF,
        0x7FFF,
        0xFFFF,
        0x7FFF_FFFF,
        0xFFFF_FFFF,
        0x7FFF_FFFF_FFFF_FFFF,
        u64::MAX,
    ];
    let number = prop_oneof![proptest::sample::select(numbers), any::<u64>()];
    let width = proptest::sample::select(vec![1, 2, 4, 8]);
    prop_oneof![
        4 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        4 => (any::<Index>(), number, width).prop_map(|(at, number, width)| Change::Number(at, number, width)),
        1 => any::<Index>().prop_map(Change::Cut),
        1 => (any::<Index>(), 1usize..64).prop_map(|(at, count)| Change::Remove(at, count)),
        1 => (any::<Index>(), prop::collection::vec(any::<u8>(), 1..16)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        1 => (any::<Index>(), 1usize..200, any::<Index>()).prop_map(|(from, count, to)| Change::Repeat(from, count, to)),
    ]
}

fn changed(bytes: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for change in changes {
        let length = bytes.len();
        if length == 0 {
            break;
        }
        match change {
            Change::Byte(at, byte) => bytes[at.index(length)] = *byte,
            Change::Number(at, number, width) => {
                let at = at.index(length);
                for (byte, value) in bytes[at..].iter_mut().zip(&number.to_le_bytes()[..*width]) {
                    *byte = *value;
                }
            }
            Change::Cut(at) => bytes.truncate(at.index(length)),
            Change::Remove(at, count) => {
                let at = at.index(length);
                bytes.drain(at..length.min(at + count));
            }
            Change::Insert(at, new) => {
                let at = at.index(length);
                bytes.splice(at..at, new.iter().copied());
            }
            Change::Repeat(from, count, to) => {
                let from = from.index(length);
                let part = bytes[from..length.min(from + count)].to_vec();
                let to = to.index(length);
                bytes.splice(to..to, part);
            }
        }
    }
    bytes
}

#[test]
fn the_corpus_goes_through_every_reader_in_bounded_memory() {
    assert!(ARCHIVES.len() >= 30 && MANIFESTS.len() >= 15);
    for (name, bytes) in ARCHIVES.iter() {
        assert!(bytes.len() <= 64 << 10, "{name} is large for a repository");
        go_through(bytes);
    }
    for (_, bytes) in MANIFESTS.iter() {
        let _ = manifest::read(bytes);
    }
    #[cfg(target_os = "linux")]
    {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(peak < MOST_MEMORY_KB, "{peak} kB");
    }
}

/// The names say what each file is: those that are whole are read as that, and those that are not say why.
#[test]
fn the_corpus_is_what_its_names_say() {
    for (name, bytes) in ARCHIVES.iter() {
        let is_read = read(Cursor::new(bytes)).is_ok();
        assert_eq!(is_read, !name.starts_with("no-"), "{name}");
    }
    for (name, bytes) in MANIFESTS.iter() {
        assert_eq!(
            manifest::read(bytes).is_ok(),
            !name.starts_with("no-"),
            "{name}: {:?}",
            manifest::read(bytes)
        );
    }
}

/// Writes the corpus anew; run it by hand after a change of `made.rs`.
#[test]
#[ignore = "writes into the repository"]
fn write_the_corpus() {
    for (kind, files) in [
        ("archives", made::archives()),
        ("manifests", made::manifests()),
    ] {
        fs::create_dir_all(folder(kind)).unwrap();
        for (name, bytes) in files {
            fs::write(folder(kind).join(name), bytes).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_changed_archive_is_a_panic(which in any::<Index>(), changes in prop::collection::vec(change(), 1..8)) {
        go_through(&changed(&which.get(&ARCHIVES).1, &changes));
    }

    /// Two archives, one behind the other or one in the middle of the other.
    #[test]
    fn no_pair_of_archives_is_a_panic(one in any::<Index>(), two in any::<Index>(), at in any::<Index>(), changes in prop::collection::vec(change(), 0..3)) {
        let mut bytes = one.get(&ARCHIVES).1.clone();
        let at = at.index(bytes.len() + 1);
        bytes.splice(at..at, two.get(&ARCHIVES).1.iter().copied());
        go_through(&changed(&bytes, &changes));
    }

    #[test]
    fn no_changed_manifest_is_a_panic(which in any::<Index>(), changes in prop::collection::vec(change(), 1..8)) {
        let _ = manifest::read(&changed(&which.get(&MANIFESTS).1, &changes));
    }
}
