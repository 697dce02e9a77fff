#!/usr/bin/env bash
# clean_root.sh DIRECTORY: a fresh Debian without twinlock, from the machine's own apt sources, with what the test on a clean
# machine needs around twinlock. What twinlock itself depends on lies in apt's cache only, not installed. Kept for later
# runs; remove the directory to have it made anew.
set -euo pipefail

readonly installed=(openssh-server openssh-client samba smbclient sshpass oathtool pamtester)
# An incomplete Depends shows: what is missing there is not installed, and what is missing here cannot be fetched.
readonly at_hand=(liboath0 libqrencode4 libpng16-16 libssl3 libstdc++6)

root=$1
contents="${installed[*]} ${at_hand[*]}"
[ "$(cat "$root.contents" 2>/dev/null)" != "$contents" ] || exit 0

sources=()
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
  [ ! -s "$file" ] || sources+=("$file")
done
rm -rf "$root" "$root.contents"
# shellcheck disable=SC2016  # mmdebstrap's shell expands $1
DEBIAN_FRONTEND=noninteractive mmdebstrap --quiet --mode=root --format=directory --variant=apt --skip=cleanup/apt \
  --aptopt='Acquire::Languages "none"' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --include="$(IFS=, && echo "${installed[*]}")" \
  --customize-hook='rm -f "$1"/var/cache/apt/archives/*.deb' \
  --customize-hook="APT_CONFIG=\$MMDEBSTRAP_APT_CONFIG apt-get --quiet --quiet --download-only --yes \
    --no-install-recommends install ${at_hand[*]}" \
  '' "$root" "${sources[@]}"
echo "$contents" >"$root.contents"
