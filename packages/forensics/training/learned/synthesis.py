"""Forgeries and their untouched twins, made from originals. Both go through the same chain of edits and compressions."""

import io
import math
from dataclasses import dataclass, field

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

cv2.setNumThreads(1)

SIDE = 256  # of a training crop
CANVAS = 416  # of the picture that is forged
Picture = np.ndarray  # H x W x 3, uint8, RGB


@dataclass
class Chain:
    """What the whole picture goes through, the same for a forgery and its twin."""

    history: dict | None
    edit: str | None
    edit_seed: int
    saved: dict | None  # by the editor, before the picture is resized and saved for good
    resize: float
    final: dict | None
    shift: tuple[int, int]


@dataclass
class Sample:
    crop: Picture
    mask: np.ndarray  # 32 x 32, share of forged pixels, 0-255
    forged: bool
    method: str
    facts: dict = field(default_factory=dict)  # what a reader of the container alone would know


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
    history = jpeg_settings(rng, 60, 98) if rng.random() < 0.65 else None
    edit = str(rng.choice(["blur", "sharpen", "brightness", "contrast", "noise", "saturation"])) if rng.random() < 0.25 else None
    resize, final = 1.0, None
    draw = rng.random()
    if draw < 0.28:
        final = {"quality": 90, "subsampling": 2, "tilt": 0.0}
    elif draw < 0.6:
        final = jpeg_settings(rng, 70, 100)
    elif draw < 0.74:
        resize, final = float(rng.uniform(0.65, 1)), jpeg_settings(rng, 70, 85)
    saved = jpeg_settings(rng, 90, 99) if final and rng.random() < 0.35 else None
    shift = (0, 0)
    if final is None and history is None and rng.random() < 0.5:
        shift = (int(rng.integers(8)), int(rng.integers(8)))
    return Chain(history, edit, int(rng.integers(1 << 31)), saved, resize, final, shift)


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
    return cv2.addWeighted(picture, a := rng.uniform(0.75, 1.3), picture, 0, 128 * (1 - a))


def gamma(picture: Picture, exponent: float) -> Picture:
    return (255 * (np.arange(256) / 255) ** exponent).astype(np.uint8)[picture]


def finished(picture: Picture, chain: Chain) -> tuple[Picture, dict]:
    """The picture as the detector would decode it, and what its container would say."""
    picture = edited(picture, chain.edit, np.random.default_rng(chain.edit_seed))
    if chain.saved:
        picture = recompressed(picture, chain.saved)
    if chain.resize != 1:
        picture = cv2.resize(picture, None, fx=chain.resize, fy=chain.resize, interpolation=cv2.INTER_AREA if chain.resize < 0.8 else cv2.INTER_CUBIC)
    facts = {"quality": 100, "subsampling": 0, "jpeg": 0, "bytes": 0, "resize": chain.resize}
    if chain.final:
        data = encode(picture, chain.final)
        picture = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        facts |= {"quality": chain.final["quality"], "subsampling": chain.final["subsampling"], "jpeg": 1}
        facts["bytes"] = 8 * len(data) / (picture.shape[0] * picture.shape[1])
    return picture, facts


# Shapes


def shape(rng: np.random.Generator, height: int, width: int, share: float) -> np.ndarray:
    """A boolean mask of about the share of the area, somewhere inside."""
    kind = rng.choice(["ellipse", "polygon", "blob", "rectangle"], p=[0.25, 0.3, 0.35, 0.1])
    radius = math.sqrt(share * height * width / math.pi)
    margin = min(radius * 0.8, min(height, width) / 2 - 1)
    cx, cy = rng.uniform(margin, width - margin), rng.uniform(margin, height - margin)
    mask = np.zeros((height, width), np.uint8)
    stretch = math.exp(rng.uniform(-0.6, 0.6))
    if kind == "ellipse":
        cv2.ellipse(mask, ((cx, cy), (2 * radius * stretch, 2 * radius / stretch), rng.uniform(0, 180)), 1, -1)
    elif kind == "rectangle":
        a, b = radius * stretch * 0.9, radius / stretch * 0.9
        cv2.rectangle(mask, (int(cx - a), int(cy - b)), (int(cx + a), int(cy + b)), 1, -1)
    else:
        corners = int(rng.integers(4, 9)) if kind == "polygon" else 48
        angle = np.sort(rng.uniform(0, 2 * math.pi, corners)) if kind == "polygon" else np.linspace(0, 2 * math.pi, corners, endpoint=False)
        reach = radius * rng.uniform(0.7, 1.4, corners)
        if kind == "blob":
            waves = sum(rng.normal(0, 0.35 / k) * np.cos(k * angle + rng.uniform(0, 6.3)) for k in range(1, 6))
            reach = radius * np.exp(waves)
        points = np.stack([cx + reach * np.cos(angle) * stretch, cy + reach * np.sin(angle) / stretch], 1)
        cv2.fillPoly(mask, [points.astype(np.int32)], 1)
    return mask


