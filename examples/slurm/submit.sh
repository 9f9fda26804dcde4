#!/bin/bash
# Submits a search as an array of shards, and behind it what puts them together. Prints the numbers of both jobs.
#
#   examples/slurm/submit.sh STORE SHARDS WHAT=VALUES... OPTIONS...
#   examples/slurm/submit.sh /shared/points 100 swg.columns=4:64:4 swg.rows=2:32:2 --accelerators swg --trace /shared/t.safetensors
#
# STORE and files lie where every node sees them. The same command again computes what is missing, and nothing twice: after a
# failed task (Slurm starts only those again that were preempted or whose node was lost), or to go on after --until.
# SWG says how the program is started; what is in the environment goes along. SBATCH_PARTITION and its like choose where.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,9s/^# \?//p' "$0" >&2; exit 1; }
store=$(realpath -m "$1")
shards=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
array=$(sbatch --parsable --array="0-$((shards - 1))" "$here/shard.sh" "$store" "$shards" "$@")
# without --kill-on-invalid-dep a merge whose shards failed would wait for ever
merge=$(sbatch --parsable --kill-on-invalid-dep=yes --dependency="afterok:$array" "$here/merge.sh" "$store")
echo "$array $merge"
