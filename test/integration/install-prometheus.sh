#!/usr/bin/env bash
# Installs the Prometheus of the distribution for the integration suite, once per machine, and prints where it is. The
# package is unpacked into a folder of ours: no service is started, and apt checks its signature. Where the lists of
# packages are old or missing, `apt-get update` needs root.
set -euo pipefail
home=${XDG_CACHE_HOME:-$HOME/.cache}/mlflow-to-seldon/prometheus
if [ ! -x "$home/current/prometheus" ]; then
  unfinished=$(mktemp -d)
  trap 'rm -rf "$unfinished"' EXIT
  # apt gives up root for the download, and that user has to write here.
  if [ "$(id -u)" = 0 ]; then chmod 777 "$unfinished"; fi
  cd "$unfinished"
  apt-get download -q prometheus >&2 || { apt-get update -q >&2 && apt-get download -q prometheus >&2; }
  dpkg-deb --extract prometheus_*.deb unpacked
  unpacked/usr/bin/prometheus --version >&2
  # Only a whole one gets the name that the suite looks for.
  mkdir -p "$home/current"
  cp unpacked/usr/bin/prometheus "$home/current/unfinished"
  mv "$home/current/unfinished" "$home/current/prometheus"
fi
echo "$home/current/prometheus"
