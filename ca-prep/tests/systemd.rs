//! The unit of docs/tls.md under a real systemd.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{finish, folder, text};

/// The first unit in the document, as its reader would copy it.
fn documented_unit() -> String {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/tls.md");
    let document = fs::read_to_string(document).expect("the document is in the tree");
    let unit = document.split("```ini\n").nth(1).and_then(|rest| rest.split("```").next());
    unit.expect("the document has a unit").to_owned()
}

#[test]
fn the_documented_unit_works() {
    let dir = folder();
    let unit = dir.path().join("bottle-7-signer.service");
    fs::write(&unit, documented_unit()).expect("the folder can be written to");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/systemd/boot.sh");
    let mut boot = Command::new("sh");
    let (code, said, why) = finish(boot.args([script, env!("CARGO_BIN_EXE_ca-prep"), text(&unit)]));
    if code == Some(77) {
        return eprintln!("{}", why.trim_end());
    }
    assert_eq!(code, Some(0), "{said}{why}");
    for fact in [
        "ready when it answers",
        "policy from a credential",
        "trust is readable",
        "socket is private",
        "proxy has its folder alone",
        "confined",
        "comes back into the same folder",
        "restarts",
        "stops and leaves nothing",
        "starts again",
    ] {
        assert!(said.contains(&format!("ok {fact}\n")), "{fact}: {said}{why}");
    }
}
