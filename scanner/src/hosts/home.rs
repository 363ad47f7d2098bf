//! A credential at home: sent to a host that issues or accepts it, in the place where it belongs.

use super::authority::host_in_url;
use super::name::Host;
use super::pattern::HostPattern;
use crate::rules::Home;

/// A home that is every host: where credentials of no known vendor belong, such as their own headers.
pub(crate) const ANYWHERE: &str = "*";

/// Longest URL in a text.
const MAX_LINK: usize = 512;

/// Where in a message something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    /// The part: `url`, `body`, `header:authorization` …
    pub(crate) part: &'a str,
    /// Where in the part.
    pub(crate) spot: Spot<'a>,
}

/// Where in a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spot<'a> {
    /// Nothing nearer is known, or the whole part is the value.
    Anywhere,
    /// A path segment of the URL.
    Path,
    /// The value of this query key.
    Query(&'a str),
    /// The value of this form field, multipart part or JSON member.
    Field(&'a str),
    /// The value of a JSON member of this name that is inside another.
    Member(&'a str),
}

impl Place<'_> {
    /// Whether this place is meant by `at`, an entry such as `header:authorization`, `query:key`,
    /// `field:refresh_token`, `member:token`, `path`, `url` or `body`.
    pub(crate) fn is(&self, at: &str) -> bool {
        match at.split_once(':') {
            Some(("query", key)) => self.part == "url" && self.spot == Spot::Query(key),
            Some(("field", name)) => self.part == "body" && self.spot == Spot::Field(name),
            Some(("member", name)) => {
                self.part == "body" && (self.spot == Spot::Member(name) || self.spot == Spot::Field(name))
            }
            Some(("header", _)) => self.part.eq_ignore_ascii_case(at),
            _ if at == "path" => self.part == "url" && self.spot == Spot::Path,
            _ => self.part == at,
        }
    }
}

/// Whether a credential with these homes may be at `place` in a message to `host`. `extra_hosts` are the hosts
/// that the policy adds: there it belongs where it belongs at any of its homes, and in `authorization`.
pub(crate) fn at_home<'p>(
    home: &[Home],
    extra_hosts: impl IntoIterator<Item = &'p HostPattern>,
    host: Option<&str>,
    place: &Place<'_>,
) -> bool {
    let in_place = |home: &Home| home.at.iter().any(|at| place.is(at));
    // The place is compared before the host is read: most of what is found is in no such place.
    if !(place.is("header:authorization") || home.iter().any(in_place)) {
        return false;
    }
    let Some((host, port)) = host.and_then(Host::parse_with_port) else { return false };
    let lives_here = |home: &Home| {
        home.hosts.iter().any(|text| {
            text == ANYWHERE || HostPattern::parse(text).is_ok_and(|pattern| pattern.covers(&host, port))
        })
    };
    if home.iter().any(|home| in_place(home) && lives_here(home)) {
        return true;
    }
    extra_hosts.into_iter().any(|pattern| pattern.covers(&host, port))
}

/// Whether a text has it, behind `before`, in the query of a URL, where any host may see it and which is its only home
/// there, such as the access key id of a URL that somebody signed; or where such URLs of this host are passed on.
pub(crate) fn is_in_open_query(home: &[Home], before: &[u8]) -> bool {
    let Some(before) = before.strip_suffix(b"=").or_else(|| before.strip_suffix(b"%3D")) else {
        return false;
    };
    let is_open = |home: &Home| {
        let name = |at: &str| at.split_once(':').map_or("", |(_, name)| name).to_ascii_lowercase();
        let key = home.at.iter().find_map(|at| at.strip_prefix("query:"));
        key.is_some_and(|key| {
            before.ends_with(key.as_bytes()) && home.at.iter().all(|at| name(at) == key.to_ascii_lowercase())
        })
    };
    let is_there = |home: &Home| {
        if home.link { is_link_of(home, before) } else { home.hosts.iter().all(|host| host == ANYWHERE) }
    };
    home.iter().filter(|home| is_open(home)).any(is_there)
}

