#!/usr/bin/env bash
# build.sh DIRECTORY: all packages that the tests look at, from one compilation with the flags of a release, below DIRECTORY:
#
#   current   as `./dev deb` makes them      again    packed once more, elsewhere, where everything else is different too
#   previous  current with a lower version   shared   with the C++ library not linked statically
#   rpm       as `./dev rpm` makes them, apart from the compilation
#
# Unit tests do not run here: they are tests of their own.
set -euo pipefail
source=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
directory=$(realpath -m "$1")
export DEB_BUILD_OPTIONS=nocheck LC_ALL=C.UTF-8 TZ=UTC
readonly options=(--unsigned-source --unsigned-changes --no-pre-clean)

# pack TREE RESULTS [OPTION…]: what TREE, built already, gives as packages.
pack() {
  # Of the time before; nothing else removes it, and it would count.
  rm -rf "$1"/debian/.debhelper/*/dbgsym-root "$1/debian/files"
  (cd "$1" && dpkg-buildpackage --build=binary "${options[@]}" "${@:3}")
  mkdir -p "$2"
  find "$(dirname "$1")" -maxdepth 1 -type f -exec mv -t "$2" {} +
}

rm -rf "$directory"
"$source/packaging/build-deb" "$directory/work" "$directory/current"
tree=$(find "$directory"/work -mindepth 1 -maxdepth 1 -type d)
find "$directory/work" -maxdepth 1 -type f -delete

mkdir -p "$directory/another place/"
cp -a "$tree" "$directory/another place/tree"
(umask 077 && HOME=/nonexistent LC_ALL=C TZ=Pacific/Kiritimati DEB_BUILD_OPTIONS="nocheck parallel=1" \
  pack "$directory/another place/tree" "$directory/again")

rm -rf "$directory/another place"

mkdir "$directory/previous"
for package in "$directory"/current/{libpam-,}twinlock_*.deb; do
  dpkg-deb --raw-extract "$package" "$directory/opened"
  sed -i -E '/^(Version|Depends):/s/([0-9.]+)-/\1~previous-/' "$directory/opened/DEBIAN/control"
  dpkg-deb --uniform-compression -Znone --build "$directory/opened" "$directory/previous"
  rm -rf "$directory/opened"
done

rm "$tree/debian/debhelper-build-stamp"  # configure once more; only the linker has work to do
DEB_BUILD_OPTIONS="nocheck noautodbgsym" pack "$tree" "$directory/shared" --build-profiles=pkg.twinlock.shared-runtime

"$source/packaging/build-rpm" "$directory/rpm-work" "$directory/rpm" --without check \
  --define "objects_source $tree" --define "objects $(find "$tree" -maxdepth 1 -name 'obj-*')"
