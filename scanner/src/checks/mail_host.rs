//! Whether a mail address leads to a host that could exist (RFC 5321; reserved names of RFC 2606 and RFC 6761).

const RESERVED: [&str; 7] = ["example", "test", "invalid", "localhost", "local", "internal", "lan"];
/// Endings of file and package names that stand after an `@` too.
const FILES: [&str; 12] =
    ["png", "jpg", "jpeg", "gif", "svg", "webp", "js", "ts", "css", "json", "html", "tgz"];

/// Whether the host has labels of letters, digits and dashes, and ends in a name that is given out.
pub(super) fn agrees(address: &[u8]) -> bool {
    let Some(at) = address.iter().rposition(|byte| *byte == b'@') else { return false };
    let Ok(host) = std::str::from_utf8(&address[at + 1..]) else { return false };
    let Some((rest, top)) = host.rsplit_once('.') else { return false };
    let is_label = |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    let second = rest.rsplit('.').next().unwrap_or_default();
    let given_out = top.len() >= 2
        && top.len() <= 24
        && top.bytes().all(|byte| byte.is_ascii_alphabetic())
        && !is_one_of(&RESERVED, top)
        && !is_one_of(&FILES, top)
        && !second.eq_ignore_ascii_case("example");
    given_out
        && rest.split('.').all(is_label)
        && !address[..at].starts_with(b".")
        && !is_of_machine(&address[..at], host)
}

/// `git@host:path`, service accounts, and what hosts write where somebody wants no mail.
fn is_of_machine(name: &[u8], host: &str) -> bool {
    const HOSTS: [&str; 2] = [".gserviceaccount.com", "users.noreply.github.com"];
    let is_of = |ending: &&str| {
        host.len() >= ending.len()
            && host.is_char_boundary(host.len() - ending.len())
            && host[host.len() - ending.len()..].eq_ignore_ascii_case(ending)
    };
    name == b"git" || name == b"noreply" || name == b"no-reply" || HOSTS.iter().any(is_of)
}

fn is_one_of(names: &[&str], label: &str) -> bool {
    names.iter().any(|name| label.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::agrees;

    #[test]
    fn reserved_hosts_versions_and_files_are_none() {
        assert!(agrees(b"a.person@mail.company.com") && agrees(b"a@b.co.uk"));
        for other in [
            "a@example.com",
            "a@b.TEST",
            "a@Example.com",
            "left-pad@1.3.0",
            "icon@2x.png",
            "git@localhost",
            "a@-b.com",
            "a@b..com",
            "git@forge.company.com",
            "job@project.iam.gserviceaccount.com",
            "1+name@users.noreply.github.com",
            "noreply@company.com",
        ] {
            assert!(!agrees(other.as_bytes()), "{other}");
        }
    }
}
