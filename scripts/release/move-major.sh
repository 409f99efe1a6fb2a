#!/usr/bin/env bash
# Moves the major tag (v1 of v1.4.2) to a release, forwards only, and pushes it.
# Usage: move-major.sh TAG [REMOTE]
set -euo pipefail
tag=${1:?the tag is missing}
remote=${2:-origin}
[[ $tag =~ ^(v[0-9]+)\.[0-9]+\.[0-9]+$ ]] || { echo "::error::tag $tag is not vX.Y.Z"; exit 1; }
major=${BASH_REMATCH[1]}
newest=$(git tag --list "$major.*" --sort=-version:refname | grep -E '^v[0-9]+\.[0-9]+\.[0-9]+$' | head -n 1)
if [ "$newest" != "$tag" ]; then
  echo "$major stays where it is: $newest is newer than $tag"
  exit 0
fi
git push --force "$remote" "$tag^{commit}:refs/tags/$major"
echo "$major is $tag"
