"""Turns the raw pictures of sources.json into training files that both classes went through alike.

Every picture: decode, drop metadata and alpha, (pictures that were not JPEG before mostly get one earlier JPEG,
others sometimes), resize by a factor from one distribution, crop a square of 256 to 512 px at a random place,
save as JPEG (quality 70-100), WebP or PNG drawn from one distribution. Needs $ARTGUARD_TRAINING_DATA/synthetic/raw.
"""

import csv
import io
import json
import os
import random
import re
import sys
from pathlib import Path

import numpy as np
from PIL import Image

Image.MAX_IMAGE_PIXELS = None
HERE = Path(__file__).parent
DATA = Path(os.environ["ARTGUARD_TRAINING_DATA"]) / "synthetic"
SIDES = (256, 320, 384, 448, 512)
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
# Bits of the 64-bit difference hash below which two pictures count as the same.
SAME_PICTURE = 9


def difference_hash(image):
    small = np.asarray(image.convert("L").resize((9, 8), Image.LANCZOS), dtype=np.int16)
    return (small[:, 1:] > small[:, :-1]).ravel()


def development_hashes(folder):
    hashes = []
    for path in sorted(Path(folder).rglob("*")):
        if path.suffix.lower() not in SUFFIXES or "hostile" in path.parts:
            continue
        try:
            with Image.open(path) as image:
                hashes.append(difference_hash(image))
        except Exception:
            continue
    return np.array(hashes)


def opaque(image):
    """RGB without alpha; None for pictures that are mostly transparent or mostly one colour."""
    if image.mode in ("RGBA", "LA", "P"):
        image = image.convert("RGBA")
        if np.asarray(image)[..., 3].min() < 250:
            return None
    image = image.convert("RGB")
    probe = np.asarray(image.resize((128, 128), Image.NEAREST)).astype(int)
    flat = (np.abs(np.diff(probe, axis=1)).sum(axis=2) == 0).mean()
    return None if flat > 0.6 else image


def reencoded(image, quality, chroma):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, subsampling=chroma)
    return Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")


def scaled(image, factor):
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    method = random.choice((Image.LANCZOS, Image.BICUBIC, Image.BILINEAR))
    return image.resize(size, method)


def prepared(image, was_jpeg):
    """(encoded bytes, suffix, side) after the common chain, or None when the picture is too small."""
    if min(image.size) < SIDES[0]:
        return None
    if random.random() < (0.3 if was_jpeg else 0.85):
        image = reencoded(image, random.randint(80, 96), random.choice((0, 2)))
    if max(image.size) > 1200 and random.random() < 0.7:
        image = scaled(image, random.uniform(768, 1200) / max(image.size))
    side = random.choice([s for s in SIDES if s <= min(image.size)] or [0])
    if side == 0:
        return None
    if random.random() > 0.35:
        image = scaled(image, random.uniform(max(0.5, side / min(image.size)), 1))
    left = random.randint(0, max(0, image.width - side))
    top = random.randint(0, max(0, image.height - side))
    image = image.crop((left, top, left + side, top + side))
    kind = random.random()
    buffer = io.BytesIO()
    if kind < 0.7:
        image.save(buffer, "JPEG", quality=random.randint(70, 100), subsampling=random.choice((0, 2, 2, 2)))
        return buffer.getvalue(), "jpg", side
    if kind < 0.82:
        image.save(buffer, "WEBP", quality=random.randint(75, 97))
        return buffer.getvalue(), "webp", side
    image.save(buffer, "PNG")
    return buffer.getvalue(), "png", side


def tiles_of(image, source):
    """The pictures of a grid, or the picture itself."""
    tile = source.get("tile")
    if not tile:
        return [image]
    places = [(x, y) for y in range(0, image.height - tile + 1, tile) for x in range(0, image.width - tile + 1, tile)]
    random.shuffle(places)
    # A rim of 8 px is left out: the neighbours of a grid bleed into each other when it is compressed.
    return [image.crop((x + 8, y + 8, x + tile - 8, y + tile - 8)) for x, y in places[: source["tiles"]]]


def main():
    development = development_hashes(sys.argv[1])
    out = DATA / "prepared"
    out.mkdir(parents=True, exist_ok=True)
    rows, dropped, seen = [], 0, []
    for source in json.loads((HERE / "sources.json").read_text()):
        random.seed(source["name"])
        folder = DATA / "raw" / source["folder"]
        files = sorted(p for p in folder.resolve().rglob("*") if p.suffix.lower() in SUFFIXES)
        files = [p for p in files if re.search(source.get("match", "."), str(p.relative_to(folder.resolve())))]
        random.shuffle(files)
        taken = 0
        for path in files:
            if taken >= source["most"]:
                break
            try:
                with Image.open(path) as opened:
                    was_jpeg, image = opened.format == "JPEG", opaque(opened)
            except Exception:
                continue
            if image is None or min(image.size) < SIDES[0]:
                continue
            digest = difference_hash(image)
            if (np.count_nonzero(development != digest, axis=1) < SAME_PICTURE).any():
                dropped += 1
                continue
            if seen and (np.count_nonzero(np.array(seen) != digest, axis=1) < 4).any():
                continue
            seen.append(digest)
            group = f"{source['name']}-{taken}"
            for index, tile in enumerate(tiles_of(image, source)):
                done = prepared(tile, was_jpeg)
                if not done:
                    continue
                data, suffix, side = done
                name = f"{group}-{index}.{suffix}"
                (out / name).write_bytes(data)
                rows.append([name, source["label"], source["name"], source["generator"], source["content"], group, side])
            taken += 1
        print(source["name"], taken, "of", len(files), flush=True)
    with (out / "index.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "source", "generator", "content", "group", "side"])
        writer.writerows(rows)
    print(f"{len(rows)} files, {dropped} dropped as development pictures")


main()
