//! Pieces of code, URLs and patterns: what stands where a secret would, and is one only when the program runs.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::any_of;
use super::printed::is_printed;
use super::words::bare;

/// Pieces of URLs, code and regexes that no generated secret has.
const MARKS: &[&[u8]] = &[
    b"://", b"::", b"->", b"=>", b"\\w", b"\\d", b"\\s", b"\\S", b"[a-z", b"[A-Z", b"[a-f", b"[A-F", b"[0-9",
    b"a-zA-Z", b"A-Za-z", b"0-9a-f", b"a-fA-F", b"(?", b"/^", b"===", b"!==", b"sha256:", b"sha512:",
    b"sha1:", b"sha256-", b"sha384-", b"sha512-", b":&quot;", b"\\-", b"\\&",
];

/// Escapes: what they spell is looked at where they are undone.
const ESCAPES: &[&[u8]] = &[b"\\x", b"\\u", b"\\U"];

static MARKED: LazyLock<AhoCorasick> = LazyLock::new(|| any_of(&[MARKS, ESCAPES].concat(), false));

/// Whether this is a piece of code, or a URL.
pub(super) fn is_code(text: &[u8]) -> bool {
    MARKED.is_match(text)
        || is_percent_encoded(text)
        || is_constant(text)
        || is_number(text)
        || is_option(text.strip_prefix(b"?").unwrap_or(text))
        || is_condition(text)
        || is_reference(text)
        || text.ends_with(b":")
        || is_printed(text)
        || is_expression(bare(text))
        || has_gap(text)
        || is_optional(text)
        || is_class(text)
        || is_crypt(text)
        || is_generic_type(text)
        || is_repetition(text)
        || has_octal(text)
        || goes_on_in_lines(text)
}

/// Whether this has brackets or operators of code: where a value without quotes could as well be an expression, it is
/// one.
pub(crate) fn has_operators(text: &[u8]) -> bool {
    const OPERATORS: [&[u8]; 4] = [b"&&", b"||", b"?.", b"??"];
    let pairs = || text.windows(2);
    let is_negated = matches!(text, [b'!', b'0' | b'1', b':' | b',', ..]);
    let condition = memchr::memchr(b'?', text).map(|at| &text[at + 1..]);
    text.iter().any(|byte| b"()[]{}".contains(byte))
        || pairs().any(|pair| OPERATORS.contains(&pair))
        || text.windows(3).any(|three| matches!(three, [b'=' | b'!', b'=', next] if next.is_ascii_alphanumeric() || *next == b'='))
        || condition.is_some_and(|rest| rest.contains(&b':'))
        || is_negated
}

/// `a%20b`: what it says is looked at where it is undone. With signs that would be encoded too, it says itself.
fn is_percent_encoded(text: &[u8]) -> bool {
    let of_url = |byte: &u8| byte.is_ascii_alphanumeric() || b"%-._~+/=&,:;*'()".contains(byte);
    text.windows(3).any(|three| three[0] == b'%' && three[1..].iter().all(u8::is_ascii_hexdigit))
        && text.iter().all(of_url)
}

/// `TLS13_AES_128`: capitals, digits and underscores.
fn is_constant(text: &[u8]) -> bool {
    let fits = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    text.contains(&b'_') && text.iter().all(fits)
}

/// `Vec&lt;u8&gt;`: a type in a page.
fn is_generic_type(text: &[u8]) -> bool {
    let opens = memchr::memmem::find(text, b"&lt;");
    opens.is_some_and(|at| at > 0 && text[..at].iter().all(u8::is_ascii_alphanumeric))
        && memchr::memmem::rfind(text, b"&gt").is_some()
}

/// `1*(tchar`, `2*4HEXDIG`: how often something stands in a grammar, as ABNF writes it.
fn is_repetition(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let least = digits(text);
    let Some(rest) = text[least..].strip_prefix(b"*") else { return false };
    let most = digits(rest);
    let name = rest[most..].strip_prefix(b"(").unwrap_or(&rest[most..]);
    least + most > 0
        && least + most <= 4
        && name.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'-')
}

