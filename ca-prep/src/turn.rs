//! One writer at a time.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, OFlags, flock};

use crate::error::{Doing, Error};
use crate::place::Place;

/// How long to wait for another run. Writing takes milliseconds, updating a trust store some seconds.
const PATIENCE: Duration = Duration::from_secs(20);
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// A locked folder, free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _folder: File,
}

impl Turn {
    /// Waits until no other run changes this bottle; nothing if there is no bottle.
    ///
    /// What is locked is `proxy/`, because a bottle or another user, who may open `DIR` and `trust/`, must not be
    /// able to stop a teardown.
    pub(crate) fn of(place: &Place) -> Result<Option<Self>, Error> {
        let folder = place.proxy();
        match Self::wait(&folder, PATIENCE) {
            Ok(turn) => Ok(Some(turn)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                let root = place.root().display();
                Err(Error::Failed(format!("another run of ca-prep is changing {root}; try again")))
            }
            Err(error) => Err(error).doing("lock", &folder),
        }
    }

    /// Waits for a folder.
    pub(crate) fn wait(folder: &Path, longest: Duration) -> io::Result<Self> {
        let begin = Instant::now();
        loop {
            match Self::take(folder)? {
                Some(turn) => return Ok(turn),
                None if begin.elapsed() > longest => return Err(io::ErrorKind::TimedOut.into()),
                None => thread::sleep(BETWEEN_TRIES),
            }
        }
    }

    /// Locks a folder, unless another run has it, or has put another in its place meanwhile.
    pub(crate) fn take(path: &Path) -> io::Result<Option<Self>> {
        // Neither a link nor a pipe that somebody put there leads anywhere, or makes it wait.
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let flags = i32::try_from(flags.bits()).map_err(|_| io::ErrorKind::InvalidInput)?;
        let folder = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
        match flock(&folder, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) if is_still(&folder, path) => Ok(Some(Self { _folder: folder })),
            Ok(()) | Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn is_still(folder: &File, path: &Path) -> bool {
    let identity = |found: io::Result<fs::Metadata>| found.map(|it| (it.dev(), it.ino())).ok();
    identity(folder.metadata()).is_some_and(|own| identity(fs::symlink_metadata(path)) == Some(own))
}
