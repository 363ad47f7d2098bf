//! What has a name: values behind stems of names that say secret, cells below them, and keywords that fit no run.

use crate::candidates::{Block, Literal, Says, Tables, named_at, says};
use crate::verdict::ScanError;
use crate::views::{Turn, Turned, View};

use super::Looking;

/// How far names were read.
#[derive(Default)]
pub(super) struct NamePass {
    pub(super) named_until: usize,
    pub(super) turned: Turned,
    pub(super) tables: Tables,
}

impl Looking<'_> {
    pub(super) fn literals(
        &mut self,
        view: &View<'_>,
        block: &Block,
        names: &mut NamePass,
    ) -> Result<(), ScanError> {
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
}
