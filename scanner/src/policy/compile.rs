//! From what is written to what is run: every mistake is refused with its place and what would be right.

use std::ops::Range;

use sha2::{Digest, Sha256};
use toml::Spanned;
use zeroize::Zeroizing;

use super::actions::{self, Actions};
use super::egress::Egress;
use super::failing::Failing;
use super::known::{self, KnownSecret};
use super::overrides::{Override, PartPattern, RulePattern};
use super::own_rules::own_rules;
use super::{Files, Policy, model_api, syntax};
use crate::hosts::{HostPattern, PrivateEntry, PrivateSet};
use crate::message::Limits;
use crate::verdict::{Action, Category};

/// A mistake: where in the text, and what is wrong.
#[derive(Debug)]
pub(super) struct Mistake {
    at: usize,
    pub(super) reason: String,
}

impl Mistake {
    pub(super) fn new<T>(at: &Spanned<T>, reason: impl Into<String>) -> Self {
        Self { at: at.span().start, reason: reason.into() }
    }

    /// The line of the mistake, from 1.
    pub(super) fn line(&self, text: &str) -> usize {
        1 + text.bytes().take(self.at).filter(|byte| *byte == b'\n').count()
    }
}

pub(super) fn compile(text: &str, files: &dyn Files) -> Result<Policy, Mistake> {
    let file: syntax::File = toml::from_str(text).map_err(|error| Mistake {
        at: error.span().map_or(0, |span| span.start),
        // What the parser says of a number where one of some words is expected.
        reason: error
            .message()
            .replace("wanted string or table", "expected one of the words of this key, in quotes"),
    })?;
    let hash = hash(text, &file.known);
    Ok(Policy {
        egress: egress(file.egress)?,
        actions: actions(&file.actions)?,
        overrides: file.overrides.into_iter().map(override_).collect::<Result<_, _>>()?,
        home: file
            .home
            .into_iter()
            .map(|(rule, hosts)| Ok((rule_pattern(&rule)?, patterns(&hosts)?)))
            .collect::<Result<_, _>>()?,
        known: known_secrets(file.known, files)?,
        failing: Failing::new(file.failure.outbound(), file.failure.inbound, file.failure.model_api),
        limits: limits(&file.limits)?,
        model_api: model_api::hosts(patterns(&file.model_api.hosts)?),
        own_rules: own_rules(&file.rules.files, files)?,
        hash,
    })
}

/// Hash of the text without the known secrets in it: it travels, and a short secret could be guessed from it.
fn hash(text: &str, known: &[Spanned<syntax::Known>]) -> String {
    let mut secret: Vec<Range<usize>> =
        known.iter().filter_map(|entry| entry.get_ref().value.as_ref().map(Spanned::span)).collect();
    secret.sort_by_key(|span| span.start);
    let mut digest = Sha256::new();
    let mut from = 0;
    for span in secret {
        digest.update(&text[from..span.start]);
        from = span.end;
    }
    digest.update(&text[from..]);
    format!("sha256:{}", data_encoding::HEXLOWER.encode(&digest.finalize()))
}

fn egress(written: syntax::Egress) -> Result<Egress, Mistake> {
    let private = written.private.iter().map(|entry| {
        PrivateEntry::parse(entry.get_ref()).map_err(|expected| wrong(entry, "private", expected))
    });
    let private = PrivateSet::new(private.collect::<Result<_, _>>()?);
    let (allow, passthrough) = (patterns(&written.allow)?, patterns(&written.passthrough)?);
    let names = written.passthrough.into_iter().map(Spanned::into_inner).collect();
    Ok(Egress::new(allow, passthrough, names, private))
}

fn patterns(hosts: &[Spanned<String>]) -> Result<Vec<HostPattern>, Mistake> {
    hosts.iter().map(pattern).collect()
}

fn pattern(host: &Spanned<String>) -> Result<HostPattern, Mistake> {
    HostPattern::parse(host.get_ref()).map_err(|expected| wrong(host, "host", expected))
}

fn wrong(at: &Spanned<String>, what: &str, expected: &str) -> Mistake {
    Mistake::new(at, format!("wrong {what} `{}`: {expected}", at.get_ref()))
}

fn rule_pattern(rule: &Spanned<String>) -> Result<RulePattern, Mistake> {
    let expected = "expected the id of a rule, such as `stripe.secret-key`, or `family.*`";
    RulePattern::parse(rule.get_ref()).ok_or_else(|| wrong(rule, "rule", expected))
}

fn actions(written: &syntax::Actions) -> Result<Actions, Mistake> {
    let outbound = written.outbound().map(action).collect::<Result<_, _>>()?;
    let table = |rows: &syntax::ByCategory| {
        rows.iter().map(|(category, given)| action((*category, given))).collect::<Result<actions::Given, _>>()
    };
    Ok(Actions::new(&outbound, &table(&written.inbound)?, &table(&written.model_api)?))
}

fn action((category, given): (Category, &Spanned<Action>)) -> Result<(Category, Action), Mistake> {
    match (given.get_ref(), category) {
        (Action::Allow, _) => Err(Mistake::new(
            given,
            "expected one of `flag`, `redact`, `block`; only an [[override]] can drop findings",
        )),
        (Action::Redact, Category::Host) => {
            Err(Mistake::new(given, "a host cannot be cut out: expected one of `flag`, `block`"))
        }
        (action, category) => Ok((category, *action)),
    }
}

