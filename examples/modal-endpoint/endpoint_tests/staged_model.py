"""A model that does what the colour of the picture says, for the tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from endpoint import Judgement, NotApplicable, Region


class StagedModel:
    """Red: the model fails. Green: not applicable. Blue: a score beyond 1. Else: an opinion that counts its runs."""

    name = "staged"
    version = "0.1.0"

    def __init__(self) -> None:
        self.runs = 0

    def judge(self, picture: NDArray[np.uint8]) -> Judgement | NotApplicable:
        """Counts, and does as told."""
        self.runs += 1
        red, green, blue = picture.mean(axis=(0, 1))
        if red > green + blue:
            raise RuntimeError("staged failure with a secret of the picture")
        if green > red + blue:
            return NotApplicable("The picture is green.")
        if blue > red + green:
            return Judgement(score=87)
        height, width, _ = picture.shape
        heatmap = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
        return Judgement(self.runs / 100, heatmap, [Region(0, 0, width // 2, height, 0.75)], cost_usd=0.001)
