"""From a checkpoint to ONNX files: puts the thresholds of map and image at 0, prints figures on sources held out, exports.

    python finish.py CHECKPOINT OUTPUT
"""

import sys
from pathlib import Path

import numpy as np
import torch

from crops import load_crops
from export import export
from measures import best_threshold, predictions, report, truths_of
from network import ForgeryNetwork
from sources import training_data

THRESHOLD_CROPS = 1200
ACCUSED_UNTOUCHED = 0.02


def is_spared(index: int) -> bool:
    """Whether a crop of the training sources is kept from the training: thresholds are chosen on these."""
    return index // 50 % 10 == 0


def finish(checkpoint: Path, output: Path) -> None:
    network = ForgeryNetwork()
    network.load_state_dict(torch.load(checkpoint, weights_only=True, map_location="cpu"))
    folder = training_data() / "crops"
    training, validation = load_crops(folder / "training"), load_crops(folder / "validation")
    spared = [i for i in range(len(training)) if is_spared(i)]
    chosen = spared[:: max(1, len(spared) // THRESHOLD_CROPS)]
    maps, images = predictions(network, training, chosen)
    untouched = np.array([not training.rows[i]["forged"] for i in chosen])
    threshold = best_threshold(maps, truths_of(training, chosen))
    limit = float(np.quantile(images[untouched], 1 - ACCUSED_UNTOUCHED))
    network.comparison.map.bias.data -= threshold
    network.comparison.evidence[-1].bias.data -= limit
    print(f"thresholds at logits {threshold:.2f} (map) and {limit:.2f} (image) before, 0 now, by {len(chosen)} crops")
    print(f"above them: {np.mean(images[untouched] > limit):.1%} of the untouched, {np.mean(images[~untouched] > limit):.1%} of the forged")
    report(network, validation, list(range(len(validation))))
    export(network, output)


if __name__ == "__main__":
    torch.set_num_threads(1)
    finish(Path(sys.argv[1]), Path(sys.argv[2]))
