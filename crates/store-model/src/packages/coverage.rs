//! Which customers get which package: the highest version that fits a device wins, at equal versions x64, x86, ARM, neutral.
//! Devices that run another architecture by emulation are not counted. Knows no change of the document.

use super::rows::{
    ARCHITECTURES, Disposition, FactSource, OF_A_BUNDLE, PackageMark, PackageRow, place_of,
};
use crate::{archive::fit::zip_path, target::Kind, version::Version};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt,
};

/// A family whose packages run on every kind of device.
const UNIVERSAL: &str = "Windows.Universal";
const NEUTRAL: &str = "Neutral";

/// Customers whose devices are alike: kinds of processor, one family, a span of Windows versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customers {
    /// `x64`; `Neutral` stands for any other than those that are named elsewhere.
    pub devices: Vec<String>,
    /// `Windows.Desktop`; empty where nobody says which (flights).
    pub family: String,
    pub from: Option<Version>,
    /// The first version that is not among them.
    pub until: Option<Version>,
}

impl fmt::Display for Customers {
    /// `x86, x64 · Desktop from 10.0.17763.0 to before 10.0.19041.0`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let devices: Vec<&str> = self
            .devices
            .iter()
            .map(|device| match device.as_str() {
                NEUTRAL => "any processor",
                OF_A_BUNDLE => "the processors of a bundle",
                device => device,
            })
            .collect();
        f.write_str(&devices.join(", "))?;
        let family = match self.family.as_str() {
            UNIVERSAL => "every family",
            family => family.strip_prefix("Windows.").unwrap_or(family),
        };
        if !family.is_empty() {
            write!(f, " · {family}")?;
        }
        match (self.from, self.until) {
            (Some(from), Some(until)) => write!(f, " from {from} to before {until}"),
            (Some(from), None) => write!(f, " from {from}"),
            (None, Some(until)) => write!(f, " before {until}"),
            (None, None) => Ok(()),
        }
    }
}

/// What customers get in place of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instead {
    pub file_name: String,
    pub version: Option<Version>,
}

/// Some customers of a package that goes, and what they get then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    pub customers: Customers,
    /// Nothing: who has the app keeps what is installed, nobody new can get it.
    pub instead: Option<Instead>,
}

/// Some customers with the places of the packages that they get of one offer and of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    pub customers: Customers,
    pub before: Option<usize>,
    pub after: Option<usize>,
}

/// Kinds of processor on which a package of this architecture runs.
fn devices_of(architecture: &str) -> &[&str] {
    match architecture {
        "x86" => &["x86", "x64"],
        "x64" => &["x64"],
        "ARM" => &["ARM", "ARM64"],
        "ARM64" => &["ARM64"],
        _ => &[],
    }
}

/// The spelling of the lists for what is written in another case.
fn known(architecture: &str) -> &str {
    ARCHITECTURES
        .iter()
        .find(|known| known.eq_ignore_ascii_case(architecture))
        .copied()
        .unwrap_or(architecture)
}

fn runs_on(row: &PackageRow, device: &str) -> bool {
    let runs = |architecture: &str| {
        architecture == NEUTRAL
            || architecture == device
            || devices_of(architecture).contains(&device)
    };
    // A bundle of several takes the place of one of which only that is known.
    row.architectures.iter().any(|it| runs(known(it)))
        || (device == OF_A_BUNDLE && row.architectures.len() > 1)
}

fn shares_a_processor(one: &PackageRow, other: &PackageRow) -> bool {
    let has = |row: &PackageRow, wanted: &str| {
        let is = |it: &String| it.eq_ignore_ascii_case(wanted);
        row.architectures.iter().any(is)
    };
    one.architectures.iter().any(|it| has(other, it))
}

/// The least Windows version with which a device of this family takes the package; `None` when none does.
fn least(kind: Kind, row: &PackageRow, family: &str) -> Option<Version> {
    // The Store lists no families for the packages of a flight.
    if kind == Kind::Flight || (row.families.is_empty() && family.is_empty()) {
        return Some(Version::default());
    }
    let fitting = row
        .families
        .iter()
        .filter(|known| known.name == family || known.name == UNIVERSAL);
    fitting.map(|family| family.least.unwrap_or_default()).min()
}

/// A stretch of the customers' world in which everybody gets the same.
struct Stretch {
    device: String,
    family: String,
    from: Version,
    until: Option<Version>,
}

