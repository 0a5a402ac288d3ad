//! What the Store refuses a package for. Where Partner Center's sentence is known, it is used.

use crate::manifest::Manifest;
use crate::package::Package;
use crate::store::Product;

/// Why the package may not be a part of the product, in sentences.
pub(super) fn problems(file: &str, package: &Package, product: &Product) -> Vec<String> {
    let mut problems = identity(&package.manifest, product);
    let manifest = &package.manifest;
    problems.extend(parts(package));
    if manifest.languages.is_empty() {
        problems.push("The package names no language in its Resources.".to_owned());
    }
    let is_old = |(_, inner): &(String, Option<Package>)| {
        inner
            .as_ref()
            .is_some_and(|inner| inner.manifest.is_windows_8)
    };
    // Bundles of Windows 8 carry a date and a time as their version.
    if !package.inner.iter().any(is_old) {
        problems.extend(version(file, manifest));
    }
    problems.extend(package.misfits.iter().cloned());
    if manifest.is_bundle {
        if package.inner.is_empty() {
            problems.push("The bundle has no application package.".to_owned());
        }
        for (name, inner) in &package.inner {
            match inner {
                None => problems.push(format!("The bundle names {name}, which is not in it.")),
                Some(inner) => {
                    let found = application(name, inner, product);
                    problems.extend(found.into_iter().map(|why| format!("{name}: {why}")));
                }
            }
        }
    } else {
        problems.extend(of_application(manifest, product));
    }
    problems
}

/// What every package has, and Windows looks at before it opens one.
fn parts(package: &Package) -> Vec<String> {
    let mut problems = Vec::new();
    if !package.has_block_map {
        problems.push("The package has no AppxBlockMap.xml.".to_owned());
    }
    if !package.has_content_types {
        problems.push("The package has no [Content_Types].xml.".to_owned());
    }
    if let Some(why) = &package.block_map_problem {
        problems.push(format!("The block map is not that of the package: {why}."));
    }
    problems
}

/// An application package inside of a bundle.
fn application(name: &str, package: &Package, product: &Product) -> Vec<String> {
    let mut problems = identity(&package.manifest, product);
    problems.extend(parts(package));
    problems.extend(version(name, &package.manifest));
    problems.extend(of_application(&package.manifest, product));
    problems
}

fn identity(manifest: &Manifest, product: &Product) -> Vec<String> {
    let mut problems = Vec::new();
    for (what, found, expected) in [
        ("identity", &manifest.name, &product.identity.name),
        (
            "publisher",
            &manifest.publisher,
            &product.identity.publisher,
        ),
    ] {
        if found != expected {
            problems.push(format!(
                "Invalid package {what} name: {found} (expected: {expected})"
            ));
        }
    }
    problems
}

fn version(file: &str, manifest: &Manifest) -> Option<String> {
    let parts: Vec<Option<u16>> = manifest
        .version
        .split('.')
        .map(|part| {
            let is_plain = part == "0" || !part.starts_with(['0', '+']);
            part.parse().ok().filter(|_| is_plain)
        })
        .collect();
    let version = &manifest.version;
    match parts.as_slice() {
        [Some(0), ..] if !manifest.is_windows_8 => Some(format!(
            "The first part of the version {version} must not be 0."
        )),
        [Some(_), Some(_), Some(_), Some(revision)] => {
            (*revision != 0 && !manifest.is_windows_8).then(|| format!(
                "Apps are not allowed to have a Version with a revision number other than zero specified in the app manifest. The package {file} specifies {version}."
            ))
        }
        _ => Some(format!(
            "{version} is no version: it needs four parts from 0 to 65535 without leading zeros."
        )),
    }
}

fn of_application(manifest: &Manifest, product: &Product) -> Vec<String> {
    let mut problems = Vec::new();
    if manifest.is_framework {
        problems.push("Framework packages are not supported.".to_owned());
    }
    if manifest.is_resource {
        problems.push("A resource package cannot be submitted without its bundle.".to_owned());
    }
    if manifest.is_optional {
        problems.push("An optional package is no app of its own.".to_owned());
    }
    let is_for_windows = manifest
        .families
        .iter()
        .any(|family| family.starts_with("Windows."));
    if !is_for_windows && !manifest.is_windows_8 {
        problems.push("The package targets no device family of Windows.".to_owned());
    }
    for dependency in &manifest.dependencies {
        if dependency.ends_with(".Debug") {
            problems.push(format!(
                "The package depends on {dependency}, which is not in the Store."
            ));
        }
    }
    let name = manifest.display_name.trim();
    // A resource is looked up in another file, which this simulator does not read.
    if !name.is_empty()
        && !name.starts_with("ms-resource:")
        && !product.identity.reserved.contains(name)
    {
        problems.push(format!(
            "The manifest of this package uses a display name that is not reserved: {name}"
        ));
    }
    problems
}
