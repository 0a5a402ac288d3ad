//! Block maps that fit their packages, and each way in which they may not.

use super::{inside_tests::*, *};
use rstest::rstest;

const APP: &[u8] = &[7; 70_000];

fn package_with(map: &str) -> Vec<u8> {
    zip_of(&[
        ("app dir/a.exe", APP),
        ("AppxManifest.xml", manifest("2.0.0.0", "x64").as_bytes()),
        ("AppxBlockMap.xml", map.as_bytes()),
        ("[Content_Types].xml", b"<Types/>"),
    ])
}

fn faults(map: &str) -> Vec<String> {
    let archive = looked_into(&zip_of(&[("n.msix", &package_with(map))]));
    match &archive.files[0].inside {
        Inside::Packages(manifests) => manifests[0].block_map.clone(),
        other => panic!("{other:?}"),
    }
}

/// The map of that package, with these changes.
fn map(changes: &[(&str, &str)]) -> String {
    let own = manifest("2.0.0.0", "x64").len();
    let whole = format!(
        r#"<BlockMap xmlns="http://schemas.microsoft.com/appx/2010/blockmap" xmlns:b4="http://schemas.microsoft.com/appx/2021/blockmap"><File Name="App Dir\a.exe" Size="70000" LfhSize="1"><Block Hash="x"/><Block Hash="y"/><b4:FileHash Hash="z"/></File><File Name="AppxManifest.xml" Size="{own}"><Block Hash="x"/></File></BlockMap>"#
    );
    changes
        .iter()
        .fold(whole, |map, (from, to)| map.replace(from, to))
}

#[rstest]
#[case::as_it_is(&[], &[])]
#[case::size(&[("70000", "70001")], &["another size for App Dir/a.exe"])]
#[case::lost_block(&[(r#"<Block Hash="y"/>"#, "")], &["another size for App Dir/a.exe"])]
#[case::compressed(&[(r#"Hash="y"/>"#, r#"Hash="y" Size="3"/>"#)], &["compressed, but it is stored"])]
#[case::renamed(&[("a.exe", "b.exe")], &["lists App Dir/b.exe, which is not in it", "does not list app dir/a.exe"])]
#[case::twice(&[(r#"Name="AppxManifest.xml""#, r#"Name="App Dir\a.exe""#)], &["lists App Dir/a.exe twice", "does not list AppxManifest.xml"])]
#[case::content_types(&[("AppxManifest.xml", "[Content_Types].xml")], &["lists [Content_Types].xml, which it must not", "does not list AppxManifest.xml"])]
#[case::prefix(&[("<File Name=\"AppxM", "<fake:File Name=\"AppxM")], &["prefix fake"])]
#[case::element(&[("<File Name=\"AppxM", "<Fish Name=\"AppxM")], &["element Fish"])]
#[case::cut(&[("</BlockMap>", "")], &["ends too early"])]
fn a_block_map_fits_its_package_or_is_told(
    #[case] changes: &[(&str, &str)],
    #[case] expected: &[&str],
) {
    let found = faults(&map(changes));
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found}");
    }
}

#[test]
fn a_block_map_that_lists_nothing_says_nothing() {
    assert!(faults("<BlockMap/>").is_empty());
}

/// The sizes of compressed blocks: all of the file, or all but the two bytes with which some tools end it.
#[test]
fn compressed_sizes_are_compared() {
    let own = manifest("2.0.0.0", "x64");
    let inner = |map: &str| {
        packed(
            &[
                ("AppxManifest.xml", own.as_bytes()),
                ("AppxBlockMap.xml", map.as_bytes()),
                ("[Content_Types].xml", b"<Types/>"),
            ],
            zip::CompressionMethod::Deflated,
        )
    };
    let size = read(std::io::Cursor::new(inner(""))).unwrap().files[0].packed;
    for (size, is_told) in [(size, false), (size - 2, false), (size - 1, true)] {
        let map = format!(
            r#"<BlockMap xmlns="b"><File Name="AppxManifest.xml" Size="{}"><Block Size="{size}"/></File></BlockMap>"#,
            own.len()
        );
        let archive = looked_into(&zip_of(&[("n.msix", &inner(&map))]));
        let Inside::Packages(manifests) = &archive.files[0].inside else {
            panic!("{archive:?}");
        };
        assert_eq!(!manifests[0].block_map.is_empty(), is_told, "{manifests:?}");
    }
}
