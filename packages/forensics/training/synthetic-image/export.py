"""Writes backbone and regression as one ONNX: views in, one score each out. Weights are stored in 16 bits."""

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from backbone import USED, Backbone, load_imagenet

SIDE = 224


class Scored(nn.Module):
    def __init__(self, backbone, standard, weights, bias):
        super().__init__()
        self.backbone = backbone
        for name, values in (("mean", standard.mean), ("scale", standard.scale), ("weights", weights)):
            self.register_buffer(name, torch.tensor(values, dtype=torch.float32))
        self.bias = float(bias)

    def forward(self, rgb):
        standardised = ((self.backbone(rgb) - self.mean) / self.scale).clamp(-5, 5)
        return (standardised * self.weights).sum(1) + self.bias


def pattern():
    """A picture that any language can make again."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    planes = np.stack([(x * (3 + c) + y * (5 + 2 * c) + (x * y) % (31 + c)) % 256 for c in range(3)])
    return torch.tensor(planes[None], dtype=torch.float32)


def halve(path):
    """Stores the convolutions' weights as 16-bit floats that the runtime widens when it loads them."""
    model = onnx.load(path)
    for tensor in list(model.graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.ndim < 4:
            continue
        model.graph.initializer.remove(tensor)
        model.graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), f"{tensor.name}.half"))
        widen = helper.make_node("Cast", [f"{tensor.name}.half"], [tensor.name], to=TensorProto.FLOAT)
        model.graph.node.insert(0, widen)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def export(imagenet, standard, weights, bias, target):
    """What the written network says of the pattern, for the test of the program that runs it."""
    torch.set_num_threads(1)
    network = Scored(load_imagenet(Backbone(USED), imagenet), standard, weights, bias).eval()
    probe = pattern()
    torch.onnx.export(network, (probe,), str(target), dynamo=False, opset_version=17, input_names=["rgb"],
                      output_names=["score"], dynamic_axes={"rgb": {0: "views"}, "score": {0: "views"}})
    halve(str(target))
    with torch.no_grad():
        exact = float(network(probe)[0])
    got = float(onnxruntime.InferenceSession(str(target)).run(None, {"rgb": probe.numpy()})[0][0])
    assert abs(got - exact) < 0.02, f"ONNX says {got}, PyTorch {exact}"
    print(f"{target.name}: {target.stat().st_size} bytes, within {abs(got - exact):.1e} of PyTorch in 32 bits")
    return got
