//! The trust store of a real system: this machine's own, under a layer that goes away with the test.

mod common;

use std::fs;
use std::process::Command;

use common::{finish, folder, made, text};

/// Run in a mount namespace: installs, has openssl and curl judge by the system's store alone, and removes.
const SCRIPT: &str = r#"
set -u
dir=$1 ca_prep=$2
layer() {
  mkdir -p "$dir/layers$1/upper" "$dir/layers$1/work" &&
  mount -t overlay none -o "lowerdir=$1,upperdir=$dir/layers$1/upper,workdir=$dir/layers$1/work" "$1"
}
mkdir "$dir/layers" && mount -t tmpfs none "$dir/layers" && layer /etc && layer /usr/local/share || exit 77
before=$(cat /etc/ssl/certs/ca-certificates.crt | sha256sum) hashes=$(ls /etc/ssl/certs | wc -l)
judge() { env -i PATH="$PATH" openssl verify -CApath /etc/ssl/certs -untrusted "$dir/leaf.pem" "$dir/leaf.pem"; }
awk '/BEGIN CERT/ { shown = 1 } shown' "$dir/ca/proxy/leaf-1.pem" >"$dir/leaf.pem"
judge >/dev/null 2>&1 && { echo 'trusted before'; exit 1; }
"$ca_prep" trust --install --out "$dir/ca" || exit 1
judge || { echo 'not trusted after'; exit 1; }
port=47443
openssl s_server -accept 127.0.0.1:$port -cert "$dir/ca/proxy/leaf-1.pem" -key "$dir/ca/proxy/leaf-1.pem" \
  -cert_chain "$dir/ca/proxy/leaf-1.pem" -www >/dev/null 2>&1 &
server=$!
trap 'kill $server' EXIT
fetch() { env -i PATH="$PATH" curl -sS --noproxy '*' --retry 20 --retry-delay 0 --retry-connrefused --max-time 10 \
  --resolve a.example:$port:127.0.0.1 -o /dev/null "https://a.example:$port/"; }
fetch || { echo 'curl refuses'; exit 1; }
echo 127.0.0.1 a.example >>/etc/hosts
"$ca_prep" verify --out "$dir/ca" a.example:$port | grep 'a.example.*opened' || { echo 'verify refuses'; exit 1; }
mv /etc/ssl/certs/ca-certificates.crt /etc/ssl/whole && head -n 400 /etc/ssl/whole >/etc/ssl/certs/ca-certificates.crt
"$ca_prep" verify --out "$dir/ca" a.example:$port | grep 'although it was installed' || { echo 'verify accepts'; exit 1; }
"$ca_prep" remove --out "$dir/ca" || exit 1
fetch 2>/dev/null && { echo 'curl still trusts it'; exit 1; }
judge >/dev/null 2>&1 && { echo 'trusted after remove'; exit 1; }
[ "$(cat /etc/ssl/certs/ca-certificates.crt | sha256sum)" = "$before" ] || { echo 'the bundle is another'; exit 1; }
[ "$(ls /etc/ssl/certs | wc -l)" = "$hashes" ] || { echo 'links were left'; exit 1; }
echo done
"#;

#[test]
fn what_is_installed_is_trusted_by_this_system_until_it_is_removed() {
    if fs::metadata("/usr/local/share/ca-certificates").is_err() {
        return eprintln!("skipped: this is no Debian, or without ca-certificates");
    }
    let dir = folder();
    let out = dir.path().join("ca");
    made(&["seal", "--out", text(&out), "--host", "a.example"]);
    let mut unshare = Command::new("unshare");
    unshare.args([
        "--mount",
        "--net",
        "sh",
        "-c",
        "command -v ip curl openssl >/dev/null && ip link set lo up || exit 77; exec sh -c \"$0\" sh \"$@\"",
        SCRIPT,
    ]);
    let (code, said, why) = finish(unshare.args([text(dir.path()), env!("CARGO_BIN_EXE_ca-prep")]));
    if code == Some(77) || why.contains("unshare:") {
        return eprintln!("skipped: this machine allows no mounts");
    }
    assert_eq!(code, Some(0), "{said}{why}");
    assert!(said.ends_with("done\n"), "{said}{why}");
}
