//! From a rule file as written to rules ready to run. What is wrong is said with file, id and remedy.

use std::collections::HashSet;
use std::sync::Arc;

use super::pattern::Shape;
use super::syntax::{self, Entry};
use super::template::Template;
use super::{Home, Keyword, Pattern, Rule, RuleError, Trigger, Until, volume};
use crate::candidates::Says;
use crate::checks::{self, Check};
use crate::confirm::MAX_CASES;
use crate::hosts::{ANYWHERE, HostPattern};
use crate::verdict::{Category, Confidence, Severity};

/// Shorter literals are everywhere.
const MIN_KEYWORD_BYTES: usize = 3;
/// A match may begin this far before its trigger at most.
const MAX_REACH: usize = 256;
/// A block goes on this far at most.
const MAX_UNTIL_BYTES: usize = 65_536;

/// Adds the rules of one file.
pub(super) fn file(name: &str, text: &str, rules: &mut Vec<Rule>) -> Result<(), RuleError> {
    let file: syntax::File = toml::from_str(text).map_err(|error| {
        let line = 1 + text[..error.span().map_or(0, |span| span.start)].matches('\n').count();
        let (rule, reason) = (format!("line {line}"), error.message().to_owned());
        RuleError { file: name.to_owned(), rule, reason }
    })?;
    let shared = Shared { file: name.into(), vendor: file.vendor.as_str().into(), defaults: &file };
    for entry in &file.rules {
        let id = entry.id.clone();
        let rule =
            shared.rule(entry).map_err(|reason| RuleError { file: name.to_owned(), rule: id, reason })?;
        rules.push(rule);
    }
    Ok(())
}

/// Refuses a second rule with the id of another.
pub(super) fn ids_are_unique<'r>(rules: impl IntoIterator<Item = &'r Rule>) -> Result<(), RuleError> {
    let mut seen = HashSet::new();
    match rules.into_iter().find(|rule| !seen.insert(&*rule.id)) {
        None => Ok(()),
        Some(rule) => Err(refuse(rule, "another rule has this id; ids are unique over all files".to_owned())),
    }
}

/// Refuses more rules for numbers than a number is matched with.
pub(super) fn numbers_are_few<'r>(rules: impl IntoIterator<Item = &'r Rule>) -> Result<(), RuleError> {
    let mut for_numbers = rules.into_iter().filter(|rule| matches!(rule.trigger, Trigger::Digits { .. }));
    match for_numbers.nth(MAX_CASES) {
        None => Ok(()),
        Some(rule) => Err(refuse(rule, format!("at most {MAX_CASES} rules can have `shape = \"digits\"`"))),
    }
}

/// Compiles what is otherwise compiled at first use.
pub(super) fn prove(rule: &Rule) -> Result<(), RuleError> {
    let end = rule.until.as_ref().map_or(Ok(()), |until| until.end.prove());
    rule.pattern.prove().and(end).map_err(|reason| refuse(rule, reason))
}

fn refuse(rule: &Rule, reason: String) -> RuleError {
    RuleError { file: rule.file.to_string(), rule: rule.id.to_string(), reason }
}

/// What holds for all rules of a file.
struct Shared<'a> {
    file: Arc<str>,
    vendor: Arc<str>,
    defaults: &'a syntax::File,
}

impl Shared<'_> {
    fn rule(&self, entry: &Entry) -> Result<Rule, String> {
        is_id(&entry.id)?;
        has_examples(entry)?;
        let shape = Shape::read(&entry.pattern)?;
        let trigger = trigger(entry, &shape)?;
        let defaults = self.defaults;
        let source = entry.source.clone().or_else(|| defaults.source.clone());
        Ok(Rule {
            file: self.file.clone(),
            vendor: self.vendor.clone(),
            id: entry.id.as_str().into(),
            finds: entry.finds.clone(),
            category: entry.category.or(defaults.category).unwrap_or(Category::Secret),
            severity: entry.severity.or(defaults.severity).unwrap_or(Severity::High),
            confidence: entry.confidence.or(defaults.confidence).unwrap_or(Confidence::High),
            pattern: Pattern::new(anchored(&trigger, &entry.pattern)),
            is_telling: shape.is_telling(),
            is_at_run: entry.reach > 0 || shape.is_at_run(),
            bits: shape.bits() + entry.confirm.iter().map(|name| checks::bits(name)).sum::<f64>(),
            starts: starts(&trigger, &shape),
            min_bytes: shape.min_bytes(),
            trigger,
            until: until(entry)?,
            whole_word: entry.whole_word,
            context: contexts(entry)?,
            volume: volume::read(entry)?,
            unless: volume::names(entry)?,
            checks: entry.confirm.iter().map(|name| Check::parse(name)).collect::<Result<_, _>>()?,
            except: entry.except.iter().map(|text| text.clone().into_bytes()).collect(),
            home: homes(entry.home.as_ref().unwrap_or(&defaults.home))?,
            source: source.ok_or("no source; name the document that specifies the format")?,
            token: entry.token.clone(),
            hits: entry.hits.clone(),
            misses: entry.misses.clone(),
        })
    }
}

