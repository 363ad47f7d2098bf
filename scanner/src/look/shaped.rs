//! What its shape shows: numbers, URLs with passwords, mail addresses, seed phrases; and what the operator named.

use crate::candidates::{Block, Digits, KnownPass, Mailboxes, SeedWords, Userinfo};
use crate::confirm::{self, Memory};
use crate::views::View;

use super::Looking;

/// How far numbers were read.
#[derive(Default)]
pub(super) struct DigitPass {
    pub(super) digits: Digits,
    pub(super) memory: Memory,
}

impl Looking<'_> {
    pub(super) fn digits(&mut self, view: &View<'_>, block: &Block, pass: &mut DigitPass) {
        let finder = self.finder;
        while let Some(stretch) = pass.digits.next_in(block, view.bytes) {
            let mut starts = None;
            for rule in finder.numbers.rules_for(block, view.bytes, &stretch, &mut pass.memory) {
                let starts = starts.get_or_insert_with(|| finder.numbers.word_starts(view.bytes, &stretch));
                let rule_of = &finder.rules.rules[rule];
                for secret in confirm::in_digits(rule_of, view.bytes, stretch.clone(), starts) {
                    self.hit(view, rule, secret);
                }
            }
        }
    }

    pub(super) fn userinfo(&mut self, view: &View<'_>, block: &Block, userinfo: &mut Userinfo) {
        let finder = self.finder;
        while let Some(url) = userinfo.next_in(block, view.bytes) {
            for &rule in &finder.userinfo {
                if let Some(secret) = confirm::in_url(&finder.rules.rules[rule], view.bytes, url.clone()) {
                    self.hit(view, rule, secret);
                }
            }
        }
    }

    pub(super) fn mailboxes(&mut self, view: &View<'_>, block: &Block, mailboxes: &mut Mailboxes) {
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

    pub(super) fn seed_words(&mut self, view: &View<'_>, block: &Block, words: &mut SeedWords) {
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

    pub(super) fn known(&mut self, view: &View<'_>, block: &Block, pass: &mut KnownPass) {
        let finder = self.finder;
        let limit = block.range().end;
        finder.known.find_in(view.bytes, pass, limit, |rule, secret| self.hit(view, rule, secret));
    }
}
