"""Prints how well trivial statistics of whole crops tell the classes apart, so that nothing is learned from a shortcut.

    python check_shortcuts.py FOLDER [SHARDS]

Asked of each: AUC at most .60, over all crops, beside twins and beside untouched crops of other pictures.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

from crops import load_crops
from measures import auc

FACTS = ["quality", "subsampling", "jpeg", "bytes", "resize", "history", "saved"]


def blockiness(grey: np.ndarray) -> float:
    """Steps across the columns of the 8x8 grid over steps elsewhere."""
    steps = np.abs(np.diff(grey, axis=1)).mean(0)
    on_grid = np.arange(len(steps)) % 8 == 7
    return float(steps[on_grid].mean() / (steps[~on_grid].mean() + 0.01))


def statistics(picture: np.ndarray) -> dict[str, float]:
    grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY).astype(np.float32)
    detail = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    return {
        "mean": float(grey.mean()),
        "contrast": float(grey.std()),
        "gradient": float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean()),
        "high frequencies": float(detail.mean()),
        "noise floor": float(np.median(detail)),
        "flat share": float((detail < 1).mean()),
        "blockiness": blockiness(grey),
        "saturation": float(picture.std(2).mean()),
    }


def main(folder: Path, shards: int) -> None:
    crops = load_crops(folder)
    chosen = range(min(len(crops), 1000 * shards))
    rows = [crops.rows[i] for i in chosen]
    values = [statistics(crops.at(i)[0]) | {f"fact {name}": float(row[name]) for name in FACTS} for i, row in zip(chosen, rows)]
    forged = np.array([row["forged"] for row in rows])
    groups = {"all": np.ones(len(rows), bool)} | {name: np.array([row["pair"] == name for row in rows]) for name in ("twin", "independent")}
    print(f"{len(rows)} crops{'':14}" + "".join(f"{name:>13}" for name in groups))
    for name in values[0]:
        column = np.array([value[name] for value in values])
        figures = [auc(column[group], forged[group]) for group in groups.values()]
        print(f"{name:24}" + "".join(f"{max(figure, 1 - figure):13.3f}" for figure in figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
