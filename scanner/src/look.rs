//! One look at the bytes of a view, and at what is encoded in them.

mod named;
mod shaped;
mod tokens;

use std::ops::{Range, RangeInclusive};

use crate::candidates::{BLOCK, Block, Keywords, Known, KnownPass, Literals, Mailboxes, SeedWords, Userinfo};
use crate::confirm::{NameRules, NumberRules};
use crate::parts::Root;
use crate::pieces::Starts;
use crate::policy::KnownSecret;
use crate::rules::{Rule, RuleSet, Trigger};
use crate::verdict::ScanError;
use crate::views::{
    Archive, Bounds, Decoded, Disguises, Replacement, Unpacked, Unpacking, View, fields_with_blanks,
};

use named::NamePass;
use shaped::DigitPass;
use tokens::RunPass;

/// Runs shorter than this are told by their length alone from those that no rule is for.
const MAX_TOLD_LENGTH: usize = 256;

/// Characters of the shortest text in which something is found: a number.
const FEWEST_VISIBLE: usize = 6;

/// Bytes after which the deadline is asked for.
const ASK_EVERY: usize = 64 << 10;

/// Decodings inside decodings that are undone.
const MAX_DEPTH: usize = 6;

/// Tries in one message to follow a token over what cuts it: what only looks like many costs no more.
const MAX_CUTS: usize = 1 << 10;

/// Bytes of nested decodings that are looked at, beyond four times the message.
const SPARE_BUDGET: usize = 16 << 20;

/// Rules, indexed by what makes the engine look closer.
#[derive(Debug)]
pub(crate) struct Finder {
    pub(crate) rules: RuleSet,
    pub(crate) starts: Starts,
    keywords: Keywords,
    literals: Literals,
    names: NameRules,
    numbers: NumberRules,
    userinfo: Vec<usize>,
    mailboxes: Vec<usize>,
    seed_words: Vec<usize>,
    whole_runs: Vec<(RangeInclusive<usize>, usize)>,
    /// Whether some rule is for runs of each length; of longer ones it is asked.
    whole_lengths: [bool; MAX_TOLD_LENGTH],
    known: Known,
    /// Rules for whole host names and values.
    pub(crate) places: Vec<usize>,
}

/// A rule that fired.
#[derive(Debug)]
pub(crate) struct Hit {
    /// Index of the rule.
    pub(crate) rule: usize,
    /// The secret, for its fingerprint; never leaves the scan.
    pub(crate) secret: Vec<u8>,
    /// Where in the part.
    pub(crate) range: Range<usize>,
    /// What to write there so that the secret reads as its rule.
    pub(crate) replacement: Replacement,
    /// Whether nothing can be written there without breaking what it stands in, as in an archive.
    pub(crate) is_sealed: bool,
    /// Decodings between the part and the secret.
    pub(crate) decoded_by: Vec<&'static str>,
    /// Further places that hold pieces of it.
    pub(crate) rest: Vec<(Root, Range<usize>)>,
}

impl Hit {
    /// Counts offsets from `bytes` further back.
    pub(crate) fn shift(&mut self, bytes: usize) {
        for range in [&mut self.range, &mut self.replacement.range] {
            *range = range.start + bytes..range.end + bytes;
        }
    }
}

/// What one scan has seen so far, and what it may still do.
pub(crate) struct Looking<'s> {
    finder: &'s Finder,
    expired: &'s dyn Fn() -> bool,
    /// Rules that fired.
    pub(crate) hits: Vec<Hit>,
    /// Bytes looked at, decoded ones included.
    pub(crate) scanned_bytes: usize,
    /// Bytes that were not looked at, since they were nested too deep or the budget had run out.
    pub(crate) skipped_bytes: usize,
    /// Bytes that cannot be read: encrypted, broken, or packed in a way that is not undone here.
    pub(crate) opaque_bytes: usize,
    budget: usize,
    /// The deadline is asked for when so many bytes have been looked at.
    ask_at: usize,
    /// Tries that are left to follow a token over what cuts it.
    cuts: usize,
    /// Blocks that no look is at, for views in views: one is larger than most of those.
    spare: Vec<Box<Block>>,
}

impl Finder {
    /// Indexes the rules, and what the operator named.
    pub(crate) fn new(mut rules: RuleSet, known: &[KnownSecret]) -> Self {
        rules.rules.extend(known.iter().flat_map(Rule::known_spellings));
        let with = |fits: fn(&Trigger) -> bool| -> Vec<usize> {
            (0..rules.rules.len()).filter(|&index| fits(&rules.rules[index].trigger)).collect()
        };
        let whole_runs = whole_runs(&rules);
        Self {
            starts: Starts::new(&rules),
            keywords: Keywords::new(&rules),
            literals: Literals::new(&rules),
            names: NameRules::new(&rules),
            numbers: NumberRules::new(&rules),
            userinfo: with(|trigger| matches!(trigger, Trigger::Userinfo)),
            mailboxes: with(|trigger| matches!(trigger, Trigger::Mailbox)),
            seed_words: with(|trigger| matches!(trigger, Trigger::SeedWords)),
            whole_lengths: std::array::from_fn(|length| {
                whole_runs.iter().any(|(bytes, _)| bytes.contains(&length))
            }),
            whole_runs,
            known: Known::new(&rules),
            places: with(|trigger| matches!(trigger, Trigger::Host | Trigger::Label | Trigger::Value)),
            rules,
        }
    }

