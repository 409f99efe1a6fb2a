#!/usr/bin/env bash
# Prints a kubeconfig for the service account mlflow-to-seldon, with one context for each context of your own that is named:
#   deploy/kubeconfig.sh [--duration 24h] [CONTEXT...]
# The first one is the current context. Without a name it is your current context. With --duration the tokens are short-lived;
# without it they are those of deploy/token.yaml, which do not expire. NAMESPACE (default: seldon) is where the account is.
set -euo pipefail
namespace=${NAMESPACE:-seldon} account=mlflow-to-seldon duration=
if [ "${1:-}" = --duration ]; then duration=${2:?--duration needs a value, such as 24h}; shift 2; fi
[ $# -gt 0 ] || set -- "$(kubectl config current-context)"

token_of() {
  if [ -n "$duration" ]; then
    kubectl --context "$1" -n "$namespace" create token "$account" --duration "$duration"
    return
  fi
  # A controller fills the Secret in a moment after it was created.
  local token=
  for _ in $(seq 20); do
    token=$(kubectl --context "$1" -n "$namespace" get secret "$account-token" -o 'jsonpath={.data.token}')
    [ -z "$token" ] || break
    sleep 0.5
  done
  [ -n "$token" ] || { echo "the Secret $namespace/$account-token has no token: kubectl apply -f deploy/token.yaml" >&2; return 1; }
  base64 --decode <<<"$token"
}

file=$(mktemp)
trap 'rm -f "$file" "$file.ca"' EXIT
for context in "$@"; do
  view() { kubectl config view --raw --flatten --minify --context "$context" -o "jsonpath={.clusters[0].cluster.$1}"; }
  server=$(view server) ca=$(view certificate-authority-data) name=$(view tls-server-name)
  token=$(token_of "$context")
  into=(kubectl --kubeconfig "$file" config)
  "${into[@]}" set-cluster "$context" --server "$server" ${name:+--tls-server-name "$name"} >/dev/null
  if [ -n "$ca" ]; then
    base64 --decode <<<"$ca" >"$file.ca"
    "${into[@]}" set-cluster "$context" --certificate-authority "$file.ca" --embed-certs >/dev/null
  fi
  "${into[@]}" set-credentials "$context" --token "$token" >/dev/null
  "${into[@]}" set-context "$context" --cluster "$context" --user "$context" --namespace "$namespace" >/dev/null
done
kubectl --kubeconfig "$file" config use-context "$1" >/dev/null
cat "$file"
