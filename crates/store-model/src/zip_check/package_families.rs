//! Packages of one ZIP beside each other: the same package twice, and packages that would belong to different products.

use super::package_check::{Check, New};
use crate::archive::{
    fault::ArchiveFault,
    fit_parts::{Fit, has_ending},
    manifest::Manifest,
};
use crate::{
    finding::Severity,
    package::packages_pointer,
    packages::{
        coverage::{Customers, preview},
        rows::{PackageRow, ZipPackages, lacks_bundle, rows},
    },
    rule_table as rule,
};
use std::collections::{HashMap, HashSet};

impl Check<'_> {
    /// An upload file is for one package or one bundle.
    pub(super) fn several(&mut self, file: &New) {
        let bundles = file.manifests().iter().filter(|it| it.is_bundle).count();
        let loose = file.manifests().len() - bundles;
        // Beside one bundle, loose packages may be parts of it.
        if bundles > 1 || (bundles == 0 && loose > 1) {
            let what = if bundles > 1 {
                format!("{bundles} bundles")
            } else {
                format!("{loose} loose packages")
            };
            let sentence = format!(
                "{} holds {what}; an upload file is for one package or one bundle of them.",
                file.name
            );
            self.report(file, rule::UPLOAD_HOLDS_SEVERAL, &sentence);
        }
    }

    /// Once customers have a bundle, loose packages alone are refused.
    pub(super) fn bundle_after_bundle(&mut self, zip_packages: &ZipPackages) {
        let rows = rows(self.kind, self.document, None, zip_packages);
        // Without an upload file the names tell it, and the check of the document has.
        let is_unclear =
            |row: &PackageRow| has_ending(&row.file_name, &["msixupload", "appxupload"]);
        if rows.iter().any(is_unclear)
            && let Some(sentence) = lacks_bundle(&rows)
            && let Some(list) = packages_pointer(self.kind, self.document)
        {
            self.say(Severity::Error, &list, rule::BUNDLE_REQUIRED, &sentence);
        }
    }

    /// Two files of the ZIP that are one package, or packages of two products.
    pub(super) fn twice(&mut self, new: &[New], fit: &Fit) {
        // Two of one name are told already.
        let twins = fit.faults.iter().filter_map(|fault| match fault {
            ArchiveFault::Twins { name, other } => Some([name.as_str(), other.as_str()]),
            _ => None,
        });
        let told: HashSet<&str> = twins.flatten().collect();
        let mut first: HashMap<(String, &str), (&New, &str)> = HashMap::new();
        let mut product: Option<(&New, &str)> = None;
        for file in new.iter().filter(|file| !told.contains(file.name)) {
            for manifest in file.manifests() {
                let (other, theirs) = *product.get_or_insert((file, &manifest.name));
                if manifest.name != theirs {
                    let sentence = format!(
                        "{} is the package {}, {} is {theirs}: a product has one identity.",
                        file.name, manifest.name, other.name
                    );
                    self.report(file, rule::PACKAGES_OF_TWO_PRODUCTS, &sentence);
                    break;
                }
                // A bundle is called neutral in its full name, whatever is inside.
                let whole = manifest.is_bundle.then_some("");
                let parts = manifest.architectures.iter().map(String::as_str);
                let mut same = None;
                for part in parts.chain(whole) {
                    let key = (manifest.version.clone(), part);
                    match first.get(&key) {
                        Some((other, _)) if other.name != file.name => {
                            same = same.or(Some((*other, part)));
                        }
                        Some(_) => {}
                        None => {
                            first.insert(key, (file, part));
                        }
                    }
                }
                if let Some((other, architecture)) = same {
                    self.same(file, other, manifest, architecture);
                    break;
                }
            }
        }
    }

    fn same(&mut self, file: &New, other: &New, manifest: &Manifest, architecture: &str) {
        let (one, two, name, version) = (other.name, file.name, &manifest.name, &manifest.version);
        let is_one_file =
            (file.file.size, file.file.checksum) == (other.file.size, other.file.checksum);
        if is_one_file {
            let sentence = format!("{one} and {two} are the same file.");
            self.say(
                Severity::Note,
                &file.pointer,
                rule::SAME_PACKAGE_TWICE,
                &sentence,
            );
        } else if architecture.is_empty() {
            let sentence = format!(
                "{one} and {two} are both the bundle {name} {version}: bundles have one full name whatever is inside. Build one bundle of both."
            );
            self.report(file, rule::BUNDLES_SHARE_NAME, &sentence);
        } else {
            let sentence = format!(
                "{one} and {two} are both {name} {version} for {architecture}: only one of them can be published."
            );
            self.report(file, rule::SAME_PACKAGE_TWICE, &sentence);
        }
    }

    /// Customers who have a package today and get none any more, by the computation that the packages tab shows.
    pub(super) fn customers(&mut self, zip_packages: &ZipPackages) {
        let rows = rows(self.kind, self.document, None, zip_packages);
        // A package that nobody could read may be for those who lose theirs.
        if rows
            .iter()
            .any(|row| row.disposition.stays() && !row.is_known())
        {
            return;
        }
        let Some(list) = packages_pointer(self.kind, self.document) else {
            return;
        };
        let all = preview(self.kind, &rows);
        let has = |same: &dyn Fn(&Customers) -> bool| {
            let mut served = all.iter().filter(|coverage| coverage.after.is_some());
            served.any(|coverage| same(&coverage.customers))
        };
        for lost in all.iter().filter(|coverage| coverage.after.is_none()) {
            let lost = &lost.customers;
            let is_family = |other: &Customers| other.family == lost.family;
            let is_device = |other: &Customers| {
                is_family(other) && lost.devices.iter().any(|it| other.devices.contains(it))
            };
            let rule = if !has(&is_family) {
                rule::DEVICE_FAMILY_LOST
            } else if !has(&is_device) {
                rule::ARCHITECTURE_LOST
            } else {
                rule::MINIMUM_VERSION_RAISED
            };
            let sentence =
                format!("No package is left for {lost}: nobody new there gets it any more.");
            self.say(Severity::Warning, &list, rule, &sentence);
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
