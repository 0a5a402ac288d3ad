//! The samples: each ZIP reads, and fits or fails as its name says.

use crate::account::demo;
use crate::manifest::Manifest;
use crate::package::{Package, open as archive};
use crate::samples::{Samples, write};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Cursor, Read as _, Write as _};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

const BUNDLE: &str = "Northwind.Notes_2.5.0.0.msixbundle";

fn written() -> (TempDir, Samples) {
    let folder = tempfile::tempdir().unwrap();
    let samples = write(folder.path()).unwrap();
    (folder, samples)
}

fn json(samples: &Samples, name: &str) -> Value {
    serde_json::from_slice(&fs::read(samples.folder.join(name)).unwrap()).unwrap()
}

fn open(samples: &Samples, name: &str) -> File {
    File::open(samples.folder.join(name)).unwrap()
}

/// The `fileName` of everything that is `PendingUpload`, wherever it stands.
fn pending(value: &Value) -> BTreeSet<String> {
    let inner = match value {
        Value::Array(items) => items.iter().flat_map(pending).collect(),
        Value::Object(fields) => fields.values().flat_map(pending).collect(),
        _ => BTreeSet::new(),
    };
    let own = (value.get("fileStatus") == Some(&"PendingUpload".into()))
        .then(|| value["fileName"].as_str().unwrap().to_owned());
    inner.into_iter().chain(own).collect()
}

/// What the Store reads of the package, and none of the rest.
fn facts(package: Result<Package, String>) -> Manifest {
    let package = package.unwrap();
    assert!(package.has_block_map);
    Manifest {
        members: Vec::new(),
        display_name: String::new(),
        is_bundle: false,
        ..package.manifest
    }
}

fn notes() -> Manifest {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Manifest {
        name: "40417Northwind.Notes".to_owned(),
        publisher: "CN=2D5C1B7E-6A04-4F93-8E1C-7B0A9D3F5E62".to_owned(),
        version: "2.5.0.0".to_owned(),
        architecture: "x64".to_owned(),
        families: texts(&["Windows.Desktop min version 10.0.17763.0"]),
        languages: texts(&["en-US", "de-DE"]),
        capabilities: texts(&["internetClient", "runFullTrust"]),
        ..Manifest::default()
    }
}

#[test]
fn everything_is_written_where_it_was_asked_for() {
    let (folder, samples) = written();
    assert_eq!(samples.folder, folder.path());
    let at_the_top = samples
        .files
        .iter()
        .filter(|file| file.parent() == Some(folder.path()))
        .count();
    // One folder beside the files: what a build leaves behind.
    assert_eq!(at_the_top + 1, fs::read_dir(folder.path()).unwrap().count());
    assert!(samples.files.iter().all(|file| file.is_file()));
    // A second time into the same folder.
    assert!(write(folder.path()).is_ok());
}

#[test]
fn each_document_names_what_its_zip_holds() {
    let (_folder, samples) = written();
    for (document, zip) in [
        ("notes-2.5.json", "northwind-notes-2.5.zip"),
        ("notes-2.5.json", "northwind-notes-large.zip"),
        ("insiders-2.5.json", "northwind-notes-2.5.zip"),
        ("notes-pro.json", "notes-pro-icon.zip"),
    ] {
        let wanted = pending(&json(&samples, document));
        let held: BTreeSet<String> = archive(open(&samples, zip))
            .unwrap()
            .names
            .into_iter()
            .collect();
        assert_eq!(wanted, held, "{document} and {zip}");
    }
    let account = demo();
    let draft = account
        .products
        .iter()
        .find(|product| product.id == "9NX0ADDONEX2")
        .unwrap();
    let wanted = pending(&draft.pending.as_ref().unwrap().document);
    let held = archive(open(&samples, "notes-sync-icon.zip"))
        .unwrap()
        .names;
    assert_eq!(wanted, held.into_iter().collect());
}

#[test]
fn the_documents_are_the_live_ones_with_a_new_file() {
    let (_folder, samples) = written();
    let account = demo();
    for (name, id) in [
        ("notes-2.5.json", "9NX0EXAMPLE1"),
        ("notes-pro.json", "9NX0ADDONEX1"),
        ("insiders-2.5.json", "5f0c2a7e-6b1d-4c3e-9a84-0d2f61b7c915"),
    ] {
        let document = json(&samples, name);
        let live = account
            .products
            .iter()
            .find(|product| product.id == id)
            .unwrap();
        let live = live.published.as_ref().unwrap().as_object().unwrap();
        for field in live.keys() {
            let is_servers = ["id", "flightId", "status", "statusDetails", "friendlyName"]
                .contains(&field.as_str());
            assert_eq!(document.get(field).is_none(), is_servers, "{name} {field}");
        }
        // Every file of the live one is still named: the Store refuses a document that leaves one out.
        let files = |value: &Value| value.to_string().matches("\"id\":\"").count();
        let live_files = files(&Value::Object(live.clone())) - 1;
        assert_eq!(files(&document), live_files, "{name}");
        assert!(!pending(&document).is_empty());
    }
}

#[test]
fn the_package_tells_what_the_store_wants_to_know() {
    let (_folder, samples) = written();
    for zip in ["northwind-notes-2.5.zip", "northwind-notes-large.zip"] {
        assert_eq!(
            facts(archive(open(&samples, zip)).unwrap().package(BUNDLE)),
            notes(),
            "{zip}"
        );
    }
}

