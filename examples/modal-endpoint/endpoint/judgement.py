"""What a model is and says, and how that becomes an answer of the contract."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SMALLEST_CELL = 8
"""Pixels per side of a heat map's cell: 2048 / 8 squared is the contract's largest map, 65,536 cells."""
MOST_REGIONS = 32
LONGEST_REASON = 500
HIGHEST_COST = 1000


@dataclass(frozen=True)
class Region:
    """A rectangle in pixels of the picture; confidence 0-1."""

    x: int
    y: int
    width: int
    height: int
    confidence: float


@dataclass(frozen=True)
class Judgement:
    """A model's opinion of one picture."""

    score: float
    """The model's probability that the picture is forged, 0-1."""
    heatmap: NDArray[np.float32] | None = None
    """Suspicion 0-1 in rows and columns of any number, spread evenly over the picture."""
    regions: Sequence[Region] = ()
    """Strongest first."""
    cost_usd: float | None = None


@dataclass(frozen=True)
class NotApplicable:
    """The model cannot judge this picture; one English sentence says why."""

    reason: str


class Model(Protocol):
    """Any model. It is called for one picture at a time."""

    name: str
    version: str

    def judge(self, picture: NDArray[np.uint8]) -> Judgement | NotApplicable:
        """Judges a picture of height x width x 3, sRGB."""
        ...


def answer_of(model: Model, judgement: Judgement | NotApplicable, width: int, height: int) -> dict[str, Any]:
    """The answer as JSON. Raises ValueError for a judgement that no client would believe."""
    said_by = {"model": model.name, "version": model.version}
    if isinstance(judgement, NotApplicable):
        if not 1 <= len(judgement.reason) <= LONGEST_REASON or not judgement.reason.isprintable():
            raise ValueError(f"the reason is not one line of at most {LONGEST_REASON} characters")
        return {"status": "not_applicable", "reason": judgement.reason, **said_by}
    if not 0 <= judgement.score <= 1:
        raise ValueError(f"the score is {judgement.score}")
    answer: dict[str, Any] = {"status": "ok", "score": float(judgement.score), **said_by}
    if judgement.heatmap is not None:
        answer["heatmap"] = heatmap_of(judgement.heatmap, width, height)
    if judgement.regions:
        answer["regions"] = [region_of(region, width, height) for region in judgement.regions[:MOST_REGIONS]]
    if judgement.cost_usd is not None:
        if not 0 <= judgement.cost_usd <= HIGHEST_COST:
            raise ValueError(f"the cost is {judgement.cost_usd}")
        answer["cost_usd"] = float(judgement.cost_usd)
    return answer


def region_of(region: Region, width: int, height: int) -> dict[str, Any]:
    """The region in numbers of Python, whatever numbers it is made of. Raises ValueError when it leaves the picture."""
    x, y, wide, high = (int(number) for number in (region.x, region.y, region.width, region.height))
    inside = x >= 0 and y >= 0 and wide >= 1 and high >= 1 and x + wide <= width and y + high <= height
    if not inside or not 0 <= region.confidence <= 1:
        raise ValueError(f"{region} is not in the picture of {width} x {height}, or not of a confidence of 0-1")
    return {"x": x, "y": y, "width": wide, "height": high, "confidence": float(region.confidence)}


def heatmap_of(grid: NDArray[np.float32], width: int, height: int) -> dict[str, Any]:
    """Means of the grid over square cells of the picture, as fine as the grid but no finer than the contract allows."""
    if grid.ndim != 2 or grid.size == 0 or not bool(np.isfinite(grid).all()):
        raise ValueError("the heat map is not a grid of numbers")
    rows_of_grid, columns_of_grid = grid.shape
    scale = max(SMALLEST_CELL, math.ceil(width / columns_of_grid), math.ceil(height / rows_of_grid))
    columns, rows = math.ceil(width / scale), math.ceil(height / scale)
    stretched = Image.fromarray(grid.astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR)
    padding = ((0, rows * scale - height), (0, columns * scale - width))
    padded = np.pad(np.asarray(stretched), padding, mode="edge")
    cells = padded.reshape(rows, scale, columns, scale).mean(axis=(1, 3)).clip(0, 1)
    # Three digits are more than such a map knows, and keep the answer small.
    data = [round(float(value), 3) for value in cells.ravel()]
    return {"width": columns, "height": rows, "scale": scale, "data": data}
