#!/bin/sh
# Under systemd: starts the documented unit and looks at what it does. Each line begins with ok; the first mistake ends it.
set -eu
trap 'systemctl --force exit $?' EXIT
unit=bottle-7-signer folder=/run/bottle-7
fail() { echo "FAILED: $*"; systemctl status --no-pager $unit; tail -n 5 /signer.log; exit 1; }
ask() { # USER HOST
  setpriv --reuid="$1" --clear-groups python3 - "$2" <<'PYTHON'
import socket, sys
client = socket.socket(socket.AF_UNIX)
client.settimeout(5)
client.connect("/run/bottle-7/signer.sock")
client.sendall(sys.argv[1].encode() + b"\n")
print(client.recv(64).decode().split()[0])
PYTHON
}
fingerprint() { openssl x509 -in $folder/ca/trust/ca.pem -noout -fingerprint -sha256; }
main_pid() { systemctl show --value --property MainPID $unit; }

systemctl start $unit || fail 'it does not start'
[ "$(ask bottle-7 a.example)" = ok ] || fail 'no leaf at once: READY=1 came too early'
echo 'ok ready when it answers'
[ "$(ask bottle-7 b.example)" = error ] || fail 'the policy was not read from the credential'
echo 'ok policy from a credential'
[ "$(stat -c '%a %U' $folder/signer.sock)" = '600 bottle-7' ] || fail "socket: $(stat -c '%a %U' $folder/signer.sock)"
if setpriv --reuid=4078 --clear-groups test -r $folder/ca/trust/ca.pem; then echo 'ok trust is readable'; else fail 'trust is not'; fi
if ask 4078 a.example 2>/dev/null; then fail 'another user is answered'; fi
echo 'ok socket is private'
setpriv --reuid=bottle-7 --clear-groups test -w $folder/ca/proxy || fail 'the proxy cannot use its folder'
if setpriv --reuid=bottle-7 --clear-groups test -w $folder/ca/trust; then fail 'the proxy may change trust'; fi
echo 'ok proxy has its folder alone'
status=/proc/$(main_pid)/status
grep -q '^CapEff:.0*3$' "$status" && grep -q '^NoNewPrivs:.1' "$status" && grep -q '^Seccomp:.2' "$status" || fail "$(cat "$status")"
echo 'ok confined'
# A systemd that may not lift limits (inside some machines) cannot give what the unit asks for.
if grep -q '^Max locked memory *unlimited' "/proc/$(main_pid)/limits"; then
  awk '/^VmLck:/ { exit $2 == 0 }' "$status" || fail 'no page is locked'
fi
before=$(fingerprint) inode=$(stat -c %i $folder/ca/trust)
kill -KILL "$(main_pid)"
for _ in $(seq 100); do [ "$(systemctl is-active $unit)" = active ] && [ "$(fingerprint)" != "$before" ] && break; sleep 0.1; done
[ "$(fingerprint)" != "$before" ] && [ "$(ask bottle-7 a.example)" = ok ] || fail 'it did not come back'
[ "$(stat -c %i $folder/ca/trust)" = "$inode" ] || fail 'trust is another folder'
echo 'ok comes back into the same folder'
systemctl reload-or-restart $unit && [ "$(ask bottle-7 a.example)" = ok ] || fail 'it does not restart'
echo 'ok restarts'
systemctl stop $unit
[ "$(systemctl show --value --property Result $unit)" = success ] || fail 'it did not stop well'
[ ! -e $folder ] || fail 'something was left behind'
echo 'ok stops and leaves nothing'
systemctl start $unit && [ "$(ask bottle-7 a.example)" = ok ] || fail 'it does not start again'
systemctl stop $unit
echo 'ok starts again'
systemd-analyze verify /etc/systemd/system/$unit.service || fail 'systemd-analyze finds a mistake'
systemd-analyze security --offline=yes --threshold=25 /etc/systemd/system/$unit.service >/tmp/security || { cat /tmp/security; fail 'too exposed'; }
echo "ok $(tail -n 1 /tmp/security | tr -cd 'a-zA-Z0-9. ')"
