//! How the corpus was made, so that it can be made again: small ZIPs and manifests, right, odd, broken and hostile.

use std::io::{Cursor, Write};
use zip::{CompressionMethod, DateTime, System, ZipWriter, write::SimpleFileOptions};

type Files = Vec<(&'static str, Vec<u8>)>;

fn options(method: CompressionMethod) -> SimpleFileOptions {
    SimpleFileOptions::DEFAULT
        .compression_method(method)
        .last_modified_time(DateTime::DEFAULT)
        .system(System::Unix)
}

fn packed(files: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn stored(files: &[(&str, &[u8])]) -> Vec<u8> {
    packed(files, options(CompressionMethod::Stored))
}

fn deflated(files: &[(&str, &[u8])]) -> Vec<u8> {
    packed(files, options(CompressionMethod::Deflated))
}

const PACKAGE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10" xmlns:rescap="r">
<Identity Name="Contoso.App" Publisher="CN=Contoso" Version="2.5.0.0" ProcessorArchitecture="x64"/>
<Dependencies><TargetDeviceFamily Name="Windows.Desktop" MinVersion="10.0.19041.0" MaxVersionTested="10.0.26100.0"/></Dependencies>
<Resources><Resource Language="en-US"/><Resource Language="de-DE"/></Resources>
<Capabilities><Capability Name="internetClient"/><rescap:Capability Name="runFullTrust"/></Capabilities></Package>"#;

const BUNDLE: &str = r#"<Bundle><Identity Name="Contoso.App" Publisher="CN=Contoso" Version="2.5.0.0"/><Packages>
<Package Type="application" Version="2.5.0.0" Architecture="x64" FileName="app_x64.msix"/>
<Package Type="resource" FileName="app_de.msix"><Resources><Resource Language="de"/></Resources></Package></Packages></Bundle>"#;

fn png() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend([1920_u32.to_be_bytes(), 1080_u32.to_be_bytes()].concat());
    png.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
    png
}

fn package() -> Vec<u8> {
    deflated(&[
        ("app.exe", &[7; 3000]),
        ("AppxManifest.xml", PACKAGE.as_bytes()),
    ])
}

fn bundle() -> Vec<u8> {
    stored(&[
        ("app_x64.msix", &package()),
        ("AppxMetadata/AppxBundleManifest.xml", BUNDLE.as_bytes()),
    ])
}

/// Replaces every run of these bytes by others of the same length.
fn with(mut bytes: Vec<u8>, old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut at = 0;
    while let Some(found) = bytes
        .get(at..)
        .and_then(|rest| rest.windows(old.len()).position(|part| part == old))
    {
        bytes.splice(at + found..at + found + old.len(), new.iter().copied());
        at += found + old.len();
    }
    bytes
}

/// Overwrites bytes of the first directory entry, `at` from its beginning.
fn entry(mut bytes: Vec<u8>, at: usize, new: &[u8]) -> Vec<u8> {
    let start = bytes.windows(4).rposition_of(b"PK\x01\x02");
    bytes.splice(start + at..start + at + new.len(), new.iter().copied());
    bytes
}

/// Overwrites bytes of the end record.
fn end(mut bytes: Vec<u8>, at: usize, new: &[u8]) -> Vec<u8> {
    let start = bytes.len() - 22;
    bytes.splice(start + at..start + at + new.len(), new.iter().copied());
    bytes
}

trait Last<'a> {
    fn rposition_of(self, wanted: &[u8]) -> usize;
}

impl<'a, I: Iterator<Item = &'a [u8]>> Last<'a> for I {
    fn rposition_of(self, wanted: &[u8]) -> usize {
        self.enumerate()
            .filter(|(_, part)| *part == wanted)
            .map(|(at, _)| at)
            .last()
            .unwrap()
    }
}

