"""Parts of pictures as people cut them out and paste them: shapes, objects along their own edges, seams."""

import math

import cv2
import numpy as np

from chains import Picture, edited

Alpha = np.ndarray  # H x W, float32, 0-1


def shape(rng: np.random.Generator, height: int, width: int, share: float) -> np.ndarray:
    """A mask of about the share of the area, somewhere inside."""
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


def share_of(rng: np.random.Generator, low: float = 0.01, high: float = 0.3) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def grown(small: Picture, seed: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """The object below a seed (Rother et al., "GrabCut", 2004); nothing when it fills the picture or vanishes."""
    if not 30 < seed.sum() < 0.5 * seed.size:
        return None
    radius = max(1, int(math.sqrt(seed.sum()) / 4))
    kernel = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    trimap = np.full(seed.shape, cv2.GC_BGD, np.uint8)
    trimap[cv2.dilate(seed, kernel) > 0] = cv2.GC_PR_BGD
    trimap[seed > 0] = cv2.GC_PR_FGD
    cv2.setRNGSeed(int(rng.integers(1 << 30)))
    cv2.grabCut(small, trimap, None, np.zeros((1, 65)), np.zeros((1, 65)), 2, cv2.GC_INIT_WITH_MASK)
    found = np.isin(trimap, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(found)
    if count < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    mask = (labels == largest).astype(np.uint8)
    return mask if 0.3 * seed.sum() < mask.sum() < 0.4 * mask.size else None


def edge_contrast(small: Picture, mask: np.ndarray) -> float:
    """How much steeper the picture is along the outline than elsewhere near it: objects have edges, patches do not."""
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    outline = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    near = (cv2.dilate(mask, np.ones((15, 15), np.uint8)) > 0) & ~outline
    return float(slope[outline].mean() / (slope[near].mean() + 1)) if near.any() else 0.0


def object_mask(rng: np.random.Generator, picture: Picture, share: float) -> np.ndarray:
    """Of a few tries the object with the clearest outline; a plain shape when there is none."""
    height, width = picture.shape[:2]
    small = np.ascontiguousarray(cv2.resize(picture, None, fx=1 / 3, fy=1 / 3, interpolation=cv2.INTER_AREA))
    found = [grown(small, shape(rng, *small.shape[:2], share), rng) for _ in range(3)]
    found = [(edge_contrast(small, mask), mask) for mask in found if mask is not None]
    if not found:
        return shape(rng, height, width, share)
    best = max(found, key=lambda pair: pair[0])[1]
    wide = cv2.resize(best * 255, (width, height), interpolation=cv2.INTER_CUBIC)
    return (cv2.GaussianBlur(wide, (0, 0), 1.5) > 127).astype(np.uint8)


def cut(picture: Picture, mask: np.ndarray) -> tuple[Picture, np.ndarray]:
    """The box around a mask, with a margin of its surroundings for resampling."""
    ys, xs = np.nonzero(mask)
    top, left = max(0, ys.min() - 4), max(0, xs.min() - 4)
    box = (slice(top, ys.max() + 5), slice(left, xs.max() + 5))
    return picture[box], mask[box]


def transformed(patch: Picture, mask: np.ndarray, rng: np.random.Generator, plain: float, most: int) -> tuple[Picture, np.ndarray]:
    """Beyond a share of `plain` cases mirrored, scaled, rotated; never wider than `most`."""
    scale = angle = 0.0
    if rng.random() > plain:
        scale = rng.uniform(-0.7, 0.6) if rng.random() < 0.75 else 0.0
        angle = rng.uniform(-35, 35) if rng.random() < 0.45 else 0.0
        if rng.random() < 0.4:
            patch, mask = patch[:, ::-1], mask[:, ::-1]
    factor = min(math.exp(scale), most / max(mask.shape))
    if factor == 1 and angle == 0:
        return np.ascontiguousarray(patch), np.ascontiguousarray(mask)
    patch, mask = np.ascontiguousarray(patch), np.ascontiguousarray(mask)
    if factor < 0.7:
        patch = cv2.resize(patch, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        mask = cv2.resize(mask, patch.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        factor = 1.0
    height, width = patch.shape[:2]
    turn, rise = math.cos(math.radians(angle)), abs(math.sin(math.radians(angle)))
    size = (math.ceil(factor * (width * turn + height * rise)), math.ceil(factor * (height * turn + width * rise)))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, factor)
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    flags = int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    patch = cv2.warpAffine(patch, matrix, size, flags=flags, borderMode=cv2.BORDER_REFLECT)
    return patch, cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_LINEAR)


def soft(mask: np.ndarray, rng: np.random.Generator) -> Alpha:
    """How a cut-out's edge is blended: mostly hard or antialiased by a pixel, sometimes feathered."""
    alpha = mask.astype(np.float32)
    kind = rng.random()
    if kind < 0.25:
        return alpha
    return cv2.GaussianBlur(alpha, (0, 0), 0.5 if kind < 0.7 else rng.uniform(0.8, 2.5))


def blended(host: Picture, patch: Picture, mask: np.ndarray, rng: np.random.Generator) -> Picture:
    alpha = soft(mask, rng)[..., None]
    picture = np.clip(host * (1 - alpha) + patch * alpha + 0.5, 0, 255).astype(np.uint8)
    return rubbed(picture, mask, rng) if rng.random() < 0.15 else picture


def rubbed(picture: Picture, mask: np.ndarray, rng: np.random.Generator) -> Picture:
    """The seam gone over with a blurring brush."""
    seam = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8)).astype(np.float32)
    share = cv2.GaussianBlur(seam, (0, 0), 1.5)[..., None]
    blurred = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.8, 2))
    return (picture * (1 - share) + blurred * share + 0.5).astype(np.uint8)


def pasted(host: Picture, patch: Picture, mask: np.ndarray, rng: np.random.Generator, away: tuple[int, int] | None = None) -> tuple[Picture, np.ndarray]:
    """The cut-out somewhere on the host, up to a quarter beyond its border; `away` is a place to keep off, top and left."""
    height, width = host.shape[:2]
    h, w = mask.shape
    for _ in range(8):
        top = int(rng.integers(min(-h // 4, height - h), max(height - 3 * h // 4, 1) + 1))
        left = int(rng.integers(min(-w // 4, width - w), max(width - 3 * w // 4, 1) + 1))
        if away is None or abs(top - away[0]) > h / 2 or abs(left - away[1]) > w / 2:
            break
    layer, whole = host.copy(), np.zeros((height, width), np.uint8)
    into = (slice(max(0, top), min(height, top + h)), slice(max(0, left), min(width, left + w)))
    of = (slice(into[0].start - top, into[0].stop - top), slice(into[1].start - left, into[1].stop - left))
    layer[into], whole[into] = patch[of], mask[of]
    return blended(host, layer, whole, rng), whole


def matched(patch: Picture, mask: np.ndarray, host: Picture, rng: np.random.Generator) -> Picture:
    """Edited by its author: its own sharpness, noise and white balance, sometimes colours moved towards the host's."""
    if rng.random() < 0.35:
        patch = edited(patch, str(rng.choice(["blur", "sharpen", "brightness", "contrast", "noise", "white balance"])), rng)
    if rng.random() < 0.35 and mask.any():
        shift = host.mean((0, 1)) - patch[mask > 0].mean(0)
        patch = np.clip(patch + rng.uniform(0.3, 0.8) * shift, 0, 255).astype(np.uint8)
    return patch
