#!/bin/sh
# Boots this machine's systemd, as PID 1 of namespaces of its own, on this machine's files with a layer to write to
# above them, and runs probe.sh there. Prints what it prints. Exits with 77, and why, where that cannot be.
#   boot.sh CA_PREP UNIT
set -u
here=$(dirname "$0") ca_prep=$1 unit=$2
skip() { echo "skipped: $*" >&2; exit 77; }

[ "$(id -u)" = 0 ] || skip 'only root can boot a systemd'
[ -x /lib/systemd/systemd ] || skip 'there is no systemd here'
command -v python3 >/dev/null || skip 'the probe needs Python'
unshare --pid --fork --mount --uts --ipc --net --cgroup true 2>/dev/null || skip 'namespaces are not allowed'
base=$(mktemp -d) root=$base/root
groups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
group=$groups/ca-prep-test-$$
clean() {
  [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null
  rmdir "$base"
}
trap clean EXIT
[ -n "$groups" ] && mkdir "$group" 2>/dev/null || skip 'no control group can be made'

export base root ca_prep unit here group
sh -c 'echo $$ >"$group/cgroup.procs" || exit 77
exec timeout --kill-after 2 "${BOOT_SECONDS:-60}" \
  unshare --pid --fork --kill-child --mount --propagation private --uts --ipc --net --cgroup sh "$here/inside.sh"'
code=$?
# What is gone may be waited for: the group is empty when its last process is.
for _ in 1 2 3 4 5 6 7 8 9 10; do grep -q 'populated 0' "$group/cgroup.events" 2>/dev/null && break; sleep 0.1; done
[ "$code" = 77 ] && skip 'mounts or overlays are not allowed'
exit "$code"
