"""Forgeries, their untouched twins, and untouched pictures of a history of their own, made from originals."""

import math
from dataclasses import dataclass, field

import cv2
import numpy as np

from chains import Chain, Picture, captured, edited, finished, gamma, jpeg_settings, recompressed, with_history
from objects import blended, cut, matched, object_mask, pasted, shape, share_of, transformed
from pages import text_edit
from upsampler import redrawn

SIDE = 256  # of a training crop
Made = tuple[Picture, np.ndarray]  # the forged picture, and which of its pixels were (0 or 1)


@dataclass
class Sample:
    crop: Picture
    mask: np.ndarray  # 32 x 32, share of forged pixels, 0-255
    forged: bool
    method: str
    facts: dict = field(default_factory=dict)  # what a reader of the container alone would know, and what was done


def donor_history(donor: Picture, rng: np.random.Generator) -> Picture:
    donor = captured(donor, rng)
    return recompressed(donor, jpeg_settings(rng, 55, 98)) if rng.random() < 0.7 else donor


def splice(host: Picture, donor: Picture, rng: np.random.Generator) -> Made:
    """An object of another picture, cut out along its edges, or a plain part of it."""
    donor = donor_history(donor, rng)
    share = share_of(rng, 0.02, 0.35)
    mask = object_mask(rng, donor, share) if rng.random() < 0.75 else shape(rng, *donor.shape[:2], share)
    return put(host, *cut(donor, mask), rng)


def put(host: Picture, patch: Picture, mask: np.ndarray, rng: np.random.Generator) -> Made:
    """Whole objects are large where they come from, and often made smaller."""
    most = 0.8 * min(host.shape[:2])
    if rng.random() < 0.6:
        most = min(most, 1.4 * math.sqrt(share_of(rng) * host.shape[0] * host.shape[1]))
    patch, mask = transformed(patch, mask, rng, 0.4, int(most))
    return pasted(host, matched(patch, mask, host, rng), mask, rng)