/// `--flag=value`, `name=value`.
fn is_option(text: &[u8]) -> bool {
    let name = text.iter().take_while(|byte| byte.is_ascii_alphabetic() || b"_-".contains(byte)).count();
    text.starts_with(b"--") || (name > 2 && matches!(text[name..], [b'=', next, ..] if next != b'='))
}

/// `16384u32`, `0e-12`, `1:4.13+dfsg1-1`, `v1.2.3-rc1`: a number of a program, or a version.
fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    // `>=5.0.0-beta.1`, `^1.2.3`, `T1552.004`
    let range = text.iter().take_while(|byte| b"<>=~^".contains(byte)).count();
    let text = &text[range..];
    let text = text.strip_prefix(b"v").or_else(|| text.strip_prefix(b"-")).unwrap_or(text);
    let text = match text {
        [b'A'..=b'Z', rest @ ..] if rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') => rest,
        _ => text,
    };
    if let Some(hex) = text.strip_prefix(b"0x") {
        let digits = hex.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        // An address of Ethereum has 40; keys have 64.
        return (digits <= 16 && hex.len() <= 20) || (digits == 40 && hex.len() == 40);
    }
    let first = digits(text);
    let rest = &text[first..];
    let is_version = match rest {
        [b'.' | b':', more @ ..] => more.first().is_some_and(u8::is_ascii_digit) && rest.contains(&b'.'),
        _ => false,
    };
    let is_suffixed =
        matches!(rest, [b'u' | b'i' | b'f', b'1'..=b'9', ..] | b"UL" | b"ULL" | b"LL" | b"L" | b"U");
    let is_power = matches!(rest, [b'e' | b'E', power @ ..]
        if digits(power.strip_prefix(b"+").or_else(|| power.strip_prefix(b"-")).unwrap_or(power)) + 2 >= rest.len());
    first > 0 && (is_version || is_power || (is_suffixed && rest.len() <= 5))
}

/// `required|min:8`, `min=8,max=64`: words, each perhaps with a number.
fn is_condition(text: &[u8]) -> bool {
    let is_word =
        |text: &[u8]| !text.is_empty() && text.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_');
    let is_item = |item: &[u8]| {
        let split = item.iter().position(|byte| b":=".contains(byte));
        let (word, value) = split.map_or((item, None), |at| (&item[..at], Some(&item[at + 1..])));
        is_word(word) && value.is_none_or(|value| value.iter().all(u8::is_ascii_alphanumeric))
    };
    text.iter().any(|byte| b"|,:".contains(byte)) && text.split(|byte| b"|,".contains(byte)).all(is_item)
}

/// `vault:secret/data/app1`, `ssm:/prod/db1`: where a secret is kept.
fn is_reference(text: &[u8]) -> bool {
    let scheme = text.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    let Some(path) = text[scheme..].strip_prefix(b":").filter(|_| scheme > 1) else { return false };
    let first = path.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    path.get(first) == Some(&b'/')
}

/// `name.of(…`, `name[…`: an identifier, or several with dots, that is called or indexed.
fn is_expression(text: &[u8]) -> bool {
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$.!?".contains(byte);
    let end = text.iter().position(|byte| !name(byte));
    let starts_a_name = text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || b"_$@".contains(byte));
    let opens = |end: usize| b"([".contains(&text[end]) || (text[end] == b'{' && text[..end].contains(&b'.'));
    starts_a_name && end.is_some_and(|end| end > 1 && opens(end))
}

/// `{name}`, `{part.of_it}`: a gap that the program fills.
fn has_gap(text: &[u8]) -> bool {
    let name = |byte: &u8| byte.is_ascii_lowercase() || b"_.".contains(byte);
    memchr::memchr_iter(b'{', text).any(|open| {
        let rest = &text[open + 1..];
        let end = rest.iter().take_while(|byte| name(byte)).count();
        end > 2 && rest[0].is_ascii_lowercase() && rest.get(end) == Some(&b'}')
    })
}

