"""Idempotency: the same key with the same picture runs the model once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any

Work = Callable[[], Coroutine[Any, Any, bytes]]


class KeyReused(Exception):
    """The key came before with another picture."""


class Once:
    """Remembers the latest answers of this container by key; a failure is forgotten, so that it can be tried again."""

    def __init__(self, capacity: int = 256) -> None:
        self._capacity = capacity
        self._tasks: OrderedDict[str, tuple[str, asyncio.Task[bytes]]] = OrderedDict()

    async def run(self, key: str, digest: str, work: Work) -> bytes:
        """The answer of the work that this key began, waiting for it if it is under way. Raises KeyReused."""
        known = self._tasks.get(key)
        if known is not None and known[0] != digest:
            raise KeyReused
        task = known[1] if known is not None else self._begin(key, digest, work)
        # Whoever stops waiting does not stop the work of the others.
        return await asyncio.shield(task)

    def _begin(self, key: str, digest: str, work: Work) -> asyncio.Task[bytes]:
        task = asyncio.create_task(work())
        self._tasks[key] = (digest, task)
        task.add_done_callback(lambda done: self._forget_failure(key, done))
        while len(self._tasks) > self._capacity:
            self._tasks.popitem(last=False)
        return task

    def _forget_failure(self, key: str, done: asyncio.Task[bytes]) -> None:
        _, latest = self._tasks.get(key, ("", None))
        if latest is done and (done.cancelled() or done.exception() is not None):
            del self._tasks[key]