/// What a match begins with, where that is fixed.
fn starts(trigger: &Trigger, shape: &Shape) -> Vec<Keyword> {
    match trigger {
        Trigger::Keywords { literals, reach: 0, .. } => literals.clone(),
        Trigger::Keywords { .. } => {
            let prefixes = shape.prefixes().unwrap_or_default();
            prefixes.into_iter().map(|bytes| Keyword { bytes, ignore_case: false }).collect()
        }
        _ => Vec::new(),
    }
}

/// `family.thing-in-kebab`.
fn is_id(id: &str) -> Result<(), String> {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let kebab = |text: &str| text.split('-').all(|word| !word.is_empty() && word.bytes().all(letter));
    match id.split_once('.') {
        Some((family, thing)) if kebab(family) && kebab(thing) => Ok(()),
        _ => Err("the id is not of the form family.thing-in-kebab".to_owned()),
    }
}

/// At least one hit and one miss, and templates that can be expanded.
fn has_examples(entry: &Entry) -> Result<(), String> {
    if entry.hits.is_empty() {
        return Err("no hits; give at least one text in which the rule finds something".to_owned());
    }
    if entry.misses.is_empty() {
        return Err("no misses; give at least one look-alike in which it finds nothing".to_owned());
    }
    for text in entry.hits.iter().chain(&entry.misses).chain(&entry.token) {
        let uses_token = Template::parse(text)?.uses_token();
        if uses_token && entry.token.as_ref().is_none_or(|token| token == text) {
            return Err("{{token}} stands for the rule's `token`, and there is none".to_owned());
        }
    }
    Ok(())
}

fn trigger(entry: &Entry, shape: &Shape) -> Result<Trigger, String> {
    let max_bytes = shape.max_bytes();
    if entry.reach > MAX_REACH {
        return Err(format!("reach is {}, at most {MAX_REACH} is possible", entry.reach));
    }
    match (&entry.keywords, &entry.names, entry.shape) {
        (Some(words), None, None) => {
            let literals = keywords(words, entry, shape)?;
            Ok(Trigger::Keywords { literals, reach: entry.reach, max_bytes })
        }
        (None, Some(words), None) => {
            words.iter().try_for_each(|word| is_name(word))?;
            let says = entry.says.unwrap_or(Says::Secret);
            Ok(Trigger::Name { words: words.clone(), says, form: shape.form(), max_bytes })
        }
        (None, None, Some(syntax::Shape::Digits)) => {
            let (reach, first, form) = (entry.reach, shape.first_bytes(), shape.form());
            Ok(Trigger::Digits { reach, first, form, signs: shape.signs(), max_bytes })
        }
        (None, None, Some(syntax::Shape::Run)) => run(entry, shape),
        (None, None, Some(syntax::Shape::Mailbox)) => Ok(Trigger::Mailbox),
        (None, None, Some(syntax::Shape::SeedWords)) => Ok(Trigger::SeedWords),
        (None, None, Some(syntax::Shape::Userinfo)) => Ok(Trigger::Userinfo),
        (None, None, Some(syntax::Shape::Host)) => Ok(Trigger::Host),
        (None, None, Some(syntax::Shape::Label)) => Ok(Trigger::Label),
        (None, None, Some(syntax::Shape::Value)) => Ok(Trigger::Value),
        _ => Err("a rule has exactly one of keywords, names, shape".to_owned()),
    }
}

/// A run, and what stands before and after it.
fn run(entry: &Entry, shape: &Shape) -> Result<Trigger, String> {
    let (lead, tail) = (entry.lead.as_bytes().to_vec(), entry.tail);
    let of_run = |bytes: usize| {
        bytes.checked_sub(lead.len() + tail).ok_or("matches of the pattern are shorter than lead and tail")
    };
    Ok(Trigger::Run { bytes: of_run(shape.min_bytes())?..=of_run(shape.max_bytes())?, lead, tail })
}

/// Words that may name a number: lower case, single spaces between them.
fn contexts(entry: &Entry) -> Result<Vec<String>, String> {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte >= 0x80);
    if entry.shape != Some(syntax::Shape::Digits) && !entry.context.is_empty() {
        return Err("only a rule with shape = \"digits\" has a `context`".to_owned());
    }
    match entry.context.iter().find(|words| !words.split(' ').all(is_word)) {
        None => Ok(entry.context.clone()),
        Some(words) => Err(format!("the context {words:?} is not made of words of lower-case letters")),
    }
}

