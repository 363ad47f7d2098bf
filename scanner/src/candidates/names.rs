//! `name = value` in any syntax: JSON, YAML, env, INI, code, headers, queries, XML, command lines, prose.

use std::ops::Range;

use super::classes::{ALNUM, NAME, end_of, is, start_of};
use super::no_names::is_no_name;
use super::other_letters;
use super::values::{Value, next_in_list, value_of};

/// Longest name.
pub(super) const MAX_NAME: usize = 96;

/// A value that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// What it is called.
    pub(crate) name: Range<usize>,
    /// What it is, without quotes and without an authentication scheme before it.
    pub(crate) value: Range<usize>,
    /// Whether it stands where only text can stand. Elsewhere it may be the name of a variable.
    pub(crate) is_text: bool,
    is_in_list: bool,
}

impl Named {
    /// The next value of the same name, in `keys = ["a", "b"]`.
    pub(crate) fn next(&self, bytes: &[u8]) -> Option<Self> {
        let value = if self.is_in_list { next_in_list(bytes, self.value.end) } else { None };
        Self::of(bytes, self.name.clone(), value?)
    }

    /// Whether the value is so long that the stems in it are not looked at again.
    pub(crate) fn is_long(&self) -> bool {
        self.value.len() > MAX_NAME
    }

    fn of(bytes: &[u8], name: Range<usize>, value: Value) -> Option<Self> {
        let Value { range, is_text, is_in_list } = value;
        let value = without_scheme(bytes, range);
        (!value.is_empty()).then_some(Self { name, value, is_text, is_in_list })
    }
}

/// The value of the name at `name`.
pub(crate) fn named(bytes: &[u8], name: Range<usize>) -> Option<Named> {
    if is_no_name(bytes, &name) {
        return None;
    }
    let value = value_of(bytes, &name)?;
    Named::of(bytes, name, value)
}

/// The name around the stem at `stem`.
pub(crate) fn name_around(bytes: &[u8], stem: usize) -> Range<usize> {
    let floor = stem.saturating_sub(MAX_NAME);
    let ceiling = bytes.len().min(stem + MAX_NAME);
    if let Some(end) = other_letters::end_of_word(bytes, stem) {
        let start = start_of(bytes, stem, floor, NAME);
        return start..end_of(&bytes[..ceiling.max(end)], end, NAME);
    }
    let mut start = start_of(bytes, stem, floor, NAME);
    // In `\npassword` the letter belongs to the escape.
    if start > 0 && bytes[start - 1] == b'\\' && start < stem {
        start += 1;
    }
    let stem = stem + usize::from(bytes[stem] == b' ');
    let bounded = &bytes[..ceiling];
    let mut end = end_of(bounded, stem, NAME);
    // An accent inside a word: `contraseña`.
    if bounded.get(end).is_some_and(|byte| *byte >= 0xc3)
        && bounded.get(end + 2).is_some_and(|byte| is(*byte, NAME))
    {
        end = end_of(bounded, end + 2, NAME);
    }
    // A full stop ends a sentence.
    while end > stem + 1 && bounded[end - 1] == b'.' {
        end -= 1;
    }
    with_word_before(bytes, floor, start..with_word_after(bounded, start..end))
}

/// Where `clave api`, `clave secreta`, `token acceso` end: in these languages the first word says little.
fn with_word_after(bytes: &[u8], name: Range<usize>) -> usize {
    const POOR: [&[u8]; 6] = [b"clave", b"chave", b"chiave", b"cle", b"llave", b"token"];
    const KINDS: [&[u8]; 8] =
        [b"api", b"secreta", b"segreta", b"privada", b"privata", b"acceso", b"acesso", b"accesso"];
    let last = bytes[name.clone()].rsplit(|byte| !byte.is_ascii_alphabetic()).next().unwrap_or_default();
    let Some(rest) = bytes[name.end..].strip_prefix(b" ") else { return name.end };
    if !POOR.iter().any(|word| last.eq_ignore_ascii_case(word)) {
        return name.end;
    }
    let word = &rest[..end_of(rest, 0, ALNUM)];
    let is_kind = KINDS.iter().any(|kind| word.eq_ignore_ascii_case(kind));
    if is_kind { name.end + 1 + word.len() } else { name.end }
}

