//! What stands in runs: keywords of tokens, whole runs, and what is encoded in them.

use std::ops::Range;

use crate::candidates::classes::{CORE, is};
use crate::candidates::{
    Block, Class, MIN_RUN, Run, Runs, counted_starts, end_of_class, is_digest, may_be_text,
};
use crate::checks::looks_generated;
use crate::confirm;
use crate::pieces::is_evident;
use crate::rules::Rule;
use crate::verdict::ScanError;
use crate::views::{Cut, Decoded, EncodedRun, Turn, Turned, View, joined_lines};

use super::Looking;

/// So much of a token says which it is.
const LONGEST_START: usize = 24;

/// How far runs were read.
#[derive(Default)]
pub(super) struct RunPass {
    pub(super) runs: Runs,
    pub(super) turned: Turned,
    /// Lines up to here were joined.
    pub(super) joined: usize,
}

impl Looking<'_> {
    pub(super) fn runs(
        &mut self,
        view: &View<'_>,
        block: &mut Block,
        pass: &mut RunPass,
    ) -> Result<(), ScanError> {
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
            let mut encoded = encoded_in(view.bytes, run, block);
            while let Some(decoded) = encoded.next(view.bytes) {
                if !view.was_turned_as(&decoded) {
                    self.nested(view, &decoded)?;
                }
            }
        }
        keywords.find_in(view.bytes, block, &pass.runs, |at, number| {
            turned.extend(self.candidate(view, at, number, &mut pass.turned));
        });
        turned.iter().try_for_each(|decoded| self.nested(view, decoded))
    }

    /// Looks for a rule around its keyword; returns the text around a keyword that was turned.
    pub(super) fn candidate(
        &mut self,
        view: &View<'_>,
        at: usize,
        number: usize,
        turned: &mut Turned,
    ) -> Option<Decoded> {
        match Turn::rule_of(number, self.finder.rules.rules.len()) {
            (rule, None) => return self.keyword(view, at, rule),
            (rule, Some(turn)) if !view.is_ambiguous && !turned.covers(at, turn) => {
                let shows = confirm::at_turned_keyword(&self.finder.rules.rules[rule], view.bytes, at, turn);
                return shows.then(|| turned.around(view.bytes, at, turn));
            }
            _ => {}
        }
        None
    }

    /// Looks for a rule at its keyword; returns the token where that was cut.
    fn keyword(&mut self, view: &View<'_>, at: usize, rule: usize) -> Option<Decoded> {
        let compiled = &self.finder.rules.rules[rule];
        if view.is_ambiguous && !compiled.tells_when_turned() {
            return None;
        }
        if let Some(secret) = confirm::at_keyword(compiled, view.bytes, at) {
            self.hit(view, rule, secret);
            return None;
        }
        self.cut_token(view, at, rule)
    }

    /// The token that begins in the piece behind the label at `label`: too short for a run, it has its name.
    pub(super) fn first_piece(&mut self, view: &View<'_>, label: usize) -> Option<Decoded> {
        let finder = self.finder;
        let at = behind_label(view.bytes, label).filter(|_| self.cuts > 0)?;
        self.cuts -= 1;
        // Names of tokens are cut, too.
        let mut head = Cut::new(view, at)?;
        while head.text.len() < LONGEST_START && head.grow() {}
        let mut rules = finder.starts.rules_at(&head.text);
        rules.find_map(|rule| self.cut_token(view, at, rule))
    }

    /// The token of this rule that begins at `at` and goes on behind what cuts it.
    fn cut_token(&mut self, view: &View<'_>, at: usize, rule: usize) -> Option<Decoded> {
        let rule = &self.finder.rules.rules[rule];
        if view.is_ambiguous || rule.is_known() || !rule.tells_when_turned() || self.cuts == 0 {
            return None;
        }
        let mut cut = Cut::new(view, at).filter(Cut::goes_on)?;
        self.cuts -= 1;
        let pieces = most_pieces(rule, &mut cut, &mut self.cuts)?;
        let mut whole = Cut::new(view, at)?;
        while whole.pieces() < pieces && whole.grow() {}
        Some(whole.decoded())
    }

    /// All that stands between dots, colons and other signs of a long run. In `\n79628b…` the first letter belongs to
    /// an escape.
    fn whole_runs(&mut self, view: &View<'_>, run: &Run) {
        let mut core = run.core.clone();
        if core.start > 0 && view.bytes[core.start - 1] == b'\\' && b"nrt".contains(&view.bytes[core.start]) {
            self.whole_run(view, &(core.start + 1..core.end));
        }
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
}

/// How many pieces make a token of `rule`, the most where several numbers do, in so many tries.
fn most_pieces(rule: &Rule, cut: &mut Cut<'_>, tries: &mut usize) -> Option<usize> {
    let mut most = None;
    while *tries > 0 && cut.grow() {
        if cut.text.len() < rule.min_bytes {
            continue;
        }
        *tries -= 1;
        if let Some(secret) = confirm::at_keyword(rule, &cut.text, 0) {
            let secret = &cut.text[secret];
            let is_sure = looks_generated(secret) && is_evident(rule, secret, cut.pieces());
            most = if is_sure { Some(cut.pieces()) } else { most };
        }
    }
    most
}

/// Where the value behind a label begins: `part1=`, `Part 1: "`, `| 1 | `.
fn behind_label(bytes: &[u8], label: usize) -> Option<usize> {
    const LABEL: std::ops::Range<usize> = 4..24;
    let window = &bytes[label..bytes.len().min(label + LABEL.end)];
    let sign = LABEL.start + window.get(LABEL.start..)?.iter().position(|byte| b":=|>".contains(byte))?;
    let gap = window[sign..].iter().take_while(|byte| !is(**byte, CORE)).count();
    (gap > 0).then_some(label + sign + gap)
}

/// What may be encoded in a run. A digest is passed over by all that looks for numbers and base85.
fn encoded_in(bytes: &[u8], run: Run, block: &mut Block) -> EncodedRun {
    let Run { core, extended, is_telling } = run;
    if extended.len() < core.len() + MIN_RUN && is_digest(bytes, &core) {
        if !may_be_text(&bytes[core.clone()]) {
            block.pass_over(&core);
        }
        return EncodedRun::of_digest(core);
    }
    let is_long = block.may_have_row::<{ EncodedRun::LONG }>(Class::Core, &extended);
    EncodedRun::new(extended, is_telling, is_long)
}
