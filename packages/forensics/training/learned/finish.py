"""From a checkpoint to an ONNX file: puts the thresholds of map and image at 0, prints figures on sources held out, exports.

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

THRESHOLD_CROPS = 600
ACCUSED_UNTOUCHED = 0.05  # of training crops


def finish(checkpoint: Path, output: Path) -> None:
    network = ForgeryNetwork()
    network.load_state_dict(torch.load(checkpoint, weights_only=True, map_location="cpu"))
    folder = training_data() / "crops"
    training, validation = load_crops(folder / "training"), load_crops(folder / "validation")
    # On training crops, so that the figures below stay clean of the choice.
    chosen = list(range(0, len(training), max(1, len(training) // THRESHOLD_CROPS)))
    maps, images = predictions(network, training, chosen)
    untouched = np.array([not training.rows[i]["forged"] for i in chosen])
    threshold = best_threshold(maps, truths_of(training, chosen))
    limit = float(np.quantile(images[untouched], 1 - ACCUSED_UNTOUCHED))
    network.map.bias.data -= threshold
    network.evidence.bias.data -= limit
    print(f"thresholds at logits {threshold:.2f} (map) and {limit:.2f} (image) before, 0 now")
    report(network, validation, list(range(len(validation))))
    export(network, output)


if __name__ == "__main__":
    torch.set_num_threads(1)
    finish(Path(sys.argv[1]), Path(sys.argv[2]))