/// `page token`, `API key`, `\-\-page\-token` of a manual: such a word says little without the one before it.
fn with_word_before(bytes: &[u8], floor: usize, name: Range<usize>) -> Range<usize> {
    const POOR: [&[u8]; 9] =
        [b"key", b"keys", b"token", b"tokens", b"secreta", b"segreta", b"schluessel", b"sleutel", b"nyckel"];
    let is_poor = POOR.iter().any(|word| bytes[name.clone()].eq_ignore_ascii_case(word));
    let before = &bytes[floor.min(name.start)..name.start];
    let hyphen = || {
        let escape = before.strip_suffix(b"-")?;
        Some(escape.len() - escape.iter().rev().take_while(|byte| **byte == b'\\').count())
            .filter(|word| *word < escape.len())
    };
    let gap = before.strip_suffix(b" ").map(<[u8]>::len).or_else(hyphen).filter(|_| is_poor);
    let Some(gap) = gap else { return name };
    let start = start_of(bytes, floor + gap, floor, ALNUM);
    start + usize::from(start > 0 && bytes[start - 1] == b'\\')..name.end
}

/// `Bearer abc` → `abc`.
fn without_scheme(bytes: &[u8], value: Range<usize>) -> Range<usize> {
    const SCHEMES: [&[u8]; 6] = [b"bearer", b"basic", b"token", b"bot", b"apikey", b"digest"];
    let text = &bytes[value.start..];
    for scheme in SCHEMES {
        let names_scheme = text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
        if names_scheme && text.get(scheme.len()) == Some(&b' ') {
            let start = value.start + scheme.len() + 1;
            return start..super::values::end_of_bare(bytes, start).max(start);
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(text: &str) -> Option<(&str, &str)> {
        let stem = text.to_lowercase().find("pass").or_else(|| text.to_lowercase().rfind("key"))?;
        named(text.as_bytes(), name_around(text.as_bytes(), stem))
            .map(|named| (&text[named.name], &text[named.value]))
    }

    #[test]
    fn reads_every_usual_syntax() {
        for text in [
            "db_pass=s3cretvalue",
            "db_pass = \"s3cretvalue\"",
            "\"db_pass\": \"s3cretvalue\"",
            "{\\\"db_pass\\\": \\\"s3cretvalue\\\"}",
            "db_pass: s3cretvalue\n",
            "db_pass := 's3cretvalue'",
            "'db_pass' => 's3cretvalue'",
            "<db_pass>s3cretvalue</db_pass>",
            "[\"db_pass\", \"s3cretvalue\"]",
            "{\"name\": \"db_pass\", \"value\": \"s3cretvalue\"}",
            "- name: db_pass\n  value: s3cretvalue\n",
            "<add key=\"db_pass\" value=\"s3cretvalue\"/>",
            "<setting name=\"db_pass\"><value>s3cretvalue</value>",
            "<key>db_pass</key>\n  <string>s3cretvalue</string>",
            "\"db_pass\": {\"value\": \"s3cretvalue\"}",
            "variable \"db_pass\" {\n  default = \"s3cretvalue\"",
            "const db_pass: &str = \"s3cretvalue\";",
            "let db_pass: string = 's3cretvalue'",
            "db_pass(\"s3cretvalue\")",
            "db_pass: |\n    s3cretvalue\n",
            "db_pass: [\"s3cretvalue\", \"other\"]",
            "db_pass:\n  - s3cretvalue\n",
            "db_pass is s3cretvalue",
            "the db_pass for the new host is s3cretvalue.",
            "**db_pass:** `s3cretvalue`",
            "| db_pass | s3cretvalue |",
            "--db_pass s3cretvalue",
            "variable \"db_pass\" {\n  type = string\n  default = \"s3cretvalue\"\n}",
            "form-data; name=\"db_pass\"\r\n\r\ns3cretvalue\r\n",
            "#define db_pass \"s3cretvalue\"",
            "db_pass=Bearer s3cretvalue",
            "x=1&db_pass=s3cretvalue&y=2",
            "x\\ndb_pass=s3cretvalue\\n",
            "db_pass || 's3cretvalue'",
            "db_pass ?? \"s3cretvalue\"",
            "f(\"String\", \"db_pass\", \"\\\"s3cretvalue\\\"\")",
            "let db_pass = String::from(\"s3cretvalue\");",
            "[\"--db_pass\", \"s3cretvalue\"]",
            "ParameterKey: db_pass\n  ParameterValue: s3cretvalue\n",
            "gh secret set db_pass --body 's3cretvalue'",
            "<ns:db_pass Type=\"text\">s3cretvalue</ns:db_pass>",
            "db_pass&gt;s3cretvalue&lt;/db_pass&gt;",
            "+- name: db_pass\n+  value: s3cretvalue\n",
            "I changed the db_pass to s3cretvalue today",
            "the db_pass is now: s3cretvalue",
            "local db_pass = [[s3cretvalue]]",
            "my $db_pass = q{s3cretvalue};",
            "{db_pass, <<\"s3cretvalue\">>}.",
            "{db_pass, \"s3cretvalue\"}",
            "expect \"db_pass:\"\nsend \"s3cretvalue\\r\"",
            "expect \\\"db_pass: \\\"\\nsend \\\"s3cretvalue\\\\r\\\"",
            "child.expect('db_pass:')\nchild.sendline('s3cretvalue')",
            "db_pass -&gt; s3cretvalue",
            "config[\\\\\\\"db_pass\\\\\\\"] = @\\\\\\\"s3cretvalue\\\\\\\"",
            "&lt;key&gt;db_pass&lt;/key&gt;\n&lt;string&gt;s3cretvalue&lt;/string&gt;",
        ] {
            assert_eq!(
                pair(text).map(|(name, value)| (name.trim_start_matches('-'), value)),
                Some(("db_pass", "s3cretvalue")),
                "{text}"
            );
        }
    }

    #[test]
    fn passwords_have_any_signs() {
        for (text, value) in [
            ("DB_PASS=a&b;c,d)e\nX=1", "a&b;c,d)e"),
            ("db_pass: a&b;c,d)e\n", "a&b;c,d)e"),
            ("\"db_pass\": \"a'b\\\"c\"", "a'b\\\"c"),
            ("db_pass=$3cr,et\n", "$3cr,et"),
            ("{db_pass: a1, b: 2}", "a1"),
            ("map[host:a db_pass:a1$b2 port:1]", "a1$b2"),
            ("{Host:a DbPass:a1$b2}", "a1$b2"),
            ("\\newcommand{\\dbPass}{a1$b2}", "a1$b2"),
            ("\\\\newcommand{\\\\dbPass}{a1$b2}", "a1$b2"),
            ("db_pass=&quot;a1-b2&quot;;", "a1-b2"),
            ("db_pass=b&#x27;a1-b2&#x27;;", "a1-b2"),
        ] {
            assert_eq!(pair(text).map(|(_, value)| value), Some(value), "{text}");
        }
    }

    #[test]
    fn prose_and_code_are_no_pairs() {
        for text in [
            "the password\nhunter2hunter2",
            "let pass2 x9y8z7w6",
            "pass = (uint8_t const*) x",
            "key: {event:?}",
            "password::new",
            "db_pass=&quot;&quot;,next:!0",
            "export DB_PASS=&lt;your key&gt;",
            "getent passwd user-1",
            "DB_PASS(\"lower-invoke-of-it\")",
            "db_pass:blacklist:82a4cead-6ce1-4836",
            "the db_pass  MD5SUM: 8:fa439f2800319179",
            "\"AWS::IAM::AccessKey\": \"48205d4ffd7feba3\"",
        ] {
            assert_eq!(pair(text), None, "{text}");
        }
    }

    #[test]
    fn the_mark_of_a_form_is_no_token() {
        for (text, at) in [
            ("_token=q7Zp2mX9vK4t", 0),
            ("a=1&_token=q7Zp2mX9vK4t", 4),
            ("user[_token]=q7Zp2mX9vK4t", 5),
            ("name=\\\\\"_token\\\\\" value=\\\\\"q7Zp2mX9vK4t\\\\\"", 8),
        ] {
            assert_eq!(named(text.as_bytes(), at..at + 6), None, "{text}");
        }
        assert!(named(b"x._token = 'q7Zp2mX9vK4t'", 2..8).is_some());
    }

    #[test]
    fn a_keyword_in_italian_is_no_password() {
        assert_eq!(named(b"Parola chiave: Roma2024", 0..6), None);
        assert!(named(b"Parola: Roma2024", 0..6).is_some());
    }

    #[test]
    fn all_values_of_a_list_have_its_name() {
        let text = b"keys = [\n  \"one\",\n  'two',\n three ]";
        let mut all = named(text, 0..4);
        let mut values = Vec::new();
        while let Some(next) = all {
            values.push(text[next.value.clone()].to_vec());
            all = next.next(text);
        }
        assert_eq!(values, [&b"one"[..], b"two", b"three"]);
    }
}
