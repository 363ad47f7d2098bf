//! US Social Security numbers: which were never issued (SSA, POMS RM 10201.035).

use super::digits;

/// Published in advertisements and leaflets; the agency voided them.
const VOID: &[(u16, u16, u16)] = &[(78, 5, 1120), (111, 22, 3333), (219, 9, 9999), (457, 55, 5462)];

/// Whether area, group and serial are ones that are issued.
pub(super) fn agrees(text: &[u8]) -> bool {
    let digits: Vec<u8> = digits(text).take(10).collect();
    let number = |digits: &[u8]| digits.iter().fold(0, |number, digit| number * 10 + u16::from(*digit));
    let [area @ .., _, _, _, _, _, _] = &digits[..] else { return false };
    let (group, serial) = digits[area.len()..].split_at(2);
    let (area, group, serial) = (number(area), number(group), number(serial));
    let issued = (1..900).contains(&area) && area != 666 && group != 0 && serial != 0;
    digits.len() == 9 && issued && !VOID.contains(&(area, group, serial))
}

#[cfg(test)]
mod tests {
    use super::agrees;

    #[test]
    fn areas_groups_and_serials_that_are_never_issued_are_refused() {
        assert!(agrees(b"536-22-8726"));
        for never in
            ["000-22-8726", "666-22-8726", "912-22-8726", "536-00-8726", "536-22-0000", "078-05-1120"]
        {
            assert!(!agrees(never.as_bytes()), "{never}");
        }
    }
}
