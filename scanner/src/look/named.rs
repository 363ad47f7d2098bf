//! What has a name: values behind stems of names that say secret, cells below them, and keywords that fit no run.

use std::ops::Range;

use crate::candidates::{Block, Literal, Says, Tables, name_around, named, says};
use crate::verdict::ScanError;
use crate::views::{Listed, Turn, Turned, View, uudecoded};

use super::Looking;

/// How far names were read.
#[derive(Default)]
pub(super) struct NamePass {
    pub(super) named_until: usize,
    pub(super) turned: Turned,
    pub(super) tables: Tables,
    pub(super) listed: Listed,
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
                names.named_until = self.stem(view, &mut names.tables, at);
            }
            Literal::Turned(turn) if !view.is_ambiguous => {
                turned.extend(names.turned.around_name(view.bytes, at, turn));
            }
            Literal::ReversedUrl if !view.is_ambiguous && !names.turned.covers(at, Turn::Reversed) => {
                turned.push(names.turned.around(view.bytes, at, Turn::Reversed));
            }
            Literal::Uuencoded if !view.is_ambiguous => turned.extend(uudecoded(view.bytes, at)),
            Literal::Joining => turned.extend(names.listed.at(view.bytes, at)),
            Literal::Piece if !view.is_ambiguous => turned.extend(self.first_piece(view, at)),
            Literal::Piece
            | Literal::Stem
            | Literal::Turned(_)
            | Literal::ReversedUrl
            | Literal::Uuencoded => {}
        });
        turned.iter().try_for_each(|decoded| self.nested(view, decoded))
    }

    /// Looks at what the name around the stem at `at` stands for; returns up to where further stems belong to it.
    fn stem(&mut self, view: &View<'_>, tables: &mut Tables, at: usize) -> usize {
        let name = name_around(view.bytes, at);
        let says = says(&view.bytes[name.clone()]);
        if says == Says::Nothing {
            return name.end;
        }
        let end = self.values(view, name.clone(), says).unwrap_or(at);
        if says >= Says::Secret {
            self.column(view, tables, &name, says);
        }
        end
    }

    /// Returns where the last value ends; where none is long or a secret, the name.
    fn values(&mut self, view: &View<'_>, name: Range<usize>, says: Says) -> Option<usize> {
        let mut named = named(view.bytes, name)?;
        let finder = self.finder;
        loop {
            let found = finder.names.confirm(&finder.rules, view, &named, says);
            let end = if found.is_some() || named.is_long() { named.value.end } else { named.name.end };
            if let Some((rule, secret)) = found {
                self.hit(view, rule, secret);
            }
            let Some(next) = named.next(view.bytes) else { return Some(end) };
            named = next;
        }
    }

    /// Looks at the cells under the name at `name`, where that is the head of a column.
    fn column(&mut self, view: &View<'_>, tables: &mut Tables, name: &Range<usize>, says: Says) {
        let Some(mut column) = tables.column(view.bytes, name) else { return };
        let finder = self.finder;
        while let Some(cell) = column.next(view.bytes) {
            if let Some((rule, secret)) = finder.names.confirm_cell(&finder.rules, view.bytes, says, &cell) {
                self.hit(view, rule, secret);
            }
        }
        tables.have_read(&column);
    }
}
