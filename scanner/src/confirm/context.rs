//! Which rules a number is a case for: those that its digits alone decide, and those that the words around it name.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::ops::Range;

use super::called::{CallingWords, Seen};
use super::cases::{Cases, Index};
use super::digits::WordStarts;
use super::label::{Label, is_generic, place_of, says_nothing, stands_in_cell};
use super::numbers::is_list_gap;
use super::stretch::{Case, Stretch};
use super::table::Table;
use crate::candidates::{Block, spelled_words};
use crate::rules::RuleSet;

/// How far before a number the words may stand that name it.
pub(super) const REACH: usize = 64;
/// How far after it, in parentheses.
const REACH_AFTER: usize = 24;
/// Letters of words that are many things.
const SHORT: usize = 4;

/// Rules for numbers, by the words that name them.
#[derive(Debug)]
pub(crate) struct NumberRules {
    calling: CallingWords,
    words: AhoCorasick,
    /// What each word calls a number.
    meanings: Vec<Cases>,
    /// Rules that need no words.
    free: Cases,
    cases: Index,
    /// How far before a stretch a match may begin.
    reach: usize,
}

/// What numbers before this one were called.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    table: Table,
    seen: Seen,
    last_end: usize,
    last: Cases,
    /// Labels that were read lately, each at the place of its text.
    labels: [Known; LABELS],
}

/// Labels that are remembered: the same few stand before most numbers.
pub(super) const LABELS: usize = 8;

/// A label, and what it calls a number.
#[derive(Clone, Debug, Default)]
struct Known {
    text: Range<usize>,
    is_named: bool,
    called: Cases,
}

impl NumberRules {
    /// Collects the rules that look at digits.
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let mut cases: Vec<Case> = Vec::new();
        let (mut free, mut words, mut meanings) = (Cases::default(), Vec::new(), Vec::new());
        for (index, rule) in rules.rules.iter().enumerate() {
            let Some(case) = Case::of(index, rule) else { continue };
            let only = Cases::only(cases.len());
            cases.push(case);
            if rule.context.is_empty() {
                free.join(only);
            }
            for word in &rule.context {
                let spelled = word.replace(' ', "_");
                words.extend([format!("_{spelled}_"), format!("_{spelled}s_")]);
                meanings.extend([only, only]);
            }
        }
        let words = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::DFA))
            .build(words)
            .expect("some hundred short words fit any automaton");
        let cases = Index::new(cases);
        let reach = cases.reach();
        let calling =
            CallingWords::new(rules.rules.iter().flat_map(|rule| &rule.context).map(String::as_str));
        Self { calling, words, meanings, free, cases, reach }
    }

    /// The rules that may find something in the stretch of digits at `stretch`, which `block` found.
    pub(crate) fn rules_for<'n>(
        &'n self,
        block: &Block,
        bytes: &'n [u8],
        stretch: &Range<usize>,
        memory: &mut Memory,
    ) -> impl Iterator<Item = usize> + use<'n> {
        let stretch = Stretch::of(bytes, stretch, self.reach);
        let called = if stretch.is_inside_word {
            Cases::default()
        } else {
            self.called(block, bytes, &stretch.range, memory)
        };
        memory.last_end = stretch.range.end;
        memory.last = called;
        let mut asked = self.free;
        asked.join(called);
        self.cases.fitting(asked, stretch)
    }

    /// Where words may begin in a stretch, and as far before it as a match may begin.
    pub(crate) fn word_starts<'b>(&self, bytes: &'b [u8], stretch: &Range<usize>) -> WordStarts<'b> {
        WordStarts::of(bytes, stretch.start.saturating_sub(self.reach), stretch.end)
    }

    fn called(&self, block: &Block, bytes: &[u8], stretch: &Range<usize>, memory: &mut Memory) -> Cases {
        if self.meanings.is_empty() {
            return Cases::default();
        }
        let at = stretch.start;
        let is_cell = stands_in_cell(bytes, at) || !memory.table.is_empty();
        let word = self.calling.last_before(block, bytes, at, is_cell, &mut memory.seen);
        let is_near = word.is_some_and(|word| word + 2 * REACH >= at);
        let is_below = is_cell && word.is_some() || !memory.table.is_empty();
        let is_noted = matches!(bytes.get(stretch.end..), Some([b'(', ..] | [b' ', b'(', ..]));
        if !is_below && !is_near && !is_noted && memory.last.is_empty() {
            return Cases::default();
        }
        let label = Label::before(bytes, at);
        if !label.is_named && memory.goes_on(bytes, at) {
            return memory.last;
        }
        let cell = label.cell.filter(|_| is_below);
        let column = cell.map(|delimiter| memory.table.column(self, bytes, at, delimiter));
        memory.seen.may_begin_table &= column.is_none();
        let mut called = match column {
            Some(column) if !memory.table.is_empty() => column,
            _ if is_near => self.remembered(bytes, &label, memory),
            _ => Cases::default(),
        };
        if is_noted {
            called.join(self.named_after(bytes, stretch.end));
        }
        called
    }

    /// The same as [`Self::named_by`], which is asked once for a label that says it all.
    fn remembered(&self, bytes: &[u8], label: &Label, memory: &mut Memory) -> Cases {
        let text = &bytes[label.text.clone()];
        let known = &mut memory.labels[place_of(text)];
        if !text.is_empty() && known.is_named == label.is_named && bytes[known.text.clone()] == *text {
            return known.called;
        }
        let called = self.named_by(bytes, label);
        if label.is_id(text) || !is_generic(text) {
            *known = Known { text: label.text.clone(), is_named: label.is_named, called };
        }
        called
    }

    /// What the label says; one that says nothing leaves the word to what stands before it.
    fn named_by(&self, bytes: &[u8], label: &Label) -> Cases {
        let is_near = !label.is_named;
        let text = &bytes[label.text.clone()];
        let called = self.words_in(text, is_near);
        if called.is_empty() && !label.is_id(text) && is_generic(text) {
            return self.words_in(&bytes[label.text.end.saturating_sub(REACH)..label.text.end], is_near);
        }
        called
    }

    /// `123456789 (SSN)`
    fn named_after(&self, bytes: &[u8], end: usize) -> Cases {
        let rest = &bytes[end..bytes.len().min(end + REACH_AFTER)];
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        if rest.starts_with(b"(") { self.words_in(rest, false) } else { Cases::default() }
    }

    /// What the words of a text call a number. Words as short as `sin` are many things: in prose, where
    /// `is_near`, they count only right before the number.
    pub(super) fn words_in(&self, text: &[u8], is_near: bool) -> Cases {
        let mut buffer = [0; 2 * REACH + 2];
        let spelled = spelled_words(&text[text.len().saturating_sub(REACH)..], &mut buffer);
        let mut called = Cases::default();
        for word in self.words.find_overlapping_iter(spelled) {
            if !is_near || word.len() > SHORT + 2 || says_nothing(&spelled[word.end()..]) {
                called.join(self.meanings[word.pattern()]);
            }
        }
        called
    }
}

