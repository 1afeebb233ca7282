"""Noisesniffer (Gardella, Musé, Morel, Colom, IPOL 14, 2024) as PhotoHolmes carries it.

It marks regions and accuses when there is one. The score is the share of the image that it marks.
"""

import sys
import time
from pathlib import Path

import numpy as np
from protocol import Verdict, answer_jobs, read_rgb

sys.path.insert(0, str(Path(sys.argv[1]) / "src"))

import torch  # noqa: E402
from photoholmes.methods.noisesniffer import Noisesniffer, noisesniffer_preprocessing  # noqa: E402

torch.set_num_threads(1)
method = Noisesniffer()


def judge(image: Path) -> Verdict:
    start = time.process_time()
    pixels = torch.from_numpy(read_rgb(image).copy()).permute(2, 0, 1)
    mask = np.asarray(method.predict(**noisesniffer_preprocessing(image=pixels))[0]) > 0
    return Verdict(mask.mean(), bool(mask.any()), mask, time.process_time() - start)


answer_jobs(judge)
