//! What making certificates costs. `cargo bench -p ca-prep` prints each figure beside the one to reach.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ca_prep::{Authority, Egress, Host, KeyKind, Terms, constraints};
use time::OffsetDateTime;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let hosts: Vec<String> = (0..100).map(|number| format!("host-{number}.example.com")).collect();
    let sealing: Vec<&str> = hosts.iter().flat_map(|host| ["--host", host]).collect();
    report("issue, P-256, the whole command", 20.0, command(folder.path(), "issue", &[], 30)?)?;
    let rsa = ["--key", "rsa-2048"];
    report("issue, RSA-2048, the whole command", f64::INFINITY, command(folder.path(), "issue", &rsa, 10)?)?;
    report("seal, 100 hosts, the whole command", 100.0, command(folder.path(), "seal", &sealing, 15)?)?;
    report("one leaf, in memory", 0.5, leaves()?)?;
    report("one new leaf, over the signer's socket", 0.5, over_the_socket(folder.path())?)
}

/// Times of whole runs of the program.
fn command(folder: &Path, name: &str, more: &[&str], rounds: usize) -> Result<Vec<Duration>, Failure> {
    let run = |round: usize| {
        let out = folder.join(format!("{name}-{}-{round}", more.len()));
        let mut command = Command::new(env!("CARGO_BIN_EXE_ca-prep"));
        command.arg(name).arg("--out").arg(out).args(more).stdout(Stdio::null());
        let begin = Instant::now();
        let status = command.status()?;
        let took = begin.elapsed();
        if status.success() { Ok(took) } else { Err(format!("{name}: {status}").into()) }
    };
    (0..rounds).map(run).collect()
}

/// Times of single leaves.
fn leaves() -> Result<Vec<Duration>, Failure> {
    let egress = Egress::of_hosts(&["*.example.com"])?;
    let terms = Terms {
        org: "Bench".into(),
        key: KeyKind::EcdsaP256,
        lifetime: time::Duration::HOUR,
        constraints: constraints(&egress),
        under_a_root: true,
    };
    let authority = Authority::new(&terms, OffsetDateTime::now_utc())?;
    let chain = authority.intermediate_pem();
    let mint = |number: usize| {
        let host = Host::pattern(&format!("host-{number}.example.com"))?;
        let begin = Instant::now();
        std::hint::black_box(authority.mint(&host)?.to_pem(&chain));
        Ok::<_, Failure>(begin.elapsed())
    };
    (0..2000).map(mint).collect()
}

/// A signer that ends with the bench.
struct Signer(Child);

impl Drop for Signer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Times from question to the last byte of the answer.
fn over_the_socket(folder: &Path) -> Result<Vec<Duration>, Failure> {
    let (out, socket) = (folder.join("sign"), folder.join("socket"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_ca-prep"));
    command.arg("sign").arg("--out").arg(&out).arg("--socket").arg(&socket);
    command.args(["--leaves-per-second", "1000000"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut signer = Signer(command.spawn()?);
    let mut line = String::new();
    BufReader::new(signer.0.stdout.as_mut().ok_or("the signer says nothing")?).read_line(&mut line)?;
    let mut client = BufReader::new(UnixStream::connect(&socket)?);
    let mut ask = |number: usize| {
        let begin = Instant::now();
        client.get_mut().write_all(format!("host-{number}.example.com\n").as_bytes())?;
        let mut head = String::new();
        client.read_line(&mut head)?;
        let length = head.trim_end().strip_prefix("ok ").ok_or("the signer refused")?.parse()?;
        let mut pem = vec![0; length];
        client.read_exact(&mut pem)?;
        Ok::<_, Failure>(begin.elapsed())
    };
    (0..4000).map(&mut ask).collect()
}

/// Prints median and best in milliseconds, and the figure that the median is to stay under.
fn report(what: &str, at_most: f64, mut times: Vec<Duration>) -> Result<(), Failure> {
    times.sort_unstable();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    let (median, best) = (milliseconds(times[times.len() / 2]), milliseconds(times[0]));
    let verdict = if median <= at_most { "" } else { "  TOO SLOW" };
    let goal = if at_most.is_finite() { format!("at most {at_most} ms") } else { "no figure".into() };
    Ok(writeln!(io::stdout(), "{what:<40} median {median:>8.3} ms  best {best:>8.3} ms  {goal}{verdict}")?)
}