/// `$2b$10$…`, `$6$…`, `pbkdf2_sha256$…`: not a password, but what became of one.
fn is_crypt(text: &[u8]) -> bool {
    const SCHEMES: [&[u8]; 11] = [
        b"$1$",
        b"$2",
        b"$5$",
        b"$6$",
        b"$y$",
        b"$7$",
        b"$argon2",
        b"$apr1$",
        b"$pbkdf2",
        b"$scrypt$",
        b"pbkdf2_",
    ];
    SCHEMES.iter().any(|scheme| text.starts_with(scheme)) && text[2..].contains(&b'$')
        || text.starts_with(b"{SSHA")
        || text.starts_with(b"{SHA")
}

/// `form-password_input__NH6oN`: a class of CSS, made unique.
fn is_class(text: &[u8]) -> bool {
    let Some(mark) = memchr::memmem::rfind(text, b"__") else { return false };
    let (name, hash) = (&text[..mark], &text[mark + 2..]);
    let of_name = |byte: &u8| byte.is_ascii_alphabetic() || b"-_".contains(byte);
    (5..=8).contains(&hash.len()) && name.len() >= 6 && name.contains(&b'_') && name.iter().all(of_name)
}

/// `\303\244`: an escape of three octal digits.
fn has_octal(text: &[u8]) -> bool {
    text.windows(4).any(|four| {
        matches!(four, [b'\\', b'0'..=b'3', rest @ ..] if rest.iter().all(|digit| (b'0'..=b'7').contains(digit)))
    })
}

/// `1234\n1234`: lines of a text.
fn goes_on_in_lines(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"\\n").is_some_and(|at| text[at + 2..].iter().any(u8::is_ascii_alphanumeric))
}

/// `store?.value`: read where there is one.
fn is_optional(text: &[u8]) -> bool {
    text.windows(4).any(|four| {
        matches!(four, [before, b'?', b'.', after] if before.is_ascii_alphanumeric() && after.is_ascii_alphabetic())
    })
}

#[cfg(test)]
mod tests {
    use super::{has_operators, is_code};

    #[test]
    fn knows_code() {
        for text in [
            "app@sha256:fa5def8c294fc508",
            "store?.value",
            "form-password_input__NH6oN",
            "([{uni.start}]+)|[{uni.start}]",
            "$2a$10$somesaltyvaluertsetrse",
            "0e+12456789",
            "this.instanceID+1",
            "n.keywordToken===105",
            "Vec&lt;u8&gt",
            "1*(tchar",
            "2*4HEXDIG",
            "?model=gpt-4-account-1",
            ">=5.0.0-beta.135",
            "T1552.004",
            "0-9a-fA-F",
            "socks5.Static{test.auth",
            "0x2dc3685cA34163952CF4A5395b0039c00DFa851D",
            "\\303\\244HcYArAMc",
            "1234\\n1234",
        ] {
            assert!(is_code(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_secret_is_none() {
        for text in [
            "D3P$KK#uMo%Dfj",
            "+3kd/92jfA0s+jd8a==",
            "$ecret9Pass$word",
            "q7{Zp2}mX9v",
            "5e8f1b2c3d4e",
            "8*kQz7vB2",
            "q7Zp2mX9\\n",
            "a&lt;9Xk2",
        ] {
            assert!(!is_code(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn knows_operators() {
        for text in
            ["fe?T:void", "null==n?void", "options!==null", "options?.addSuffix", "105?aye(n", "!1:te!=="]
        {
            assert!(has_operators(text.as_bytes()), "{text}");
        }
        for text in
            ["q7Zp2mX9vK4tB8nW==", "P@ss!w0rd?", "a-b_c.d~e+f/g=", "!Summer2024", "+49/x1=", "+kd8==:a8sD"]
        {
            assert!(!has_operators(text.as_bytes()), "{text}");
        }
    }
}
