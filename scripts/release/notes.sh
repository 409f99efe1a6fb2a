#!/usr/bin/env bash
# Prints the section of one version of CHANGELOG.md, without its heading; fails where there is none or it is empty.
# Usage: notes.sh VERSION
set -euo pipefail
version=${1:?the version is missing}
notes=$(awk -v version="$version" '
  /^## / { inside = ($2 == version || $2 == "[" version "]"); next }
  inside { print }
' CHANGELOG.md)
[ -n "${notes//[[:space:]]/}" ] || { echo "CHANGELOG.md has no section for $version" >&2; exit 1; }
printf '%s\n' "$notes"
