//! One look at the bytes of a view, and at what is encoded in them.

use std::ops::{Range, RangeInclusive};

use crate::candidates::classes::{CORE, is};
use crate::candidates::{
    BLOCK, Block, Class, Digits, Keywords, Known, KnownPass, Literal, Literals, Mailboxes, Run, Runs, Says,
    SeedWords, Tables, Userinfo, counted_starts, end_of_class, named_at, says,
};
use crate::confirm::{self, Memory, NameRules, NumberRules};
use crate::parts::Root;
use crate::pieces::Starts;
use crate::policy::KnownSecret;
use crate::rules::{Rule, RuleSet, Trigger};
use crate::verdict::ScanError;
use crate::views::{
    Archive, Bounds, Decoded, Disguises, EncodedRun, Replacement, Turn, Turned, Unpacked, Unpacking, View,
    joined_lines,
};

/// Runs shorter than this are told by their length alone from those that no rule is for.
const MAX_TOLD_LENGTH: usize = 256;

/// Bytes after which the deadline is asked for.
const ASK_EVERY: usize = 64 << 10;

/// Decodings inside decodings that are undone.
const MAX_DEPTH: usize = 6;

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
    /// Blocks that no view is read with at present.
    blocks: Vec<Box<Block>>,
    /// The deadline is asked for when so many bytes have been looked at.
    ask_at: usize,
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
            places: with(|trigger| matches!(trigger, Trigger::Host | Trigger::Value)),
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
            blocks: Vec::new(),
            ask_at: 0,
        }
    }
}

