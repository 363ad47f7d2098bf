//! Whether matches of a pattern have a digit or two capitals in a row: what generated text has, and names and paths in code have not.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::candidates::classes::{EXTENDED, is};

/// Bits by which a match must be unlikely to have neither: of the shortest tokens one in 1,000 is missed.
const ENOUGH: f64 = 10.0;

/// Whether every match lies in one run and has a digit or two capitals in a row, but for what chance cannot be expected to write.
pub(super) fn is_telling(hir: &Hir) -> bool {
    is_of_a_run(hir) && bits(hir) >= ENOUGH
}

/// Whether no match leaves the run that its keyword stands in.
fn is_of_a_run(hir: &Hir) -> bool {
    let fits = |byte: u8| is(byte, EXTENDED);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.iter().all(|byte| fits(*byte)),
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().flat_map(|range| range.start()..=range.end()).all(fits)
        }
        HirKind::Class(Class::Unicode(_)) => false,
        HirKind::Repetition(repetition) => is_of_a_run(&repetition.sub),
        HirKind::Capture(capture) => is_of_a_run(&capture.sub),
        HirKind::Concat(all) | HirKind::Alternation(all) => all.iter().all(is_of_a_run),
    }
}

/// Bits by which the likeliest kind of match is unlikely to have neither.
fn bits(hir: &Hir) -> f64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0.0,
        HirKind::Literal(literal) => {
            if tells(&literal.0) {
                f64::INFINITY
            } else {
                0.0
            }
        }
        HirKind::Class(class) => of_class(class),
        HirKind::Repetition(repetition) if repetition.min == 0 => 0.0,
        HirKind::Repetition(repetition) => f64::from(repetition.min) * bits(&repetition.sub),
        HirKind::Capture(capture) => bits(&capture.sub),
        HirKind::Concat(all) => all.iter().map(bits).sum(),
        HirKind::Alternation(all) => all.iter().map(bits).fold(f64::INFINITY, f64::min),
    }
}

fn tells(literal: &[u8]) -> bool {
    literal.iter().any(u8::is_ascii_digit)
        || literal.windows(2).any(|pair| pair.iter().all(u8::is_ascii_uppercase))
}

/// What each character of a long row adds. With `p` of plain ones and `c` of capitals, rows of a length with no two
/// capitals side by side grow by `x`, where `x² = p·x + p·c`.
fn of_class(class: &Class) -> f64 {
    let Class::Bytes(class) = class else { return 0.0 };
    let members = || class.ranges().iter().flat_map(|range| range.start()..=range.end());
    let share = |is_kind: fn(&u8) -> bool| {
        let counts =
            members().fold((0_u32, 0_u32), |(all, kind), byte| (all + 1, kind + u32::from(is_kind(&byte))));
        f64::from(counts.1) / f64::from(counts.0)
    };
    let (capitals, digits) = (share(u8::is_ascii_uppercase), share(u8::is_ascii_digit));
    let plain = (1.0 - capitals - digits).max(0.0);
    let growth = f64::midpoint(plain, (plain * plain + 4.0 * plain * capitals).sqrt());
    -growth.log2()
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Shape;

    #[test]
    fn digits_and_capitals_in_a_row_tell_and_small_letters_do_not() {
        for pattern in ["ghp_[A-Za-z0-9]{36}", "x[0-9a-f]{16}", "AKIA[a-z]{16}", "k(?:[A-Z]{2}|[a-z][0-9])"] {
            assert!(Shape::read(pattern).expect("a pattern").is_telling(), "{pattern}");
        }
        for pattern in [
            "ghp_[a-z]{36}",
            "x[a-z0-9]{20}",
            "x[A-Za-z0-9]{16}",
            "Ab[a-z]{9}",
            "(?:A1|b)[a-z0-9]{20}",
            "x[A-Z0-9]{0,9}",
            "https://hooks/",
            "key: [A-Z]{9}",
        ] {
            assert!(!Shape::read(pattern).expect("a pattern").is_telling(), "{pattern}");
        }
    }
}
