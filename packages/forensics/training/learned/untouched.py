"""Makes crops of untouched pictures that no forgery stands beside: made small by many programs, saved in many ways.

In the pairs of make_crops.py every hard edge is an edge of something pasted in, unless hosts are sharp as well.
"""

import json
from pathlib import Path

import numpy as np

from chains import captured, finished, least_side, random_chain, with_history
from resizing import resized
from sources import SOURCES, training_data
from synthesis import SIDE

SHARD = 1000
PHOTOS = 0.8


def scaled(plate: np.ndarray, need: int, rng: np.random.Generator) -> np.ndarray:
    """As small as the crop allows, at native size, or between the two."""
    height, width = plate.shape[:2]
    short = min(height, width)
    reach = float(rng.choice([0, 0.35, 1], p=[0.4, 0.35, 0.25]))
    factor = need / short * max(1.0, short / need) ** (reach * rng.random())
    return resized(plate, (max(need, round(width * factor)), max(need, round(height * factor))), rng)


def crop_of(plate: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, dict]:
    chain = random_chain(rng)
    picture = scaled(plate, least_side(chain, SIDE), rng)
    if rng.random() < 0.35:
        picture = captured(picture, rng)
    picture, facts = finished(with_history(picture, chain), chain)
    y, x = (16 * int(rng.integers((side - SIDE) // 16 + 1)) for side in picture.shape[:2])
    return np.array(picture[y : y + SIDE, x : x + SIDE]), facts


def make_untouched(shards: int) -> None:
    """Shards of 1000 crops of plates that make_crops.py has cut; those there already stay."""
    plates: dict[str, list[tuple[str, Path]]] = {"photo": [], "art": []}
    for source in SOURCES:
        if not source.held_out and source.kind in plates:
            found = sorted((training_data() / "plates" / source.name).glob("*.npy"))
            plates[source.kind] += [(source.name, path) for path in found]
    for number in range(shards):
        if not (training_data() / "crops" / "training" / f"untouched-{number:03}-crops.npy").exists():
            shard(number, plates)


def shard(number: int, plates: dict[str, list[tuple[str, Path]]]) -> None:
    rng = np.random.default_rng([77, number])
    crops, rows = [], []
    for _ in range(SHARD):
        kind = "photo" if rng.random() < PHOTOS else "art"
        name, path = plates[kind][int(rng.integers(len(plates[kind])))]
        crop, facts = crop_of(np.load(path), rng)
        crops.append(crop)
        rows.append({"source": name, "kind": kind, "pair": "none", "forged": False, "method": "none"} | facts)
    stem = training_data() / "crops" / "training" / f"untouched-{number:03}"
    np.save(f"{stem}-masks.npy", np.zeros((SHARD, SIDE // 8, SIDE // 8), np.uint8))
    Path(f"{stem}.json").write_text(json.dumps(rows))
    np.save(f"{stem}.part.npy", np.stack(crops))
    Path(f"{stem}.part.npy").rename(f"{stem}-crops.npy")  # last and at once: its presence says that the shard is whole
