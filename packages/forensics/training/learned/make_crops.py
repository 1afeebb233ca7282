"""Makes the crops that the network is trained and validated on, in parallel processes, from fixed seeds.

    python make_crops.py [--shards N] [--processes N]

A shard holds 1000 crops, in pairs of a forgery and an untouched crop. In every second pair the untouched crop is the
forgery's twin: the same part of the same picture with the same history. In the others it is of another picture with a
history of its own, cut where a forgery of it would have been cut: so neither content nor history tells the classes apart.
"""

import argparse
import json
import multiprocessing
import zlib
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from chains import least_side, random_chain
from pages import page
from resizing import resized
from sources import SOURCES, Source, originals, training_data
from synthesis import SIDE, Sample, Scene, forged_and_untouched

SHARD = 500  # pairs
PLATE = 512  # most pixels a side of the part of a picture that is kept
LEAST = 288  # fewest
MIX = {"photo": 0.7, "art": 0.18, "page": 0.12}
WHOLE = 0.6  # share of scenes in which as much of the picture as possible is made as small as the crop allows


def seeded(name: str, number: int = 0) -> np.random.Generator:
    return np.random.default_rng([zlib.crc32(name.encode()), number])


def cut_plates(source: Source) -> None:
    """Square parts of a source's pictures: one of the whole height or width, others at scales up to the native one."""
    target = training_data() / "plates" / source.name
    if target.exists():
        return
    part = target.with_suffix(".part")
    part.mkdir(parents=True, exist_ok=True)
    rng, count = seeded(source.name), 0
    for path in originals(source):
        with Image.open(path) as image:
            if source.kind == "stamp":
                plates = [np.asarray(image.convert("RGBA"))]
                plates = [plate for plate in plates if (plate[..., 3] < 20).mean() > 0.1 and min(plate.shape[:2]) > 120]
            else:
                plates = plates_of(np.asarray(image.convert("RGB")), rng)
        for plate in plates:
            np.save(part / f"{count:05}.npy", plate)
            count += 1
    part.rename(target)
    print(f"{source.name}: {count} plates", flush=True)


def plates_of(picture: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    short = min(picture.shape[:2])
    if short < LEAST:
        return []
    scales = [min(1.0, PLATE / short)]
    if short > 1.3 * PLATE:
        scales += [float(rng.uniform(scales[0], 1)) if rng.random() < 0.6 else 1.0 for _ in range(4)]
    return [plate for scale in scales if (plate := plate_of(picture, scale, rng)).std() > 6]


def plate_of(picture: np.ndarray, scale: float, rng: np.random.Generator) -> np.ndarray:
    height, width = picture.shape[:2]
    side = min(height, width, round(PLATE / scale))
    # On the grid of the file, so that its own compression stays aligned as in a whole picture.
    y, x = 8 * int(rng.integers((height - side) // 8 + 1)), 8 * int(rng.integers((width - side) // 8 + 1))
    part = picture[y : y + side, x : x + side]
    return np.ascontiguousarray(part) if scale == 1 else cv2.resize(part, (PLATE, PLATE), interpolation=cv2.INTER_AREA)


class Plates:
    """The plates of one side of the split, by kind."""

    def __init__(self, split: str):
        self.of_kind: dict[str, list[tuple[str, Path]]] = {"photo": [], "art": [], "stamp": []}
        for source in SOURCES:
            if source.held_out == (split == "validation"):
                found = sorted((training_data() / "plates" / source.name).glob("*.npy"))
                self.of_kind[source.kind] += [(source.name, path) for path in found]

    def draw(self, kind: str, side: int, rng: np.random.Generator) -> tuple[str, np.ndarray]:
        """A picture of the kind with sides of `side` pixels or somewhat more, whole or a part of it."""
        if kind == "page":
            return "rendered-pages", page(rng, int(rng.integers(side, side + 60)))
        name, path = self.of_kind[kind][int(rng.integers(len(self.of_kind[kind])))]
        plate = np.load(path)
        if plate.shape[0] < side:
            more = side - plate.shape[0]
            plate = cv2.copyMakeBorder(plate, 0, more, 0, more, cv2.BORDER_REFLECT)
        wanted = min(plate.shape[0], int(side * rng.uniform(1, 1.25)))
        if rng.random() < WHOLE:
            return name, plate if wanted == plate.shape[0] else resized(plate, (wanted, wanted), rng)
        y, x = (8 * int(rng.integers((plate.shape[0] - wanted) // 8 + 1)) for _ in range(2))
        return name, np.ascontiguousarray(plate[y : y + wanted, x : x + wanted])

    def stamp(self, rng: np.random.Generator) -> np.ndarray | None:
        found = self.of_kind["stamp"]
        return np.load(found[int(rng.integers(len(found)))][1]) if found else None

    def scene(self, rng: np.random.Generator) -> tuple[str, Scene]:
        kind = str(rng.choice(list(MIX), p=list(MIX.values())))
        chain = random_chain(rng)
        name, host = self.draw(kind, least_side(chain, SIDE), rng)
        donor = self.draw("photo" if kind == "art" and rng.random() < 0.4 else kind, LEAST, rng)[1]
        return name, Scene(host, kind, donor, self.stamp(rng), chain)

    def pair(self, rng: np.random.Generator) -> tuple[list[Sample], dict]:
        while True:
            name, scene = self.scene(rng)
            made = forged_and_untouched(scene, rng)
            if made:
                return made, {"source": name, "kind": scene.kind}


def shard(task: tuple[str, int]) -> None:
    split, number = task
    rng = seeded(split, number)
    plates = Plates(split)
    samples: list[tuple[Sample, dict]] = []
    while len(samples) < 2 * SHARD:
        (forged, twin), about = plates.pair(rng)
        samples += [(forged, about | {"pair": "twin"}), (twin, about | {"pair": "twin"})]
        (forged, _), about = plates.pair(rng)
        (_, untouched), other = plates.pair(rng)
        samples += [(forged, about | {"pair": "independent"}), (untouched, other | {"pair": "independent"})]
    folder = training_data() / "crops" / split
    folder.mkdir(parents=True, exist_ok=True)
    rows = [about | {"forged": sample.forged, "method": sample.method} | sample.facts for sample, about in samples]
    np.save(folder / f"{number:03}-masks.npy", np.stack([sample.mask for sample, _ in samples]))
    (folder / f"{number:03}.json").write_text(json.dumps(rows))
    part = folder / f"{number:03}.part.npy"
    np.save(part, np.stack([sample.crop for sample, _ in samples]))
    part.rename(folder / f"{number:03}-crops.npy")  # last and at once: its presence says that the shard is whole


def make_crops(shards: int, processes: int) -> Path:
    """Two shards of 1000 crops from sources held out, and the given number from the others; those there already stay."""
    folder = training_data() / "crops"
    wanted = [("training", 0), ("validation", 0), ("training", 1), ("validation", 1)] + [("training", n) for n in range(2, shards)]
    tasks = [task for task in wanted if not (folder / task[0] / f"{task[1]:03}-crops.npy").exists()]
    with multiprocessing.Pool(processes) as workers:
        workers.map(cut_plates, SOURCES, chunksize=1)
        for done, _ in enumerate(workers.imap_unordered(shard, tasks, chunksize=1), 1):
            print(f"{done} of {len(tasks)} shards of {2 * SHARD} crops of {SIDE} px", flush=True)
    return folder


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--shards", type=int, default=24)
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    make_crops(given.shards, given.processes)
