"""ZERO (Nikoukhah, Anger, Colom, Morel, Grompone von Gioi, IPOL 11, 2021), the program in C: foreign grids.

Its second rule, the missing grid, needs a second image and accuses many untouched pictures; it is left out. The score is
-log10 of the expected number of false alarms of the most significant foreign grid, 0 without one.
"""

import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from protocol import Verdict, answer_jobs

PROGRAM = Path(sys.argv[1]).resolve() / "zero"
REGION = re.compile(r"bounding box:.*log\(nfa\) = (-[\d.]+(?:e[+-]?\d+)?)")


def judge(image: Path) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        result = subprocess.run([PROGRAM, image.resolve()], cwd=folder, capture_output=True, text=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        mask = np.asarray(Image.open(Path(folder) / "mask_f.png").convert("L")) > 0
    bounds = [float(bound) for bound in REGION.findall(result.stdout)]
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Verdict(-min(bounds, default=0.0), len(bounds) > 0, mask, seconds)


answer_jobs(judge)
