//! Being told to stop at a bad moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use crate::error::Error;

/// While it lives SIGINT and SIGTERM are put off; dropped, it does what they ask for.
///
/// What takes milliseconds then comes to its end, or cleans up, and leaves no key beside its place.
#[derive(Debug)]
pub(crate) struct PutOff {
    raised: Vec<(i32, Arc<AtomicBool>)>,
}

impl PutOff {
    pub(crate) fn begin() -> Result<Self, Error> {
        let mut raised = Vec::new();
        for signal in [SIGINT, SIGTERM] {
            let flag = Arc::new(AtomicBool::new(false));
            flag::register(signal, Arc::clone(&flag))
                .map_err(|error| Error::Failed(format!("cannot put signals off: {error}")))?;
            raised.push((signal, flag));
        }
        Ok(Self { raised })
    }
}

impl Drop for PutOff {
    fn drop(&mut self) {
        for (signal, flag) in &self.raised {
            if flag.load(Ordering::Relaxed) {
                // It ends the process; were it refused, the process would end by itself.
                let _ = low_level::emulate_default_handler(*signal);
            }
        }
    }
}