def stamped(host: Picture, stamp: np.ndarray, rng: np.random.Generator) -> Made:
    """A cut-out that comes with its own transparency."""
    factor = min(1.0, 0.9 * min(host.shape[:2]) / max(stamp.shape[:2]))
    stamp = cv2.resize(stamp, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    patch = donor_history(np.ascontiguousarray(stamp[..., :3]), rng)
    return put(host, patch, (stamp[..., 3] > 127).astype(np.uint8), rng)


def copy_move(host: Picture, donor: Picture, rng: np.random.Generator) -> Made:
    share = share_of(rng, 0.008, 0.2)
    mask = object_mask(rng, host, share) if rng.random() < 0.7 else shape(rng, *host.shape[:2], share)
    ys, xs = np.nonzero(mask)
    patch, cutout = transformed(*cut(host, mask), rng, 0.55, int(0.8 * min(host.shape[:2])))
    return pasted(host, patch, cutout, rng, away=(int(ys.min()), int(xs.min())))


def region(host: Picture, rng: np.random.Generator) -> np.ndarray:
    share = share_of(rng)
    return object_mask(rng, host, share) if rng.random() < 0.5 else shape(rng, *host.shape[:2], share)


def elsewhere(host: Picture, rng: np.random.Generator) -> Picture:
    """The host shifted around, so that a patch of it fills a region with other content."""
    shift = [int(rng.integers(side // 5, side - side // 5)) for side in host.shape[:2]]
    picture = np.roll(host, shift, (0, 1))
    return picture[:, ::-1] if rng.random() < 0.5 else picture


def inpaint(host: Picture, donor: Picture, rng: np.random.Generator) -> Made:
    mask = region(host, rng)
    kind = rng.choice(["telea", "ns", "poisson"])
    if kind != "poisson":
        if mask.mean() > 0.06:  # these two only smear larger holes
            mask = cv2.erode(mask, np.ones((3, 3)), iterations=int(math.sqrt(mask.sum()) / 8))
        method = cv2.INPAINT_TELEA if kind == "telea" else cv2.INPAINT_NS
        return cv2.inpaint(host, cv2.dilate(mask, np.ones((3, 3))), float(rng.uniform(2, 5)), method), mask
    source = cv2.resize(donor, host.shape[1::-1]) if rng.random() < 0.4 else elsewhere(host, rng)
    mask[[0, -1]] = 0
    mask[:, [0, -1]] = 0
    ys, xs = np.nonzero(mask)
    if len(ys) < 200:
        return filled(host, donor, rng)
    centre = (int(xs.min() + xs.max()) // 2, int(ys.min() + ys.max()) // 2)
    try:
        return cv2.seamlessClone(np.ascontiguousarray(source), host, mask * 255, centre, cv2.NORMAL_CLONE), mask
    except cv2.error:  # the mask's box left the picture
        return filled(host, donor, rng)


def filled(host: Picture, donor: Picture, rng: np.random.Generator) -> Made:
    """In place of generative fill: content with the up-sampling traces of a decoder, imitated or of a real network."""
    mask = region(host, rng)
    source = host if rng.random() < 0.4 else elsewhere(host, rng) if rng.random() < 0.6 else cv2.resize(donor, host.shape[1::-1])
    patch = np.ascontiguousarray(source).copy()
    ys, xs = np.nonzero(mask)
    if len(ys) == 0:
        return host, mask
    box = (slice(max(0, ys.min() - 8), ys.max() + 9), slice(max(0, xs.min() - 8), xs.max() + 9))
    patch[box] = redrawn(patch[box], rng) if rng.random() < 0.6 else decoded_like(patch[box], rng)
    if rng.random() < 0.25:
        patch = edited(patch, "noise", rng)
    return blended(host, patch, mask, rng), mask


def decoded_like(picture: Picture, rng: np.random.Generator) -> Picture:
    factor = float(rng.choice([0.25, 0.5, 0.5]))
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    up = int(rng.choice([cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4]))
    patch = cv2.resize(small, picture.shape[1::-1], interpolation=up)
    patch = cv2.bilateralFilter(patch, 5, 20, 3) if rng.random() < 0.5 else cv2.GaussianBlur(patch, (0, 0), 0.8)
    return cv2.addWeighted(patch, 1.6, cv2.GaussianBlur(patch, (0, 0), 1.5), -0.6, 0) if rng.random() < 0.5 else patch


def retouch(host: Picture, donor: Picture, rng: np.random.Generator) -> Made:
    mask = region(host, rng)
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
    return blended(host, patch, mask, rng), mask


METHODS = {"splice": splice, "copy-move": copy_move, "inpaint": inpaint, "fill": filled, "retouch": retouch, "text": text_edit}
SHARES = {"photo": [0.5, 0.24, 0.09, 0.12, 0.05, 0], "art": [0.55, 0.19, 0.09, 0.12, 0.05, 0], "page": [0.14, 0.06, 0.03, 0.04, 0.03, 0.7]}
STAMPS = 0.15  # share of splices whose object is a cut-out with transparency, where there are any


def forge(host: Picture, kind: str, donor: Picture, stamp: np.ndarray | None, rng: np.random.Generator) -> tuple[str, Made]:
    method = str(rng.choice(list(METHODS), p=SHARES[kind]))
    if method == "splice" and stamp is not None and rng.random() < STAMPS:
        return method, stamped(host, stamp, rng)
    return method, METHODS[method](host, donor, rng)


def place_of(truth: np.ndarray, rng: np.random.Generator) -> tuple[slice, slice]:
    """Where to cut a training crop: on the 16-pixel grid, by preference with forged pixels and untouched ones."""
    limit = ((truth.shape[0] - SIDE) // 16 + 1, (truth.shape[1] - SIDE) // 16 + 1)
    places = [(16 * int(rng.integers(limit[0])), 16 * int(rng.integers(limit[1]))) for _ in range(6)]
    places = [(slice(y, y + SIDE), slice(x, x + SIDE)) for y, x in places]
    return next((place for place in places if 0 < truth[place].mean() < 0.6), places[0])


@dataclass
class Scene:
    """A host with its history, and what it is forged with."""

    host: Picture
    kind: str
    donor: Picture
    stamp: np.ndarray | None
    chain: Chain


def forged_and_untouched(scene: Scene, rng: np.random.Generator) -> list[Sample] | None:
    """A forgery and the same part of the same picture untouched; nothing when no forged pixels lie in the crop."""
    plain = with_history(captured(scene.host, rng) if scene.kind != "page" else scene.host, scene.chain)
    method, (picture, mask) = forge(plain, scene.kind, scene.donor, scene.stamp, rng)
    forged, facts = finished(picture, scene.chain)
    twin, twin_facts = finished(plain, scene.chain)
    dy, dx = scene.chain.shift
    truth = cv2.resize(mask[dy:, dx:].astype(np.float32), forged.shape[1::-1], interpolation=cv2.INTER_AREA)
    place = place_of(truth, rng)
    cells = truth[place].reshape(SIDE // 8, 8, SIDE // 8, 8).mean((1, 3))
    if cells.sum() < 3 or cells.mean() > 0.9:
        return None
    return [
        Sample(forged[place], np.round(255 * cells).astype(np.uint8), True, method, facts),
        Sample(twin[place], np.zeros(cells.shape, np.uint8), False, "none", twin_facts),
    ]

