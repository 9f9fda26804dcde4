#!/bin/bash
# A search on the computers that GNU parallel reaches (--sshlogin), or on this one: gnu-parallel.sh STORE SHARDS WHAT=VALUES...
# Job numbers of GNU parallel begin with 1, shards with 0.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,3s/^# \?//p' "$0" >&2; exit 1; }
store=$1
shards=$2
shift 2
seq 0 $((shards - 1)) | parallel --retries 3 ${SWG:-npx --no swg} sweep "$(printf '%q ' "$@")" --store "$store" \
  --shard "{}/$shards" --threads 1
${SWG:-npx --no swg} sweep --store "$store" --out "$store-results"
