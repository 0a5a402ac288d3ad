//! Packages of one ZIP beside each other: the same package twice, and packages that would belong to different products.

use super::package_check::{Check, New};
use super::{fault::ArchiveFault, fit::Fit, manifest::Manifest};
use crate::{
    finding::Severity,
    package::packages_pointer,
    packages::{
        coverage::{Customers, preview},
        rows::{Cargo, rows},
    },
    rule_table as rule,
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

    /// Customers who have a package today and get none any more, by the computation that the packages tab shows.
    pub(super) fn customers(&mut self, cargo: &Cargo) {
        let rows = rows(self.kind, self.document, None, cargo);
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
