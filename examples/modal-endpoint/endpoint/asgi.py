"""The contract over HTTP, as a plain ASGI application."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from endpoint.judgement import Model, answer_of
from endpoint.once import KeyReused, Once

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAXIMUM_BYTES = 8 * 2**20
MAXIMUM_SIDE = 2048
VISIBLE = re.compile(r"[\x21-\x7e]{1,200}")
logger = logging.getLogger("endpoint")


@dataclass(frozen=True)
class Credentials:
    """What `Modal-Key` and `Modal-Secret` must be. On Modal the proxy checks them, and the endpoint needs none."""

    key: str
    secret: str


class Refusal(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Endpoint:
    """`POST` a JPEG and get the model's opinion; `GET` says that the model is ready."""

    def __init__(self, model: Model, credentials: Credentials | None = None) -> None:
        self._model = model
        self._credentials = credentials
        self._once = Once()
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"{scope['type']} is not served")
        try:
            status, body = 200, await self._answer(scope, receive)
        except Refusal as refusal:
            status, body = refusal.status, json.dumps({"error": str(refusal)}).encode()
        except Exception:
            # What went wrong stays in the log: it may speak of the picture.
            logger.exception("the model failed")
            status, body = 500, b'{"error": "the model failed"}'
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Message, receive: Receive) -> bytes:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self._authorize(headers)
        if scope["method"] == "GET":
            ready = {"status": "ready", "model": self._model.name, "version": self._model.version}
            return json.dumps(ready).encode()
        if scope["method"] != "POST":
            raise Refusal(405, "only GET and POST are served")
        key = headers.get("idempotency-key", "")
        if VISIBLE.fullmatch(key) is None:
            raise Refusal(400, "Idempotency-Key must have 1-200 printable ASCII characters without spaces")
        if headers.get("content-type", "").lower() != "image/jpeg":
            raise Refusal(415, "Content-Type must be image/jpeg")
        data = await body_of(headers, receive)
        digest = hashlib.sha256(data).hexdigest()
        try:
            return await self._once.run(key, digest, lambda: self._judge(data))
        except KeyReused:
            raise Refusal(409, "this Idempotency-Key came before with another picture") from None

    def _authorize(self, headers: dict[str, str]) -> None:
        if self._credentials is None:
            return
        given = (headers.get("modal-key", ""), headers.get("modal-secret", ""))
        expected = (self._credentials.key, self._credentials.secret)
        # Both are compared, and in constant time, whatever the first one says.
        same = [secrets.compare_digest(a.encode("latin-1"), b.encode()) for a, b in zip(given, expected, strict=True)]
        if not all(same):
            raise Refusal(401, "missing or wrong credentials")

    async def _judge(self, data: bytes) -> bytes:
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._judge_now, data)

    def _judge_now(self, data: bytes) -> bytes:
        picture = decode(data)
        height, width, _ = picture.shape
        answer = answer_of(self._model, self._model.judge(picture), width, height)
        return json.dumps(answer, allow_nan=False).encode()


async def body_of(headers: dict[str, str], receive: Receive) -> bytes:
    """The body, of which never more than the limit is held."""
    announced = headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > MAXIMUM_BYTES:
        raise Refusal(413, f"the picture has more than {MAXIMUM_BYTES} bytes")
    data = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "the picture broke off")
        data += message.get("body", b"")
        if len(data) > MAXIMUM_BYTES:
            raise Refusal(413, f"the picture has more than {MAXIMUM_BYTES} bytes")
        if not message.get("more_body", False):
            return bytes(data)


def decode(data: bytes) -> NDArray[np.uint8]:
    """The pixels of a JPEG of at most 2048 x 2048, as height x width x 3."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
            # The size is known before any pixel is decoded.
            if max(image.size) > MAXIMUM_SIDE:
                raise Refusal(422, f"the picture has a side of more than {MAXIMUM_SIDE} pixels")
            return np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Refusal(422, "the body is not a JPEG that can be decoded") from None