def segment(rng: np.random.Generator, picture: Picture, share: float) -> np.ndarray | None:
    """A connected part of similar colour, as people select objects; nothing when there is none of a fitting size."""
    small = cv2.GaussianBlur(cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), (0, 0), 2)
    levels = int(rng.integers(3, 6))
    quantised = small.astype(np.int32) * levels // 256
    code = (quantised[..., 0] * levels + quantised[..., 1]) * levels + quantised[..., 2]
    value = code[int(rng.integers(code.shape[0])), int(rng.integers(code.shape[1]))]
    count, labels, stats, _ = cv2.connectedComponentsWithStats((code == value).astype(np.uint8))
    fitting = [i for i in range(1, count) if share / 3 < stats[i, cv2.CC_STAT_AREA] / code.size < min(0.4, share * 3)]
    if not fitting:
        return None
    mask = (labels == fitting[int(rng.integers(len(fitting)))]).astype(np.uint8)
    mask = cv2.resize(mask * 255, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_CUBIC)
    return (cv2.GaussianBlur(mask, (0, 0), 2) > 127).astype(np.uint8)


def region(rng: np.random.Generator, picture: Picture) -> np.ndarray:
    share = math.exp(rng.uniform(math.log(0.008), math.log(0.3)))
    found = segment(rng, picture, share) if rng.random() < 0.35 else None
    return shape(rng, *picture.shape[:2], share) if found is None else found


def blended(host: Picture, patch: Picture, mask: np.ndarray, rng: np.random.Generator) -> Picture:
    if rng.random() < 0.4:
        alpha = mask.astype(np.float32)
    else:
        alpha = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), rng.uniform(0.5, 2.5))
    alpha = alpha[..., None]
    return np.clip(host * (1 - alpha) + patch * alpha + 0.5, 0, 255).astype(np.uint8)


# Manipulations: host, mask, donor -> picture


def warped(picture: Picture, rng: np.random.Generator, size: tuple[int, int], plain: float) -> Picture:
    """Shifted, and beyond a share of `plain` cases rotated, scaled or mirrored too."""
    height, width = size
    if rng.random() < 0.3:
        picture = picture[:, ::-1]
    angle, scale = 0.0, 1.0
    if rng.random() > plain:
        scale = math.exp(rng.uniform(-0.5, 0.4))
        angle = rng.uniform(-30, 30) if rng.random() < 0.6 else 0.0
    centre = (picture.shape[1] / 2, picture.shape[0] / 2)
    matrix = cv2.getRotationMatrix2D(centre, angle, scale)
    matrix[:, 2] += (int(rng.integers(-width // 2, width // 2 + 1)), int(rng.integers(-height // 2, height // 2 + 1)))
    flags = int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA]))
    return cv2.warpAffine(np.ascontiguousarray(picture), matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT)


def splice(host: Picture, mask: np.ndarray, donor: Picture, rng: np.random.Generator) -> Picture:
    if rng.random() < 0.7:
        donor = recompressed(donor, jpeg_settings(rng, 60, 98))
    patch = warped(donor, rng, host.shape[:2], 0.35)
    if rng.random() < 0.3:
        patch = edited(patch, str(rng.choice(["blur", "sharpen", "brightness", "contrast", "noise"])), rng)
    if rng.random() < 0.3:  # colours moved towards the host's
        where = mask.astype(bool)
        shift = host[where].mean(0) - patch[where].mean(0) if where.any() else 0
        patch = np.clip(patch + rng.uniform(0.4, 1) * shift, 0, 255).astype(np.uint8)
    return blended(host, patch, mask, rng)


def copy_move(host: Picture, mask: np.ndarray, donor: Picture, rng: np.random.Generator) -> Picture:
    return blended(host, warped(host, rng, host.shape[:2], 0.5), mask, rng)


