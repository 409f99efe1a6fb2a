#!/bin/sh
# The executor with the Node of this repository: what the rig runs for seldonio/seldon-core-executor.
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../../node_modules/.bin/node" "$here/main.ts" "$@"
