"""Fits the weights of the text-edit detector: a logistic regression over the deviations of cells from their page.

    python fit.py <features> <weights.json>

<features> is the folder that extract-text-edit-features.ts wrote. NumPy alone; deterministic.
"""

import glob
import json
import sys

import numpy as np

HEADER = 64
FEATURES = (
    "noise coarseNoise colourNoise flat unevenness brightness red blue fringeNoise inkContrast sharpness curvature "
    "strokeWidth inkRed inkBlue rim middle inkFlat spectrum earlierSave lineContrast lineSharpness lineCurvature "
    "lineSpectrum lineNoise"
).split()
REACHES = ("letter", "word")
RIDGE = 1000.0
MOST_EDITED, MOST_OTHERS = 80, 150
FEWEST_CELLS = 6


def read(path):
    values = np.fromfile(path, dtype=np.float32)
    columns, rows, planes, forged, save, index = (int(value) for value in values[:6])
    cells = columns * rows
    at = lambda k: values[HEADER + k * cells : HEADER + (k + 1) * cells]
    assert planes == len(FEATURES) * len(REACHES)
    return {
        "shape": (rows, columns),
        "forged": forged == 1,
        "save": save,
        "page": index,
        "truth": at(0),
        "text": at(1),
        "deviations": values[HEADER + 2 * cells : HEADER + (2 + planes) * cells].reshape(planes, cells),
    }


def design(page, cells=slice(None)):
    deviations = page["deviations"][:, cells]
    text = page["text"][cells]
    return np.concatenate([np.maximum(deviations, 0), np.maximum(-deviations, 0), [text, 1 - text]]).T


def sample(pages, random):
    rows, labels, weights = [], [], []
    for page in pages:
        for wanted, label, most in ((page["truth"] > 0.5, 1, MOST_EDITED), (page["truth"] < 0.05, 0, MOST_OTHERS)):
            cells = random.permutation(np.flatnonzero(wanted))[:most]
            if len(cells) == 0:
                continue
            rows.append(design(page, cells))
            labels.append(np.full(len(cells), label))
            # Pages count alike, however much of them was edited; untouched ones add to the negatives.
            weights.append(np.full(len(cells), (1 if label else 0.5) / len(cells)))
    weights = np.concatenate(weights)
    return np.concatenate(rows), np.concatenate(labels), weights * len(weights) / weights.sum()


def logistic(x, y, w):
    """Newton's method with a ridge on all but the last two columns, the intercepts."""
    penalty = np.full(x.shape[1], RIDGE)
    penalty[-2:] = 1e-6
    beta = np.zeros(x.shape[1])
    for _ in range(12):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        gradient = x.T @ (w * (y - p)) - penalty * beta
        hessian = (x * (w * p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        beta += np.linalg.solve(hessian, gradient)
    return beta


def smoothed(log_odds, shape, across=2, down=1):
    def sums(grid):
        padded = np.pad(grid, ((down + 1, down), (across + 1, across)))
        table = padded.cumsum(0).cumsum(1)
        height, width = 2 * down + 1, 2 * across + 1
        return table[height:, width:] - table[:-height, width:] - table[height:, :-width] + table[:-height, :-width]

    grid = log_odds.reshape(shape).astype(np.float64)
    return sums(grid) / sums(np.ones(shape))


def auc(scores, labels):
    order = np.argsort(scores, kind="stable")
    _, inverse, counts = np.unique(scores[order], return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positives = labels[order] > 0
    n = positives.sum()
    return (ranks[positives].sum() - n * (n + 1) / 2) / (n * (len(labels) - n))


def main(features, target):
    pages = [read(path) for path in sorted(glob.glob(f"{features}/*.bin"))]
    beta = logistic(*sample(pages, np.random.default_rng(1)))
    maps = [smoothed(design(page) @ beta, page["shape"]) for page in pages]
    top = np.array([np.sort(grid.ravel())[-FEWEST_CELLS:].mean() for grid in maps])
    forged = np.array([page["forged"] for page in pages])
    level = float(np.quantile(top[~forged], 0.99))
    for save in range(3):
        chosen = np.array([page["save"] == save for page in pages])
        pixel = [auc(g.ravel(), p["truth"] > 0.5) for g, p in zip(maps, pages) if p["forged"] and p["save"] == save and (p["truth"] > 0.5).any()]
        print(f"save {save}: pixel AUC {np.mean(pixel):.3f}, image AUC {auc(top[chosen], forged[chosen]):.3f}, "
              f"above the level: {np.mean(top[chosen & forged] > level):.2f} of forged, {np.mean(top[chosen & ~forged] > level):.3f} of untouched")
    n, planes = len(FEATURES), len(FEATURES) * len(REACHES)
    at = lambda name, reach, sign: round(float(beta[sign * planes + REACHES.index(reach) * n + FEATURES.index(name)]), 4)
    weights = {
        "alarmLevel": round(level, 3),
        "text": round(float(beta[-2]), 4),
        "paper": round(float(beta[-1]), 4),
        "features": {name: {reach: [at(name, reach, 0), at(name, reach, 1)] for reach in REACHES} for name in FEATURES},
    }
    with open(target, "w") as file:
        lines = [f'    "{name}": {json.dumps(value)}' for name, value in weights.pop("features").items()]
        head = ",\n".join(f'  "{key}": {value}' for key, value in weights.items())
        file.write("{\n" + head + ',\n  "features": {\n' + ",\n".join(lines) + "\n  }\n}\n")
    print(f"{len(pages)} pictures of {len({page['page'] for page in pages})} pages")


main(*sys.argv[1:])
