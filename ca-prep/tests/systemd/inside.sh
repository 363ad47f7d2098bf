#!/bin/sh
# In the namespaces of boot.sh: lays the tree out, and becomes systemd.
set -eu
trap 'exit 77' EXIT
mount -t tmpfs none "$base"
mkdir "$base/upper" "$base/work" "$root"
mount -t overlay none -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" "$root"
mount -t proc none "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys" && mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro none "$root/sys"
mount -t cgroup2 none "$root/sys/fs/cgroup"
for folder in run tmp dev; do mount -t tmpfs -o mode=755 none "$root/$folder"; done
chmod 1777 "$root/tmp"
for node in 'null 3' 'zero 5' 'full 7' 'random 8' 'urandom 9'; do mknod -m 666 "$root/dev/${node% *}" c 1 "${node#* }"; done
mknod -m 666 "$root/dev/tty" c 5 0
mkdir "$root/dev/shm" "$root/dev/pts" "$root/dev/mqueue" "$root/dev/hugepages"
mount -t devpts -o newinstance,ptmxmode=666 none "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
: >"$root/dev/console"

# None of this machine's own services, and a user as the documents have it.
rm -rf "$root/etc/systemd/system" "$root/run/systemd"
mkdir -p "$root/etc/systemd/system" "$root/etc/scangate"
cp "$unit" "$root/etc/systemd/system/bottle-7-signer.service"
mkdir "$root/etc/systemd/system/bottle-7-signer.service.d"
# Nothing of what a machine starts first is started here.
cat >"$root/etc/systemd/system/bottle-7-signer.service.d/probed.conf" <<'UNIT'
[Unit]
DefaultDependencies=no
[Service]
StandardError=append:/signer.log
UNIT
: >"$root/etc/fstab"
cp "$ca_prep" "$root/usr/local/bin/ca-prep"
cp "$here/probe.sh" "$root/probe.sh"
echo 'bottle-7:x:4077:4077::/nonexistent:/usr/sbin/nologin' >>"$root/etc/passwd"
echo 'bottle-7:x:4077:' >>"$root/etc/group"
printf '[egress]\nallow = ["a.example"]\n' >"$root/etc/scangate/policy.toml"
chmod 600 "$root/etc/scangate/policy.toml"
mkfifo "$root/said"
cat >"$root/etc/systemd/system/probe.service" <<'UNIT'
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
StandardOutput=file:/said
StandardError=file:/said
ExecStart=/bin/sh /probe.sh
UNIT
cat "$root/said" &
# As every manager of containers does: systemd hands credentials to services by mounts that propagate.
mount --make-rshared "$root"
trap - EXIT
exec chroot "$root" env -i container=ca-prep PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=probe.service --log-target=null --show-status=no
