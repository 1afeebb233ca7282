"""Writes the network as ONNX and checks it against PyTorch."""

from pathlib import Path

import numpy as np
import onnxruntime
import torch

from network import ForgeryNetwork


def export(network: ForgeryNetwork, output: Path) -> None:
    network.eval()
    probe = torch.rand(1, 3, 192, 256) * 255
    axes = {"rgb": {2: "height", 3: "width"}, "map": {2: "rows", 3: "columns"}, "evidence": {2: "rows2", 3: "columns2"}}
    torch.onnx.export(
        network,
        (probe,),
        str(output),
        dynamo=False,
        opset_version=17,
        input_names=["rgb"],
        output_names=["map", "evidence"],
        dynamic_axes=axes,
    )
    other = torch.rand(1, 3, 320, 208) * 255
    with torch.no_grad():
        expected = network(other)
    got = onnxruntime.InferenceSession(str(output)).run(None, {"rgb": other.numpy()})
    worst = max(float(np.abs(a.numpy() - b).max()) for a, b in zip(expected, got))
    assert worst < 1e-3, f"ONNX and PyTorch differ by {worst}"
    parameters = sum(p.numel() for p in network.parameters())
    print(f"{output}: {parameters} parameters, {output.stat().st_size} bytes, agrees with PyTorch to {worst:.1e}")
