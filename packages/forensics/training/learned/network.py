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
FREQUENCIES = [(u, v) for u in range(5) for v in range(5) if 0 < u + v < 5]
STEPS = [2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20]
LARGEST_COEFFICIENT = 24.0


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
    """The orthonormal 8x8 DCT-II of luma at `FREQUENCIES`, as weights over RGB."""
    n = torch.arange(8.0)
    basis = torch.stack(
        [(math.sqrt(1 / 8) if k == 0 else 0.5) * torch.cos((2 * n + 1) * k * math.pi / 16) for k in range(8)]
    )
    ycc = luma_chroma()
    return torch.stack([ycc[0].view(3, 1, 1) * torch.outer(basis[u], basis[v]) for u, v in FREQUENCIES])


def convolution(inputs: int, outputs: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
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


class GridPeriodicity(nn.Module):
    """How well each coefficient of the 8x8 grid fits multiples of each step; zero where it says nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("kernels", dct_kernels())
        steps = torch.tensor([float(step) for step in STEPS]).view(1, -1, 1, 1, 1)
        self.register_buffer("steps", steps)
        self.channels = len(FREQUENCIES) * (len(STEPS) + 1)

    def forward(self, rgb: Tensor) -> Tensor:
        size = F.conv2d(rgb, self.kernels, stride=8).abs().unsqueeze(1)
        multiple = size / self.steps
        distance = (multiple - torch.round(multiple)).abs()
        fit = (1 - 4 * distance) * (multiple > 0.5).float()
        fit = fit.flatten(1, 2)
        level = (size.squeeze(1).clamp(max=LARGEST_COEFFICIENT) / LARGEST_COEFFICIENT).sqrt()
        return torch.cat([fit, level], 1)


class ForgeryNetwork(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("residuals", residual_kernels())
        self.grid = GridPeriodicity()
        self.traces = nn.Sequential(convolution(8, 12, stride=2), convolution(12, 24, stride=2))
        self.content = convolution(3, 8)
        self.stem = nn.Sequential(Separable(24 + 8, 32), convolution(32, 48, stride=2), Separable(48, 48))
        self.blocks = nn.Sequential(convolution(self.grid.channels, 32, 1), Separable(32, 32))
        self.joined = convolution(48 + 32, 48, 1)
        self.context = nn.Sequential(
            Separable(48, 64, 3, stride=2), Separable(64, 64, 5), Separable(64, 64, 5, 2), Separable(64, 64, 5, 3)
        )
        self.fused = nn.Sequential(convolution(48 + 64, 48, 1), Separable(48, 48))
        self.map = nn.Conv2d(48, 1, 1)
        self.evidence = nn.Conv2d(64, 1, 1)

    def forward(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        """RGB 0-255 with sides of multiples of 16 to logits at 1/8 (map) and 1/16 (evidence for the image)."""
        traces = self.traces(F.conv2d(rgb, self.residuals, padding=2).clamp(-1, 1))
        content = self.content(F.avg_pool2d(rgb, 4) / 127.5 - 1)
        stem = self.stem(torch.cat([traces, content], 1))
        joined = self.joined(torch.cat([stem, self.blocks(self.grid(rgb))], 1))
        context = self.context(joined)
        wide = F.interpolate(context, scale_factor=2.0, mode="nearest")
        fused = self.fused(torch.cat([joined, wide], 1))
        return self.map(fused), self.evidence(context)


def image_logit(evidence: Tensor) -> Tensor:
    """The log of the mean of the exponentials: between the mean and the maximum, the same for any tiling."""
    return torch.logsumexp(evidence.flatten(1), 1) - math.log(evidence[0].numel())