impl Memory {
    /// Whether nothing but what separates the numbers of a list stands between the last number and `start`.
    fn goes_on(&self, bytes: &[u8], start: usize) -> bool {
        (self.last_end..self.last_end + 16).contains(&start)
            && self.last_end > 0
            && self.table.is_empty()
            && bytes[self.last_end..start].iter().all(|byte| is_list_gap(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::{Digits, in_blocks};

    const RULES: &str = r#"
vendor = "Test"
source = "a document"
[[rule]]
id = "test.tax-number"
finds = "a number"
shape = "digits"
pattern = '[0-9]{6,9}[A-Z]?'
context = ["cpf", "tax id", "national insurance"]
hits = ["x"]
misses = ["y"]
"#;

    /// Whether each number of a text is called a tax number.
    fn calls(text: &str) -> Vec<bool> {
        let rules = RuleSet::only([("test.toml", RULES)]);
        let numbers = NumberRules::new(&rules);
        let (mut digits, mut memory, mut found) = (Digits::default(), Memory::default(), Vec::new());
        in_blocks(text.as_bytes(), |block| {
            while let Some(stretch) = digits.next_in(block, text.as_bytes()) {
                found.push(numbers.rules_for(block, text.as_bytes(), &stretch, &mut memory).count() == 1);
            }
        });
        found
    }

    #[test]
    fn a_label_in_any_syntax_names_its_number() {
        for text in [
            "cpf: 123456789",
            "CPF do cliente: 123456789",
            "my tax id is 123456789.",
            "{\"taxId\": \"123456789\"}",
            "{\"userCPFNumber\": 123456789}",
            "{\"type\": \"cpf\", \"value\": \"123456789\"}",
            "<tax-id>123456789</tax-id>",
            "cpf=123456789&x=1",
            "| CPF | 123456789 |",
            "CPF\\n123456789\\n",
            "National Insurance number: AB123456C",
            "{\"cpfs\": [\"123456789\"]}",
            "123456789 (CPF)",
        ] {
            assert_eq!(calls(text), [true], "{text}");
        }
    }

    #[test]
    fn another_name_is_no_label() {
        for text in [
            "{\"cpf\": null, \"order\": 123456789}",
            "order 123456789",
            "occipfal 123456789",
            "cpf unknown; order: 123456789",
        ] {
            assert_eq!(calls(text), [false], "{text}");
        }
    }

    #[test]
    fn a_column_is_called_what_its_header_says() {
        let rows = "order,name,cpf\n123456789,\"A, B\",987654321\n223456789,C,887654321\n";
        assert_eq!(calls(rows), [false, true, false, true]);
        assert_eq!(calls(&rows.replace('\n', "\\n")), [false, true, false, true]);
        assert_eq!(calls("cpf\n123456789\n987654321\n"), [true, true]);
    }

    #[test]
    fn a_list_is_called_what_its_first_number_is() {
        assert_eq!(
            calls("{\"cpf\": [123456789, 223456789, 323456789], \"ids\": [423456789]}"),
            [true, true, true, false]
        );
    }
}