impl Looking<'_> {
    /// Looks at a view, and at all that is encoded in it.
    pub(crate) fn look(&mut self, view: &View<'_>) -> Result<(), ScanError> {
        let bytes = view.bytes;
        let mut passes = Passes { disguises: Disguises::new(view), ..Passes::default() };
        let mut block = self.blocks.pop().unwrap_or_else(|| Box::new(Block::new()));
        for start in (0..bytes.len()).step_by(BLOCK) {
            self.ask()?;
            block.read(bytes, start);
            self.runs(view, &block, &mut passes.runs)?;
            self.literals(view, &block, &mut passes.names)?;
            if !view.is_ambiguous {
                self.digits(view, &block, &mut passes.digits);
                self.mailboxes(view, &block, &mut passes.mailboxes);
                self.seed_words(view, &block, &mut passes.seed_words);
            }
            self.userinfo(view, &block, &mut passes.userinfo);
            self.known(view, &block, &mut passes.known);
            while let Some(decoded) = passes.disguises.next_in(&block, bytes) {
                self.nested(view, &decoded)?;
            }
            self.scanned_bytes += block.range().len();
        }
        self.blocks.push(block);
        view.archives.iter().try_for_each(|archive| self.unpack(view, archive))
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

    fn runs(&mut self, view: &View<'_>, block: &Block, pass: &mut RunPass) -> Result<(), ScanError> {
        let keywords = &self.finder.keywords;
        pass.runs.begin(block);
        let mut turned = Vec::new();
        while let Some(run) = pass.runs.next_in(block, view.bytes) {
            let before_block = run.extended.start..block.range().start;
            keywords.find_before(view.bytes, before_block, |at, number| {
                turned.extend(self.candidate(view, at, number, &mut pass.turned));
            });
            // What is encoded has a digit or two capitals in a row, names and paths have none.
            if run.is_telling
                && run.core.start >= pass.joined
                && let Some(lines) = joined_lines(view.bytes, run.core.clone())
            {
                pass.joined = lines.source.end;
                self.nested(view, &lines)?;
            }
            for at in counted_starts(view.bytes, &run.extended) {
                keywords.find_before(view.bytes, at..at + 1, |at, number| {
                    turned.extend(self.candidate(view, at, number, &mut pass.turned));
                });
            }
            self.whole_runs(view, &run);
            let is_long = block.may_have_row::<{ EncodedRun::LONG }>(Class::Core, &run.extended);
            let mut encoded = EncodedRun::new(run.extended, run.is_telling, is_long);
            while let Some(decoded) = encoded.next(view.bytes) {
                self.nested(view, &decoded)?;
            }
        }
        keywords.find_in(view.bytes, block, &pass.runs, |at, number| {
            turned.extend(self.candidate(view, at, number, &mut pass.turned));
        });
        turned.iter().try_for_each(|decoded| self.nested(view, decoded))
    }

    /// Looks for a rule around its keyword; returns the text around a keyword that was turned.
    fn candidate(
        &mut self,
        view: &View<'_>,
        at: usize,
        number: usize,
        turned: &mut Turned,
    ) -> Option<Decoded> {
        match Turn::rule_of(number, self.finder.rules.rules.len()) {
            (rule, None) => self.keyword(view, at, rule),
            (rule, Some(turn)) if !view.is_ambiguous && !turned.covers(at, turn) => {
                let shows = confirm::at_turned_keyword(&self.finder.rules.rules[rule], view.bytes, at, turn);
                return shows.then(|| turned.around(view.bytes, at, turn));
            }
            _ => {}
        }
        None
    }

    fn keyword(&mut self, view: &View<'_>, at: usize, rule: usize) {
        let compiled = &self.finder.rules.rules[rule];
        if view.is_ambiguous && !compiled.tells_when_turned() {
            return;
        }
        if let Some(secret) = confirm::at_keyword(compiled, view.bytes, at) {
            self.hit(view, rule, secret);
        }
    }

    fn literals(&mut self, view: &View<'_>, block: &Block, names: &mut NamePass) -> Result<(), ScanError> {
        let literals = &self.finder.literals;
        let mut turned = Vec::new();
        literals.find_in(view.bytes, block, |at, literal| match literal {
            Literal::Keyword(number) => {
                turned.extend(self.candidate(view, at, number, &mut names.turned));
            }
            Literal::Stem if at >= names.named_until => {
                names.named_until = self.stem(view, at);
                self.column(view, &mut names.tables, at);
            }
            Literal::Turned(turn) if !view.is_ambiguous => {
                turned.extend(names.turned.around_name(view.bytes, at, turn));
            }
            Literal::ReversedUrl if !view.is_ambiguous && !names.turned.covers(at, Turn::Reversed) => {
                turned.push(names.turned.around(view.bytes, at, Turn::Reversed));
            }
            Literal::Stem | Literal::Turned(_) | Literal::ReversedUrl => {}
        });
        turned.iter().try_for_each(|decoded| self.nested(view, decoded))
    }

    /// Returns up to where further stems belong to the same value.
    fn stem(&mut self, view: &View<'_>, at: usize) -> usize {
        let Some(mut named) = named_at(view.bytes, at) else { return at };
        let finder = self.finder;
        loop {
            let found = finder.names.confirm(&finder.rules, view, &named);
            let end = if found.is_some() || named.is_long() { named.value.end } else { named.name.end };
            if let Some((rule, secret)) = found {
                self.hit(view, rule, secret);
            }
            let Some(next) = named.next(view.bytes) else { return end };
            named = next;
        }
    }

    /// Looks at the cells under the name at `at`, where that is the head of a column.
    fn column(&mut self, view: &View<'_>, tables: &mut Tables, at: usize) {
        let Some(mut column) = tables.column_at(view.bytes, at) else { return };
        let says = says(&view.bytes[column.name.clone()]);
        if says < Says::Secret {
            return;
        }
        let finder = self.finder;
        while let Some(cell) = column.next(view.bytes) {
            if let Some((rule, secret)) = finder.names.confirm_cell(&finder.rules, view.bytes, says, &cell) {
                self.hit(view, rule, secret);
            }
        }
        tables.have_read(&column);
    }

    fn digits(&mut self, view: &View<'_>, block: &Block, pass: &mut DigitPass) {
        let finder = self.finder;
        while let Some(stretch) = pass.digits.next_in(block, view.bytes) {
            for rule in finder.numbers.rules_for(block, view.bytes, &stretch, &mut pass.memory) {
                for secret in confirm::in_digits(&finder.rules.rules[rule], view.bytes, stretch.clone()) {
                    self.hit(view, rule, secret);
                }
            }
        }
    }

    fn userinfo(&mut self, view: &View<'_>, block: &Block, userinfo: &mut Userinfo) {
        let finder = self.finder;
        while let Some(url) = userinfo.next_in(block, view.bytes) {
            for &rule in &finder.userinfo {
                if let Some(secret) = confirm::in_url(&finder.rules.rules[rule], view.bytes, url.clone()) {
                    self.hit(view, rule, secret);
                }
            }
        }
    }

    fn mailboxes(&mut self, view: &View<'_>, block: &Block, mailboxes: &mut Mailboxes) {
        let finder = self.finder;
        while !finder.mailboxes.is_empty()
            && let Some(mailbox) = mailboxes.next_in(block, view.bytes)
        {
            for &rule in &finder.mailboxes {
                if let Some(secret) = confirm::whole(&finder.rules.rules[rule], view.bytes, mailbox.clone()) {
                    self.hit(view, rule, secret);
                }
            }
        }
    }

    fn seed_words(&mut self, view: &View<'_>, block: &Block, words: &mut SeedWords) {
        let finder = self.finder;
        while !finder.seed_words.is_empty()
            && let Some(row) = words.next_in(block, view.bytes)
        {
            for &rule in &finder.seed_words {
                for secret in confirm::in_row(&finder.rules.rules[rule], view.bytes, &row) {
                    self.hit(view, rule, secret);
                }
            }
        }
    }

    /// All that stands between dots, colons and other signs of a long run.
    fn whole_runs(&mut self, view: &View<'_>, run: &Run) {
        let mut core = run.core.clone();
        while !core.is_empty() {
            self.whole_run(view, &core);
            let rest = &view.bytes[core.end..run.extended.end.max(core.end)];
            let start = core.end + rest.iter().take_while(|byte| !is(**byte, CORE)).count();
            core = start..end_of_class(&view.bytes[..run.extended.end.max(start)], start, Class::Core);
        }
    }

    fn whole_run(&mut self, view: &View<'_>, run: &Range<usize>) {
        let finder = self.finder;
        if finder.whole_lengths.get(run.len()) == Some(&false) {
            return;
        }
        for (bytes, rule) in &finder.whole_runs {
            if bytes.contains(&run.len())
                && let Some(secret) = confirm::at_run(&finder.rules.rules[*rule], view.bytes, run)
            {
                self.hit(view, *rule, secret);
            }
        }
    }

    fn known(&mut self, view: &View<'_>, block: &Block, pass: &mut KnownPass) {
        let finder = self.finder;
        let limit = block.range().end;
        finder.known.find_in(view.bytes, pass, limit, |rule, secret| self.hit(view, rule, secret));
    }

    fn nested(&mut self, view: &View<'_>, decoded: &Decoded) -> Result<(), ScanError> {
        if view.depth >= MAX_DEPTH || decoded.bytes.len() > self.budget {
            self.skipped_bytes += decoded.source.len();
            return Ok(());
        }
        self.budget -= decoded.bytes.len();
        self.look(&View::decoded(view, decoded))
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

#[derive(Default)]
struct RunPass {
    runs: Runs,
    turned: Turned,
    /// Lines up to here were joined.
    joined: usize,
}

#[derive(Default)]
struct DigitPass {
    digits: Digits,
    memory: Memory,
}

/// How far names were read.
#[derive(Default)]
struct NamePass {
    named_until: usize,
    turned: Turned,
    tables: Tables,
}