#[test]
fn the_large_one_is_large_and_true_to_its_sums() {
    let (_folder, samples) = written();
    assert!(
        fs::metadata(samples.folder.join("northwind-notes-large.zip"))
            .unwrap()
            .len()
            > 500 << 20
    );
    // Its sums come from the same code as those of the small ones, which are read to the end here.
    let mut zip = zip::ZipArchive::new(open(&samples, "northwind-notes-2.5.zip")).unwrap();
    let mut bytes = Vec::new();
    zip.by_name(BUNDLE)
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    let mut bundle = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    for index in 0..bundle.len() {
        std::io::copy(&mut bundle.by_index(index).unwrap(), &mut std::io::sink()).unwrap();
    }
}

#[test]
fn the_mistakes_are_those_that_people_make() {
    let (_folder, samples) = written();
    let mut zip = archive(open(&samples, "northwind-notes-2.5-mistakes.zip")).unwrap();
    let names: Vec<&str> = zip.names.iter().map(String::as_str).collect();
    assert!(!names.contains(&BUNDLE));
    assert!(names.contains(&format!("northwind-notes-2.5/{BUNDLE}").as_str()));
    assert!(names.contains(&BUNDLE.to_lowercase().as_str()));
    assert!(names.contains(&"en-us\\main-2.5.png"));
    assert!(zip.package("Northwind.Notes_2.5.0.0_arm64.msix").is_err());
    assert!(zip.package(BUNDLE).is_err());
}

#[test]
fn the_nested_one_holds_two_packages_in_a_folder_and_the_old_one_an_old_package() {
    let (_folder, samples) = written();
    let mut nested = archive(open(&samples, "northwind-notes-2.5-nested.zip")).unwrap();
    for (architecture, said) in [("x64", "x64"), ("arm64", "ARM64")] {
        let facts = facts(nested.package(&format!(
            "northwind-notes-2.5/Northwind.Notes_2.5.0.0_{architecture}.msix"
        )));
        assert_eq!(
            (facts.version.as_str(), facts.architecture.as_str()),
            ("2.5.0.0", said)
        );
    }
    let mut old = archive(open(&samples, "northwind-notes-2.3-old.zip")).unwrap();
    assert_eq!(
        facts(old.package("Northwind.Notes_2.3.0.0_x64.msix")).version,
        "2.3.0.0"
    );
}

#[test]
fn the_broken_one_is_refused() {
    let (_folder, samples) = written();
    assert!(archive(open(&samples, "broken.zip")).is_err());
    assert!(archive(Cursor::new(b"not a ZIP")).is_err());
}

#[test]
fn the_icons_are_pictures_of_300_pixels() {
    let (_folder, samples) = written();
    for (zip, name) in [
        ("notes-pro-icon.zip", "en-us/pro.png"),
        ("notes-sync-icon.zip", "en-us/sync.png"),
    ] {
        let mut zip = zip::ZipArchive::new(open(&samples, zip)).unwrap();
        let mut png = Vec::new();
        zip.by_name(name).unwrap().read_to_end(&mut png).unwrap();
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!(&png[12..24], b"IHDR\0\0\x01\x2c\0\0\x01\x2c");
        assert!(png.ends_with(b"IEND\xae\x42\x60\x82"));
    }
}

/// A package inside a compressed ZIP, a plain one, and one inside an upload file.
#[test]
fn packages_are_read_however_they_were_packed() {
    let (_folder, samples) = written();
    let mut bundle = Vec::new();
    let mut zip = zip::ZipArchive::new(open(&samples, "northwind-notes-2.5.zip")).unwrap();
    zip.by_name(BUNDLE)
        .unwrap()
        .read_to_end(&mut bundle)
        .unwrap();
    let mut plain = Vec::new();
    let mut inner = zip::ZipArchive::new(Cursor::new(&bundle)).unwrap();
    inner
        .by_name("Northwind.Notes_2.5.0.0_x64.msix")
        .unwrap()
        .read_to_end(&mut plain)
        .unwrap();

    let deflated =
        SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let pack = |files: &[(&str, &[u8])]| {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, deflated).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    let upload = pack(&[("notes.appxsym", b"symbols"), ("notes.msixbundle", &bundle)]);
    let nested = pack(&[("notes.msixupload", &upload)]);
    let deeper = pack(&[("notes.msixupload", &nested)]);
    let two = pack(&[("a.msix", &plain), ("b.msix", &plain)]);
    let outer = pack(&[
        (BUNDLE, &bundle),
        ("plain.msix", &plain),
        ("upload.msixupload", &upload),
        ("empty.msix", b""),
        ("too-deep.msixupload", &deeper),
        ("two.msixupload", &two),
        ("plain.msixbundle", &plain),
        ("plain.eappx", &plain),
    ]);
    let mut outer = archive(Cursor::new(outer)).unwrap();
    for name in [BUNDLE, "plain.msix", "upload.msixupload"] {
        assert_eq!(facts(outer.package(name)), notes(), "{name}");
    }
    for (name, why) in [
        ("empty.msix", "not an app package"),
        ("too-deep.msixupload", "no package in it"),
        ("two.msixupload", "more than one package"),
        ("plain.msixbundle", "no appxmetadata/appxbundlemanifest.xml"),
        ("plain.eappx", "the type .eappx"),
    ] {
        let error = outer.package(name).unwrap_err();
        assert!(error.contains(why), "{name}: {error}");
    }
}