fn is_name(word: &str) -> Result<(), String> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.".contains(&byte);
    let good = word.len() > 1 && word.bytes().all(fits);
    good.then_some(()).ok_or_else(|| format!("the name {word:?} is not made of a-z, 0-9, `_`, `-` and `.`"))
}

fn keywords(words: &[String], entry: &Entry, shape: &Shape) -> Result<Vec<Keyword>, String> {
    if words.is_empty() {
        return Err("keywords is empty; give a literal that every match has".to_owned());
    }
    if let Some(word) = words.iter().find(|word| word.len() < MIN_KEYWORD_BYTES) {
        return Err(format!("the keyword {word:?} has less than {MIN_KEYWORD_BYTES} bytes"));
    }
    if entry.reach == 0 {
        begins_with_a_keyword(words, shape)?;
    }
    let ignore_case = entry.ignore_case;
    Ok(words.iter().map(|word| Keyword { bytes: word.clone().into_bytes(), ignore_case }).collect())
}

/// Without reach the engine looks at a match's first bytes only: every beginning needs its keyword, and every
/// keyword its beginning.
fn begins_with_a_keyword(words: &[String], shape: &Shape) -> Result<(), String> {
    let prefixes = shape.prefixes().ok_or("the pattern begins with no literal; give a `reach`")?;
    let fits = |word: &String, prefix: &Vec<u8>| {
        let shared = word.len().min(prefix.len());
        word.as_bytes()[..shared].eq_ignore_ascii_case(&prefix[..shared])
    };
    if let Some(word) = words.iter().find(|word| !prefixes.iter().any(|prefix| fits(word, prefix))) {
        return Err(format!("no match of the pattern begins with the keyword {word:?}; or give a `reach`"));
    }
    match prefixes.iter().find(|prefix| !words.iter().any(|word| fits(word, prefix))) {
        None => Ok(()),
        Some(prefix) => {
            let prefix = String::from_utf8_lossy(prefix).into_owned();
            Err(format!("a match can begin with {prefix:?}, which is no keyword"))
        }
    }
}

/// Ties the pattern to what the trigger found; see [`Rule::pattern`].
fn anchored(trigger: &Trigger, pattern: &str) -> String {
    match trigger {
        Trigger::Keywords { reach: 0, .. } => format!(r"\A(?:{pattern})"),
        Trigger::Name { .. }
        | Trigger::Run { .. }
        | Trigger::Mailbox
        | Trigger::SeedWords
        | Trigger::Host
        | Trigger::Label
        | Trigger::Value => {
            format!(r"\A(?:{pattern})\z")
        }
        Trigger::Keywords { .. } | Trigger::Digits { .. } | Trigger::Userinfo | Trigger::Known { .. } => {
            pattern.to_owned()
        }
    }
}

/// Host patterns that can be read, and places that exist.
fn homes(homes: &[Home]) -> Result<Vec<Home>, String> {
    for host in homes.iter().flat_map(|home| &home.hosts).filter(|host| *host != ANYWHERE) {
        HostPattern::parse(host).map_err(|reason| format!("home {host:?}: {reason}"))?;
    }
    match homes.iter().flat_map(|home| &home.at).find(|place| !exists(place)) {
        None => Ok(homes.to_vec()),
        Some(place) => Err(format!(
            "home at {place:?}: there are header:<lower-case name>, query:<key>, field:<name>, member:<name>, \
             path, url, body, connect"
        )),
    }
}

fn exists(place: &str) -> bool {
    match place.split_once(':') {
        Some(("header", name)) => !name.is_empty() && !name.bytes().any(|byte| byte.is_ascii_uppercase()),
        Some(("query" | "field" | "member", name)) => !name.is_empty(),
        Some(_) => false,
        None => ["path", "url", "body", "connect"].contains(&place),
    }
}

fn until(entry: &Entry) -> Result<Option<Until>, String> {
    match (&entry.until, entry.until_bytes) {
        (None, None) => Ok(None),
        (Some(end), Some(max_bytes)) if (1..=MAX_UNTIL_BYTES).contains(&max_bytes) => {
            Shape::read(end).map_err(|reason| format!("until: {reason}"))?;
            Ok(Some(Until { end: Pattern::new(end.clone()), max_bytes }))
        }
        _ => Err(format!("until needs until_bytes, from 1 to {MAX_UNTIL_BYTES}")),
    }
}
