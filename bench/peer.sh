#!/usr/bin/env bash
# The same job by hand: what a team writes before it has the action. Applies, waits, asks, comments.
# kubectl cannot post JSON through a proxy, hence API_URL, API_CA and API_TOKEN.
#   peer.sh MANIFEST REQUEST INGRESS_URL GITHUB_COMMENTS_URL TOKEN
set -euo pipefail
kubectl apply --validate=false -f "$1" >/dev/null
until deploy=$(kubectl -n seldon get deployments -l seldon-deployment-id=wine -o name) && [ -n "$deploy" ]; do sleep 0.1; done
kubectl -n seldon rollout status "$deploy" --timeout=60s >/dev/null
until [ "$(kubectl -n seldon get seldondeployments.machinelearning.seldon.io wine -o 'jsonpath={.status.state}')" = Available ]; do sleep 0.1; done
kubectl get --raw /api/v1/namespaces/seldon/services/wine-main-prediction:http/proxy/health/ping >/dev/null
curl -fsS --cacert "$API_CA" -H "Authorization: Bearer $API_TOKEN" -H 'Content-Type: application/json' -d "@$2" "$API_URL/api/v1/namespaces/seldon/services/wine-main:http/proxy/api/v0.1/predictions" >/dev/null
curl -fsS --retry 20 --retry-delay 1 --retry-all-errors -H 'Content-Type: application/json' -d "@$2" "$3/seldon/seldon/wine/api/v0.1/predictions" >/dev/null
curl -fsS -H "Authorization: token $5" -d '{"body":"deployed"}' "$4" >/dev/null
