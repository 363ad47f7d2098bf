//! Keeping keys in memory, and out of everything else.

use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};
use rustix::thread::{CapabilitySet, capabilities};

use crate::error::Error;

/// Turns core dumps and tracing off for this process, and keeps its pages from the swap where that is allowed.
///
/// # Errors
///
/// If core dumps cannot be turned off: then no key should be made.
pub(crate) fn harden() -> Result<(), Error> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none)
        .and_then(|()| set_dumpable_behavior(DumpableBehavior::NotDumpable))
        .map_err(|error| Error::Failed(format!("cannot turn core dumps off: {error}")))?;
    lock_pages();
    Ok(())
}

/// Locks all pages, now and later, if there is no limit to them: under a limit a later allocation would fail.
fn lock_pages() {
    let endless = Rlimit { current: None, maximum: None };
    let unlimited = getrlimit(Resource::Memlock).current.is_none()
        || setrlimit(Resource::Memlock, endless).is_ok()
        || capabilities(None).is_ok_and(|own| own.effective.contains(CapabilitySet::IPC_LOCK));
    if unlimited {
        // Refused inside some containers; the key is then no worse off than any other process's.
        let _ = mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT);
    }
}
