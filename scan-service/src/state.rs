//! What all requests share.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use scanner::{FingerprintKey, InMemory, Policy, RuleSet, Scanner, Session};

use crate::auth::Token;
use crate::beside::Beside;
use crate::config::Config;
use crate::intake::House;
use crate::metrics::Metrics;
use crate::problem::{Code, Problem};
use crate::self_test::self_test;
use crate::start_error::StartError;

/// What all requests share. The scanner in it is replaced as a whole when the policy is read again.
#[derive(Debug)]
pub struct App {
    scanner: ArcSwapOption<Scanner>,
    key: FingerprintKey,
    policy_file: Option<PathBuf>,
    pub(crate) token: Option<Token>,
    pub(crate) metrics: Metrics,
    pub(crate) house: House,
    pub(crate) deadline: Duration,
    /// What is remembered of sessions; outlives the policy.
    memory: InMemory,
    started: Instant,
}

impl App {
    /// Checks what `config` names; rules are compiled by [`App::load`].
    pub fn new(config: &Config) -> Result<Self, StartError> {
        let app = Self {
            scanner: ArcSwapOption::empty(),
            key: FingerprintKey::new(random_bytes()?),
            policy_file: config.policy.clone(),
            token: config.token_file.as_deref().map(Token::read).transpose()?,
            metrics: Metrics::default(),
            house: House::new(config.max_in_flight, config.max_buffered_mib),
            deadline: Duration::from_millis(config.deadline_ms),
            memory: InMemory::new(),
            started: Instant::now(),
        };
        app.read_policy()?;
        Ok(app)
    }

    /// Compiles the rules, proves that they find something, and starts to answer. Takes a while: not for an async
    /// worker.
    pub fn load(&self) -> Result<(), StartError> {
        self_test(self.key.clone())?;
        self.reload()
    }

    /// Reads the policy again. When it is bad, the one in force stays.
    pub(crate) fn reload(&self) -> Result<(), StartError> {
        let scanner = Scanner::new(RuleSet::builtin()?, self.read_policy()?, self.key.clone());
        self.scanner.store(Some(Arc::new(scanner)));
        Ok(())
    }

    /// The scanner in force.
    pub(crate) fn scanner(&self) -> Result<Arc<Scanner>, Problem> {
        let starting = || Problem::new(Code::NotReady, "the rules are being compiled: try again in a second");
        self.scanner.load_full().ok_or_else(starting)
    }

    /// The memory of sessions, now.
    pub(crate) fn session(&self) -> Session<'_> {
        Session { memory: &self.memory, now: self.started.elapsed() }
    }

    fn read_policy(&self) -> Result<Policy, StartError> {
        let Some(path) = &self.policy_file else { return Ok(Policy::default()) };
        let text = read(path, "the policy")?;
        // Files that the policy names lie beside it, wherever the service was started.
        let folder = path.parent().unwrap_or(Path::new("."));
        Ok(Policy::parse(&path.to_string_lossy(), &text, &Beside(folder))?)
    }
}

/// The text of a file named on the command line.
pub(crate) fn read(path: &Path, what: &'static str) -> Result<String, StartError> {
    std::fs::read_to_string(path).map_err(|source| StartError::Unreadable {
        what,
        path: path.to_owned(),
        source,
    })
}

fn random_bytes() -> Result<[u8; 32], StartError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(std::io::Error::from)?;
    Ok(bytes)
}
