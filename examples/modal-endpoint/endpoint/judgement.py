"""What a model is and says, and how that becomes an answer of the contract."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SMALLEST_CELL = 8
"""Pixels per side of a heat map's cell: 2048 / 8 squared is the contract's largest map, 65,536 cells."""
MOST_REGIONS = 32


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
        return {"status": "not_applicable", "reason": judgement.reason, **said_by}
    if not 0 <= judgement.score <= 1:
        raise ValueError(f"the score is {judgement.score}")
    answer: dict[str, Any] = {"status": "ok", "score": float(judgement.score), **said_by}
    if judgement.heatmap is not None:
        answer["heatmap"] = heatmap_of(judgement.heatmap, width, height)
    if judgement.regions:
        answer["regions"] = [asdict(region) for region in judgement.regions[:MOST_REGIONS]]
    if judgement.cost_usd is not None:
        answer["cost_usd"] = judgement.cost_usd
    return answer


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
