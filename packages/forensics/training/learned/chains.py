"""What a whole picture goes through: the camera, its first JPEG, global edits, the editor's save, resize, last save."""

import io
import math
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

cv2.setNumThreads(1)

Picture = np.ndarray  # H x W x 3, uint8, RGB


@dataclass
class Chain:
    """What the whole picture goes through, the same for a forgery and its twin."""

    history: dict | None
    edit: str | None
    edit_seed: int
    shift: tuple[int, int]  # cut off at the top and left before it is saved
    saved: dict | None  # by the editor, before the picture is resized and saved for good
    resize: float
    final: dict | None
    save: str  # "jpeg90", "jpeg", "messenger" or "png"


def jpeg_settings(rng: np.random.Generator, low: int, high: int) -> dict:
    settings = {"quality": int(rng.integers(low, high + 1)), "subsampling": 2 if rng.random() < 0.7 else 0, "tilt": 0.0}
    if rng.random() < 0.2:
        settings["tilt"] = float(rng.uniform(-0.4, 0.4))
    return settings


def ijg_tables(quality: int, tilt: float) -> list[list[int]]:
    """The tables of the Independent JPEG Group, tilted towards high (> 0) or low frequencies: cameras differ."""
    probe = io.BytesIO()
    Image.new("RGB", (8, 8)).save(probe, "JPEG", quality=quality)
    tables = Image.open(io.BytesIO(probe.getvalue())).quantization
    rise = np.add.outer(np.arange(8), np.arange(8)).reshape(-1) / 14 - 0.5
    return [[int(v) for v in np.clip(np.round(np.array(t) * (1 + tilt * rise)), 1, 255)] for t in tables.values()]


def encode(picture: Picture, settings: dict) -> bytes:
    out = io.BytesIO()
    options = {"quality": settings["quality"]}
    if settings["tilt"]:
        options = {"qtables": ijg_tables(settings["quality"], settings["tilt"])}
    Image.fromarray(picture).save(out, "JPEG", subsampling=settings["subsampling"], **options)
    return out.getvalue()


def recompressed(picture: Picture, settings: dict) -> Picture:
    return np.asarray(Image.open(io.BytesIO(encode(picture, settings))).convert("RGB"))


def random_chain(rng: np.random.Generator) -> Chain:
    history = jpeg_settings(rng, 60, 98) if rng.random() < 0.75 else None
    edit = str(rng.choice(["blur", "sharpen", "brightness", "contrast", "noise", "saturation"])) if rng.random() < 0.25 else None
    save = str(rng.choice(["jpeg90", "jpeg", "messenger", "png"], p=[0.28, 0.28, 0.22, 0.22]))
    resize, final = 1.0, None
    if save == "jpeg90":
        final = {"quality": 90, "subsampling": 2, "tilt": 0.0}
    elif save == "jpeg":
        final = jpeg_settings(rng, 70, 100)
    elif save == "messenger" and rng.random() < 0.5:
        resize, final = 0.75, {"quality": 75, "subsampling": 2, "tilt": 0.0}
    elif save == "messenger":
        resize, final = float(rng.uniform(0.65, 1)), jpeg_settings(rng, 70, 85)
    saved = jpeg_settings(rng, 82, 99) if final and rng.random() < 0.45 else None
    shift = (int(rng.integers(8)), int(rng.integers(8))) if rng.random() < 0.2 else (0, 0)
    return Chain(history, edit, int(rng.integers(1 << 31)), shift, saved, resize, final, save)


def edited(picture: Picture, edit: str | None, rng: np.random.Generator) -> Picture:
    if edit is None:
        return picture
    if edit == "blur":
        return cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.1))
    if edit == "sharpen":
        return cv2.addWeighted(picture, 1 + (a := rng.uniform(0.3, 1.2)), cv2.GaussianBlur(picture, (0, 0), 1.2), -a, 0)
    if edit == "noise":
        noise = rng.normal(0, rng.uniform(1, 6), picture.shape)
        return np.clip(picture + noise, 0, 255).astype(np.uint8)
    if edit == "saturation":
        grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        return cv2.addWeighted(picture, a := rng.uniform(0.5, 1.4), grey, 1 - a, 0)
    if edit == "brightness":
        return cv2.convertScaleAbs(picture, alpha=1, beta=rng.uniform(-25, 25)) if rng.random() < 0.3 else gamma(picture, rng.uniform(0.7, 1.4))
    if edit == "white balance":
        return np.clip(picture * rng.uniform(0.85, 1.15, 3), 0, 255).astype(np.uint8)
    return cv2.addWeighted(picture, a := rng.uniform(0.75, 1.3), picture, 0, 128 * (1 - a))


def gamma(picture: Picture, exponent: float) -> Picture:
    return (255 * (np.arange(256) / 255) ** exponent).astype(np.uint8)[picture]


def captured(picture: Picture, rng: np.random.Generator) -> Picture:
    """As if taken by a camera of its own: noise of sensor and demosaicing, its sharpness. Wallpapers have hardly any."""
    if rng.random() < 0.4:
        return picture
    light = picture.astype(np.float32)
    deviation = np.sqrt(rng.uniform(0, 4) ** 2 + rng.uniform(0, 0.12) * light)
    noisy = np.clip(light + rng.standard_normal(light.shape, np.float32) * deviation, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        mosaic = noisy[..., 1].copy()
        mosaic[::2, ::2], mosaic[1::2, 1::2] = noisy[::2, ::2, 0], noisy[1::2, 1::2, 2]
        noisy = cv2.cvtColor(mosaic, cv2.COLOR_BAYER_BG2RGB)
    return edited(noisy, str(rng.choice(["blur", "sharpen"])), rng) if rng.random() < 0.5 else noisy


def with_history(picture: Picture, chain: Chain) -> Picture:
    return recompressed(picture, chain.history) if chain.history else picture


def finished(picture: Picture, chain: Chain) -> tuple[Picture, dict]:
    """The picture as the detector would decode it, and what its container would say."""
    picture = edited(picture, chain.edit, np.random.default_rng(chain.edit_seed))
    picture = np.ascontiguousarray(picture[chain.shift[0] :, chain.shift[1] :])
    if chain.saved:
        picture = recompressed(picture, chain.saved)
    if chain.resize != 1:
        picture = cv2.resize(picture, None, fx=chain.resize, fy=chain.resize, interpolation=cv2.INTER_AREA if chain.resize < 0.8 else cv2.INTER_CUBIC)
    facts = {"save": chain.save, "quality": 100, "subsampling": 0, "jpeg": 0, "bytes": 0, "resize": chain.resize}
    facts |= {"history": chain.history["quality"] if chain.history else 0, "edit": chain.edit or "none", "saved": chain.saved["quality"] if chain.saved else 0}
    if chain.final:
        data = encode(picture, chain.final)
        picture = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        facts |= {"quality": chain.final["quality"], "subsampling": chain.final["subsampling"], "jpeg": 1}
        facts["bytes"] = 8 * len(data) / (picture.shape[0] * picture.shape[1])
    return picture, facts


def least_side(chain: Chain, crop: int) -> int:
    """The side a picture needs before the chain, so that a crop of the given side comes out of it."""
    return math.ceil((crop + 1) / chain.resize) + 8
