"""A forgery model behind ArtGuard's contract for remote detectors (docs/modal.md)."""

from endpoint.asgi import Credentials, Endpoint
from endpoint.judgement import Judgement, Model, NotApplicable, Region
from endpoint.models import BrightnessDemo, TensorModel, onnx_model, torch_model

__all__ = [
    "BrightnessDemo",
    "Credentials",
    "Endpoint",
    "Judgement",
    "Model",
    "NotApplicable",
    "Region",
    "TensorModel",
    "onnx_model",
    "torch_model",
]
