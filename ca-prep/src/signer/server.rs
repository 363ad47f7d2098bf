//! The signer's socket.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufReader, BufWriter, ErrorKind};
use std::os::fd::AsFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, lchown};
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::net::sockopt::socket_peercred;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, socket_with};
use rustix::process::{geteuid, umask};
use signal_hook::consts::{SIGINT, SIGTERM};

use super::Signer;
use super::protocol::{self, Question};
use crate::error::{Doing, Error};
use crate::patience::Patient;
use crate::turn::Turn;

/// Connections served at once; more wait.
const CONNECTIONS: usize = 64;
/// How long a client may take for its next question.
const IDLE: Duration = Duration::from_secs(10);
/// The same while more than half of the connections are taken: the silent make room for those who wait.
const IDLE_IN_A_CROWD: Duration = Duration::from_millis(250);
/// How long a client may take to read its answer.
const WRITING: Duration = Duration::from_secs(5);
/// How long to wait where nothing can be done at present.
const PAUSE: Duration = Duration::from_millis(1);
/// How long to wait for another signer that begins. Who holds the folder for longer is none.
const BEGINNING: Duration = Duration::from_secs(2);

/// A bound socket, removed from the file system when it is dropped.
pub(crate) struct Server {
    listener: UnixListener,
    path: PathBuf,
    client_uid: u32,
    /// Readable once a signal has come.
    stopped: UnixStream,
}

impl Server {
    /// Makes the socket, readable and writable by `client_uid` alone, from its first moment on.
    ///
    /// From then on SIGTERM and SIGINT are heard in [`Self::run`] alone, so that the socket never outlives them.
    pub(crate) fn bind(path: PathBuf, client_uid: Option<u32>) -> Result<Self, Error> {
        let stopped = signals().doing("wait at", &path)?;
        // Of two that find the socket of a dead one, the second must not remove what the first has made.
        let _turn = path.parent().map(|folder| Turn::wait(folder, BEGINNING));
        clear_stale(&path)?;
        // Nothing else runs yet that could make a file under this umask.
        let before = umask(Mode::from_raw_mode(0o177));
        let bound = UnixListener::bind(&path);
        umask(before);
        let listener = bound.doing("make the socket", &path)?;
        let own_uid = geteuid().as_raw();
        let server = Self { listener, path, client_uid: client_uid.unwrap_or(own_uid), stopped };
        if server.client_uid != own_uid {
            lchown(&server.path, Some(server.client_uid), None)
                .doing("give away the socket", &server.path)?;
        }
        Ok(server)
    }

    /// Answers until a signal comes or the authority ends, and tells which.
    pub(crate) fn run(&self, signer: &Arc<Signer>, lifetime: Duration) -> Result<&'static str, Error> {
        let end = Instant::now() + lifetime;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok("the authority's lifetime is over");
            }
            if wait(&self.listener, &self.stopped, left).doing("wait at", &self.path)? {
                return Ok("told to stop");
            }
            self.admit(signer);
        }
    }

    /// Takes the next connection, if it comes from the right user.
    fn admit(&self, signer: &Arc<Signer>) {
        // Whoever waits in line is served as soon as somebody leaves.
        if Arc::strong_count(signer) > CONNECTIONS {
            thread::sleep(PAUSE);
            return;
        }
        let Ok((stream, _)) = self.listener.accept() else { return thread::sleep(PAUSE) };
        let Ok(peer) = socket_peercred(&stream) else { return };
        let (uid, pid) = (peer.uid.as_raw(), peer.pid.as_raw_pid());
        if uid != self.client_uid && uid != geteuid().as_raw() {
            return signer.audit.stranger(uid, pid);
        }
        let signer = Arc::clone(signer);
        // If there is no thread to be had, the connection is closed, and the handshake fails.
        let _ = thread::Builder::new().name("client".into()).spawn(move || serve(&signer, &stream, pid));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Answers one client until it goes, falls silent or sends too much.
fn serve(signer: &Arc<Signer>, stream: &UnixStream, peer: i32) {
    let mut from = BufReader::new(Patient::new(stream, IDLE));
    let mut to = BufWriter::new(Patient::new(stream, WRITING));
    loop {
        let is_crowded = Arc::strong_count(signer) > CONNECTIONS / 2;
        from.get_mut().again(if is_crowded { IDLE_IN_A_CROWD } else { IDLE });
        let question = protocol::read(&mut from);
        to.get_mut().again(WRITING);
        let sent = match question {
            Ok(Question::Line(line)) => protocol::answer(&mut to, &signer.leaf(&line, peer)),
            Ok(Question::TooLong) => {
                let _ = protocol::answer(&mut to, &Err(protocol::Refusal::Malformed));
                return;
            }
            Ok(Question::End) | Err(_) => return,
        };
        if sent.is_err() {
            return;
        }
    }
}

/// What becomes readable when the process is told to stop.
fn signals() -> io::Result<UnixStream> {
    let (stop, stopped) = UnixStream::pair()?;
    for signal in [SIGINT, SIGTERM] {
        signal_hook::low_level::pipe::register(signal, stop.try_clone()?)?;
    }
    Ok(stopped)
}

/// Waits for a client; true if it is time to stop.
fn wait(listener: &UnixListener, stopped: &UnixStream, longest: Duration) -> io::Result<bool> {
    let mut watched = [
        PollFd::from_borrowed_fd(listener.as_fd(), PollFlags::IN),
        PollFd::from_borrowed_fd(stopped.as_fd(), PollFlags::IN),
    ];
    let longest = Timespec::try_from(longest).map_err(|_| ErrorKind::InvalidInput)?;
    loop {
        match poll(&mut watched, Some(&longest)) {
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => return Ok(!watched[1].revents().is_empty()),
        }
    }
}

/// Takes away the socket of a signer that is no more; refuses if one answers, or it is something else.
pub(crate) fn clear_stale(path: &Path) -> Result<(), Error> {
    let taken = |what| Err(Error::Taken { path: path.to_owned(), what });
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).doing("look at", path),
        Ok(found) if !found.file_type().is_socket() => {
            return taken("exists already and is no socket; choose another place");
        }
        Ok(_) => {}
    }
    match connect(path) {
        Err(Errno::CONNREFUSED) => fs::remove_file(path).doing("remove", path),
        _ => taken("is answered by a signer that lives; stop it first"),
    }
}

/// Whether somebody listens at a socket.
pub(crate) fn is_answered(path: &Path) -> bool {
    !matches!(connect(path), Err(Errno::CONNREFUSED | Errno::NOENT | Errno::NOTSOCK | Errno::NOTDIR))
}

/// Connects without waiting: one who has no time at present lives too.
fn connect(path: &Path) -> rustix::io::Result<()> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    rustix::net::connect(&socket, &SocketAddrUnix::new(path)?)
}

/// Tells systemd, if it waits for it, that questions are answered from now on.
pub(crate) fn ready() {
    let Some(name) = std::env::var_os("NOTIFY_SOCKET") else { return };
    let address = match name.as_bytes().strip_prefix(b"@") {
        Some(hidden) => SocketAddr::from_abstract_name(hidden),
        None => SocketAddr::from_pathname(Path::new(OsStr::new(&name))),
    };
    // systemd gives up by itself if it hears nothing.
    let _ = UnixDatagram::unbound().and_then(|socket| socket.send_to_addr(b"READY=1", &address?));
}
