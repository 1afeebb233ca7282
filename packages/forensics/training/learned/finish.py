"""From a checkpoint to an ONNX file: puts the best threshold at 0, prints figures on sources held out, exports.

    python finish.py CHECKPOINT OUTPUT
"""

import sys
from pathlib import Path

import torch

from crops import load_crops
from export import export
from measures import best_threshold, predictions, report, truths_of
from network import ForgeryNetwork
from sources import training_data

THRESHOLD_CROPS = 600


def finish(checkpoint: Path, output: Path) -> None:
    network = ForgeryNetwork()
    network.load_state_dict(torch.load(checkpoint, weights_only=True))
    folder = training_data() / "crops"
    training, validation = load_crops(folder / "training"), load_crops(folder / "validation")
    # On training crops, so that the figures below stay clean of the choice.
    chosen = list(range(0, len(training), max(1, len(training) // THRESHOLD_CROPS)))
    threshold = best_threshold(predictions(network, training, chosen)[0], truths_of(training, chosen))
    network.map.bias.data -= threshold
    print(f"threshold of the map at logit {threshold:.2f} before, 0 now")
    report(network, validation, list(range(len(validation))))
    export(network, output)


if __name__ == "__main__":
    torch.set_num_threads(1)
    finish(Path(sys.argv[1]), Path(sys.argv[2]))
