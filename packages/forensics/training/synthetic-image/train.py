"""Fits the synthetic-image model on features.csv and writes weights.json; prints every figure of the model card.

Selection uses only the training sources: every generator and every human source is left out once.
"""

import csv
import json
import os
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

SEED = 20240607
FOLDS = 8
# Inverse of the ridge penalty; the best of 0.0003 to 0.1 on sources left out.
STRENGTH = 0.01
LABELS = ("file", "label", "source", "generator", "content", "group", "side")
TARGET = Path(__file__).parents[2] / "src/synthetic-image/weights.json"
# Scores that the detector's own code must reproduce.
EXAMPLE = Path(__file__).parents[2] / "test/synthetic-image/trained-example.json"
# False accusations of held-out human pictures that the operating threshold allows.
ACCUSED = 0.01


def read(path):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    names = [n for n in rows[0] if n not in LABELS]
    values = np.array([[float(r[n]) for n in names] for r in rows])
    return rows, names, values


def balanced_weights(labels, sources):
    """Classes weigh alike; inside a class a source weighs as the square root of its size."""
    weights = np.zeros(len(labels))
    for label in (0, 1):
        for source in set(sources[labels == label]):
            chosen = (sources == source) & (labels == label)
            weights[chosen] = chosen.sum() ** -0.5
        weights[labels == label] /= weights[labels == label].sum()
    return weights * len(labels) / 2


def linear(x, y, w, strength=STRENGTH):
    scaler = StandardScaler().fit(x)
    model = LogisticRegression(C=strength, max_iter=2000)
    model.fit(np.clip(scaler.transform(x), -5, 5), y, sample_weight=w)
    return scaler, model


def linear_scores(fitted, x):
    scaler, model = fitted
    return model.decision_function(np.clip(scaler.transform(x), -5, 5))


def held_out(x, y, sources, generators):
    """Scores of each picture by models that saw nothing of its generator or human source."""
    names = sorted(set(generators))
    rng = np.random.default_rng(SEED)
    order = [g for label in (0, 1) for g in rng.permutation([n for n in names if y[generators == n][0] == label])]
    fold = {name: i % FOLDS for i, name in enumerate(order)}
    folds = np.array([fold[g] for g in generators])
    scores = np.zeros(len(y))
    for k in range(FOLDS):
        test, train = folds == k, folds != k
        w = balanced_weights(y[train], sources[train])
        scores[test] = linear_scores(linear(x[train], y[train], w), x[test])
    return scores


def main():
    rows, names, values = read(Path(os.environ["ARTGUARD_TRAINING_DATA"]) / "synthetic" / "features.csv")
    y = np.array([int(r["label"]) for r in rows])
    sources = np.array([r["source"] for r in rows])
    generators = np.array([r["generator"] for r in rows])
    content = np.array([r["content"] for r in rows])
    print(f"{len(y)} pictures, {y.sum()} generated, {len(names)} features")

    formats = np.array([[float(r["side"]), *(float(r["file"].endswith(s)) for s in ("jpg", "webp"))] for r in rows])
    weights = balanced_weights(y, sources)
    blank = np.zeros(len(y))
    for k in range(5):
        test = np.arange(len(y)) % 5 == k
        blank[test] = linear_scores(linear(formats[~test], y[~test], weights[~test], 1.0), formats[test])
    print(f"format-only AUC {roc_auc_score(y, blank):.3f}")

    s = held_out(values, y, sources, generators)
    threshold = np.quantile(s[y == 0], 1 - ACCUSED)
    print(f"held-out AUC {roc_auc_score(y, s):.3f}, generated found at {ACCUSED:.0%} accused {(s[y == 1] > threshold).mean():.3f}")
    for generator in sorted(set(generators), key=lambda g: (y[generators == g][0], g)):
        chosen = generators == generator
        label = y[chosen][0]
        rest = s[(y != label)]
        mixed = np.concatenate([s[chosen], rest])
        truth = np.concatenate([np.full(chosen.sum(), label), np.full(len(rest), 1 - label)])
        print(f"  {generator:28s} {'generated' if label else 'human':9s} n={chosen.sum():4d} AUC {roc_auc_score(truth, mixed):.3f} "
              f"over threshold {(s[chosen] > threshold).mean():.3f} median {np.median(s[chosen]):.2f}")
    art = (content == "art") | (content == "mixed")
    print(f"art and mixed only: AUC {roc_auc_score(y[art], s[art]):.3f}")

    # Platt scaling of the held-out scores, so that the statistic is a calibrated log odds at even odds.
    platt = LogisticRegression(C=1e6).fit(s.reshape(-1, 1), y, sample_weight=weights)
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    print(f"Platt slope {slope:.3f}, offset {offset:.3f}; threshold as log odds {slope * threshold + offset:.3f}")

    scaler, logistic = linear(values, y, weights)
    short = lambda array: [float(f"{v:.5g}") for v in array]
    document = {
        "features": names,
        "mean": short(scaler.mean_),
        "scale": short(scaler.scale_),
        "weights": short(logistic.coef_[0]),
        "bias": float(f"{logistic.intercept_[0]:.6g}"),
        "slope": float(f"{slope:.6g}"),
        "offset": float(f"{offset:.6g}"),
        "threshold": float(f"{slope * threshold + offset:.6g}"),
    }
    TARGET.write_text(json.dumps(document, separators=(",", ":")) + "\n")
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")
    chosen = np.arange(0, len(y), len(y) // 4)[:4]
    exact = np.array([[float(f"{v:.7g}") for v in values[i]] for i in chosen])
    raw = linear_scores((scaler, logistic), exact)
    examples = [{"values": list(v), "log_odds": slope * r + offset} for v, r in zip(exact, raw)]
    EXAMPLE.write_text(json.dumps({"names": names, "examples": examples}, separators=(",", ":")) + "\n")


main()
