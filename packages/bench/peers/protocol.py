"""What every wrapper of a peer has in common.

    python <wrapper>.py <folder of the peer> <jobs.json>

The jobs are a list of {"image": path, "map": path}. For each, one line of JSON is printed: the score (higher is more
suspicious), whether the peer accuses by its own rule (null without one) and the CPU seconds it took, reading the image
included; or the error. The map is written as an 8-bit grey PNG of the size of the image, 255 for 1.
"""

import json
import sys
from pathlib import Path
from typing import Callable, NamedTuple, Optional

import numpy as np
from PIL import Image


class Verdict(NamedTuple):
    score: float
    accused: Optional[bool]
    #: Rows by columns, 0 to 1; not a number where the peer says nothing.
    map: np.ndarray
    seconds: float


def answer_jobs(judge: Callable[[Path], Verdict]) -> None:
    """Judges the images of all jobs, one after the other."""
    for job in json.loads(Path(sys.argv[2]).read_text()):
        print(json.dumps({"image": job["image"], **answer(judge, job)}), flush=True)


def answer(judge: Callable[[Path], Verdict], job: dict) -> dict:
    try:
        verdict = judge(Path(job["image"]))
        levels = np.clip(np.rint(255 * np.nan_to_num(verdict.map.astype(float))), 0, 255)
        Image.fromarray(levels.astype(np.uint8)).save(job["map"])
    except Exception as error:  # A peer that fails on one image goes on with the next; the failure is counted.
        return {"error": f"{type(error).__name__}: {error}"}
    return {"score": float(verdict.score), "accused": verdict.accused, "seconds": verdict.seconds}


def read_rgb(image: Path) -> np.ndarray:
    """Rows by columns by three channels, 8 bits."""
    return np.asarray(Image.open(image).convert("RGB"))
