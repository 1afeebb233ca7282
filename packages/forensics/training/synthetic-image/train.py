"""Fits the synthetic-image model on embedded.npz, prints every figure of the model card and writes the network.

Selection uses only the training sources: every generator is left out once, together with some human sources.
Takes the ImageNet network's weights (see backbone.py) as its argument.
"""

import csv
import os
import sys
from pathlib import Path

import numpy as np

from backbone import USED, feature_columns
from export import export
from regression import Standard, area_under_curve, ridge_logistic

SEED = 20261129
FOLDS = 6
# Ways of dealing the sources into folds; the scores are their mean.
DEALS = 3
# Inverse of the ridge penalty; the best of 0.0003 to 0.01 on sources left out.
STRENGTH = 0.0003
HERE = Path(__file__).parent
ROOM = HERE.parents[1] / "src/synthetic-image"
EXAMPLE = HERE.parents[1] / "test/synthetic-image/trained-example.json"
# False accusations of held-out human pictures that the operating threshold allows.
ACCUSED = 0.01


def read(folder):
    with (folder / "prepared" / "index.csv").open(newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    stored = np.load(folder / "embedded.npz")
    return [rows[name] for name in stored["files"]], stored["features"][:, feature_columns(USED)].astype(np.float64)


def balanced_weights(labels, sources):
    """Classes weigh alike; inside a class a source weighs as the square root of its size."""
    weights = np.zeros(len(labels))
    for label in (0, 1):
        for source in set(sources[labels == label]):
            chosen = (sources == source) & (labels == label)
            weights[chosen] = chosen.sum() ** -0.5
        weights[labels == label] /= weights[labels == label].sum()
    return weights * len(labels) / 2


def fitted(x, y, w, strength=STRENGTH):
    standard = Standard(x)
    return standard, *ridge_logistic(standard(x), y, w, strength)


def scores(model, x):
    standard, weights, bias = model
    return standard(x) @ weights + bias


def held_out(x, y, sources, generators):
    """Scores of each picture by models that saw nothing of its generator or human source."""
    rng = np.random.default_rng(SEED)
    found = np.zeros(len(y))
    for _ in range(DEALS):
        fold = {}
        for label in (0, 1):
            names = rng.permutation(sorted(set(generators[y == label])))
            fold |= {name: i % FOLDS for i, name in enumerate(names)}
        folds = np.array([fold[g] for g in generators])
        for k in range(FOLDS):
            test, train = folds == k, folds != k
            w = balanced_weights(y[train], sources[train])
            found[test] += scores(fitted(x[train], y[train], w), x[test]) / DEALS
    return found


def auc_figure(s, y, groups, chosen):
    """The area and its 95 % interval over 1,000 resamples of whole groups."""
    order = np.flatnonzero(chosen)[np.argsort(s[chosen])]
    truth, (names, places) = y[order], np.unique(groups[order], return_inverse=True)
    rng = np.random.default_rng(SEED)
    draws = []
    for _ in range(1000):
        weights = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))[places]
        generated, human = weights * truth, weights * (1 - truth)
        if generated.any() and human.any():
            draws.append((generated * np.cumsum(human)).sum() / (generated.sum() * human.sum()))
    low, high = np.quantile(draws, [0.025, 0.975])
    return f"{area_under_curve(truth, s[order]):.3f} [{low:.3f}, {high:.3f}]"


def main():
    rows, x = read(Path(os.environ["ARTGUARD_TRAINING_DATA"]) / "synthetic")
    column = lambda name: np.array([r[name] for r in rows])
    y, sources, generators = column("label").astype(int), column("source"), column("generator")
    content, groups = column("content"), column("group")
    art = (y == 0) & (content == "art")
    print(f"{len(y)} pictures, {y.sum()} generated, {x.shape[1]} features")

    formats = np.array([[float(r["side"]), *(float(r["file"].endswith(s)) for s in ("jpg", "webp"))] for r in rows])
    weights = balanced_weights(y, sources)
    blank = np.zeros(len(y))
    for k in range(5):
        test = np.arange(len(y)) % 5 == k
        blank[test] = scores(fitted(formats[~test], y[~test], weights[~test], 1.0), formats[test])
    print(f"format-only AUC {area_under_curve(y, blank):.3f}")

    s = held_out(x, y, sources, generators)
    threshold = np.quantile(s[y == 0], 1 - ACCUSED)
    # Platt scaling of the held-out scores, so that the statistic is a calibrated log odds at even odds.
    slope, offset = ridge_logistic(s.reshape(-1, 1), y, weights, 1e6)
    slope = float(slope[0])
    limit = slope * threshold + offset
    print(f"Platt slope {slope:.3f}, offset {offset:.3f}; threshold as log odds {limit:.3f}")

    standard, coefficients, bias = fitted(x, y, weights)
    network = ROOM / "generator-network.onnx"
    example = export(sys.argv[1], standard, slope * coefficients, slope * bias + offset, network)
    (ROOM / "operation.json").write_text(f'{{ "threshold": {limit:.4f} }}\n')
    EXAMPLE.write_text(f'{{ "score": {example} }}\n')

    print(f"human art accused {(s[art] > threshold).mean():.3f} of {art.sum()}, by kind:")
    for kind in sorted(set(generators[y == 0])):
        chosen = generators == kind
        print(f"  {kind:28s} n={chosen.sum():4d} accused {(s[chosen] > threshold).mean():.3f} "
              f"AUC {area_under_curve(y[chosen | (y == 1)], s[chosen | (y == 1)]):.3f}")
    print(f"AUC {auc_figure(s, y, groups, y >= 0)}, against art {auc_figure(s, y, groups, art | (y == 1))}, "
          f"generated found {(s[y == 1] > threshold).mean():.3f}")
    each = []
    for generator in sorted(set(generators[y == 1])):
        chosen = generators == generator
        each.append(area_under_curve(y[art | chosen], s[art | chosen]))
        print(f"  {generator:28s} n={chosen.sum():4d} AUC against art {auc_figure(s, y, groups, art | chosen)} "
              f"found {(s[chosen] > threshold).mean():.3f} median {np.median(s[chosen]):.2f}")
    print(f"mean over the generators {np.mean(each):.3f}")


main()
