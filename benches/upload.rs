//! How quick, how small and how cheap an upload is, against `curl -T` (one PUT: the physical limit of the machine)
//! and the Azure SDK for Python, all towards the same sink on this machine. Judge by the ratios, and with nothing else
//! running: one connection is quickest on one core, eight need the second.
//!
//! The file is a real one of random bytes: a file of holes is read out of one page that stays in the processor's cache, and
//! flatters everybody who reads it twice. `step` is what a person waits for in the upload step of a run: the file's identity
//! before, and a journal that is synced to disk meanwhile. `approved` is that after the whole file was hashed, as for `--expect`.
//!
//! `cargo bench --bench upload -- 1024 5` (MiB of the file, interleaved rounds), `-- 1024 5 tls` over TLS
//! (needs `openssl`), `-- 25600 1 http crc64` for the memory of one long upload, `-- 512 3 far curl step` over TLS and a line
//! of 1 Gbit/s and 40 ms (Linux, as root, with Python: `upload/line.py` says how). Python runs where
//! `FLIGHTDECK_PYTHON`, or else `python3`, has `azure-storage-blob`. Sink and clients are processes of their own.

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use sha2::{Digest, Sha256};
use store_client::blob::{
    Checksum, FileIdentity, Hooks, Source, UploadSettings, UploadUrl, upload,
};
use store_client::http::http_client;
use tokio_util::sync::CancellationToken;

type Outcome<T> = Result<T, Box<dyn Error>>;

const KINDS: [&str; 7] = ["curl", "python", "none", "crc64", "md5", "step", "approved"];

/// Where the sink is: on this machine, or behind a line of 1 Gbit/s and 40 ms.
const HERE: &str = "127.0.0.1";
const FAR: &str = "10.99.0.2";
const NAMESPACE: &str = "flightdeck-bench";

/// How often a run notes the blocks that are sent.
const JOURNAL_PAUSE: Duration = Duration::from_secs(1);

/// What Microsoft's samples do, with their parallel setting.
const PYTHON: &str = "
import sys, time, resource
from azure.storage.blob import BlobClient
client, begun = BlobClient.from_blob_url(sys.argv[1]), time.perf_counter()
with open(sys.argv[2], 'rb') as file:
    client.upload_blob(file, overwrite=True, max_concurrency=8)
print(time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)
";

/// One upload. `seconds` without the start of its process, the rest with it.
#[derive(Clone, Copy)]
struct Run {
    seconds: f64,
    peak_mb: f64,
    cpu: f64,
}

fn main() -> Outcome<()> {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["child", url, path, checksum] => child(url, Path::new(path), checksum),
        ["sink", host] => sink(host, None),
        ["sink", host, folder] => sink(host, Some(&tls(Path::new(folder))?)),
        [] => compare(1024, 5, "http", &KINDS),
        [mib] => compare(mib.parse()?, 5, "http", &KINDS),
        [mib, rounds] => compare(mib.parse()?, rounds.parse()?, "http", &KINDS),
        [mib, rounds, line] => compare(mib.parse()?, rounds.parse()?, line, &KINDS),
        [mib, rounds, line, kinds @ ..] => compare(mib.parse()?, rounds.parse()?, line, kinds),
    }
}

fn compare(mib: u64, rounds: usize, line: &str, kinds: &[&str]) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("package.zip");
    fill(&file, mib)?;
    let place = Place::open(folder.path(), line)?;
    let mut runs: Vec<Vec<Run>> = vec![Vec::new(); kinds.len()];
    let mut out = io::stdout().lock();
    for round in 1..=rounds {
        for (kind, runs) in kinds.iter().zip(&mut runs) {
            if let Some(run) = place.run(kind, &file)? {
                writeln!(out, "round {round} {kind:>6} {:6.0} MB/s", rate(mib, run))?;
                runs.push(run);
            }
        }
    }
    writeln!(
        out,
        "\n{mib} MiB over {line}, median of {rounds} interleaved rounds"
    )?;
    let mut base: Option<(&str, f64)> = None;
    for (kind, runs) in kinds.iter().zip(&mut runs) {
        runs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        let Some(middle) = runs.get(runs.len() / 2) else {
            writeln!(out, "{kind:>6} did not run on this machine")?;
            continue;
        };
        let rate = rate(mib, *middle);
        let (base, of_base) = *base.get_or_insert((kind, rate));
        let peak = runs.iter().map(|run| run.peak_mb).fold(0.0, f64::max);
        let cpu = middle.cpu / (mib as f64 / 1024.0);
        write!(
            out,
            "{kind:>6} {rate:6.0} MB/s  {:.2} x {base}  {cpu:.2} CPU s/GiB",
            rate / of_base
        )?;
        writeln!(
            out,
            "{}",
            if peak > 0.0 {
                format!("  peak RSS {peak:.1} MB")
            } else {
                String::new()
            }
        )?;
    }
    Ok(())
}

