//! Whether matches of a pattern have a digit or a capital: what generated text has, and names and paths in code have not.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::candidates::classes::{EXTENDED, is};

/// Bits by which a match must be unlikely to have neither: one in 65,536 is missed.
const ENOUGH: f64 = 16.0;

/// Whether every match lies in one run and has a digit or a capital, but for what chance cannot be expected to write.
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
            if literal.0.iter().any(|byte| tells(*byte)) {
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

fn tells(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase()
}

fn of_class(class: &Class) -> f64 {
    let Class::Bytes(class) = class else { return 0.0 };
    let members = class.ranges().iter().flat_map(|range| range.start()..=range.end());
    let (all, plain) =
        members.fold((0_u32, 0_u32), |(all, plain), byte| (all + 1, plain + u32::from(!tells(byte))));
    (f64::from(all) / f64::from(plain)).log2()
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Shape;

    #[test]
    fn random_letters_of_both_cases_tell_and_small_ones_do_not() {
        for pattern in ["ghp_[A-Za-z0-9]{36}", "x[0-9a-f]{16}", "AKIA[a-z]{16}", "k(?:[A-Z0-9]|[a-z][0-9])"] {
            assert!(Shape::read(pattern).expect("a pattern").is_telling(), "{pattern}");
        }
        for pattern in [
            "ghp_[a-z]{36}",
            "x[a-z0-9]{20}",
            "(?:A1|b)[a-z0-9]{20}",
            "x[A-Z0-9]{0,9}",
            "https://hooks/",
            "key: [A-Z]{9}",
        ] {
            assert!(!Shape::read(pattern).expect("a pattern").is_telling(), "{pattern}");
        }
    }
}
