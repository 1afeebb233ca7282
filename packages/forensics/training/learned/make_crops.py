"""Makes the crops that the network is trained and validated on, in parallel processes, from fixed seeds."""

import json
import multiprocessing
import zlib
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from sources import SOURCES, Source, originals, training_data
from synthesis import CANVAS, SIDE, page, pair

SHARD = 500  # pairs
MIX = {"photo": 0.72, "art": 0.16, "page": 0.12}


def seeded(name: str, number: int = 0) -> np.random.Generator:
    return np.random.default_rng([zlib.crc32(name.encode()), number])


def cut_plates(source: Source) -> None:
    """Parts of a source's pictures at native and at reduced size, large enough to be forged."""
    target = training_data() / "plates" / f"{source.name}.npy"
    if target.exists():
        return
    rng = seeded(source.name)
    found = []
    for path in originals(source):
        with Image.open(path) as image:
            picture = np.asarray(image.convert("RGB"))
        for _ in range(5 if min(picture.shape[:2]) > 900 else 2):
            plate = plate_of(picture, rng)
            if plate is not None and plate.std() > 6:
                found.append(plate)
    target.parent.mkdir(parents=True, exist_ok=True)
    np.save(target, np.stack(found))
    print(f"{source.name}: {len(found)} plates", flush=True)


def plate_of(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    short = min(picture.shape[:2])
    if short > 700 and rng.random() < 0.6:
        scale = max((CANVAS + 1) / short, rng.uniform(0.12, 1) ** 1.3)
        interpolation = cv2.INTER_AREA if rng.random() < 0.7 else cv2.INTER_LANCZOS4
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=interpolation)
    height, width = picture.shape[:2]
    if min(height, width) < 0.6 * CANVAS:
        return None
    if min(height, width) < CANVAS:
        picture = cv2.copyMakeBorder(
            picture, 0, max(0, CANVAS - height), 0, max(0, CANVAS - width), cv2.BORDER_REFLECT
        )
        height, width = picture.shape[:2]
    # On the grid of the file, so that its own compression stays aligned as in a whole picture.
    y, x = 8 * int(rng.integers((height - CANVAS) // 8 + 1)), 8 * int(rng.integers((width - CANVAS) // 8 + 1))
    return np.ascontiguousarray(picture[y : y + CANVAS, x : x + CANVAS])


class Plates:
    """The plates of one side of the split, by kind."""

    def __init__(self, split: str):
        self.of_kind: dict[str, list[tuple[str, np.ndarray]]] = {"photo": [], "art": []}
        for source in SOURCES:
            if source.held_out == (split == "validation"):
                file = training_data() / "plates" / f"{source.name}.npy"
                self.of_kind[source.kind] += [(source.name, plate) for plate in np.load(file, mmap_mode="r")]
        self.kinds = [kind for kind in MIX if kind == "page" or self.of_kind[kind]]

    def draw(self, kind: str, rng: np.random.Generator) -> tuple[str, np.ndarray]:
        if kind == "page":
            return "rendered-pages", page(rng, CANVAS)
        found = self.of_kind[kind]
        name, plate = found[int(rng.integers(len(found)))]
        return name, np.array(plate)

    def host_and_donor(self, rng: np.random.Generator) -> tuple[str, str, np.ndarray, np.ndarray]:
        share = np.array([MIX[kind] for kind in self.kinds])
        kind = str(rng.choice(self.kinds, p=share / share.sum()))
        name, host = self.draw(kind, rng)
        donor_kind = "photo" if rng.random() < 0.4 and kind == "art" else kind
        donor = host
        while donor is host or np.array_equal(donor, host):
            donor = self.draw(donor_kind, rng)[1]
        return name, kind, host, donor


def shard(task: tuple[str, int]) -> None:
    split, number = task
    rng = seeded(split, number)
    plates = Plates(split)
    crops, masks, rows = [], [], []
    while len(rows) < 2 * SHARD:
        name, kind, host, donor = plates.host_and_donor(rng)
        for sample in pair(host, kind, donor, rng):
            crops.append(sample.crop)
            masks.append(sample.mask)
            rows.append({"source": name, "kind": kind, "forged": sample.forged, "method": sample.method, **sample.facts})
    folder = training_data() / "crops" / split
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / f"{number:03}-masks.npy", np.stack(masks))
    (folder / f"{number:03}.json").write_text(json.dumps(rows))
    part = folder / f"{number:03}.part.npy"
    np.save(part, np.stack(crops))
    part.rename(folder / f"{number:03}-crops.npy")  # last and at once: its presence says that the shard is whole


def make_crops(shards: int, processes: int) -> Path:
    """Two shards of 1000 crops from sources held out, and the given number from the others; those there already stay."""
    folder = training_data() / "crops"
    wanted = [("validation", n) for n in range(2)] + [("training", n) for n in range(shards)]
    tasks = [task for task in wanted if not (folder / task[0] / f"{task[1]:03}-crops.npy").exists()]
    with multiprocessing.Pool(processes) as workers:
        workers.map(cut_plates, SOURCES, chunksize=1)
        for done, _ in enumerate(workers.imap_unordered(shard, tasks, chunksize=1), 1):
            print(f"{done} of {len(tasks)} shards of {2 * SHARD} crops of {SIDE} px", flush=True)
    return folder
