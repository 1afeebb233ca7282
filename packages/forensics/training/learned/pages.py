"""Rendered pages, as scanned or photographed, and how their text is forged."""

from functools import cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from chains import Picture
from sources import training_data

SIZES = range(11, 38)
WORDS = """total amount date invoice number name tax city receipt approved certificate no street of the sum valid until account
signature paid balance page report article section order customer address telephone issued by on behalf in words and for with this
document value due bank transfer subtotal discount net gross unit price quantity item description reference contract""".split()


@cache
def fonts() -> list[str]:
    return sorted(str(path) for path in (training_data() / "fonts").glob("*.ttf"))


def font(rng: np.random.Generator, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(rng.choice(fonts())), size)


def words(rng: np.random.Generator, count: int) -> str:
    def one() -> str:
        kind = rng.random()
        if kind < 0.25:
            return f"{rng.integers(1, 9999) / rng.choice([1, 10, 100]):,.2f}"
        if kind < 0.35:
            return f"{rng.integers(1, 29):02}.{rng.integers(1, 13):02}.{rng.integers(1990, 2027)}"
        word = str(rng.choice(WORDS))
        return word.capitalize() if kind < 0.5 else word

    return " ".join(one() for _ in range(count))


def page(rng: np.random.Generator, side: int) -> Picture:
    """A page of text on plain or uneven paper, sometimes with rules, blurred and noisy as a scanner or a camera sees it."""
    light = rng.uniform(205, 252) if rng.random() < 0.85 else rng.uniform(130, 205)
    paper = light + rng.normal(0, 4 if rng.random() < 0.7 else 14, 3)
    sheet = np.ones((side, side, 3), np.float32) * paper
    if rng.random() < 0.6:  # light and stains
        uneven = rng.normal(0, 8, (5, 5, 1)) + rng.normal(0, 2, (5, 5, 3))
        sheet += cv2.resize(uneven.astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.4:  # fibres
        sheet += cv2.GaussianBlur(rng.normal(0, rng.uniform(2, 12), (side, side, 1)).astype(np.float32), (0, 0), rng.uniform(0.7, 2))[..., None]
    image = Image.fromarray(np.clip(sheet, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    size = int(rng.choice(SIZES))
    face = font(rng, size)
    ink = tuple(int(v) for v in rng.integers(0, 90, 3))
    pitch, y = int(size * rng.uniform(1.2, 2.2)), int(rng.integers(4, 20))
    indent = int(rng.integers(4, 40))
    columns = [indent] if rng.random() < 0.6 else list(range(indent, side - 60, int(rng.integers(90, 150))))
    while y < side:
        for x in columns:
            if rng.random() < 0.85:
                draw.text((x, y), words(rng, int(rng.integers(1, 2 if len(columns) > 1 else 12))), fill=ink, font=face)
        if rng.random() < 0.08:
            draw.line((4, y - 2, side - 4, y - 2), fill=ink)
        y += pitch
    return scanned(np.asarray(image), rng)


def scanned(picture: Picture, rng: np.random.Generator) -> Picture:
    if rng.random() < 0.35:
        matrix = cv2.getRotationMatrix2D((picture.shape[1] / 2, picture.shape[0] / 2), rng.normal(0, 1.5), rng.uniform(1, 1.06))
        picture = cv2.warpAffine(picture, matrix, picture.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < 0.6:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.1))
    if rng.random() < 0.6:
        noise = rng.normal(0, rng.uniform(0.5, 5), picture.shape[:2] + ((3,) if rng.random() < 0.5 else (1,)))
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    return picture


def lines(picture: Picture) -> list[tuple[int, int]]:
    """Top and bottom of the lines of text: rows with ink between rows without."""
    spread = picture.mean(2).std(1)
    rows = np.flatnonzero(np.diff(np.concatenate([[0], spread > 0.35 * np.percentile(spread, 95), [0]]).astype(np.int8)))
    return [(int(top), int(bottom)) for top, bottom in zip(rows[::2], rows[1::2]) if 7 < bottom - top < 60]


def inked(picture: Picture, rng: np.random.Generator, height: int, width: int) -> tuple[int, int]:
    """Where a box holds some ink, of a few tries, mostly level with a line; people forge words, not blank paper."""
    tops = [top - 2 for top, _ in lines(picture) if 2 <= top < picture.shape[0] - height]
    places = [(int(rng.choice(tops)) if tops else int(rng.integers(picture.shape[0] - height)), int(rng.integers(picture.shape[1] - width))) for _ in range(12)]
    return max(places, key=lambda place: min(picture[place[0] : place[0] + height, place[1] : place[1] + width].std(), 45))


def text_edit(host: Picture, donor: Picture, rng: np.random.Generator) -> tuple[Picture, np.ndarray]:
    """Words or single characters moved, retyped, erased to flat or cloned paper, blanked."""
    picture, mask = host.copy(), np.zeros(host.shape[:2], np.uint8)
    heights = [bottom - top + 4 for top, bottom in lines(host)]
    for _ in range(int(rng.integers(1, 4))):
        h = int(rng.choice(heights)) if heights and rng.random() < 0.8 else int(rng.integers(12, 44))
        w = int(rng.integers(8, 30)) if rng.random() < 0.35 else int(rng.integers(30, 180))
        y, x = inked(host, rng, h, w)
        box = picture[y : y + h, x : x + w]
        kind = rng.choice(["move", "erase", "write", "pixelate", "blur"], p=[0.38, 0.17, 0.33, 0.07, 0.05])
        if kind == "move":
            source = donor if rng.random() < 0.25 and min(donor.shape[:2]) > 200 else host
            v, u = inked(source, rng, h, w)
            box[:] = source[v : v + h, u : u + w]
        elif kind == "pixelate":
            step = int(rng.integers(4, 10))
            box[:] = cv2.resize(cv2.resize(box, (max(1, w // step), max(1, h // step)), interpolation=cv2.INTER_AREA), (w, h), interpolation=cv2.INTER_NEAREST)
        elif kind == "blur":
            box[:] = cv2.GaussianBlur(box, (0, 0), rng.uniform(2, 6))
        else:
            box[:] = paper_like(host, box, rng)
            if kind == "write":
                box[:] = written(box, host, rng)
        mask[y : y + h, x : x + w] = 1
    return picture, mask


def paper_like(host: Picture, box: Picture, rng: np.random.Generator) -> Picture:
    """Paper for a box: flat, flat with noise, or cloned from the emptiest of a few places."""
    h, w = box.shape[:2]
    if rng.random() < 0.4:
        places = [(int(rng.integers(host.shape[0] - h)), int(rng.integers(host.shape[1] - w))) for _ in range(20)]
        y, x = min(places, key=lambda place: host[place[0] : place[0] + h, place[1] : place[1] + w].std())
        return host[y : y + h, x : x + w].copy()
    paper = np.percentile(box.reshape(-1, 3), 80, axis=0)
    return np.clip(paper + rng.normal(0, rng.choice([0, 0, 1.5, 3]), box.shape), 0, 255).astype(np.uint8)


def written(box: Picture, host: Picture, rng: np.random.Generator) -> Picture:
    image = Image.fromarray(np.ascontiguousarray(box))
    ink = np.percentile(host.reshape(-1, 3), 1, axis=0) + rng.normal(0, 12, 3) if rng.random() < 0.6 else rng.integers(0, 70, 3)
    face = font(rng, max(9, int(box.shape[0] * rng.uniform(0.55, 0.8))))
    ImageDraw.Draw(image).text((2, 1), words(rng, 1 + box.shape[1] // 60), fill=tuple(int(v) for v in np.clip(ink, 0, 255)), font=face)
    picture = np.asarray(image)
    return cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 0.8)) if rng.random() < 0.5 else picture
