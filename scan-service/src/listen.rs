//! Where the service listens: a TCP address, or a Unix socket that is its owner's alone from its first moment.

use std::fmt::Display;
use std::fs::{File, Metadata, Permissions};
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener as StdUnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::{TcpListener, UnixListener};

use crate::start_error::StartError;

/// How many connections may wait to be accepted.
const BACKLOG: i32 = 1_024;

/// What `--listen` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenAt {
    /// An address and a port; port 0 picks a free one.
    Tcp(SocketAddr),
    /// A socket in the file system.
    Unix(PathBuf),
}

impl FromStr for ListenAt {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("unix:") {
            Some("") => Err("a path is expected after unix:"),
            Some(path) => Ok(Self::Unix(path.into())),
            None => text
                .parse()
                .map(Self::Tcp)
                .map_err(|_| "expected ADDRESS:PORT, as 127.0.0.1:9470, or unix:PATH"),
        }
    }
}

impl Display for ListenAt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(formatter),
            Self::Unix(path) => write!(formatter, "unix:{}", path.display()),
        }
    }
}

/// Something that connections come from.
#[derive(Debug)]
pub enum Listener {
    /// A TCP port.
    Tcp(TcpListener),
    /// A Unix socket, and the file that it is.
    Unix(UnixListener, SocketFile),
}

impl ListenAt {
    /// Whether other machines can get there.
    #[must_use]
    pub fn is_open_to_others(&self) -> bool {
        matches!(self, Self::Tcp(address) if !address.ip().is_loopback())
    }

    /// Starts to listen.
    pub async fn bind(&self) -> Result<Listener, StartError> {
        match self {
            Self::Tcp(address) => {
                TcpListener::bind(address).await.map(Listener::Tcp).map_err(|error| self.refused(&error))
            }
            Self::Unix(path) => self.bind_unix(path),
        }
    }

    fn bind_unix(&self, path: &Path) -> Result<Listener, StartError> {
        self.remove_stale(path)?;
        let listener = listen_privately(path).map_err(|error| self.refused(&error))?;
        let file = SocketFile::at(path).map_err(|error| self.refused(&error))?;
        let listener = UnixListener::from_std(listener)?;
        Ok(Listener::Unix(listener, file))
    }

    /// Removes a socket that nobody listens at any more, and nothing else.
    fn remove_stale(&self, path: &Path) -> Result<(), StartError> {
        let there = match path.symlink_metadata() {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(self.refused(&error)),
        };
        if !there.file_type().is_socket() {
            return Err(self.refused(&"something that is no socket is there already; choose another path"));
        }
        match UnixStream::connect(path) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                remove_if_same(path, &there).map_err(|error| self.refused(&error))
            }
            Err(error) => Err(self.refused(&error)),
            Ok(_) => Err(self.refused(&"another process listens there; stop it first")),
        }
    }

    fn refused(&self, reason: &dyn Display) -> StartError {
        StartError::Listen { at: self.to_string(), reason: reason.to_string() }
    }
}

impl Listener {
    /// Where clients find it.
    #[must_use]
    pub fn address(&self) -> String {
        match self {
            Self::Tcp(tcp) => tcp.local_addr().map(|address| address.to_string()).unwrap_or_default(),
            Self::Unix(_, file) => format!("unix:{}", file.path.display()),
        }
    }
}

/// Binds with mode 0600 from the first moment: Linux gives the file the mode of the descriptor.
fn listen_privately(path: &Path) -> io::Result<StdUnixListener> {
    let socket: OwnedFd = Socket::new(Domain::UNIX, Type::STREAM, None)?.into();
    let socket = File::from(socket);
    socket.set_permissions(Permissions::from_mode(0o600))?;
    let socket = Socket::from(OwnedFd::from(socket));
    socket.bind(&SockAddr::unix(path)?)?;
    let mode = path.symlink_metadata()?.permissions().mode() & 0o777;
    if mode & 0o177 != 0 {
        std::fs::remove_file(path)?;
        return Err(io::Error::other(format!("the socket came out with mode {mode:o} instead of 600")));
    }
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(OwnedFd::from(socket).into())
}

/// The file of a Unix socket; removed when dropped, if it is still the same one.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    made: Metadata,
}

impl SocketFile {
    fn at(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), made: path.symlink_metadata()? })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if let Err(error) = remove_if_same(&self.path, &self.made) {
            tracing::warn!(%error, path = %self.path.display(), "the socket could not be removed");
        }
    }
}

/// Removes `path` unless another process has put something else there in the meantime.
fn remove_if_same(path: &Path, seen: &Metadata) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(now) if (now.dev(), now.ino()) == (seen.dev(), seen.ino()) => std::fs::remove_file(path),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
