//! Check digits that are weighted sums: most national ids and tax numbers. The weights stand in the rule.

/// A weighted sum and what it has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Weighted {
    says: Says,
    modulus: u32,
    /// What a remainder of ten is written as.
    ten: u32,
    /// Letters count, as their place in ASCII after `0`.
    letters: bool,
    weights: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    /// The sum over all digits, the weights ending with the last, leaves this.
    Leaves(u32),
    /// The digit after those that have weights is the remainder.
    Rest,
    /// It is what lacks to the modulus.
    Lack,
    /// The same, of which the last digit counts.
    LackDigit,
}

/// How a check is written, for errors.
pub(super) const FORM: &str = "zero%11:…, one%11:…, rest%11:…, lack%11:…, lack-digit%11:… with the weights";

impl Weighted {
    /// Reads `rest%11:1,2,3`, `rest%11/1:…` (a remainder of ten is written 1), `lack%11a:…` (letters count).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (head, weights) = text.split_once(':')?;
        let (says, modulus) = head.split_once('%')?;
        let (modulus, ten) = modulus.split_once('/').unwrap_or((modulus, "0"));
        let (modulus, letters) =
            modulus.strip_suffix('a').map_or((modulus, false), |modulus| (modulus, true));
        let says = match says {
            "zero" => Says::Leaves(0),
            "one" => Says::Leaves(1),
            "rest" => Says::Rest,
            "lack" => Says::Lack,
            "lack-digit" => Says::LackDigit,
            _ => return None,
        };
        let weights: Vec<u32> =
            weights.split(',').map(|weight| weight.parse().ok()).collect::<Option<_>>()?;
        let modulus = modulus.parse().ok().filter(|modulus| (2..=97).contains(modulus))?;
        let small = weights.iter().all(|weight| *weight <= 1_000) && (2..=32).contains(&weights.len());
        small.then_some(Self { says, modulus, ten: ten.parse().ok()?, letters, weights })
    }

    /// Whether the digits add up.
    pub(super) fn agrees(&self, text: &[u8]) -> bool {
        let digits: Vec<u32> = text.iter().filter_map(|byte| self.value(*byte)).take(64).collect();
        let sum = |digits: &[u32], weights: &[u32]| {
            digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % self.modulus
        };
        if let Says::Leaves(rest) = self.says {
            let spare = self.weights.len().checked_sub(digits.len());
            return spare.is_some_and(|spare| sum(&digits, &self.weights[spare..]) == rest);
        }
        let Some(check) = digits.get(self.weights.len()) else { return false };
        let rest = sum(&digits, &self.weights);
        let written = |rest: u32| if rest == 10 { self.ten } else { rest };
        *check
            == match self.says {
                Says::Rest => written(rest),
                Says::LackDigit => (self.modulus - rest) % 10,
                Says::Lack | Says::Leaves(_) => written((self.modulus - rest) % self.modulus),
            }
    }

    /// `X` and `K` are the ten of numbers without other letters.
    fn value(&self, byte: u8) -> Option<u32> {
        match byte {
            b'0'..=b'9' => Some(u32::from(byte - b'0')),
            b'A'..=b'Z' if self.letters => Some(u32::from(byte - b'0')),
            b'X' | b'x' | b'K' | b'k' if matches!(self.says, Says::Leaves(_)) => Some(10),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Weighted;

    fn agrees(form: &str, number: &str) -> bool {
        Weighted::parse(form).expect("a form").agrees(number.as_bytes())
    }

    #[test]
    fn agrees_with_published_examples() {
        // NHS Data Dictionary; Receita Federal (CNPJ with letters); ISO 7064 in GB 11643.
        assert!(agrees("zero%11:10,9,8,7,6,5,4,3,2,1", "943 476 5919"));
        assert!(agrees("lack%11a:5,4,3,2,9,8,7,6,5,4,3,2", "12.ABC.345/01DE-35"));
        assert!(agrees("lack%11a:6,5,4,3,2,9,8,7,6,5,4,3,2", "12.ABC.345/01DE-35"));
        assert!(agrees("one%11:7,9,10,5,8,4,2,1,6,3,7,9,10,5,8,4,2,1", "11010519491231002X"));
    }

    #[test]
    fn exactly_one_last_digit_agrees() {
        for (form, head) in [
            ("zero%11:10,9,8,7,6,5,4,3,2,1", "943476591"),
            ("lack%11:10,9,8,7,6,5,4,3,2", "123456780"),
            ("rest%10:1,3,7,9,1,3,7,9,1,3", "4405140135"),
        ] {
            let right = (0..10).filter(|last| agrees(form, &format!("{head}{last}"))).count();
            assert_eq!(right, 1, "{form}");
        }
    }

    #[test]
    fn a_form_with_a_mistake_is_refused() {
        for form in ["rest%11", "rest:1,2", "most%11:1,2", "rest%0:1,2", "rest%11:1,b", "zero%11:1"] {
            assert_eq!(Weighted::parse(form), None, "{form}");
        }
    }
}
