//! How quick ZIPs are looked into: `cargo bench --bench archive`. The large ones are sparse files, so they need no disk.

#[path = "screen/table.rs"]
mod table;

use flightdeck::tasks::browse;
use serde_json::{Value, json};
use std::{
    error::Error,
    fs::File,
    io::{self, Write},
    path::Path,
    time::{Duration, Instant},
};
use store_model::target::Kind;
use store_sim::samples;
use table::{Table, Times};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

const ROUNDS: usize = 20;
const BUNDLE: &str = "Northwind.Notes_2.5.0.0.msixbundle";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let document =
        json!({"applicationPackages": [{"fileName": BUNDLE, "fileStatus": "PendingUpload"}]});
    let mut table = Table::new(io::stdout());

    let large = folder.path().join("large.zip");
    samples::write_large(&mut File::create(&large)?, 6_000_000_000)?;
    let (median, worst) = measured(&large, &document)?;
    // "Well under a second".
    table.time(
        "6 GB, stored: examined with its bundle's manifests, median",
        median,
        Some(100.0),
    )?;
    table.time("6 GB, stored: worst of 20", worst, Some(250.0))?;

    let many = folder.path().join("many.zip");
    let mut zip = ZipWriter::new(io::BufWriter::new(File::create(&many)?));
    for number in 0..100_000 {
        zip.start_file(
            format!("assets/{number:06}.bin"),
            SimpleFileOptions::default(),
        )?;
    }
    zip.finish()?.flush()?;
    let (median, _) = measured(&many, &document)?;
    table.time("100,000 files: examined, median", median, Some(1000.0))?;

    let twice = folder.path().join("twice.zip");
    let inner = folder.path().join("inner.zip");
    samples::write_large(&mut File::create(&inner)?, 200 << 20)?;
    let mut outer = ZipWriter::new(io::BufWriter::new(File::create(&twice)?));
    outer.start_file(
        BUNDLE,
        SimpleFileOptions::default().compression_method(CompressionMethod::Deflated),
    )?;
    let mut bundle = zip::ZipArchive::new(File::open(&inner)?)?;
    io::copy(&mut bundle.by_name(BUNDLE)?, &mut outer)?;
    outer.finish()?.flush()?;
    let (median, _) = measured(&twice, &document)?;
    table.time(
        "a bundle of 200 MiB, packed twice: examined, median",
        median,
        None,
    )?;
    Ok(())
}

fn measured(zip: &Path, document: &Value) -> Result<(Duration, Duration), Box<dyn Error>> {
    let mut times = Times::default();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let examined = browse::examine(zip, Kind::App, document, None);
        times.add(start.elapsed());
        if let Some(broken) = examined.broken {
            return Err(broken.into());
        }
    }
    Ok((times.at(0.5), times.at(1.0)))
}
