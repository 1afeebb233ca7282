"""The endpoint on Modal: `modal deploy app.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import modal

image = (
    modal.Image.debian_slim(python_version="3.12")
    .pip_install_from_requirements("requirements.txt")
    # .add_local_file("model.onnx", "/model.onnx")
    .add_local_python_source("endpoint")
)
app = modal.App("artguard-detector", image=image)


# A job may take longer than the 150 s of a request: Modal then answers 303, and the client follows.
# One container remembers its idempotency keys, so that repeated requests run the model once there.
@app.function(timeout=900, scaledown_window=300, max_containers=4)
@modal.concurrent(max_inputs=8)
@modal.asgi_app(requires_proxy_auth=True)
def detect() -> Callable[..., Any]:
    """Runs once in each container, before its first request."""
    from endpoint import BrightnessDemo, Endpoint

    # return Endpoint(onnx_model("/model.onnx", name="my-model", version="1.0.0", side=512, logits=True))
    return Endpoint(BrightnessDemo())
