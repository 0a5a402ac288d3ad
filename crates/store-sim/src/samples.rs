//! The sample files of `flightdeck demo`: ZIPs that fit, ZIPs with mistakes, a folder to pack, and submission documents for products of
//! the demo account that do not change by themselves.

use crate::account;
use crate::png;
use crate::seed::Account;
use crate::stored_zip::Content;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

const BUNDLE: &str = "Northwind.Notes_2.5.0.0.msixbundle";
const IDENTITY: &str = "40417Northwind.Notes";
const VERSION: &str = "2.5.0.0";
const OLD_PACKAGE: &str = "Northwind.Notes_2.3.0.0_x64.msix";
/// Zeros in the large package: enough for an upload that can be watched, paused and resumed on a loopback line.
const LARGE: u64 = 700 << 20;

const NOTES: &str = "9NX0EXAMPLE1";
const NOTES_PRO: &str = "9NX0ADDONEX1";
const INSIDERS: &str = "5f0c2a7e-6b1d-4c3e-9a84-0d2f61b7c915";

/// The written files.
pub struct Samples {
    /// Where they are.
    pub folder: PathBuf,
    /// Their paths, in the order of writing.
    pub files: Vec<PathBuf>,
}

/// Writes the samples into a folder that exists; files of the same names are replaced.
pub fn write(folder: &Path) -> io::Result<Samples> {
    let notes = Content::archive([(BUNDLE, bundle(Content::default()))]);
    let nested = ["x64", "arm64"].map(|architecture| {
        let name = format!("northwind-notes-2.5/Northwind.Notes_{VERSION}_{architecture}.msix");
        (name, package(VERSION, architecture, Content::default()))
    });
    let nested = nested
        .iter()
        .map(|(name, content)| (name.as_str(), content.clone()));
    let zips = [
        ("northwind-notes-2.5.zip", notes.clone()),
        (
            "northwind-notes-large.zip",
            Content::archive([(BUNDLE, bundle(Content::zeros(LARGE)))]),
        ),
        ("northwind-notes-2.5-mistakes.zip", mistakes()),
        ("northwind-notes-2.5-nested.zip", Content::archive(nested)),
        (
            "northwind-notes-2.3-old.zip",
            Content::archive([(OLD_PACKAGE, package("2.3.0.0", "x64", Content::default()))]),
        ),
        (
            "notes-pro-icon.zip",
            Content::archive([("en-us/pro.png", icon([0x1F, 0x6F, 0xEB]))]),
        ),
        (
            "notes-sync-icon.zip",
            Content::archive([("en-us/sync.png", icon([0x2D, 0xA4, 0x4E]))]),
        ),
    ];
    let mut samples = Samples {
        folder: folder.to_owned(),
        files: Vec::new(),
    };
    for (name, content) in zips {
        content.write(&mut samples.create(name)?)?;
    }

    // What a build leaves behind: another case, another folder, and files that nobody needs.
    fs::create_dir_all(folder.join("build-2.5/packages"))?;
    let build = [
        (
            format!("build-2.5/packages/{}", BUNDLE.to_ascii_lowercase()),
            bundle(Content::default()),
        ),
        ("build-2.5/pro.png".to_owned(), icon([0x1F, 0x6F, 0xEB])),
        (
            "build-2.5/build.log".to_owned(),
            Content::bytes("0 warnings, 0 errors\r\n"),
        ),
    ];
    for (name, content) in build {
        content.write(&mut samples.create(&name)?)?;
    }

    let mut broken = samples.create("broken.zip")?;
    notes.write(&mut broken)?;
    // In the middle of the first file: an upload that was cut off, not a ZIP with a torn end.
    broken.set_len(notes.length() / 2)?;

    let account = account::demo();
    for (name, document) in [
        ("notes-2.5.json", notes_document(&account)),
        ("notes-pro.json", notes_pro_document(&account)),
        ("insiders-2.5.json", insiders_document(&account)),
    ] {
        writeln!(samples.create(name)?, "{document:#}")?;
    }
    Ok(samples)
}

/// Writes a ZIP with one bundle that holds `zeros` zero bytes, which take no disk space, to try large uploads.
pub fn write_large(file: &mut File, zeros: u64) -> io::Result<()> {
    Content::archive([(BUNDLE, bundle(Content::zeros(zeros)))]).write(file)
}