fn override_(written: Spanned<syntax::Override>) -> Result<Override, Mistake> {
    let at = written.span();
    let written = written.into_inner();
    let compiled = Override {
        rule: written.rule.as_ref().map(rule_pattern).transpose()?,
        category: written.category,
        host: written.host.as_ref().map(pattern).transpose()?,
        part: written.part.as_ref().map(part).transpose()?,
        direction: written.direction,
        action: written.action,
    };
    if compiled.is_unconditional() {
        let reason = "an override needs at least one of `rule`, `category`, `host`, `part`, `direction`";
        return Err(Mistake { at: at.start, reason: reason.to_owned() });
    }
    Ok(compiled)
}

fn part(part: &Spanned<String>) -> Result<PartPattern, Mistake> {
    let expected = "expected `method`, `url`, `reason`, `body`, `connect`, `header:NAME`, `header:*`, `trailer:NAME` or `trailer:*`";
    PartPattern::parse(part.get_ref()).ok_or_else(|| wrong(part, "part", expected))
}

fn known_secrets(
    entries: Vec<Spanned<syntax::Known>>,
    files: &dyn Files,
) -> Result<Vec<KnownSecret>, Mistake> {
    let mut secrets: Vec<KnownSecret> = Vec::new();
    for entry in entries {
        let at = entry.span().start;
        let entry = entry.into_inner();
        let name = known_name(&entry.name)?;
        if secrets.iter().any(|secret| secret.name == name) {
            return Err(Mistake::new(&entry.name, format!("there is another known secret named `{name}`")));
        }
        let values = known_values(entry, at, files)?;
        secrets.extend(values.into_iter().map(|value| KnownSecret { name: name.clone(), value }));
    }
    Ok(secrets)
}

fn known_name(name: &Spanned<String>) -> Result<String, Mistake> {
    let text = name.get_ref();
    let kebab = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if text.is_empty() || !kebab {
        return Err(Mistake::new(name, "the name of a known secret is made of a-z, 0-9 and `-`"));
    }
    Ok(text.clone())
}

fn known_values(
    entry: syntax::Known,
    at: usize,
    files: &dyn Files,
) -> Result<Vec<Zeroizing<Vec<u8>>>, Mistake> {
    match (entry.value, entry.env_file, entry.file) {
        (Some(value), None, None) => Ok(vec![inline(value)?]),
        (None, Some(path), None) => {
            let secrets = known::from_env_file(&load(&path, files)?);
            if secrets.is_empty() {
                Err(Mistake::new(&path, "the env file holds no secret"))
            } else {
                Ok(secrets)
            }
        }
        (None, None, Some(path)) => {
            let mut secrets = known::from_file(load(&path, files)?);
            check_size(secrets[0].len(), path.span().start)?;
            secrets.dedup();
            Ok(secrets)
        }
        _ => {
            Err(Mistake { at, reason: "a known secret needs one of `value`, `env_file`, `file`".to_owned() })
        }
    }
}

fn inline(value: Spanned<toml::Value>) -> Result<Zeroizing<Vec<u8>>, Mistake> {
    let at = value.span().start;
    let toml::Value::String(text) = value.into_inner() else {
        return Err(Mistake { at, reason: "the value of a known secret is a string".to_owned() });
    };
    check_size(text.len(), at)?;
    Ok(Zeroizing::new(text.into_bytes()))
}

fn check_size(bytes: usize, at: usize) -> Result<(), Mistake> {
    let (least, most) = (known::MIN_BYTES, known::MAX_BYTES);
    if (least..=most).contains(&bytes) {
        return Ok(());
    }
    Err(Mistake { at, reason: format!("a known secret of {bytes} bytes: expected {least} to {most}") })
}

fn load(path: &Spanned<String>, files: &dyn Files) -> Result<Zeroizing<Vec<u8>>, Mistake> {
    let content = files.read(path.get_ref());
    content
        .map(Zeroizing::new)
        .map_err(|error| Mistake::new(path, format!("cannot read `{}`: {error}", path.get_ref())))
}

fn limits(written: &syntax::Limits) -> Result<Limits, Mistake> {
    let default = Limits::default();
    Ok(Limits {
        body_bytes: limit(written.body_bytes.as_ref(), default.body_bytes, 1..=4 << 30)?,
        compression_ratio: limit(written.compression_ratio.as_ref(), default.compression_ratio, 1..=100_000)?,
        url_bytes: limit(written.url_bytes.as_ref(), default.url_bytes, 1..=64 << 20)?,
        header_bytes: limit(written.header_bytes.as_ref(), default.header_bytes, 1..=64 << 20)?,
        header_count: limit(written.header_count.as_ref(), default.header_count, 1..=1_000_000)?,
        session_bytes: limit(written.session_bytes.as_ref(), default.session_bytes, 0..=1 << 20)?,
        session_minutes: limit(written.session_minutes.as_ref(), default.session_minutes, 0..=1440)?,
    })
}

fn limit(
    written: Option<&Spanned<u64>>,
    default: usize,
    possible: std::ops::RangeInclusive<usize>,
) -> Result<usize, Mistake> {
    let Some(written) = written else { return Ok(default) };
    let number = usize::try_from(*written.get_ref()).ok().filter(|number| possible.contains(number));
    number.ok_or_else(|| {
        let (least, most) = (possible.start(), possible.end());
        Mistake::new(written, format!("the limit {}: expected {least} to {most}", written.get_ref()))
    })
}
