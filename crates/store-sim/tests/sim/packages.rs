//! What a commit says to the ZIP and to the packages in it: each refusal that is known, beside the nearest thing that is taken.

use crate::client::{
    APP, FLIGHT, IDENTITY, Store, manifest, msix, new_package, options, package, zip,
};
use serde_json::{Value, json};
use store_sim::SimOptions;

const NEW: &str = "Northwind.Notes_9.1.0.0.msix";
const BUNDLE: &str = "Northwind.Notes_9.1.0.0.msixbundle";
const OTHER: &str = "PackageValidationFailed";

/// A new file, its ZIP, and what comes of it: "" for published, else the refusal's code and words.
struct Case {
    name: &'static str,
    file: &'static str,
    zip: Vec<u8>,
    code: &'static str,
    words: &'static str,
}

fn good() -> String {
    manifest(IDENTITY, "9.1.0.0")
}

/// The good manifest with one place changed.
fn changed(from: &str, to: &str) -> String {
    let manifest = good();
    assert!(manifest.contains(from), "{from}");
    manifest.replace(from, to)
}

fn of(name: &'static str, file: &'static str, content: Vec<u8>) -> Case {
    Case {
        name,
        file,
        zip: zip(&[(file, content)]),
        code: "",
        words: "",
    }
}

/// A package with this manifest is taken.
fn taken(name: &'static str, manifest: impl Into<Vec<u8>>) -> Case {
    of(name, NEW, package(manifest))
}

fn refused(name: &'static str, manifest: impl Into<Vec<u8>>, words: &'static str) -> Case {
    Case {
        code: OTHER,
        words,
        ..taken(name, manifest)
    }
}

impl Case {
    fn refused_with(self, code: &'static str, words: &'static str) -> Self {
        Self {
            code,
            words,
            ..self
        }
    }
}

fn utf16(text: &str) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xFE];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