impl Samples {
    fn create(&mut self, name: &str) -> io::Result<File> {
        let path = name
            .split('/')
            .fold(self.folder.clone(), |path, part| path.join(part));
        let file = File::create(&path)?;
        self.files.push(path);
        Ok(file)
    }
}

/// Everything that goes wrong when a person packs by hand.
fn mistakes() -> Content {
    let nested = format!("northwind-notes-2.5/{BUNDLE}");
    let wrong_case = BUNDLE.to_ascii_lowercase();
    let not_a_package = "This is not a package, only a file with the name of one.\r\n";
    Content::archive([
        (nested.as_str(), bundle(Content::default())),
        (wrong_case.as_str(), bundle(Content::default())),
        ("en-us\\main-2.5.png", icon([0x1F, 0x6F, 0xEB])),
        (
            "Northwind.Notes_2.5.0.0_arm64.msix",
            Content::bytes(not_a_package),
        ),
        ("Thumbs.db", Content::bytes(*b"\xD0\xCF\x11\xE0")),
    ])
}

/// A bundle with one application package; `assets` makes it as large as wanted.
fn bundle(assets: Content) -> Content {
    let inner = "Northwind.Notes_2.5.0.0_x64.msix";
    let manifest = format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<Bundle xmlns="http://schemas.microsoft.com/appx/2013/bundle" SchemaVersion="5.0">
  <Identity Name="{IDENTITY}" Publisher="CN=2D5C1B7E-6A04-4F93-8E1C-7B0A9D3F5E62" Version="{VERSION}"/>
  <Packages>
    <Package Type="application" Version="{VERSION}" Architecture="x64" FileName="{inner}">
      <Resources><Resource Language="en-us"/><Resource Language="de-de"/></Resources>
    </Package>
  </Packages>
</Bundle>
"#
    );
    let manifest = (
        "AppxMetadata/AppxBundleManifest.xml",
        Content::bytes(manifest),
    );
    let map = block_map(std::slice::from_ref(&manifest));
    Content::archive([
        (inner, package(VERSION, "x64", assets)),
        manifest,
        ("AppxBlockMap.xml", map),
        ("[Content_Types].xml", Content::bytes(CONTENT_TYPES)),
    ])
}

/// The block map of these files: their sizes, those of their heads in the ZIP, and a hash for each 64 KiB.
fn block_map(files: &[(&str, Content)]) -> Content {
    let entry = |(name, content): &(&str, Content)| {
        let (size, head) = (content.length(), 30 + name.len());
        let blocks: Vec<String> = content
            .block_hashes()
            .iter()
            .map(|hash| format!(r#"<Block Hash="{}"/>"#, BASE64_STANDARD.encode(hash)))
            .collect();
        format!(
            r#"<File Name="{}" Size="{size}" LfhSize="{head}">{}</File>"#,
            name.replace('/', "\\"),
            blocks.concat()
        )
    };
    let entries: Vec<String> = files.iter().map(entry).collect();
    Content::bytes(format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<BlockMap xmlns="http://schemas.microsoft.com/appx/2010/blockmap" HashMethod="http://www.w3.org/2001/04/xmlenc#sha256">{}</BlockMap>"#,
        entries.concat()
    ))
}

fn package(version: &str, architecture: &str, assets: Content) -> Content {
    let manifest = format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10"
         xmlns:uap="http://schemas.microsoft.com/appx/manifest/uap/windows10"
         xmlns:rescap="http://schemas.microsoft.com/appx/manifest/foundation/windows10/restrictedcapabilities">
  <Identity Name="{IDENTITY}" Publisher="CN=2D5C1B7E-6A04-4F93-8E1C-7B0A9D3F5E62" Version="{version}" ProcessorArchitecture="{architecture}"/>
  <Properties>
    <DisplayName>Northwind Notes</DisplayName>
    <PublisherDisplayName>Northwind</PublisherDisplayName>
    <Logo>Assets\tile.png</Logo>
  </Properties>
  <Dependencies>
    <TargetDeviceFamily Name="Windows.Desktop" MinVersion="10.0.17763.0" MaxVersionTested="10.0.26100.0"/>
  </Dependencies>
  <Resources>
    <Resource Language="en-US"/>
    <Resource Language="de-DE"/>
  </Resources>
  <Applications>
    <Application Id="Notes" Executable="Northwind.Notes.exe" EntryPoint="Windows.FullTrustApplication"/>
  </Applications>
  <Capabilities>
    <Capability Name="internetClient"/>
    <rescap:Capability Name="runFullTrust"/>
  </Capabilities>
</Package>
"#
    );
    // The program comes first and is most of the file: what is cut in the middle then has no directory of any level.
    let program: Vec<u8> = (0..48_u32 << 10)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let mut files = vec![("Northwind.Notes.exe", Content::bytes(program))];
    if assets.length() > 0 {
        files.push(("Assets/templates.bin", assets));
    }
    files.extend([
        ("Assets/tile.png", icon([0x1F, 0x6F, 0xEB])),
        ("AppxManifest.xml", Content::bytes(manifest)),
    ]);
    let map = block_map(&files);
    files.extend([
        ("AppxBlockMap.xml", map),
        ("[Content_Types].xml", Content::bytes(CONTENT_TYPES)),
    ]);
    Content::archive(files)
}

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="exe" ContentType="application/x-msdownload"/><Default Extension="png" ContentType="image/png"/><Default Extension="msix" ContentType="application/vnd.ms-appx"/><Override PartName="/AppxBlockMap.xml" ContentType="application/vnd.ms-appx.blockmap+xml"/><Override PartName="/AppxManifest.xml" ContentType="application/vnd.ms-appx.manifest+xml"/><Override PartName="/AppxMetadata/AppxBundleManifest.xml" ContentType="application/vnd.ms-appx.bundlemanifest+xml"/></Types>
"#;