/// Random bytes, on disk before anybody is measured.
fn fill(path: &Path, mib: u64) -> Outcome<()> {
    let (mut file, mut random) = (std::fs::File::create(path)?, fastrand::Rng::with_seed(7));
    let mut piece = vec![0; 1 << 20];
    for _ in 0..mib {
        random.fill(&mut piece);
        file.write_all(&piece)?;
    }
    Ok(file.sync_all()?)
}

fn rate(mib: u64, run: Run) -> f64 {
    (mib << 20) as f64 / 1e6 / run.seconds
}

/// Where the clients send to: a running sink and what they need to trust it.
struct Place {
    url: String,
    /// The certificate, where the line is TLS.
    trust: Option<PathBuf>,
    /// The sink, and the line to it.
    processes: Vec<Child>,
}

impl Place {
    fn open(folder: &Path, line: &str) -> Outcome<Self> {
        let (mut processes, host) = match line {
            "far" => (vec![far_line()?], FAR),
            _ => (Vec::new(), HERE),
        };
        let sink = std::env::current_exe()?;
        let mut command = if line == "far" {
            let mut command = Command::new("ip");
            command.args(["netns", "exec", NAMESPACE]).arg(sink);
            command
        } else {
            Command::new(sink)
        };
        command.args(["sink", host]);
        // Plain http goes to this machine only.
        let (scheme, trust) = if line == "http" {
            ("http", None)
        } else {
            certify(folder, host)?;
            command.arg(folder);
            ("https", Some(folder.join("cert.pem")))
        };
        let (sink, port) = begin(&mut command)?;
        processes.push(sink);
        let url =
            format!("{scheme}://{host}:{port}/account/ingest/package.zip?sv=2023-11-03&sig=bench");
        Ok(Self {
            url,
            trust,
            processes,
        })
    }

    /// `None` when this client is not on this machine.
    fn run(&self, kind: &str, file: &Path) -> Outcome<Option<Run>> {
        let (mut command, optional) = match kind {
            "curl" => (self.curl(file), true),
            "python" => {
                let python =
                    std::env::var_os("FLIGHTDECK_PYTHON").unwrap_or_else(|| "python3".into());
                let mut command = Command::new(python);
                command.args(["-c", PYTHON, &self.url]).arg(file);
                (command, true)
            }
            ours => {
                let mut command = Command::new(std::env::current_exe()?);
                command.args(["child", &self.url]).arg(file).arg(ours);
                (command, false)
            }
        };
        if let Some(trust) = &self.trust {
            // The platform's own switch for other roots, and that of Python's HTTP library.
            command
                .env("SSL_CERT_FILE", trust)
                .env("REQUESTS_CA_BUNDLE", trust);
        }
        // The first reader fills the system's file cache, and a busy system empties it again: no client shall pay for that.
        io::copy(&mut std::fs::File::open(file)?, &mut io::sink())?;
        let before = cpu_of_children();
        let output = match command.output() {
            Ok(output) if output.status.success() => output,
            Ok(output) if !optional => {
                return Err(format!(
                    "the upload failed: {}",
                    String::from_utf8_lossy(&output.stderr)
                )
                .into());
            }
            Err(error) if !optional => return Err(error.into()),
            _ => return Ok(None),
        };
        let cpu = cpu_of_children() - before;
        let said = String::from_utf8_lossy(&output.stdout);
        let mut words = said.split_whitespace();
        let seconds = words.next().ok_or("no time was told")?.parse()?;
        Ok(Some(Run {
            seconds,
            peak_mb: words.next().unwrap_or("0").parse()?,
            cpu,
        }))
    }