pub(crate) fn archives() -> Files {
    let (package, bundle, png) = (package(), bundle(), png());
    let whole = stored(&[
        ("app.msix", &package),
        ("App.msixbundle", &bundle),
        ("en-us/hero.png", &png),
    ]);
    let one = || stored(&[("app.msix", &package)]);
    let upload = stored(&[("app.appxsym", b"symbols"), ("App.msixbundle", &bundle)]);
    let zeros = vec![0; 8 << 20];
    let bomb = deflated(&[(
        "app.msix",
        &deflated(&[("app.msix", &deflated(&[("zeros.bin", &zeros)]))]),
    )]);
    let lying = stored(&[("app.msix", &entry(one(), 20, &[0xFF; 8]))]);
    let long = ZipWriter::new(Cursor::new(Vec::new()));
    let streamed = {
        let mut writer = ZipWriter::new_stream(Vec::new());
        writer
            .start_file("app.msix", options(CompressionMethod::Deflated))
            .unwrap();
        writer.write_all(&package).unwrap();
        writer.finish().unwrap().into_inner()
    };
    let commented = {
        let mut bytes = end(whole.clone(), 20, &40_u16.to_le_bytes());
        bytes.extend(b"PK\x05\x06 a comment that looks like an end...");
        bytes.resize(whole.len() + 40, b'.');
        bytes
    };
    let many: Vec<(String, Vec<u8>)> = (0..300)
        .map(|number| (format!("{number}.msix"), Vec::from(b"PK")))
        .collect();
    let many: Vec<(&str, &[u8])> = many
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    let mut deep = package.clone();
    for _ in 0..12 {
        deep = stored(&[("app.msixupload", &deep)]);
    }
    vec![
        ("fits.zip", whole.clone()),
        (
            "fits-deflated.zip",
            deflated(&[
                ("app.msix", &package),
                ("App.msixbundle", &bundle),
                ("en-us/hero.png", &png),
            ]),
        ),
        ("fits-upload.zip", stored(&[("app.msixupload", &upload)])),
        (
            "fits-long-fields.zip",
            packed(
                &[("app.msix", &package)],
                options(CompressionMethod::Stored).large_file(true),
            ),
        ),
        ("fits-streamed.zip", streamed),
        ("fits-with-comment.zip", commented),
        (
            "fits-behind-a-program.zip",
            [b"MZ a program".as_slice(), &whole].concat(),
        ),
        ("empty.zip", long.finish().unwrap().into_inner()),
        (
            "nested.zip",
            stored(&[
                ("out/app.msix", &package),
                ("out/App.msixbundle", &bundle),
                ("out/en-us/hero.png", &png),
            ]),
        ),
        (
            "wrong-case.zip",
            stored(&[("APP.MSIX", &package), ("EN-US/Hero.PNG", &png)]),
        ),
        ("backslash.zip", with(one(), b"app.msix", b"a\\p.msix")),
        (
            "twice.zip",
            with(
                stored(&[("app.msix", &package), ("apq.msix", &package)]),
                b"apq.msix",
                b"app.msix",
            ),
        ),
        (
            "unsafe.zip",
            with(
                stored(&[
                    ("xx/evil.msix", &package),
                    ("C-/y.msix", &package),
                    ("con.msix", &package),
                ]),
                b"xx/",
                b"../",
            ),
        ),
        (
            "letters-for-a-terminal.zip",
            with(one(), b"app.msix", b"\x1b[2J\x07\n\r\x00"),
        ),
        (
            "old-letters.zip",
            with(one(), b"app.msix", b"\x84\x81\xe1.msix"),
        ),
        (
            "overlap.zip",
            entry(
                stored(&[("app.msix", &package), ("apq.msix", &package)]),
                42,
                &[0; 4],
            ),
        ),
        ("bomb.zip", bomb),
        ("bomb-of-many.zip", stored(&many)),
        ("deep.zip", stored(&[("app.msixupload", &deep)])),
        ("encrypted.zip", entry(one(), 8, &[1])),
        ("lzma.zip", entry(one(), 10, &[14])),
        ("deflate64.zip", entry(one(), 10, &[9])),
        ("size-lies.zip", entry(one(), 24, &[0xFE, 0xFF, 0xFF, 0x7F])),
        ("inner-size-lies.zip", lying),
        ("empty-package.zip", stored(&[("app.msix", b"")])),
        (
            "text-as-package.zip",
            stored(&[("app.msix", b"a text"), ("en-us/hero.png", b"a text")]),
        ),
        (
            "cut-package.zip",
            stored(&[("app.msix", &package[..package.len() / 2])]),
        ),
        (
            "broken-manifest.zip",
            stored(&[(
                "app.msix",
                &stored(&[("AppxManifest.xml", &PACKAGE.as_bytes()[..300])]),
            )]),
        ),
        (
            "bundle-with-a-gap.zip",
            stored(&[(
                "App.msixbundle",
                &stored(&[("AppxMetadata/AppxBundleManifest.xml", BUNDLE.as_bytes())]),
            )]),
        ),
        (
            "bundle-in-itself.zip",
            stored(&[(
                "App.msixbundle",
                &with(bundle.clone(), b"app_x64.msix", b"App.msixbund"),
            )]),
        ),
        ("bare-package.zip", package.clone()),
        ("no-count.zip", end(one(), 8, &[0xFF; 4])),
        ("no-directory.zip", end(one(), 12, &[0xFF; 8])),
        ("no-part.zip", end(one(), 4, &[1, 0])),
        ("no-place.zip", entry(one(), 42, &[0xFF, 0xFF, 0xFF, 0x7F])),
        ("no-end.zip", one()[..one().len() - 10].to_vec()),
        ("no-rest.zip", {
            // Right behind the package that lies in it.
            let behind = one().len() - one().len().min(22 + 46 + 8);
            one()[..behind].to_vec()
        }),
        (
            "fits-with-zeros-behind.zip",
            [whole.as_slice(), &[0; 300]].concat(),
        ),
        ("no-beginning.zip", one()[40..].to_vec()),
        ("no-zip.zip", b"7z\xbc\xaf\x27\x1c a 7-Zip archive".to_vec()),
        ("no-long-end.zip", {
            let mut bytes = one();
            let at = bytes.len() - 22;
            let locator = [
                b"PK\x06\x07\0\0\0\0".as_slice(),
                &u64::MAX.to_le_bytes(),
                &[1, 0, 0, 0],
            ]
            .concat();
            bytes.splice(at..at, locator);
            bytes
        }),
    ]
}

