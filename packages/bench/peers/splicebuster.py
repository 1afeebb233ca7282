"""Splicebuster (Cozzolino, Poggi, Verdoliva, WIFS 2015) as PhotoHolmes carries it.

It gives a map from 0 to 1 and no verdict. The score says how far the suspicious end of the map lies from its middle:
the 99th percentile less the median.
"""

import sys
import time
from pathlib import Path

import numpy as np
from protocol import Verdict, answer_jobs, read_rgb

sys.path.insert(0, str(Path(sys.argv[1]) / "src"))

import torch  # noqa: E402
from photoholmes.methods.splicebuster import Splicebuster, splicebuster_preprocessing  # noqa: E402

torch.set_num_threads(1)
method = Splicebuster()


def judge(image: Path) -> Verdict:
    start = time.process_time()
    pixels = torch.from_numpy(read_rgb(image).copy()).permute(2, 0, 1)
    heatmap = np.asarray(method.predict(**splicebuster_preprocessing(image=pixels)))
    seconds = time.process_time() - start
    score = np.nanpercentile(heatmap, 99) - np.nanmedian(heatmap)
    return Verdict(score, None, heatmap, seconds)


answer_jobs(judge)
