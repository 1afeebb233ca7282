"""Models: a demonstration, and adapters for ONNX and PyTorch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from endpoint.judgement import Judgement

Floats = NDArray[np.float32]
Run = Callable[[Floats], Sequence[Any]]
"""A picture of 1 x 3 x height x width, 0-1 or normalised, to its outputs: the score, and maybe a map."""


class BrightnessDemo:
    """Shows that the endpoint works. Brightness says NOTHING about forgery: put a real model in its place."""

    name = "brightness-demo"
    version = "1.0.0"

    def judge(self, picture: NDArray[np.uint8]) -> Judgement:
        """Bright pictures get a high number, dark ones a low one."""
        brightness = picture.mean(axis=2, dtype=np.float32) / np.float32(255)
        return Judgement(score=float(brightness.mean()), heatmap=brightness, cost_usd=0.0)


@dataclass(frozen=True)
class TensorModel:
    """Any function from a tensor to a score and, if it has one, a map."""

    name: str
    version: str
    run: Run
    side: int | None = None
    """Pixels that the picture is scaled to in both directions; unscaled without it."""
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    deviation: tuple[float, float, float] = (1.0, 1.0, 1.0)
    logits: bool = False
    """Whether outputs are log-odds, and not probabilities."""

    def judge(self, picture: NDArray[np.uint8]) -> Judgement:
        """Runs the function on the picture."""
        outputs = [np.asarray(output, dtype=np.float32) for output in self.run(self.tensor_of(picture))]
        if outputs[0].size != 1:
            raise ValueError(f"the first output has {outputs[0].size} numbers and not one score")
        score = self.probability(outputs[0]).item()
        if not math.isfinite(score):
            raise ValueError("the score is not a number")
        if len(outputs) == 1:
            return Judgement(score)
        rows, columns = outputs[1].shape[-2:]
        return Judgement(score, self.probability(outputs[1]).reshape(rows, columns))

    def tensor_of(self, picture: NDArray[np.uint8]) -> Floats:
        """The picture as the function wants it."""
        if self.side is not None:
            resized = Image.fromarray(picture).resize((self.side, self.side), Image.Resampling.BICUBIC)
            picture = np.asarray(resized)
        mean, deviation = (np.asarray(numbers, dtype=np.float32) for numbers in (self.mean, self.deviation))
        normalised = (picture.astype(np.float32) / 255 - mean) / deviation
        return np.ascontiguousarray(normalised.transpose(2, 0, 1)[np.newaxis], dtype=np.float32)

    def probability(self, output: Floats) -> Floats:
        """0-1."""
        if not self.logits:
            return output
        return np.asarray(1 / (1 + np.exp(-np.clip(output, -80, 80))), dtype=np.float32)


def onnx_model(path: str, *, name: str, version: str, **options: Any) -> TensorModel:
    """A model file for ONNX Runtime, on the GPU where there is one. It maps the tensor to a score and maybe a map."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=onnxruntime.get_available_providers())
    (tensor,) = session.get_inputs()
    return TensorModel(name, version, lambda pixels: session.run(None, {tensor.name: pixels}), **options)


def torch_model(module: Callable[[Any], Any], *, name: str, version: str, **options: Any) -> TensorModel:
    """A PyTorch module in evaluation mode, or any function of tensors; it returns a score, or a score and a map."""
    import torch

    def run(pixels: Floats) -> Sequence[Any]:
        with torch.inference_mode():
            outputs = module(torch.from_numpy(pixels))
        several = outputs if isinstance(outputs, (tuple, list)) else (outputs,)
        return [output.detach().cpu().numpy() for output in several]

    return TensorModel(name, version, run, **options)
