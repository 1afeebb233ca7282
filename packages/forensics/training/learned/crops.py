"""Reads the crops that make_crops.py wrote."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from synthesis import SIDE


@dataclass
class Crops:
    pictures: list[np.ndarray]  # memory-mapped shards
    masks: list[np.ndarray]
    rows: list[dict]

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        for pictures, masks in zip(self.pictures, self.masks):
            if index < len(pictures):
                return pictures[index], masks[index]
            index -= len(pictures)
        raise IndexError(index)


def load_crops(folder: Path) -> Crops:
    whole = sorted(folder.glob("*-crops.npy"))
    return Crops(
        [np.load(path, mmap_mode="r") for path in whole],
        [np.load(str(path).replace("-crops", "-masks")) for path in whole],
        [row for path in whole for row in json.loads(Path(str(path).replace("-crops.npy", ".json")).read_text())],
    )


def augmented(picture: np.ndarray, mask: np.ndarray, side: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A part on the 16-pixel grid, mirrored or transposed: all of it leaves the 8x8 grid where it is."""
    y, x = (16 * int(rng.integers((SIDE - side) // 16 + 1)) for _ in range(2))
    picture = picture[y : y + side, x : x + side]
    mask = mask[y // 8 : (y + side) // 8, x // 8 : (x + side) // 8]
    if rng.random() < 0.5:
        picture, mask = picture[:, ::-1], mask[:, ::-1]
    if rng.random() < 0.5:
        picture, mask = picture[::-1], mask[::-1]
    if rng.random() < 0.5:
        picture, mask = picture.transpose(1, 0, 2), mask.T
    return picture, mask


def tensors(samples: list[tuple[np.ndarray, np.ndarray]]) -> tuple[Tensor, Tensor]:
    """Pictures as N x 3 x H x W, 0-255, and masks as N x 1 x H/8 x W/8, 0-1."""
    pictures = np.stack([np.ascontiguousarray(picture.transpose(2, 0, 1)) for picture, _ in samples])
    masks = np.stack([np.ascontiguousarray(mask) for _, mask in samples])
    return torch.from_numpy(pictures).float(), torch.from_numpy(masks).float().unsqueeze(1) / 255