    fn curl(&self, file: &Path) -> Command {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--fail", "--noproxy", "*"]);
        command.args(["--output", if cfg!(windows) { "NUL" } else { "/dev/null" }]);
        if let Some(trust) = &self.trust {
            command.arg("--cacert").arg(trust);
        }
        command.args([
            "--header",
            "x-ms-blob-type: BlockBlob",
            "--write-out",
            "%{time_total}",
            "--upload-file",
        ]);
        command.arg(file).arg(&self.url);
        command
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        for process in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Starts a process that says one line when it is ready.
fn begin(command: &mut Command) -> Outcome<(Child, String)> {
    let mut process = command.stdout(Stdio::piped()).spawn()?;
    let mut said = String::new();
    let output = process.stdout.take().ok_or("it has no output")?;
    BufReader::new(output).read_line(&mut said)?;
    Ok((process, said.trim().to_owned()))
}

fn far_line() -> Outcome<Child> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/upload/line.py");
    let mut command = Command::new("python3");
    command.args([script, NAMESPACE, "1000", "40"]);
    let (process, said) = begin(&mut command)?;
    if said == "ready" {
        Ok(process)
    } else {
        Err("the line could not be made: it takes Linux and root".into())
    }
}

fn child(url: &str, path: &Path, kind: &str) -> Outcome<()> {
    let checksum = match kind {
        "md5" => Checksum::Md5,
        "none" => Checksum::None,
        _ => Checksum::Crc64,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let (http, url) = (http_client()?, UploadUrl::parse(url)?);
    let settings = UploadSettings {
        checksum,
        ..UploadSettings::default()
    };
    let cancel = CancellationToken::new();
    let is_step = matches!(kind, "step" | "approved");
    let journal = Mutex::new((Instant::now(), tempfile::tempfile()?));
    let write = |_| {
        if is_step && let Ok(mut journal) = journal.lock() {
            let (written, file) = &mut *journal;
            if written.elapsed() >= JOURNAL_PAUSE {
                *written = Instant::now();
                let _ = file.write_all(&[b'x'; 500]).and_then(|()| file.sync_data());
            }
        }
    };
    let begun = Instant::now();
    if kind == "approved" {
        let (mut file, mut hash) = (std::fs::File::open(path)?, Sha256::new());
        let mut piece = vec![0; 1 << 20];
        loop {
            let count = file.read(&mut piece)?;
            if count == 0 {
                break;
            }
            hash.update(piece.get(..count).unwrap_or_default());
        }
        hash.finalize();
    }
    if is_step {
        FileIdentity::of(path)?;
    }
    runtime.block_on(upload(
        &http,
        &url,
        Arc::new(Source::open(path)?),
        &settings,
        Vec::new(),
        Hooks::new(&write, &cancel),
    ))?;
    writeln!(
        io::stdout(),
        "{} {}",
        begun.elapsed().as_secs_f64(),
        peak_mb()
    )?;
    Ok(())
}

/// Peak resident memory of this process, 0 where the system does not tell it this way.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: f64 = line
        .and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0.0);
    kib * 1024.0 / 1e6
}

/// Seconds of processor time of the clients that have ended, 0 where the system does not tell it this way.
fn cpu_of_children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name in brackets: state is field 3, the children's user and system time are 16 and 17, in 1/100 s.
    let fields = stat
        .rsplit_once(')')
        .map_or("", |(_, rest)| rest)
        .split_whitespace()
        .skip(13)
        .take(2);
    fields
        .filter_map(|field| field.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

/// A key and a certificate for an address, signed by itself.
fn certify(folder: &Path, host: &str) -> Outcome<()> {
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", "/CN=bench", "-addext"])
        .arg(format!("subjectAltName=IP:{host}"))
        .args([
            "-addext",
            "extendedKeyUsage=serverAuth",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ])
        .arg("-keyout")
        .arg(folder.join("key.pem"))
        .arg("-out")
        .arg(folder.join("cert.pem"))
        .output()?;
    if made.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&made.stderr).into())
    }
}

fn tls(folder: &Path) -> Outcome<Arc<ServerConfig>> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let certificate = CertificateDer::from_pem_file(folder.join("cert.pem"))?;
    let key = PrivateKeyDer::from_pem_file(folder.join("key.pem"))?;
    Ok(Arc::new(
        ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)?,
    ))
}

/// A blob service that throws everything away. Writes its port and never ends.
fn sink(host: &str, tls: Option<&Arc<ServerConfig>>) -> Outcome<()> {
    let listener = TcpListener::bind((host, 0))?;
    writeln!(io::stdout(), "{}", listener.local_addr()?.port())?;
    let sums = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
    for stream in listener.incoming().flatten() {
        stream.set_nodelay(true)?;
        let sums = Arc::clone(&sums);
        let session = tls
            .map(|tls| ServerConnection::new(Arc::clone(tls)))
            .transpose()?;
        std::thread::spawn(move || match session {
            Some(session) => serve(StreamOwned::new(session, stream), &sums.0, &sums.1),
            None => serve::<TcpStream>(stream, &sums.0, &sums.1),
        });
    }
    Ok(())
}

fn serve<S: Read + Write>(stream: S, staged: &AtomicU64, kept: &AtomicU64) -> io::Result<()> {
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
            requests
                .get_mut()
                .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
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
        requests
            .get_mut()
            .write_all(format!("HTTP/1.1 {answer}\r\n\r\n").as_bytes())?;
    }
}

/// Takes a body off the line without copying it once more.
fn drain<S: Read>(requests: &mut BufReader<S>, mut left: u64) -> io::Result<()> {
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
