#!/usr/bin/env bash
# Fails where the committed bundle and generated files are not what the sources make.
set -euo pipefail
npm run build
npm run docs
differs=$(git status --porcelain --untracked-files=all -- dist schema action.yml README.md docs/troubleshooting.md)
[ -z "$differs" ] || { echo "::error::not what the sources make; run npm run all and commit:"; echo "$differs"; exit 1; }