fn stretches(kind: Kind, rows: &[PackageRow]) -> Vec<Stretch> {
    let placed = || rows.iter().filter(|row| row.is_known());
    let mut devices: Vec<String> = Vec::new();
    for architecture in placed().flat_map(|row| &row.architectures) {
        let architecture = known(architecture);
        let runs = devices_of(architecture);
        // Neutral stands for the devices that nobody names, an unknown architecture for itself.
        let own = runs.is_empty().then_some(architecture);
        for device in runs.iter().copied().chain(own) {
            if !devices.iter().any(|known| known == device) {
                devices.push(device.to_owned());
            }
        }
    }
    devices.sort_by_key(|device| place_of(device));
    let families: BTreeSet<&str> = match kind {
        Kind::Flight => BTreeSet::from([""]),
        _ => placed()
            .flat_map(|row| {
                let nameless = row.families.is_empty().then_some("");
                row.families
                    .iter()
                    .map(|family| family.name.as_str())
                    .chain(nameless)
            })
            .collect(),
    };
    let mut stretches = Vec::new();
    for device in &devices {
        for family in &families {
            let fitting = placed().filter(|row| runs_on(row, device));
            let cuts: BTreeSet<Version> =
                fitting.filter_map(|row| least(kind, row, family)).collect();
            let cuts: Vec<Version> = cuts.into_iter().collect();
            for (index, from) in cuts.iter().enumerate() {
                let until = cuts.get(index + 1).copied();
                stretches.push(Stretch {
                    device: device.clone(),
                    family: (*family).to_owned(),
                    from: *from,
                    until,
                });
            }
        }
    }
    stretches
}

/// Whether all customers of a stretch could have the package; of a stretch, either all can or none.
fn fits(kind: Kind, row: &PackageRow, stretch: &Stretch) -> bool {
    row.is_known()
        && runs_on(row, &stretch.device)
        && least(kind, row, &stretch.family).is_some_and(|least| least <= stretch.from)
}

/// The package that these customers get among those that are `offered`.
fn winner(
    kind: Kind,
    rows: &[PackageRow],
    stretch: &Stretch,
    offered: &dyn Fn(usize) -> bool,
) -> Option<usize> {
    // At equal versions the architecture decides, then what stands first.
    let of_architecture = |architecture: &String| match known(architecture) {
        "x64" | "ARM64" => 3,
        "x86" => 2,
        "ARM" => 1,
        _ => 0,
    };
    let rank = |row: &PackageRow| row.architectures.iter().map(of_architecture).max();
    let fitting = rows
        .iter()
        .enumerate()
        .filter(|(index, row)| offered(*index) && fits(kind, row, stretch));
    fitting
        .max_by_key(|(index, row)| (row.version, rank(row), usize::MAX - index))
        .map(|(index, _)| index)
}

/// All customers who get something of either offer. Customers of which the same is true stand in one line.
pub fn coverage(
    kind: Kind,
    rows: &[PackageRow],
    before: &dyn Fn(usize) -> bool,
    after: &dyn Fn(usize) -> bool,
) -> Vec<Coverage> {
    let mut found: Vec<Coverage> = Vec::new();
    for stretch in stretches(kind, rows) {
        let (before, after) = (
            winner(kind, rows, &stretch, before),
            winner(kind, rows, &stretch, after),
        );
        if before.is_none() && after.is_none() {
            continue;
        }
        // Windows versions that follow each other.
        if let Some(last) = found.last_mut()
            && (last.before, last.after) == (before, after)
            && last.customers.devices == [stretch.device.as_str()]
            && last.customers.family == stretch.family
            && last.customers.until == Some(stretch.from)
        {
            last.customers.until = stretch.until;
            continue;
        }
        let from = (stretch.from != Version::default()).then_some(stretch.from);
        let customers = Customers {
            devices: vec![stretch.device],
            family: stretch.family,
            from,
            until: stretch.until,
        };
        found.push(Coverage {
            customers,
            before,
            after,
        });
    }
    let mut merged: Vec<Coverage> = Vec::new();
    for coverage in found {
        let span =
            |customers: &Customers| (customers.family.clone(), customers.from, customers.until);
        let is_same = |other: &&mut Coverage| {
            (other.before, other.after) == (coverage.before, coverage.after)
                && span(&other.customers) == span(&coverage.customers)
        };
        match merged.iter_mut().find(is_same) {
            Some(same) => same.customers.devices.extend(coverage.customers.devices),
            None => merged.push(coverage),
        }
    }
    merged
}