/// Whether `before` ends with a URL of one of these hosts, up to a key of its query.
fn is_link_of(home: &Home, before: &[u8]) -> bool {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"'<>()".contains(byte);
    let text = &before[before.len().saturating_sub(MAX_LINK)..];
    let text = text.rsplit(ends).next().unwrap_or_default();
    let mut text = String::from_utf8_lossy(text).replace('\\', "");
    for (escape, sign) in [("%3A", ":"), ("%2F", "/"), ("%3F", "?")] {
        text = text.replace(escape, sign);
    }
    let url = text.rfind("https://").map(|at| &text[at..]);
    let host = url.and_then(|url| Some(&url[host_in_url(url.as_bytes())?]));
    let Some((host, port)) = host.and_then(Host::parse_with_port) else { return false };
    let covers = |text: &String| HostPattern::parse(text).is_ok_and(|pattern| pattern.covers(&host, port));
    home.hosts.iter().any(covers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn homes() -> Vec<Home> {
        let home = |hosts: &[&str], at: &[&str]| Home {
            hosts: hosts.iter().map(ToString::to_string).collect(),
            at: at.iter().map(ToString::to_string).collect(),
            link: false,
        };
        vec![
            home(&["api.vendor.example"], &["header:authorization", "header:x-vendor-key", "query:key"]),
            home(&["*.vendor.example", "vendor.example"], &["field:refresh_token", "path"]),
            home(&["upload.vendor.example"], &["body"]),
            home(&["in.vendor.example"], &["member:write_key"]),
        ]
    }

    #[test]
    fn a_key_that_any_host_may_see_says_no_more_in_a_text() {
        let home = |hosts: &str, at: &[&str]| {
            vec![Home {
                hosts: vec![hosts.to_owned()],
                at: at.iter().map(ToString::to_string).collect(),
                link: false,
            }]
        };
        let signed = home("*", &["query:X-Credential", "field:x-credential"]);
        assert!(is_in_open_query(&signed, b"see https://host.example/a?X-Credential="));
        assert!(is_in_open_query(&signed, b"?X-Credential%3D"));
        assert!(!is_in_open_query(&signed, b"?X-Credential"));
        assert!(!is_in_open_query(&signed, b"?other="));
        let anywhere = home("*", &["header:authorization", "query:key"]);
        assert!(!is_in_open_query(&anywhere, b"?key="));
        assert!(!is_in_open_query(&home("a.example", &["query:key"]), b"?key="));
    }

    #[test]
    fn a_link_is_passed_on() {
        let link = Home { hosts: vec!["*.meet.example".into()], at: vec!["query:pwd".into()], link: true };
        let open = |before: &str| is_in_open_query(std::slice::from_ref(&link), before.as_bytes());
        assert!(open("join https://eu.meet.example/j/1?pwd="));
        assert!(open("join https:\\/\\/eu.meet.example\\/j\\/1?a=b&pwd="));
        assert!(open("u=https%3A%2F%2Feu.meet.example%2Fj%2F1%3Fpwd%3D"));
        assert!(!open("join https://eu.meet.example.evil.example/j/1?pwd="));
        assert!(!open("join https://eu.meet.example/ or https://a.example/?pwd="));
        assert!(!open("https://eu.meet.example/j/1?pw="));
        assert!(!open("at https://eu.meet.example/j/1 the pwd="));
    }

    fn at(part: &'static str, spot: Spot<'static>) -> Place<'static> {
        Place { part, spot }
    }

    #[test]
    fn host_and_place_must_both_fit() {
        let authorization = at("header:authorization", Spot::Anywhere);
        let refresh = at("body", Spot::Field("refresh_token"));
        for (host, place, want) in [
            (Some("api.vendor.example"), authorization, true),
            (Some("API.vendor.example.:443"), authorization, true),
            (Some("api.vendor.example"), at("header:x-vendor-key", Spot::Anywhere), true),
            (Some("api.vendor.example"), at("header:x-other", Spot::Anywhere), false),
            (Some("api.vendor.example"), at("url", Spot::Query("key")), true),
            (Some("api.vendor.example"), at("url", Spot::Query("q")), false),
            (Some("api.vendor.example"), at("body", Spot::Anywhere), false),
            (Some("api.vendor.example.evil.example"), authorization, false),
            (Some("login.vendor.example"), refresh, true),
            (Some("login.vendor.example"), at("body", Spot::Field("note")), false),
            (Some("login.vendor.example"), authorization, false),
            (Some("vendor.example"), at("url", Spot::Path), true),
            (Some("vendor.example"), at("url", Spot::Query("x")), false),
            (Some("upload.vendor.example"), at("body", Spot::Field("note")), true),
            (Some("events.vendor.example"), at("body", Spot::Member("write_key")), false),
            (Some("in.vendor.example"), at("body", Spot::Member("write_key")), true),
            (Some("in.vendor.example"), at("body", Spot::Field("write_key")), true),
            (Some("in.vendor.example"), at("body", Spot::Member("note")), false),
            (Some("in.vendor.example"), at("url", Spot::Member("write_key")), false),
            (Some("a b"), authorization, false),
            (None, authorization, false),
        ] {
            assert_eq!(at_home(&homes(), [], host, &place), want, "{host:?} {place:?}");
        }
    }

    #[test]
    fn a_host_of_the_policy_accepts_it_in_the_places_of_the_rule() {
        let extra = [HostPattern::parse("git.example.org").unwrap()];
        let host = Some("git.example.org");
        assert!(at_home(&homes(), &extra, host, &at("header:x-vendor-key", Spot::Anywhere)));
        assert!(!at_home(&homes(), &extra, host, &at("header:x-other", Spot::Anywhere)));
        assert!(at_home(&[], &extra, host, &at("header:authorization", Spot::Anywhere)));
        assert!(!at_home(&[], &extra, host, &at("body", Spot::Anywhere)));
        assert!(!at_home(&[], &extra, Some("git.example.com"), &at("header:authorization", Spot::Anywhere)));
    }
}
