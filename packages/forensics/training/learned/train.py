"""From originals to an ONNX file: crops, format check, training, figures on sources held out, export.

    python train.py --output ../../src/learned/forgery-network.onnx
"""

import argparse
import copy
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as distributed
import torch.multiprocessing as multiprocessing
import torch.nn.functional as F
from torch import Tensor

from crops import Crops, augmented, load_crops, tensors
from finish import finish
from make_crops import make_crops
from measures import format_only, report
from network import ForgeryNetwork, image_logit
from sources import training_data

SEED = 20
TRAINING_SIDE = 160
BATCH = 8  # per process
PEAK_RATE = 3e-3
FORGED_WEIGHT = 2.0


def loss_of(network: ForgeryNetwork, pictures: Tensor, masks: Tensor) -> Tensor:
    """Balanced cross-entropy and Dice of the map, cross-entropy of the image."""
    logits, evidence = network(pictures)
    truth = (masks.flatten(1).sum(1) >= 2).float()
    pixel = F.binary_cross_entropy_with_logits(logits, masks, pos_weight=logits.new_tensor(FORGED_WEIGHT))
    share = torch.sigmoid(logits)
    dice = 1 - (2 * (share * masks).flatten(1).sum(1) + 1) / ((share**2 + masks**2).flatten(1).sum(1) + 1)
    image = F.binary_cross_entropy_with_logits(image_logit(evidence), truth)
    return 2 * pixel + 0.4 * (dice * truth).sum() / truth.sum().clamp(min=1) + 0.4 * image


def rate_at(step: int, progress: float) -> float:
    return min(1, (step + 1) / 60) * 0.5 * (1 + math.cos(math.pi * min(1, progress))) * PEAK_RATE + 1e-6


def averaged(network: ForgeryNetwork, progress: float, count: int) -> float:
    """Gives every process the mean of the gradients, and of how far the training is."""
    if count == 1:
        return progress
    flat = torch.cat([*(p.grad.flatten().cpu() for p in network.parameters()), torch.tensor([progress])])
    distributed.all_reduce(flat)
    start = 0
    for p in network.parameters():
        p.grad.copy_(flat[start : start + p.numel()].view_as(p) / count)
        start += p.numel()
    return float(flat[-1]) / count


def update_mean(mean: ForgeryNetwork, network: ForgeryNetwork, step: int) -> None:
    decay = min(0.995, (step + 1) / (step + 10))
    for kept, new in zip(mean.state_dict().values(), network.state_dict().values()):
        kept.lerp_(new, 1 - decay) if kept.is_floating_point() else kept.copy_(new)


def work(rank: int, count: int, steps: int, minutes: float, checkpoint: Path) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    if count > 1:
        os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29517"}
        distributed.init_process_group("gloo", rank=rank, world_size=count)
    rng = np.random.default_rng([SEED, rank])
    folder = training_data() / "crops"
    validation = load_crops(folder / "validation")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network = ForgeryNetwork().to(device)
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.to(memory_format=torch.channels_last)  # a quarter faster on CPUs
    mean = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), lr=PEAK_RATE, weight_decay=1e-3)
    started, running, step, progress = time.time(), 0.0, 0, 0.0
    while progress < 1:
        if step % 100 == 0:  # takes up shards that another process has made meanwhile
            training = load_crops(folder / "training")
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, progress)
        network.train()
        loss = loss_of(network, *(part.to(device) for part in batch(training, rng)))
        optimizer.zero_grad()
        loss.backward()
        progress = averaged(network, max(step / steps, (time.time() - started) / (60 * minutes)), count)
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        update_mean(mean, network, step)
        running = loss.item() if step == 0 else 0.98 * running + 0.02 * loss.item()
        if rank == 0 and step % 50 == 0:
            print(f"step {step}, {progress:.0%}, {len(training)} crops, loss {running:.3f}, {time.time() - started:.0f} s", flush=True)
        if rank == 0 and step % 100 == 99:  # what can be exported if the training is stopped
            torch.save(mean.state_dict(), checkpoint)
        if rank == 0 and step % 400 == 399:
            report(mean, validation, list(range(0, len(validation), 16)))
        step += 1
    if rank == 0:
        torch.save(mean.state_dict(), checkpoint)


def batch(crops: Crops, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    pictures, masks = tensors([augmented(*crops.at(int(i)), TRAINING_SIDE, rng) for i in rng.integers(len(crops), size=BATCH)])
    return pictures.to(memory_format=torch.channels_last), masks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--shards", type=int, default=18, help="of 1000 training crops")
    parser.add_argument("--steps", type=int, default=20_000, help="at most, of one batch in every process")
    parser.add_argument("--minutes", type=float, default=600, help="at most, of training")
    parser.add_argument("--processes", type=int, default=2, help="one thread each")
    arguments = parser.parse_args()
    make_crops(arguments.shards, arguments.processes)
    format_only(load_crops(training_data() / "crops" / "training"))
    checkpoint = training_data() / "forgery-network.pt"
    multiprocessing.spawn(work, (arguments.processes, arguments.steps, arguments.minutes, checkpoint), nprocs=arguments.processes)
    finish(checkpoint, arguments.output)


if __name__ == "__main__":
    main()
