#!/usr/bin/env bash
# See README.md. Needs ARTGUARD_TRAINING_DATA and the packages of requirements.txt.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
data=$ARTGUARD_TRAINING_DATA/synthetic
python3 "$here/prepare.py" "${ARTGUARD_DATA:-$root/../shared/data}"
(cd "$root" && node scripts/bootstrap.mjs run packages/bench/src/extract-synthetic-features.ts "$data/prepared/index.csv" "$data/features.csv")
OMP_NUM_THREADS=1 python3 "$here/train.py"
