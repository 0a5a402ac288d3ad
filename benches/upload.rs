//! How quick and how small an upload is: rounds of `curl -T` (one PUT) and of ours against the same loopback sink,
//! each in a process of its own. `cargo bench --bench upload -- 1024 5`: MiB of the (sparse) file, rounds.

use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flightdeck::api::blob::{Checksum, UploadSettings, UploadUrl, upload};
use flightdeck::api::http::http_client;
use tokio_util::sync::CancellationToken;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// One upload: how fast, and how much memory its process took at most.
#[derive(Clone, Copy)]
struct Run {
    seconds: f64,
    peak_mb: f64,
}

fn main() -> Outcome<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["child", url, path, checksum] => child(url, Path::new(path), checksum),
        [] => compare(1024, 5),
        [mib] => compare(mib.parse()?, 5),
        [mib, rounds, ..] => compare(mib.parse()?, rounds.parse()?),
    }
}

fn compare(mib: u64, rounds: usize) -> Outcome<()> {
    let file = tempfile::NamedTempFile::new()?;
    file.as_file().set_len(mib << 20)?;
    let url = format!("http://127.0.0.1:{}/ingest/package.zip?sig=bench", sink()?);
    let kinds = ["curl", "none", "crc64", "md5"];
    let mut runs: Vec<Vec<Run>> = vec![Vec::new(); kinds.len()];
    let mut out = io::stdout().lock();
    for round in 1..=rounds {
        for (kind, runs) in kinds.iter().zip(&mut runs) {
            let run = if *kind == "curl" { curl(&url, file.path()) } else { Some(ours(&url, file.path(), kind)?) };
            if let Some(run) = run {
                writeln!(out, "round {round} {kind:>5} {:7.0} MB/s", rate(mib, run))?;
                runs.push(run);
            }
        }
    }
    writeln!(out, "\n{mib} MiB, median of {rounds} interleaved rounds")?;
    let mut of_curl: Option<f64> = None;
    for (kind, runs) in kinds.iter().zip(&mut runs) {
        runs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        let Some(middle) = runs.get(runs.len() / 2) else {
            writeln!(out, "{kind:>5} not on this machine")?;
            continue;
        };
        let rate = rate(mib, *middle);
        let peak = runs.iter().map(|run| run.peak_mb).fold(0.0, f64::max);
        let ratio = match of_curl {
            Some(base) => format!("  {:.2} x curl", rate / base),
            None => String::new(),
        };
        if *kind == "curl" {
            of_curl = Some(rate);
        }
        let peak = if peak > 0.0 { format!("  peak RSS {peak:.1} MB") } else { String::new() };
        writeln!(out, "{kind:>5} {rate:7.0} MB/s{ratio}{peak}")?;
    }
    Ok(())
}

fn rate(mib: u64, run: Run) -> f64 {
    (mib << 20) as f64 / 1e6 / run.seconds
}

/// The physical limit here: one PUT of the whole file.
fn curl(url: &str, path: &Path) -> Option<Run> {
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--fail", "--output", if cfg!(windows) { "NUL" } else { "/dev/null" }])
        .args(["--header", "x-ms-blob-type: BlockBlob", "--write-out", "%{time_total}", "--upload-file"])
        .arg(path)
        .arg(url)
        .output()
        .ok()?;
    let seconds = String::from_utf8_lossy(&output.stdout).trim().parse().ok()?;
    output.status.success().then_some(Run { seconds, peak_mb: 0.0 })
}

fn ours(url: &str, path: &Path, checksum: &str) -> Outcome<Run> {
    let output = Command::new(std::env::current_exe()?).args(["child", url]).arg(path).arg(checksum).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let mut words = said.split_whitespace();
    match (words.next(), words.next()) {
        (Some(seconds), Some(peak)) => Ok(Run { seconds: seconds.parse()?, peak_mb: peak.parse()? }),
        _ => Err(format!("the upload failed: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

fn child(url: &str, path: &Path, checksum: &str) -> Outcome<()> {
    let checksum = match checksum {
        "crc64" => Checksum::Crc64,
        "md5" => Checksum::Md5,
        _ => Checksum::None,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let uploaded = runtime.block_on(async {
        let settings = UploadSettings { checksum, ..UploadSettings::default() };
        let (http, url) = (http_client()?, UploadUrl::parse(url)?);
        let cancel = CancellationToken::new();
        Ok::<_, Box<dyn Error>>(upload(&http, &url, path, &settings, Vec::new(), &|_| (), &cancel).await?)
    })?;
    writeln!(io::stdout(), "{} {}", uploaded.elapsed.as_secs_f64(), peak_mb())?;
    Ok(())
}

/// Peak resident memory of this process, 0 where the system does not tell it this way.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: f64 = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0.0);
    kib * 1024.0 / 1e6
}

/// A blob service that throws everything away; returns its port.
fn sink() -> io::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let sums = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let sums = Arc::clone(&sums);
            std::thread::spawn(move || serve(stream, &sums.0, &sums.1));
        }
    });
    Ok(port)
}

fn serve(stream: TcpStream, staged: &AtomicU64, kept: &AtomicU64) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut answers = stream.try_clone()?;
    let mut requests = BufReader::with_capacity(256 * 1024, stream);
    loop {
        let mut first = String::new();
        if requests.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let (mut length, mut waits) = (0, false);
        loop {
            let mut line = String::new();
            requests.read_line(&mut line)?;
            let line = line.trim().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            waits |= line.starts_with("expect:");
        }
        if waits {
            answers.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        drain(&mut requests, length)?;
        let answer = if first.starts_with("GET") {
            "404 Not Found\r\nContent-Length: 0".to_owned()
        } else if first.starts_with("HEAD") {
            format!("200 OK\r\nContent-Length: {}", kept.load(Ordering::Relaxed))
        } else {
            if first.contains("comp=blocklist") {
                kept.store(staged.swap(0, Ordering::Relaxed), Ordering::Relaxed);
            } else if first.contains("comp=block") {
                staged.fetch_add(length, Ordering::Relaxed);
            }
            "201 Created\r\nContent-Length: 0".to_owned()
        };
        answers.write_all(format!("HTTP/1.1 {answer}\r\n\r\n").as_bytes())?;
    }
}

/// Takes a body off the line without copying it once more.
fn drain(requests: &mut BufReader<TcpStream>, mut left: u64) -> io::Result<()> {
    while left > 0 {
        let here = requests.fill_buf()?.len();
        if here == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let taken = here.min(usize::try_from(left).unwrap_or(usize::MAX));
        requests.consume(taken);
        left -= taken as u64;
    }
    Ok(())
}
