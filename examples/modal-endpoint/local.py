"""The endpoint without Modal: `uvicorn local:app --lifespan off`.

ENDPOINT_MODEL names a class or function that makes the model, as `module:name`; ENDPOINT_KEY and ENDPOINT_SECRET are
the credentials, which on Modal the proxy checks.
"""

from __future__ import annotations

import importlib
import os

from endpoint import Credentials, Endpoint, Model


def make_model(source: str) -> Model:
    """Calls what `module:name` names."""
    module, _, name = source.partition(":")
    model: Model = getattr(importlib.import_module(module), name)()
    return model


app = Endpoint(
    make_model(os.environ.get("ENDPOINT_MODEL", "endpoint:BrightnessDemo")),
    Credentials(os.environ["ENDPOINT_KEY"], os.environ["ENDPOINT_SECRET"]),
)