/// The Store takes icons of add-ons in this size only.
fn icon(colour: [u8; 3]) -> Content {
    Content::bytes(png::tile(300, colour))
}

fn notes_document(account: &Account) -> Value {
    let mut document = live(account, NOTES);
    replace_package(
        &mut document,
        "applicationPackages",
        "Northwind.Notes_2.4.0.0.msixbundle",
    );
    let texts = [
        (
            "en-us",
            "Tabs. Notes open in half the time. Fixes for printing.",
        ),
        (
            "de-de",
            "Registerkarten. Notizen öffnen doppelt so schnell.",
        ),
    ];
    for (language, text) in texts {
        if let Some(notes) =
            document.pointer_mut(&format!("/listings/{language}/baseListing/releaseNotes"))
        {
            *notes = text.into();
        }
    }
    document
}

fn notes_pro_document(account: &Account) -> Value {
    let mut document = live(account, NOTES_PRO);
    if let Some(icon) = document.pointer_mut("/listings/en-us/icon") {
        *icon = json!({ "fileName": "en-us/pro.png", "fileStatus": "PendingUpload" });
    }
    document
}

fn insiders_document(account: &Account) -> Value {
    let mut document = live(account, INSIDERS);
    replace_package(
        &mut document,
        "flightPackages",
        "Northwind.Notes_2.4.1.0.msixbundle",
    );
    document
}

/// The live document as a client would send it back: without what the Store alone sets.
fn live(account: &Account, id: &str) -> Value {
    let product = account.products.iter().find(|product| product.id == id);
    let mut document = product
        .and_then(|product| product.published.clone())
        .unwrap_or_default();
    if let Some(fields) = document.as_object_mut() {
        for field in ["id", "flightId", "status", "statusDetails", "friendlyName"] {
            fields.shift_remove(field);
        }
    }
    document
}

fn replace_package(document: &mut Value, field: &str, old: &str) {
    let Some(packages) = document.get_mut(field).and_then(Value::as_array_mut) else {
        return;
    };
    for package in packages
        .iter_mut()
        .filter(|package| package.get("fileName") == Some(&old.into()))
    {
        if let Some(status) = package.get_mut("fileStatus") {
            *status = "PendingDelete".into();
        }
    }
    packages.push(json!({
        "fileName": BUNDLE, "fileStatus": "PendingUpload", "minimumDirectXVersion": "None", "minimumSystemRam": "None",
    }));
}
