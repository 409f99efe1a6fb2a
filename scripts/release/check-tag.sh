#!/usr/bin/env bash
# Refuses a tag that is not a release of this commit: vX.Y.Z, the version of package.json, on main, with its changes.
# Usage: check-tag.sh TAG [BRANCH]
set -euo pipefail
tag=${1:?the tag is missing}
branch=${2:-origin/main}

refuse() { echo "::error::$1"; exit 1; }

[[ $tag =~ ^v[0-9]+\.[0-9]+\.[0-9]+$ ]] || refuse "tag $tag is not vX.Y.Z"
version=${tag#v}
declared=$(node -p 'require("./package.json").version')
[ "$version" = "$declared" ] || refuse "tag $tag is not the version of package.json, $declared"
git merge-base --is-ancestor "$tag^{commit}" "$branch" || refuse "tag $tag is not on $branch"
[ "$(git rev-parse "$tag^{commit}")" = "$(git rev-parse HEAD)" ] || refuse "tag $tag is not the commit that is checked out"
"$(dirname "$0")/notes.sh" "$version" >/dev/null || refuse "CHANGELOG.md has no section for $version"
echo "tag $tag is version $version on $branch"