pub(crate) fn manifests() -> Files {
    let laugh =
        |level: usize| format!("<!ENTITY l{level} \"&l{0};&l{0};&l{0};&l{0};\">", level - 1);
    let laughs = (1..12).map(laugh).collect::<Vec<_>>().concat();
    let identity = "<Identity Name=\"Contoso.App\" Publisher=\"CN=Contoso\" Version=\"1.0.0.0\"/>";
    let wrapped = |inside: &str| format!("<Package>{identity}{inside}</Package>").into_bytes();
    let utf16 = |little: bool| {
        let units = PACKAGE.encode_utf16().flat_map(move |unit| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        });
        let mark = if little { [0xFF, 0xFE] } else { [0xFE, 0xFF] };
        mark.into_iter().chain(units).collect::<Vec<u8>>()
    };
    vec![
        ("package.xml", PACKAGE.into()),
        ("bundle.xml", BUNDLE.into()),
        ("utf16.xml", utf16(true)),
        ("utf16-big.xml", utf16(false)),
        ("marked.xml", [b"\xEF\xBB\xBF", PACKAGE.as_bytes()].concat()),
        (
            "laughs.xml",
            format!(
                "<!DOCTYPE p [<!ENTITY l0 \"lol\">{laughs}]><Package><Identity Name=\"&l11;\" Version=\"1.0.0.0\"/></Package>"
            )
            .into(),
        ),
        ("no-deep.xml", wrapped(&format!("{}{}", "<a>".repeat(5_000), "</a>".repeat(5_000)))),
        (
            "many.xml",
            wrapped(&(0..2_000).map(|number| format!("<Resource Language=\"l{number}\"/>")).collect::<Vec<_>>().concat()),
        ),
        ("long.xml", wrapped(&format!("<Resource Language=\"{}\"/>", "x".repeat(30_000)))),
        ("letters.xml", wrapped("<Resource Language=\"&#27;[2J&#0;&#xD800;&nothing;\"/>")),
        ("twice.xml", wrapped("<Identity Name=\"Other\" Version=\"9.9.9.9\"/><Identity/>")),
        ("data.xml", wrapped("<![CDATA[<Identity Name=\"x\"/>]]><!-- - -- --><?pi <Identity?>")),
        ("odd-versions.xml", b"<Package><Identity Name='a' Version='99999999999999999999.-1..x'/></Package>".to_vec()),
        ("same-attribute.xml", b"<Package><Identity Name='a' Name='b' Version='1.0.0.0' Version='2.0.0.0'/></Package>".to_vec()),
        ("no-identity.xml", b"<Package><Resources/></Package>".to_vec()),
        ("no-version.xml", b"<Package><Identity Name='a'/></Package>".to_vec()),
        ("no-end.xml", PACKAGE.as_bytes()[..400].to_vec()),
        ("no-crossing.xml", b"<Package><a><b></a></b></Package>".to_vec()),
        ("no-text.xml", (0..=255).collect()),
        ("no-bytes.xml", Vec::new()),
        ("no-tag.xml", b"<Package><Identity Name='a' Version='1.0.0.0'".to_vec()),
    ]
}
