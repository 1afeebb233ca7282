"""Describes every training file by what the ImageNet network sees in it: embedded.npz beside the index.

Takes the network's weights (see backbone.py) as its argument. What it has computed before it does not compute again.
"""

import csv
import os
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from backbone import Backbone, load_imagenet

DATA = Path(os.environ["ARTGUARD_TRAINING_DATA"]) / "synthetic"
# As in src/synthetic-image/picture-views.ts; training files are squares.
SIDE = 224


def main():
    torch.set_num_threads(1)
    backbone = load_imagenet(Backbone(), sys.argv[1])
    kept = DATA / "embedded"
    kept.mkdir(exist_ok=True)
    with (DATA / "prepared" / "index.csv").open(newline="") as file:
        names = [row["file"] for row in csv.DictReader(file)]
    for name in names:
        target = kept / f"{name}.npy"
        if target.exists():
            continue
        small = Image.open(DATA / "prepared" / name).convert("RGB").resize((SIDE, SIDE), Image.BOX)
        with torch.inference_mode():
            features = backbone(torch.from_numpy(np.array(small, dtype=np.float32)).permute(2, 0, 1)[None])
        np.save(target, features[0].numpy())
    np.savez(DATA / "embedded.npz", files=names, features=np.stack([np.load(kept / f"{name}.npy") for name in names]))
    print(f"{len(names)} pictures described")


main()
