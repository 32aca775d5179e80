#!/usr/bin/env bash
# ./dev run and ./dev test on a bare Debian 12: makes a minimal root, copies the repository into it, and runs both there.
#
#   tests/gates/bare_debian.sh DIR           as root, in a new directory DIR (about 4 GB; kept afterwards)
#   tests/gates/bare_debian.sh --user DIR    as a user with sudo
#
# By hand, as root: it needs debootstrap, a mirror (MIRROR) and half an hour. An existing DIR is used again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

as_user=no
if [[ ${1:-} == --user ]]; then
    as_user=yes
    shift
fi
dir=${1:?"usage: bare_debian.sh [--user] DIR"}
[[ $EUID -eq 0 ]] || { echo "bare_debian.sh: needs root, for chroot"; exit 1; }
command -v debootstrap >/dev/null || { echo "bare_debian.sh: needs debootstrap"; exit 1; }

if [[ ! -d $dir/etc ]]; then
    debootstrap --variant=minbase bookworm "$dir" "${MIRROR:-http://deb.debian.org/debian}"
fi
dir=$(cd "$dir" && pwd)

in_root() { chroot "$dir" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "${surroundings[@]}" "$@"; }
surroundings=()
for name in http_proxy https_proxy no_proxy; do
    [[ -z ${!name:-} ]] || surroundings+=("$name=${!name}")
done
# A network with a certificate authority of its own: npm must know it too.
if [[ -n ${NODE_EXTRA_CA_CERTS:-} ]]; then
    cp "$NODE_EXTRA_CA_CERTS" "$dir/etc/extra-ca.crt"
    surroundings+=(NODE_EXTRA_CA_CERTS=/etc/extra-ca.crt)
fi

# What every container has.
unmount() { umount "$dir/dev/pts" "$dir/dev/shm" "$dir/proc" 2>/dev/null || true; }
trap unmount EXIT
mount -t proc proc "$dir/proc"
mkdir -p "$dir/dev/shm" "$dir/dev/pts"
mount -t tmpfs tmpfs "$dir/dev/shm"
mount -t devpts -o ptmxmode=0666 devpts "$dir/dev/pts"
cp /etc/resolv.conf "$dir/etc/resolv.conf"
printf '#!/bin/sh\nexit 101\n' >"$dir/usr/sbin/policy-rc.d" # as in a container: packages start no services
chmod +x "$dir/usr/sbin/policy-rc.d"

mkdir -p "$dir/srv/tenon"
# What is the same keeps its time, and what is new has this one's: where an earlier copy was built, its build takes up the
# difference.
mapfile -d '' files < <(git ls-files -co --exclude-standard -z)
for file in "${files[@]}"; do
    copy=$dir/srv/tenon/$file
    cmp -s "$file" "$copy" || install -D -m "$(stat -c %a "$file")" "$file" "$copy"
done
(cd "$dir/srv/tenon" && find . -path ./build -prune -o -type f -printf '%P\0') |
    grep -z -v -x -F -f <(printf '%s\n' "${files[@]}") | (cd "$dir/srv/tenon" && xargs -0 -r rm -f) || true

commands='cd /srv/tenon && ./dev deps run && tests/gates/demo_gate.py ./dev run && cmake --install build/dev --prefix build/kit >/dev/null && ./dev test'
if [[ $as_user == yes ]]; then
    in_root sh -c 'id ada >/dev/null 2>&1 || useradd -m ada'
    in_root sh -c 'command -v sudo || { apt-get update && apt-get install -y --no-install-recommends sudo; }'
    echo 'ada ALL=(ALL) NOPASSWD: ALL' >"$dir/etc/sudoers.d/ada"
    in_root chown -R ada: /srv/tenon
    in_root su ada -c "$commands"
else
    in_root bash -c "$commands"
fi
echo "bare Debian 12 (user: $as_user): ./dev run and ./dev test work"