def inpaint(host: Picture, mask: np.ndarray, donor: Picture, rng: np.random.Generator) -> Picture:
    kind = rng.choice(["telea", "ns", "poisson", "smooth"])
    if kind in ("telea", "ns"):
        small = mask if mask.mean() < 0.06 else cv2.erode(mask, np.ones((3, 3)), iterations=int(math.sqrt(mask.sum()) / 8))
        mask[:] = small
        method = cv2.INPAINT_TELEA if kind == "telea" else cv2.INPAINT_NS
        return cv2.inpaint(host, cv2.dilate(mask, np.ones((3, 3))), float(rng.uniform(2, 5)), method)
    if kind == "poisson" and mask.sum() > 200:
        source = donor if rng.random() < 0.3 else warped(host, rng, host.shape[:2], 0.8)
        ys, xs = np.nonzero(mask)
        mask[[0, -1]] = 0
        mask[:, [0, -1]] = 0
        centre = (int(xs.min() + xs.max()) // 2, int(ys.min() + ys.max()) // 2)
        try:
            return cv2.seamlessClone(np.ascontiguousarray(source), host, mask * 255, centre, cv2.NORMAL_CLONE)
        except cv2.error:
            pass  # the mask's box left the picture
    return decoded_like(host, mask, rng)


def decoded_like(host: Picture, mask: np.ndarray, rng: np.random.Generator) -> Picture:
    """Smooth content with the up-sampling trace of a decoder, as generative fill leaves it."""
    factor = float(rng.choice([0.25, 0.5, 0.5]))
    source = host if rng.random() < 0.5 else warped(host, rng, host.shape[:2], 0.6)
    small = cv2.resize(source, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    up = int(rng.choice([cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4]))
    patch = cv2.resize(small, host.shape[1::-1], interpolation=up)
    patch = cv2.bilateralFilter(patch, 5, 20, 3) if rng.random() < 0.5 else cv2.GaussianBlur(patch, (0, 0), 0.8)
    patch = cv2.addWeighted(patch, 1.6, cv2.GaussianBlur(patch, (0, 0), 1.5), -0.6, 0) if rng.random() < 0.5 else patch
    return blended(host, edited(patch, "noise" if rng.random() < 0.4 else None, rng), mask, rng)


def retouch(host: Picture, mask: np.ndarray, donor: Picture, rng: np.random.Generator) -> Picture:
    kind = rng.choice(["blur", "median", "sharpen", "brightness", "noise", "denoise", "saturation", "enlarge"])
    if kind == "blur":
        patch = cv2.GaussianBlur(host, (0, 0), rng.uniform(0.8, 3))
    elif kind == "median":
        patch = cv2.medianBlur(host, int(rng.choice([3, 5, 7])))
    elif kind == "denoise":
        patch = cv2.bilateralFilter(host, 7, rng.uniform(15, 50), 4)
    elif kind == "enlarge":
        patch = cv2.resize(host, None, fx=(f := rng.uniform(1.1, 1.8)), fy=f, interpolation=cv2.INTER_CUBIC)[: host.shape[0], : host.shape[1]]
    elif kind == "sharpen":
        patch = cv2.addWeighted(host, 1 + (a := rng.uniform(0.8, 2)), cv2.GaussianBlur(host, (0, 0), 1.5), -a, 0)
    elif kind == "noise":
        patch = np.clip(host + rng.normal(0, rng.uniform(3, 12), host.shape), 0, 255).astype(np.uint8)
    elif kind == "brightness":
        patch = gamma(host, rng.choice([rng.uniform(0.5, 0.75), rng.uniform(1.35, 2)]))
    else:
        patch = edited(host, "saturation", rng)
    return blended(host, patch, mask, rng)


FONT_SIZES = range(12, 40)
WORDS = "total amount date invoice number name tax city 2019 2021 12.50 99.00 receipt approved certificate no street of the sum 1,204 valid until".split()


def text_edit(host: Picture, mask: np.ndarray, donor: Picture, rng: np.random.Generator) -> Picture:
    """Lines of text moved, erased, replaced or blanked. Sets the mask."""
    height, width = host.shape[:2]
    h, w = int(rng.integers(14, 60)), int(rng.integers(40, 200))
    picture = host.copy()
    mask[:] = 0
    for _ in range(int(rng.integers(1, 4))):
        y, x = int(rng.integers(height - h)), int(rng.integers(width - w))
        kind = rng.choice(["move", "erase", "write", "pixelate"], p=[0.4, 0.2, 0.3, 0.1])
        box = picture[y : y + h, x : x + w]
        if kind == "move":
            v, u = int(rng.integers(height - h)), int(rng.integers(width - w))
            source = donor if rng.random() < 0.3 and min(donor.shape[:2]) > 260 else host
            v, u = min(v, source.shape[0] - h), min(u, source.shape[1] - w)
            box[:] = source[v : v + h, u : u + w]
        elif kind == "pixelate":
            box[:] = cv2.resize(cv2.resize(box, (max(1, w // 8), max(1, h // 8)), interpolation=cv2.INTER_AREA), (w, h), interpolation=cv2.INTER_NEAREST)
        else:
            paper = np.percentile(box.reshape(-1, 3), 80, axis=0)
            box[:] = np.clip(paper + rng.normal(0, rng.choice([0, 0, 1.5]), box.shape), 0, 255)
            if kind == "write":
                box[:] = written(box, rng)
        mask[y : y + h, x : x + w] = 1
    return picture


def written(box: Picture, rng: np.random.Generator) -> Picture:
    page = Image.fromarray(np.ascontiguousarray(box))
    ink = tuple(int(v) for v in rng.integers(0, 70, 3))
    font = ImageFont.load_default(size=max(10, int(box.shape[0] * 0.7)))
    ImageDraw.Draw(page).text((2, 1), " ".join(rng.choice(WORDS, 3)), fill=ink, font=font)
    return np.asarray(page)


def page(rng: np.random.Generator, side: int) -> Picture:
    """A page of text on plain or slightly uneven paper."""
    paper = rng.integers(200, 256, 3).astype(np.float32) if rng.random() < 0.8 else rng.uniform(120, 256, 3)
    sheet = np.ones((side, side, 3), np.float32) * paper
    if rng.random() < 0.6:
        sheet += cv2.resize(rng.normal(0, 8, (5, 5, 3)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
        sheet += rng.normal(0, rng.uniform(0, 4), sheet.shape)
    image = Image.fromarray(np.clip(sheet, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    size = int(rng.choice(FONT_SIZES))
    font = ImageFont.load_default(size=size)
    ink = tuple(int(v) for v in rng.integers(0, 90, 3))
    for y in range(int(rng.integers(4, 20)), side, int(size * rng.uniform(1.2, 2.2))):
        if rng.random() < 0.85:
            draw.text((int(rng.integers(4, 40)), y), " ".join(rng.choice(WORDS, int(rng.integers(2, 12)))), fill=ink, font=font)
    picture = np.asarray(image)
    return cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1)) if rng.random() < 0.5 else picture


METHODS = {"splice": splice, "copy-move": copy_move, "inpaint": inpaint, "generative-like": decoded_like, "retouch": retouch, "text": text_edit}
SHARES = {"photo": [0.42, 0.22, 0.14, 0.09, 0.13, 0], "art": [0.5, 0.2, 0.1, 0.07, 0.13, 0], "page": [0.15, 0.05, 0.05, 0, 0.05, 0.7]}


def apply(method: str, host: Picture, donor: Picture, rng: np.random.Generator) -> tuple[Picture, np.ndarray]:
    mask = region(rng, host)
    if method == "generative-like":
        return decoded_like(host, mask, rng), mask
    return METHODS[method](host, mask, donor, rng), mask


def crop_at(picture: Picture, mask: np.ndarray, rng: np.random.Generator, centred: bool) -> tuple[Picture, np.ndarray]:
    """A training crop on the 16-pixel grid, by preference with forged pixels in it."""
    height, width = picture.shape[:2]
    limit = ((height - SIDE) // 16 + 1, (width - SIDE) // 16 + 1)
    best = None
    for _ in range(6):
        y, x = 16 * int(rng.integers(limit[0])), 16 * int(rng.integers(limit[1]))
        share = mask[y : y + SIDE, x : x + SIDE].mean()
        best = (y, x) if best is None or (centred and 0 < share < 0.6) else best
        if not centred or 0 < share < 0.6:
            break
    y, x = best
    return picture[y : y + SIDE, x : x + SIDE], mask[y : y + SIDE, x : x + SIDE]


def pair(host: Picture, kind: str, donor: Picture, rng: np.random.Generator) -> list[Sample]:
    """A forgery and, from the same picture through the same chain, its untouched twin."""
    chain = random_chain(rng)
    plain = recompressed(host, chain.history) if chain.history else host
    method = str(rng.choice(list(METHODS), p=SHARES[kind]))
    forged, mask = apply(method, plain, donor, rng)
    samples = []
    for picture, truth in ((forged, mask), (plain, np.zeros_like(mask))):
        dy, dx = chain.shift
        done, facts = finished(picture[dy:, dx:], chain)
        truth = cv2.resize(truth[dy:, dx:].astype(np.float32), done.shape[1::-1], interpolation=cv2.INTER_AREA)
        crop, part = crop_at(done, truth, rng, centred=truth.any())
        cells = part.reshape(SIDE // 8, 8, SIDE // 8, 8).mean((1, 3))
        is_forged = bool(cells.sum() >= 2)
        samples.append(Sample(crop, np.round(255 * cells).astype(np.uint8), is_forged, method if is_forged else "none", facts))
    return samples
