"""From a checkpoint to ONNX files: puts the thresholds of map and image at 0, prints figures on sources held out, exports.

    python finish.py CHECKPOINT OUTPUT
"""

import io
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from crops import Crops, load_crops
from export import export
from measures import best_threshold, predictions, report, truths_of
from network import ForgeryNetwork, image_logit
from sources import SOURCES, originals, training_data

THRESHOLD_CROPS = 1200
ACCUSED_UNTOUCHED = 0.02  # of each kind of untouched pictures
WHOLE_SIDES = (384, 1024)  # the longer one of pictures judged whole


def is_spared(index: int) -> bool:
    """Whether a crop of the training sources is kept from the training: thresholds are chosen on these."""
    return index // 50 % 10 == 0


def untouched_of(crops: Crops, indices: list[int]) -> np.ndarray:
    return np.array([not crops.rows[i]["forged"] for i in indices])


def whole_pictures(side: int) -> list[np.ndarray]:
    """Every original of the photographic sources held out, made small and saved as JPEG 90."""
    pictures = []
    for source in SOURCES:
        for path in originals(source) if source.held_out and source.kind == "photo" else []:
            image = Image.open(path)
            image.draft("RGB", (2 * side, 2 * side))
            image = image.convert("RGB")
            image.thumbnail((side, side), Image.LANCZOS)
            out = io.BytesIO()
            image.save(out, "JPEG", quality=90)
            picture = np.asarray(Image.open(out))
            pictures.append(picture[: picture.shape[0] // 16 * 16, : picture.shape[1] // 16 * 16])
    return pictures


@torch.no_grad()
def logits_of(network: ForgeryNetwork, pictures: list[np.ndarray]) -> np.ndarray:
    network.eval()
    tensors = (torch.from_numpy(picture.transpose(2, 0, 1).copy()).float()[None] for picture in pictures)
    return np.array([image_logit(network(tensor)[1]).item() for tensor in tensors])


def finish(checkpoint: Path, output: Path) -> None:
    network = ForgeryNetwork()
    network.load_state_dict(torch.load(checkpoint, weights_only=True, map_location="cpu"))
    folder = training_data() / "crops"
    training, validation = load_crops(folder / "training"), load_crops(folder / "validation")
    spared = [i for i in range(len(training)) if is_spared(i)]
    chosen = spared[:: max(1, len(spared) // THRESHOLD_CROPS)]
    maps, images = predictions(network, training, chosen)
    threshold = best_threshold(maps, truths_of(training, chosen))
    held_out = list(range(len(validation)))
    held_out_maps, held_out_images = predictions(network, validation, held_out)
    untouched = {
        "spared crops": images[untouched_of(training, chosen)],
        "crops of sources held out": held_out_images[untouched_of(validation, held_out)],
    } | {f"whole pictures of them, {side} px": logits_of(network, whole_pictures(side)) for side in WHOLE_SIDES}
    limit = max(float(np.quantile(values, 1 - ACCUSED_UNTOUCHED)) for values in untouched.values())
    network.comparison.map.bias.data -= threshold
    network.comparison.evidence[-1].bias.data -= limit
    print(f"thresholds at logits {threshold:.2f} (map) and {limit:.2f} (image) before, 0 now")
    for name, values in untouched.items():
        print(f"untouched above it: {(values > limit).sum()} of {len(values)} {name}")
    print(f"forged above it: {(images[~untouched_of(training, chosen)] > limit).mean():.1%} of spared crops")
    report(validation, held_out, held_out_maps - threshold, held_out_images - limit)
    export(network, output)


if __name__ == "__main__":
    torch.set_num_threads(1)
    finish(Path(sys.argv[1]), Path(sys.argv[2]))
