"""Writes both parts of the network as ONNX and checks them against PyTorch."""

from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from network import FEATURES, ForgeryNetwork

SIZE = {2: "height", 3: "width"}
HALF = {2: "height2", 3: "width2"}


def export(network: ForgeryNetwork, folder: Path) -> None:
    network.eval()
    write(network.features, folder / "forgery-features.onnx", {"rgb": SIZE}, {"features": SIZE}, rgb)
    inputs = {"features": SIZE, "mean": {}, "spread": {}}
    write(network.comparison, folder / "forgery-comparison.onnx", inputs, {"map": SIZE, "evidence": HALF}, features)
    print(f"{sum(p.numel() for p in network.parameters())} parameters")


def rgb(rows: int, columns: int) -> list[Tensor]:
    return [torch.rand(1, 3, 16 * rows, 16 * columns) * 255]


def features(rows: int, columns: int) -> list[Tensor]:
    return [torch.randn(1, FEATURES, 2 * rows, 2 * columns), torch.randn(1, FEATURES, 1, 1), torch.rand(1, FEATURES, 1, 1)]


def write(part: nn.Module, file: Path, inputs: dict, outputs: dict, probe) -> None:
    names = {"input_names": list(inputs), "output_names": list(outputs)}
    axes = {name: {a: f"{name}_{b}" for a, b in sizes.items()} for name, sizes in (inputs | outputs).items()}
    torch.onnx.export(part, tuple(probe(12, 16)), str(file), dynamo=False, opset_version=17, dynamic_axes=axes, **names)
    other = probe(20, 13)
    with torch.no_grad():
        expected = part(*other)
    got = onnxruntime.InferenceSession(str(file)).run(None, dict(zip(inputs, (x.numpy() for x in other))))
    pairs = zip(expected if isinstance(expected, tuple) else (expected,), got)
    worst = max(float(np.abs(a.numpy() - b).max()) for a, b in pairs)
    assert worst < 1e-3, f"ONNX and PyTorch differ by {worst}"
    print(f"{file.name}: {file.stat().st_size} bytes, agrees with PyTorch to {worst:.1e}")
