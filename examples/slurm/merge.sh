#!/bin/bash
# Puts the points of a store together: merge.sh STORE. Ends with 1, and names points, where some are missing.
#SBATCH --job-name=swg-merge
#SBATCH --output=swg-merge-%j.log
set -euo pipefail
exec ${SWG:-npx --no swg} sweep --store "$1" --out "$1-results"
