#!/bin/bash
# One task of the array that submit.sh submits: shard.sh STORE SHARDS WHAT=VALUES... OPTIONS...
#SBATCH --job-name=swg-shard
#SBATCH --output=swg-shard-%A_%a.log
#SBATCH --cpus-per-task=1
#SBATCH --requeue
set -euo pipefail
store=$1
shards=$2
shift 2
# Slurm copies this script elsewhere: the program is found from the folder in which it was submitted
exec ${SWG:-npx --no swg} sweep "$@" --store "$store" --shard "$SLURM_ARRAY_TASK_ID/$shards" \
  --threads "${SLURM_CPUS_PER_TASK:-1}"
