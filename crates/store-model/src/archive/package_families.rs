//! Packages of one ZIP beside each other: the same package twice, and packages that would belong to different products.

use super::package_check::{Check, New};
use super::{
    fault::ArchiveFault,
    fit::Fit,
    manifest::{Manifest, version},
};
use crate::{
    family::Family,
    finding::Severity,
    package::{FileStatus, PackageFacts},
    rule_table as rule,
    version::Version,
};

impl Check<'_> {
    /// Two files of the ZIP that are one package, or packages of two products.
    pub(super) fn twice(&mut self, new: &[New], fit: &Fit) {
        // Two of one name are told already.
        let is_told = |left: &str, right: &str| {
            fit.faults.iter().any(|fault| matches!(fault, ArchiveFault::Twins { name, other } if [name, other] == [left, right] || [name, other] == [right, left]))
        };
        let all: Vec<(&New, &Manifest)> = new
            .iter()
            .flat_map(|file| {
                file.manifests()
                    .iter()
                    .map(move |manifest| (file, manifest))
            })
            .collect();
        for (index, (file, manifest)) in all.iter().enumerate() {
            let earlier = all
                .get(..index)
                .unwrap_or_default()
                .iter()
                .filter(|(other, _)| other.name != file.name && !is_told(other.name, file.name));
            for (other, theirs) in earlier {
                let shared = manifest
                    .architectures
                    .iter()
                    .find(|own| theirs.architectures.contains(own));
                if manifest.name != theirs.name {
                    let sentence = format!(
                        "{} is the package {}, {} is {}: a product has one identity.",
                        file.name, manifest.name, other.name, theirs.name
                    );
                    self.say(
                        Severity::Warning,
                        &file.pointer,
                        rule::PACKAGES_OF_TWO_PRODUCTS,
                        &sentence,
                    );
                } else if let Some(architecture) =
                    shared.filter(|_| manifest.version == theirs.version)
                {
                    let sentence = format!(
                        "{} and {} are both {} {} for {architecture}: only one of them can be published.",
                        other.name, file.name, manifest.name, manifest.version
                    );
                    self.say(
                        Severity::Error,
                        &file.pointer,
                        rule::SAME_PACKAGE_TWICE,
                        &sentence,
                    );
                } else {
                    continue;
                }
                break;
            }
        }
    }

    /// Customers whose system is too old for the new packages, or of a kind that has none any more.
    pub(super) fn families(&mut self, new: &[New]) {
        let new: Vec<(&str, &Manifest)> = new
            .iter()
            .flat_map(|file| {
                file.manifests()
                    .iter()
                    .map(move |manifest| (file.pointer.as_str(), manifest))
            })
            .collect();
        let Some((pointer, _)) = new.first() else {
            return;
        };
        let least = |family: &str| {
            let all = new
                .iter()
                .flat_map(|(_, manifest)| &manifest.families)
                .filter(|known| known.name.eq_ignore_ascii_case(family));
            all.filter_map(|known| version(&known.min_version)).min()
        };
        // A manifest without any family tells nothing.
        if new.iter().all(|(_, manifest)| manifest.families.is_empty()) {
            return;
        }
        let is_gone = |package: &PackageFacts| package.status == FileStatus::PendingDelete;
        let mut old: Vec<(String, Version, bool)> = Vec::new();
        for package in &self.old {
            for text in &package.families {
                let Some(Family {
                    name: family,
                    least: Some(least),
                }) = Family::read(text)
                else {
                    continue;
                };
                match old
                    .iter_mut()
                    .find(|(known, ..)| known.eq_ignore_ascii_case(&family))
                {
                    Some((_, known, is_kept)) => {
                        *known = least.min(*known);
                        *is_kept |= !is_gone(package);
                    }
                    None => old.push((family, least, !is_gone(package))),
                }
            }
        }
        for (family, before, is_kept) in old {
            match least(&family) {
                None if !is_kept
                    && !new.iter().any(|(_, manifest)| {
                        manifest
                            .families
                            .iter()
                            .any(|f| f.name == "Windows.Universal")
                    }) =>
                {
                    let sentence = format!(
                        "No package is left for {family}: customers there get nothing any more."
                    );
                    self.say(
                        Severity::Warning,
                        pointer,
                        rule::DEVICE_FAMILY_LOST,
                        &sentence,
                    );
                }
                Some(least) if least > before => {
                    let (severity, what) = if is_kept {
                        (Severity::Note, "keep the older package")
                    } else {
                        (Severity::Warning, "get no package any more")
                    };
                    let sentence = format!(
                        "The new packages need {family} {least}, the ones so far {before}: customers below {what}."
                    );
                    self.say(severity, pointer, rule::MINIMUM_VERSION_RAISED, &sentence);
                }
                _ => {}
            }
        }
    }
}

/// Whether a package on the server stands against a new one of this architecture. Flights do not tell theirs, bundles of several
/// are called neutral.
pub(super) fn is_rival(old: &str, new: &str, all: &[String]) -> bool {
    old.is_empty()
        || old.eq_ignore_ascii_case(new)
        || (all.len() > 1 && old.eq_ignore_ascii_case("Neutral"))
}
