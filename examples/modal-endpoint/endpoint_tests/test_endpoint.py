"""Unit tests of the endpoint: `python -m unittest discover -s endpoint_tests -t .`"""

from __future__ import annotations

import asyncio
import io
import json
import math
import sys
import types
import unittest
from typing import Any

import numpy as np
from PIL import Image

from endpoint import (
    BrightnessDemo,
    Endpoint,
    Judgement,
    Model,
    NotApplicable,
    Region,
    TensorModel,
    onnx_model,
    torch_model,
)
from endpoint.asgi import MAXIMUM_BYTES
from endpoint.judgement import answer_of, heatmap_of
from endpoint.once import KeyReused, Once
from endpoint_tests.staged_model import StagedModel


def jpeg(colour: str, size: tuple[int, int] = (96, 64)) -> bytes:
    """A picture of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG")
    return buffer.getvalue()


async def ask(
    endpoint: Endpoint,
    body: bytes,
    *,
    method: str = "POST",
    key: str = "key",
    kind: str = "image/jpeg",
    pieces: int = 1,
) -> tuple[int, Any]:
    """One request, its body in so many pieces."""
    cuts = [len(body) * i // pieces for i in range(pieces + 1)]
    parts = [body[a:b] for a, b in zip(cuts, cuts[1:], strict=False)]
    messages = [{"type": "http.request", "body": part, "more_body": i < pieces - 1} for i, part in enumerate(parts)]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", kind.encode()), (b"idempotency-key", key.encode())]
    await endpoint({"type": "http", "method": method, "headers": headers}, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


def answers(model: Model, *bodies: bytes, **options: Any) -> list[tuple[int, Any]]:
    """The answers to these pictures, one after the other, each with its own key."""

    async def all_of_them() -> list[tuple[int, Any]]:
        endpoint = Endpoint(model)
        return [await ask(endpoint, body, **{"key": f"key-{i}", **options}) for i, body in enumerate(bodies)]

    return asyncio.run(all_of_them())


class RequestTests(unittest.TestCase):
    def test_refuses_what_is_not_a_jpeg_of_the_contract(self) -> None:
        png = io.BytesIO()
        Image.new("RGB", (8, 8)).save(png, "PNG")
        whole = jpeg("white")
        bodies = [b"", b"<svg/>", png.getvalue(), whole[: len(whole) // 2], jpeg("white", (2049, 8))]
        self.assertEqual([status for status, _ in answers(BrightnessDemo(), *bodies)], [422] * len(bodies))
        self.assertEqual(answers(BrightnessDemo(), jpeg("white", (2048, 8)))[0][0], 200)

    def test_refuses_more_bytes_than_the_limit_however_they_come(self) -> None:
        ((status, _),) = answers(BrightnessDemo(), bytes(MAXIMUM_BYTES + 1), pieces=7)
        self.assertEqual(status, 413)

    def test_refuses_other_types_keys_and_methods(self) -> None:
        for options, expected in [
            ({"kind": "image/png"}, 415),
            ({"key": ""}, 400),
            ({"key": "a b"}, 400),
            ({"key": "x" * 201}, 400),
            ({"method": "PUT"}, 405),
        ]:
            ((status, _),) = answers(BrightnessDemo(), jpeg("white"), **options)
            self.assertEqual(status, expected, options)

    def test_says_nothing_of_why_a_model_failed(self) -> None:
        with self.assertLogs("endpoint", level="ERROR") as logs:
            ((status, body),) = answers(StagedModel(), jpeg("red"))
        self.assertEqual((status, body), (500, {"error": "the model failed"}))
        self.assertIn("staged failure", logs.output[0])

    def test_sends_no_score_that_is_not_a_probability(self) -> None:
        with self.assertLogs("endpoint", level="ERROR"):
            ((status, _),) = answers(StagedModel(), jpeg("blue"))
        self.assertEqual(status, 500)


class IdempotencyTests(unittest.IsolatedAsyncioTestCase):
    async def test_runs_once_for_one_key_even_at_the_same_time(self) -> None:
        model = StagedModel()
        endpoint = Endpoint(model)
        results = await asyncio.gather(*(ask(endpoint, jpeg("white")) for _ in range(5)))
        self.assertEqual([body["score"] for _, body in results], [0.01] * 5)
        self.assertEqual(model.runs, 1)
        self.assertEqual((await ask(endpoint, jpeg("white"), key="other"))[1]["score"], 0.02)

    async def test_refuses_a_key_with_another_picture(self) -> None:
        endpoint = Endpoint(StagedModel())
        self.assertEqual((await ask(endpoint, jpeg("white")))[0], 200)
        self.assertEqual((await ask(endpoint, jpeg("grey")))[0], 409)

    async def test_tries_again_after_a_failure(self) -> None:
        model = StagedModel()
        endpoint = Endpoint(model)
        with self.assertLogs("endpoint", level="ERROR"):
            self.assertEqual((await ask(endpoint, jpeg("red")))[0], 500)
            self.assertEqual((await ask(endpoint, jpeg("red")))[0], 500)
        self.assertEqual(model.runs, 2)

    async def test_forgets_the_oldest_keys(self) -> None:
        once = Once(capacity=2)

        async def work() -> bytes:
            return b""

        for key in ["a", "b", "c"]:
            await once.run(key, "1", work)
        await once.run("a", "2", work)
        with self.assertRaises(KeyReused):
            await once.run("c", "2", work)


class AnswerTests(unittest.TestCase):
    def test_spreads_any_grid_over_the_picture(self) -> None:
        for grid, width, height in [
            ((3, 4), 100, 75),
            ((64, 96), 96, 64),
            ((1, 1), 2048, 1),
            ((2048, 2048), 2048, 2048),
        ]:
            heatmap = heatmap_of(np.full(grid, 0.25, np.float32), width, height)
            cells = (math.ceil(width / heatmap["scale"]), math.ceil(height / heatmap["scale"]))
            self.assertEqual((heatmap["width"], heatmap["height"]), cells)
            self.assertEqual(heatmap["data"], [0.25] * (cells[0] * cells[1]))
            self.assertLessEqual(cells[0] * cells[1], 65_536)

    def test_keeps_the_place_of_what_is_suspicious(self) -> None:
        grid = np.zeros((64, 96), np.float32)
        grid[:8, 88:] = 1
        heatmap = heatmap_of(grid, 96, 64)
        self.assertEqual(heatmap["data"].index(1.0), 11)
        self.assertEqual(sum(heatmap["data"]), 1)

    def test_refuses_judgements_that_nobody_would_believe(self) -> None:
        for judgement in [
            Judgement(float("nan")),
            Judgement(-0.1),
            Judgement(0.5, np.array([[float("nan")]], np.float32)),
            Judgement(0.5, np.zeros(4, np.float32)),
            Judgement(0.5, regions=[Region(90, 0, 7, 1, 0.5)]),
            Judgement(0.5, regions=[Region(-1, 0, 7, 1, 0.5)]),
            Judgement(0.5, regions=[Region(0, 0, 0, 1, 0.5)]),
            Judgement(0.5, regions=[Region(0, 0, 1, 1, 1.5)]),
            Judgement(0.5, cost_usd=float("nan")),
            Judgement(0.5, cost_usd=-1),
            NotApplicable(""),
            NotApplicable("two\nlines"),
            NotApplicable("x" * 501),
        ]:
            with self.assertRaises(ValueError):
                answer_of(StagedModel(), judgement, 96, 64)

    def test_carries_numbers_of_numpy(self) -> None:
        x, y, width, height = np.array([1, 2, 3, 4])
        region = Region(x, y, width, height, np.float32(0.5))
        answer = answer_of(StagedModel(), Judgement(np.float32(0.5), regions=[region], cost_usd=np.float32(0)), 96, 64)
        self.assertEqual(json.loads(json.dumps(answer))["regions"][0]["width"], 3)

    def test_carries_regions_and_cost(self) -> None:
        answer = answer_of(StagedModel(), Judgement(0.5, regions=[Region(1, 2, 3, 4, 0.5)], cost_usd=0.01), 96, 64)
        self.assertEqual(answer["regions"], [{"x": 1, "y": 2, "width": 3, "height": 4, "confidence": 0.5}])
        self.assertEqual(answer["cost_usd"], 0.01)


class ModelTests(unittest.TestCase):
    picture = np.full((40, 60, 3), 51, np.uint8)

    def test_hands_a_function_the_tensor_it_wants(self) -> None:
        seen: list[Any] = []

        def run(tensor: Any) -> Any:
            seen.append(tensor)
            return [np.array([[0.75]])]

        model = TensorModel("t", "1", run, side=32, mean=(0.1, 0.1, 0.1), deviation=(0.5, 0.5, 0.5))
        self.assertEqual(model.judge(self.picture), Judgement(0.75))
        self.assertEqual((seen[0].shape, seen[0].dtype), ((1, 3, 32, 32), np.float32))
        self.assertAlmostEqual(float(seen[0][0, 0, 0, 0]), 0.2, places=6)

    def test_turns_log_odds_into_probabilities(self) -> None:
        model = TensorModel("t", "1", lambda _: [np.array(0.0), np.array([[[[-1000.0, 1000.0]]]])], logits=True)
        judgement = model.judge(self.picture)
        self.assertEqual(judgement.score, 0.5)
        assert judgement.heatmap is not None
        np.testing.assert_allclose(judgement.heatmap, [[0, 1]], atol=1e-6)

    def test_refuses_several_scores(self) -> None:
        with self.assertRaises(ValueError):
            TensorModel("t", "1", lambda _: [np.zeros(2)]).judge(self.picture)

    def test_runs_a_real_onnx_file(self) -> None:
        model = onnx_model("endpoint_tests/mean.onnx", name="mean", version="1")
        self.assertAlmostEqual(model.judge(self.picture).score, 0.2, places=5)

    def test_runs_a_function_of_tensors_with_a_stand_in_for_torch(self) -> None:
        class Tensor:
            def __init__(self, array: Any) -> None:
                self.array = array

            def detach(self) -> Tensor:
                return self

            def cpu(self) -> Tensor:
                return self

            def numpy(self) -> Any:
                return self.array

        class InferenceMode:
            def __enter__(self) -> None:
                pass

            def __exit__(self, *_: object) -> None:
                pass

        torch = types.ModuleType("torch")
        vars(torch).update(from_numpy=Tensor, inference_mode=InferenceMode)
        sys.modules["torch"] = torch
        self.addCleanup(sys.modules.pop, "torch")
        model = torch_model(lambda x: (Tensor(x.array.mean()), Tensor(x.array[:, :1])), name="t", version="1")
        judgement = model.judge(self.picture)
        self.assertAlmostEqual(judgement.score, 0.2, places=6)
        assert judgement.heatmap is not None
        self.assertEqual(judgement.heatmap.shape, (40, 60))