/// Today and once this document is published.
pub fn preview(kind: Kind, rows: &[PackageRow]) -> Vec<Coverage> {
    let is_live = |index: usize| rows.get(index).is_some_and(|row| row.disposition.is_live());
    let stays = |index: usize| rows.get(index).is_some_and(|row| row.disposition.stays());
    coverage(kind, rows, &is_live, &stays)
}

/// Who gets a package among those that `before` offers, and what they get among those that `after` does. Empty when nobody
/// gets it: another one is newer for everybody, or nobody knows what it is.
pub fn served(
    kind: Kind,
    rows: &[PackageRow],
    index: usize,
    before: &dyn Fn(usize) -> bool,
    after: &dyn Fn(usize) -> bool,
) -> Vec<Served> {
    let instead = |other: usize| {
        rows.get(other).map(|row| Instead {
            file_name: row.file_name.clone(),
            version: row.version,
        })
    };
    let of_package = coverage(kind, rows, before, after)
        .into_iter()
        .filter(|coverage| coverage.before == Some(index));
    of_package
        .map(|coverage| Served {
            customers: coverage.customers,
            instead: coverage.after.and_then(instead),
        })
        .collect()
}

/// Who gets a package once this document is published.
pub fn customers(kind: Kind, rows: &[PackageRow], index: usize) -> Vec<Customers> {
    let offered = |index: usize| rows.get(index).is_some_and(|row| row.disposition.stays());
    served(kind, rows, index, &offered, &offered)
        .into_iter()
        .map(|served| served.customers)
        .collect()
}

/// What is to be said of each package; in the order of the rows, the worst first.
pub fn marks(kind: Kind, rows: &[PackageRow]) -> Vec<Vec<PackageMark>> {
    let offered = |index: usize| rows.get(index).is_some_and(|row| row.disposition.stays());
    let winners: Vec<(Stretch, Option<usize>)> = stretches(kind, rows)
        .into_iter()
        .map(|stretch| {
            let winner = winner(kind, rows, &stretch, &offered);
            (stretch, winner)
        })
        .collect();
    let name = |row: &PackageRow| zip_path(&row.file_name).to_lowercase();
    let older = rows
        .iter()
        .filter(|row| row.disposition != Disposition::New);
    let older: HashSet<String> = older.map(name).collect();
    let mut of_version: HashMap<Option<Version>, Vec<usize>> = HashMap::new();
    for (index, row) in rows.iter().enumerate() {
        if row.disposition.stays() && row.is_known() {
            of_version.entry(row.version).or_default().push(index);
        }
    }
    let mark = |(index, row): (usize, &PackageRow)| {
        if row.disposition == Disposition::Missing {
            return vec![PackageMark::Missing];
        }
        if !row.disposition.stays() {
            return Vec::new();
        }
        let mut marks = Vec::new();
        let same = of_version.get(&row.version).filter(|_| row.is_known());
        let mut twins = same
            .into_iter()
            .flatten()
            .filter(|other| **other != index)
            .filter_map(|other| rows.get(*other));
        let twin = twins.find(|other| shares_a_processor(other, row));
        marks.extend(twin.map(|other| PackageMark::Twice {
            other: other.file_name.clone(),
        }));
        if row.disposition == Disposition::New {
            if older.contains(&name(row)) {
                marks.push(PackageMark::SameName);
            }
            if matches!(row.source, FactSource::Name | FactSource::Nobody) {
                marks.push(PackageMark::Unknown);
            }
        }
        marks.extend(superseded(kind, rows, &winners, index));
        marks
    };
    rows.iter().enumerate().map(mark).collect()
}

/// Who takes all customers of a package that stays.
fn superseded(
    kind: Kind,
    rows: &[PackageRow],
    winners: &[(Stretch, Option<usize>)],
    index: usize,
) -> Option<PackageMark> {
    let row = rows.get(index).filter(|row| row.is_known())?;
    let mut by = None;
    for (_, winner) in winners
        .iter()
        .filter(|(stretch, _)| fits(kind, row, stretch))
    {
        match winner {
            Some(winner) if *winner != index => by = by.or(Some(*winner)),
            _ => return None,
        }
    }
    let by = rows.get(by?)?;
    // Of two equal ones it is said that they are equal.
    let version = by.version.filter(|version| Some(*version) > row.version)?;
    Some(PackageMark::Superseded {
        by: by.file_name.clone(),
        version,
    })
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;