/// A bundle of packages: their names in the manifest, in the ZIP, and their manifests.
fn bundle(packages: &[(&str, &str, &str)]) -> Vec<u8> {
    let entries: Vec<String> = packages
        .iter()
        .map(|(name, ..)| {
            format!(r#"<Package Type="application" Architecture="x64" FileName="{name}"/>"#)
        })
        .collect();
    let entries = entries.concat();
    let manifest = format!(
        r#"<Bundle xmlns="http://schemas.microsoft.com/appx/2013/bundle"><Identity Name="{IDENTITY}"
        Publisher="CN=2D5C1B7E-6A04-4F93-8E1C-7B0A9D3F5E62" Version="9.1.0.0"/><Packages>{entries}
        <Package Type="resource" FileName="de.msix"><Resources><Resource Language="de"/></Resources></Package></Packages></Bundle>"#
    );
    let mut files: Vec<(&str, Vec<u8>)> = packages
        .iter()
        .filter(|(_, file, _)| !file.is_empty())
        .map(|(_, file, manifest)| (*file, package(*manifest)))
        .collect();
    files.push(("AppxMetadata/AppxBundleManifest.xml", manifest.into_bytes()));
    files.push(("AppxBlockMap.xml", b"<BlockMap/>".to_vec()));
    files.push(("[Content_Types].xml", b"<Types/>".to_vec()));
    zip(&files)
}

/// The good package with this block map.
fn mapped(map: &str) -> Vec<u8> {
    zip(&[
        ("AppxManifest.xml", good().into_bytes()),
        ("AppxBlockMap.xml", map.into()),
        ("[Content_Types].xml", b"<Types/>".to_vec()),
    ])
}

/// The bytes with one name of a file put for another of its length, where it stands for the n-th time.
fn renamed(mut bytes: Vec<u8>, from: &str, to: &str, place: usize) -> Vec<u8> {
    let found = |window: &[u8]| window == from.as_bytes();
    let mut at = bytes.windows(from.len()).enumerate();
    let mut at = at
        .by_ref()
        .filter(|(_, window)| found(window))
        .map(|(at, _)| at);
    let at = at.nth(place).unwrap();
    bytes.splice(at..at + from.len(), to.bytes());
    bytes
}

/// A block map of one file.
fn map(size: usize, name: &str) -> String {
    format!(r#"<BlockMap><File Name="{name}" Size="{size}"><Block Hash="x"/></File></BlockMap>"#)
}

fn bundled(name: &'static str, packages: &[(&str, &str, &str)]) -> Case {
    of(name, BUNDLE, bundle(packages))
}

fn cases() -> Vec<Case> {
    let good = good();
    let inner = good.as_str();
    let version = |version: &str| changed("9.1.0.0", version);
    let families = r#"<TargetDeviceFamily Name="Windows.Desktop" MinVersion="10.0.17763.0" MaxVersionTested="10.0.22621.0" />"#;
    let windows_8 = |version: &str| {
        changed(families, "")
            .replace("manifest/foundation/windows10\"", "2010/manifest\"")
            .replace("9.1.0.0", version)
    };
    let trusted = |version: &str| {
        changed(
            "<Capability Name=\"internetClient\" />",
            "<rescap:Capability Name=\"runFullTrust\" />",
        )
        .replace("9.1.0.0", version)
    };
    let property = |name: &str| {
        changed(
            "<DisplayName>",
            &format!("<{name}>true</{name}><DisplayName>"),
        )
    };
    let called = |name: &str| changed("ms-resource:AppName", name);
    let other = changed(
        "Publisher=\"CN=2D5C1B7E-6A04-4F93-8E1C-7B0A9D3F5E62\"",
        "Publisher=\"CN=Somebody\"",
    );
    let upload = |files: &[(&str, Vec<u8>)]| zip(files);
    let mut damaged = of("damaged bytes", NEW, msix(IDENTITY, "9.1.0.0"))
        .refused_with("InvalidArchive", "Northwind.Notes_9.1.0.0.msix");
    let middle = damaged.zip.len() / 3;
    damaged.zip[middle] ^= 1;
    vec![
        taken("a good package", inner),
        of("no archive", NEW, Vec::new()).refused_with(OTHER, "not an app package"),
        Case {
            zip: b"this is no archive".to_vec(),
            ..taken("no ZIP", inner)
        }
        .refused_with("InvalidArchive", "could not be opened"),
        Case {
            zip: zip(&[("top/Northwind.Notes_9.1.0.0.msix", package(inner))]),
            ..taken("a folder", inner)
        }
        .refused_with("MissingFiles", NEW),
        damaged,
        // Who it is.
        refused(
            "another name",
            manifest("Somebody.Else", "9.1.0.0"),
            "Invalid package identity name: Somebody.Else (expected: 40417Northwind.Notes)",
        ),
        refused(
            "another publisher",
            other.clone(),
            "Invalid package publisher name: CN=Somebody (expected: CN=2D5C1B7E",
        ),
        taken("a reserved display name", called("Northwind Notes")),
        refused(
            "another display name",
            called("Notes"),
            "display name that is not reserved: Notes",
        ),
        // Its version.
        refused(
            "a fourth part",
            version("9.1.0.7"),
            "revision number other than zero",
        ),
        refused(
            "a fourth part with full trust",
            trusted("9.1.0.7"),
            "revision number other than zero",
        ),
        taken("full trust", trusted("9.1.0.0")),
        taken("a fourth part for Windows 8", windows_8("9.1.0.7")),
        refused(
            "leading zeros",
            version("09.01.00.00"),
            "without leading zeros",
        ),
        refused("three parts", version("9.1.0"), "is no version"),
        refused("a part too large", version("9.70000.0.0"), "is no version"),
        refused("a first part of zero", version("0.1.0.0"), "must not be 0"),
        // What it is for.
        refused("no family", changed(families, ""), "no device family"),
        refused(
            "a family of another system",
            changed("Windows.Desktop", "Linux.All"),
            "no device family",
        ),
        taken(
            "another family of Windows",
            changed("Windows.Desktop", "Windows.Universal"),
        ),
        refused(
            "no language",
            changed(
                "<Resource Language=\"en-US\" /><Resource Language=\"de-DE\" />",
                "",
            ),
            "no language",
        ),
        refused("a framework", property("Framework"), "Framework packages"),
        refused(
            "a resource package",
            property("ResourcePackage"),
            "resource package",
        ),
        refused(
            "a debug framework",
            changed(
                families,
                &format!(
                    r#"{families}<PackageDependency Name="Microsoft.VCLibs.140.00.Debug" MinVersion="14.0.0.0"/>"#
                ),
            ),
            "Microsoft.VCLibs.140.00.Debug",
        ),
        taken(
            "a framework of the Store",
            changed(
                families,
                &format!(
                    r#"{families}<PackageDependency Name="Microsoft.VCLibs.140.00" MinVersion="14.0.0.0"/>"#
                ),
            ),
        ),
        of(
            "no block map",
            NEW,
            zip(&[("AppxManifest.xml", inner.into())]),
        )
        .refused_with(OTHER, "AppxBlockMap.xml"),
        of("no manifest", NEW, zip(&[("AppxBlockMap.xml", Vec::new())]))
            .refused_with(OTHER, "appxmanifest.xml"),
        of("a half manifest", NEW, package(&inner[..inner.len() / 2]))
            .refused_with(OTHER, "the manifest"),
        of(
            "no content types",
            NEW,
            zip(&[
                ("AppxManifest.xml", inner.into()),
                ("AppxBlockMap.xml", b"<BlockMap/>".to_vec()),
            ]),
        )
        .refused_with(OTHER, "[Content_Types].xml"),
        of(
            "a right block map",
            NEW,
            mapped(&map(inner.len(), "AppxManifest.xml")),
        ),
        of(
            "a block map with another size",
            NEW,
            mapped(&map(inner.len() + 1, "AppxManifest.xml")),
        )
        .refused_with(OTHER, "other sizes for appxmanifest.xml"),
        of(
            "a block map with another file",
            NEW,
            mapped(&map(inner.len(), "Manifest.xml")),
        )
        .refused_with(OTHER, "lists manifest.xml, which is not there"),
        of(
            "two manifests",
            NEW,
            renamed(
                renamed(
                    zip(&[
                        ("AppxManifest.xml", inner.into()),
                        ("AppxManifesT.xml", inner.into()),
                        ("AppxBlockMap.xml", b"<BlockMap/>".to_vec()),
                        ("[Content_Types].xml", b"<Types/>".to_vec()),
                    ]),
                    "AppxManifesT",
                    "AppxManifest",
                    0,
                ),
                "AppxManifesT",
                "AppxManifest",
                0,
            ),
        )
        .refused_with(OTHER, "two files of a name"),
        of(
            "another name before the bytes",
            NEW,
            renamed(package(inner), "AppxManifest.xml", "AppxManifezt.xml", 0),
        )
        .refused_with(OTHER, "two names for a file"),
        Case {
            zip: renamed(
                zip(&[(NEW, package(inner))]),
                NEW,
                "Northwind.Notez_9.1.0.0.msix",
                0,
            ),
            ..taken("another name before the package", inner)
        }
        .refused_with("InvalidArchive", "local header has another name"),
        refused(
            "an optional package",
            changed(
                families,
                &format!(r#"{families}<MainPackageDependency Name="Contoso.Main"/>"#),
            ),
            "optional package",
        ),
        // How it is written.
        taken("UTF-16", utf16(inner)),
        taken(
            "numeric entities",
            changed("CN=2D5C1B7E", "&#67;N=2D5C1B7&#x45;"),
        ),
        taken(
            "lines in a tag",
            changed("Publisher=\"", "\n\tPublisher\n = \""),
        ),
        of(
            "a lower-case manifest",
            NEW,
            zip(&[
                ("appxmanifest.xml", inner.into()),
                ("appxblockmap.xml", Vec::new()),
                ("[content_types].xml", Vec::new()),
            ]),
        ),
        taken(
            "an identity of somebody else's namespace",
            changed(
                "<Identity",
                r#"<b:Identity xmlns:b="urn:x" Name="Other" Publisher="CN=O" Version="1.0.0.0"/><Identity"#,
            ),
        ),
        // Kinds of files.
        of("an appx", "n.appx", package(inner)),
        of("an encrypted package", "n.eappx", package(inner))
            .refused_with(OTHER, "the type .eappx"),
        of("a program", "n.exe", package(inner)).refused_with(OTHER, "the type .exe"),
        of("a package called a bundle", BUNDLE, package(inner))
            .refused_with(OTHER, "appxbundlemanifest.xml"),
        of(
            "a bundle called a package",
            NEW,
            bundle(&[("n.msix", "n.msix", inner)]),
        )
        .refused_with(OTHER, "appxmanifest.xml"),
        of(
            "an upload file",
            "n.msixupload",
            upload(&[("n.msix", package(inner)), ("n.appxsym", Vec::new())]),
        ),
        of(
            "an upload file of two",
            "n.msixupload",
            upload(&[("a.msix", package(inner)), ("b.msix", package(inner))]),
        )
        .refused_with(OTHER, "more than one package"),
        of(
            "an upload file of none",
            "n.msixupload",
            upload(&[("n.appxsym", Vec::new())]),
        )
        .refused_with(OTHER, "no package in it"),
        // Bundles.
        bundled("a bundle", &[("n.msix", "n.msix", inner)]),
        bundled(
            "a bundle with names of a URL",
            &[("My App ü.msix", "My%20App%20%C3%BC.msix", inner)],
        ),
        bundled(
            "a bundle with names in another case",
            &[("Notes.msix", "notes.MSIX", inner)],
        ),
        bundled("a bundle of resources", &[]).refused_with(OTHER, "no application package"),
        bundled("a bundle with a gap", &[("n.msix", "", inner)])
            .refused_with(OTHER, "names n.msix, which is not in it"),
        bundled("a bundle with a stranger", &[("n.msix", "n.msix", &other)])
            .refused_with(OTHER, "CN=Somebody"),
        bundled(
            "a bundle with a fourth part inside",
            &[("n.msix", "n.msix", &version("9.1.0.7"))],
        )
        .refused_with(OTHER, "revision number"),
        of(
            "a bundle that says another size",
            BUNDLE,
            resized(&bundle(&[("n.msix", "n.msix", inner)])),
        )
        .refused_with(OTHER, "another size for n.msix"),
        bundled(
            "a bundle that says another architecture",
            &[("n.msix", "n.msix", &changed("\"x64\"", "\"x86\""))],
        )
        .refused_with(OTHER, "architecture x86"),
    ]
}

/// The bundle whose manifest has a size of 1 for its package.
fn resized(bundle: &[u8]) -> Vec<u8> {
    let size = |text: &str| text.replace(r#"FileName="n.msix""#, r#"FileName="n.msix" Size="1""#);
    rezipped(bundle, size)
}

/// The bundle with its manifest changed.
fn rezipped(bundle: &[u8], change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut archive = ::zip::ZipArchive::new(std::io::Cursor::new(bundle)).unwrap();
    let mut files = Vec::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut content).unwrap();
        if name.ends_with("BundleManifest.xml") {
            content = change(std::str::from_utf8(&content).unwrap()).into_bytes();
        }
        files.push((name, content));
    }
    let files: Vec<(&str, Vec<u8>)> = files
        .iter()
        .map(|(name, content)| (name.as_str(), content.clone()))
        .collect();
    zip(&files)
}

/// Commits the draft with the ZIP and gives the status it ends in.
async fn commit(
    store: &Store,
    product: &str,
    edit: impl FnOnce(&mut Value),
    zip: Vec<u8>,
) -> (String, Value) {
    let (draft, path) = store.draft(product).await;
    let mut edited = draft.clone();
    edit(&mut edited);
    store.put(&path, &edited).await.is(200);
    if !zip.is_empty() {
        assert_eq!(store.upload(&draft, zip).await, 201);
    }
    store.post(&format!("{path}/commit"), None).await.is(202);
    let status = store.until(&path, &["CommitFailed", "Published"]).await;
    (path, status)
}

fn add(list: &'static str, files: &[&str]) -> impl FnOnce(&mut Value) {
    let files: Vec<Value> = files.iter().map(|file| new_package(file)).collect();
    move |document| document[list].as_array_mut().unwrap().extend(files)
}

#[tokio::test]
async fn every_package_gets_the_stores_answer() {
    let store = Store::start(SimOptions {
        speed: 1e6,
        ..options()
    })
    .await;
    for case in cases() {
        let Case {
            name,
            file,
            zip,
            code,
            words,
        } = case;
        let (path, status) = commit(&store, APP, add("applicationPackages", &[file]), zip).await;
        if code.is_empty() {
            assert_eq!(status["status"], "Published", "{name}: {status}");
            let live = store.get(&path).await.is(200);
            let entry = live["applicationPackages"]
                .as_array()
                .unwrap()
                .last()
                .unwrap();
            let languages = entry["languages"].as_array().unwrap();
            assert!(languages.contains(&json!("en-US")), "{name}: {entry}");
            // The next case starts from the same packages.
            commit(&store, APP, drop_last, Vec::new()).await;
        } else {
            assert_eq!(status["status"], "CommitFailed", "{name}");
            let error = &status["statusDetails"]["errors"][0];
            assert_eq!(error["code"], code, "{name}: {error}");
            assert!(
                error["details"].as_str().unwrap().contains(words),
                "{name}: {error}"
            );
            // A failed one is still the pending one.
            store
                .post(&format!("{APP}/submissions"), None)
                .await
                .refused(409, "InvalidState", "Create submission failed");
            store.delete(&path).await.empty(204);
        }
    }
}

fn drop_last(document: &mut Value) {
    let packages = document["applicationPackages"].as_array_mut().unwrap();
    packages.last_mut().unwrap()["fileStatus"] = json!("PendingDelete");
}

#[tokio::test]
async fn nothing_uploaded_is_missing_files() {
    let store = Store::fast().await;
    let (mut draft, path) = store.draft(APP).await;
    add("applicationPackages", &[NEW])(&mut draft);
    store.put(&path, &draft).await.is(200);
    store.post(&format!("{path}/commit"), None).await.is(202);
    let status = store.until(&path, &["CommitFailed", "Published"]).await;
    let error = &status["statusDetails"]["errors"][0];
    assert_eq!(error["code"], "MissingFiles");
    assert!(error["details"].as_str().unwrap().contains(NEW));
}

#[tokio::test]
async fn a_full_name_is_given_once_unless_it_is_the_same_file() {
    let x64 = msix(IDENTITY, "9.1.0.0");
    let arm64 = package(good().replace("x64", "arm64"));
    let larger = package(good() + "<!-- built again -->");
    let one = |name: &'static str| bundle(&[(name, name, &good())]);
    for (second, content, end) in [
        ("n.msix", x64.clone(), "Published"),
        ("n.msix", larger, "CommitFailed"),
        ("n.msix", arm64, "Published"),
        // A bundle has a full name of its own.
        ("n.msixbundle", one("n.msix"), "Published"),
    ] {
        let store = Store::fast().await;
        let files = zip(&[(NEW, x64.clone()), (second, content)]);
        let (_, status) = commit(
            &store,
            APP,
            add("applicationPackages", &[NEW, second]),
            files,
        )
        .await;
        assert_eq!(status["status"], end, "{second}: {status}");
    }
    // Bundles collide whatever is inside.
    let store = Store::fast().await;
    let files = zip(&[(BUNDLE, one("a.msix")), ("b.msixbundle", one("b.msix"))]);
    let (_, status) = commit(
        &store,
        APP,
        add("applicationPackages", &[BUNDLE, "b.msixbundle"]),
        files,
    )
    .await;
    assert_eq!(status["status"], "CommitFailed", "{status}");

    // What is kept from an earlier submission counts, too.
    let store = Store::fast().await;
    for (content, end) in [
        (x64.clone(), "Published"),
        (x64, "Published"),
        (package(good() + " "), "CommitFailed"),
    ] {
        let (_, status) = commit(
            &store,
            APP,
            add("applicationPackages", &[NEW]),
            zip(&[(NEW, content)]),
        )
        .await;
        assert_eq!(status["status"], end, "{status}");
    }
}

#[tokio::test]
async fn where_a_bundle_was_released_there_must_be_a_bundle() {
    let without_old = |add: Vec<Value>| {
        move |document: &mut Value| {
            let packages = document["applicationPackages"].as_array_mut().unwrap();
            for package in packages.iter_mut() {
                package["fileStatus"] = json!("PendingDelete");
            }
            packages.extend(add);
        }
    };
    let store = Store::fast().await;
    let loose = zip(&[(NEW, msix(IDENTITY, "9.1.0.0"))]);
    let (path, status) = commit(
        &store,
        APP,
        without_old(vec![new_package(NEW)]),
        loose.clone(),
    )
    .await;
    let error = &status["statusDetails"]["errors"][0];
    assert_eq!(error["code"], OTHER, "{status}");
    let details = error["details"].as_str().unwrap();
    assert!(
        details.contains("must continue to contain a Windows 10 .msixbundle"),
        "{details}"
    );
    store.delete(&path).await.empty(204);
    // An upload file with a bundle is one.
    let file = zip(&[("n.msixbundle", bundle(&[("n.msix", "n.msix", &good())]))]);
    let files = zip(&[("n.msixupload", file)]);
    let (_, status) = commit(
        &store,
        APP,
        without_old(vec![new_package("n.msixupload")]),
        files,
    )
    .await;
    assert_eq!(status["status"], "Published", "{status}");
    let (_, status) = commit(
        &store,
        APP,
        without_old(vec![new_package(NEW)]),
        loose.clone(),
    )
    .await;
    assert_eq!(status["status"], "CommitFailed", "{status}");

    // The rule is known of apps only.
    let store = Store::fast().await;
    let (_, status) = commit(
        &store,
        FLIGHT,
        |document| {
            document["flightPackages"] = json!([document["flightPackages"][0], new_package(NEW)]);
            document["flightPackages"][0]["fileStatus"] = json!("PendingDelete");
        },
        loose,
    )
    .await;
    assert_eq!(status["status"], "Published", "{status}");
}
