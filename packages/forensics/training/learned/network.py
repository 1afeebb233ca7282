"""The network: RGB in, a map of forgery logits at an eighth of the size and one image logit out.

Beside RGB it sees what manipulation leaves below the content, computed inside the graph by fixed convolutions:
truncated high-pass residuals (Fridrich & Kodovsky, "Rich models for steganalysis", 2012), and how well the block-DCT
coefficients of the file's 8x8 grid fit multiples of each quantisation step (the periodicity that double compression
leaves; Lin et al., 2009; as an input of a network: Kwon et al., CAT-Net, 2021).
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

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


def block_sums() -> Tensor:
    """Means over a block: of each residual, of horizontal second differences by column, of vertical ones by row."""
    sums = torch.zeros(24, 8, 8, 8)
    for i in range(8):
        sums[i, i] = 1 / 64
        sums[8 + i, 2, :, i] = 1 / 8
        sums[16 + i, 3, i, :] = 1 / 8
    return sums


class Joined(nn.Module):
    """A 1x1 convolution that sees the mean of the whole input beside each place: a place is odd only among others."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.here = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.mean = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.norm(self.here(x) + self.mean(x.mean((2, 3), keepdim=True))))


class ForgeryNetwork(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("residuals", residual_kernels())
        self.statistics = BlockStatistics()
        self.traces = nn.Sequential(convolution(8, 12, stride=2), convolution(12, 24, stride=2))
        self.content = convolution(3, 8, 4, 4, 0)
        self.stem = nn.Sequential(Separable(24 + 8, 32), convolution(32, 48, stride=2), Separable(48, 48))
        self.blocks = convolution(self.statistics.channels, 64, 1)
        self.joined = nn.Sequential(Joined(48 + 64, 64), Separable(64, 64, 5), Joined(64, 64), Separable(64, 64, 5))
        self.context = nn.Sequential(
            Separable(64, 80, 3, stride=2), Separable(80, 80, 5), Joined(80, 80), Separable(80, 80, 5, 2), Separable(80, 80, 5, 3)
        )
        self.fused = nn.Sequential(convolution(64 + 80, 64, 1), Separable(64, 64))
        self.map = nn.Conv2d(64, 1, 1)
        self.evidence = nn.Sequential(convolution(64 + 80, 48, 1), nn.Conv2d(48, 1, 1))

    def forward(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        """RGB 0-255 with sides of multiples of 16 to logits at 1/8 (map) and 1/16 (evidence for the image)."""
        residuals = F.conv2d(rgb, self.residuals, padding=2)
        traces = self.traces(residuals.clamp(-1, 1))
        stem = self.stem(torch.cat([traces, self.content(rgb / 127.5 - 1)], 1))
        joined = self.joined(torch.cat([stem, self.blocks(self.statistics(rgb, residuals))], 1))
        context = self.context(joined)
        wide = F.interpolate(context, scale_factor=2.0, mode="nearest")
        fused = self.fused(torch.cat([joined, wide], 1))
        return self.map(fused), self.evidence(torch.cat([F.max_pool2d(fused, 2), context], 1))


def image_logit(evidence: Tensor) -> Tensor:
    """The log of the mean of the exponentials: between the mean and the maximum, the same for any tiling."""
    return torch.logsumexp(evidence.flatten(1), 1) - math.log(evidence[0].numel())