    /// Ready to look at the parts of one message of `bytes` in all.
    pub(crate) fn looking<'s>(&'s self, bytes: usize, expired: &'s dyn Fn() -> bool) -> Looking<'s> {
        let budget = bytes.saturating_mul(4).saturating_add(SPARE_BUDGET);
        Looking {
            finder: self,
            expired,
            hits: Vec::new(),
            scanned_bytes: 0,
            skipped_bytes: 0,
            opaque_bytes: 0,
            budget,
            ask_at: 0,
            cuts: MAX_CUTS,
            spare: Vec::new(),
        }
    }
}

impl Looking<'_> {
    /// Looks at a view, and at all that is encoded in it.
    pub(crate) fn look(&mut self, view: &View<'_>) -> Result<(), ScanError> {
        self.look_by(view, &mut Block::new())
    }

    /// The same, a block after the other in `block`.
    fn look_by(&mut self, view: &View<'_>, block: &mut Block) -> Result<(), ScanError> {
        let bytes = view.bytes;
        let mut passes = Passes { disguises: Disguises::new(view), ..Passes::default() };
        for start in (0..bytes.len()).step_by(BLOCK) {
            self.ask()?;
            block.read(bytes, start);
            self.runs(view, block, &mut passes.runs)?;
            self.literals(view, block, &mut passes.names)?;
            if !view.is_ambiguous {
                self.digits(view, block, &mut passes.digits);
                self.mailboxes(view, block, &mut passes.mailboxes);
                self.seed_words(view, block, &mut passes.seed_words);
            }
            self.userinfo(view, block, &mut passes.userinfo);
            self.known(view, block, &mut passes.known);
            while let Some(decoded) = passes.disguises.next_in(block, bytes) {
                self.nested(view, &decoded)?;
            }
            self.scanned_bytes += block.range().len();
        }
        view.archives.iter().try_for_each(|archive| self.unpack(view, archive))
    }

    /// Looks at the fields of a form in which blanks are written otherwise.
    pub(crate) fn look_at_blanks(&mut self, view: &View<'_>) -> Result<(), ScanError> {
        fields_with_blanks(view.bytes).try_for_each(|field| self.nested(view, &field))
    }

    /// Looks at what an archive holds.
    fn unpack(&mut self, view: &View<'_>, archive: &Archive) -> Result<(), ScanError> {
        let mut unpacking = Unpacking::new(archive);
        loop {
            let bounds = Bounds { bytes: self.budget, expired: self.expired };
            match unpacking.next(view.bytes, bounds) {
                None => return Ok(()),
                Some(Unpacked::Opaque(range)) => self.opaque_bytes += range.len(),
                // A whole body that says it is compressed; in base64 a few bytes look like it by chance.
                Some(Unpacked::Broken(range)) if view.depth == 0 => self.opaque_bytes += range.len(),
                Some(Unpacked::Broken(_)) => {}
                Some(Unpacked::Member { decoded, cut }) => {
                    self.skipped_bytes += if cut { decoded.source.len() } else { 0 };
                    self.nested(view, &decoded)?;
                }
            }
        }
    }

    /// Whether there is time left.
    fn ask(&mut self) -> Result<(), ScanError> {
        if self.scanned_bytes < self.ask_at {
            return Ok(());
        }
        self.ask_at = self.scanned_bytes + ASK_EVERY;
        if (self.expired)() {
            return Err(ScanError::Deadline { scanned_bytes: self.scanned_bytes });
        }
        Ok(())
    }

    fn nested(&mut self, view: &View<'_>, decoded: &Decoded) -> Result<(), ScanError> {
        if view.depth >= MAX_DEPTH || decoded.bytes.len() > self.budget {
            self.skipped_bytes += decoded.source.len();
            return Ok(());
        }
        self.budget -= decoded.bytes.len();
        if says_too_little(&decoded.bytes) {
            return Ok(());
        }
        let mut block = self.spare.pop().unwrap_or_else(|| Box::new(Block::new()));
        let looked = self.look_by(&View::decoded(view, decoded), &mut block);
        self.spare.push(block);
        looked
    }

    fn hit(&mut self, view: &View<'_>, rule: usize, secret: Range<usize>) {
        let text = format!("[redacted:{}]", self.finder.rules.rules[rule].id);
        let range = view.source_of(&secret);
        let cut = view.replacement(secret.clone(), text.as_bytes());
        self.hits.push(Hit {
            rule,
            secret: view.bytes[secret].to_vec(),
            is_sealed: cut.is_none(),
            replacement: cut
                .unwrap_or_else(|| Replacement { range: range.clone(), bytes: text.into_bytes() }),
            range,
            decoded_by: view.decoded_by(),
            rest: Vec::new(),
        });
    }
}

/// Whether a text has fewer characters, white space apart, than anything that is looked for: zeros and blanks.
fn says_too_little(text: &[u8]) -> bool {
    text.iter().filter(|byte| **byte > b' ').take(FEWEST_VISIBLE).count() < FEWEST_VISIBLE
}

/// Rules for runs of a certain length, with that length.
fn whole_runs(rules: &RuleSet) -> Vec<(RangeInclusive<usize>, usize)> {
    let rules = rules.rules.iter().enumerate();
    rules
        .filter_map(|(index, rule)| match &rule.trigger {
            Trigger::Run { bytes, .. } => Some((bytes.clone(), index)),
            _ => None,
        })
        .collect()
}

/// How far each pass over a view has come.
#[derive(Default)]
struct Passes {
    runs: RunPass,
    /// Stems up to here belong to a value that was looked at.
    names: NamePass,
    digits: DigitPass,
    userinfo: Userinfo,
    mailboxes: Mailboxes,
    seed_words: SeedWords,
    known: KnownPass,
    disguises: Disguises,
}
