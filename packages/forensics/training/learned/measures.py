"""Figures: areas under the ROC curve, F1 at the fixed threshold, and what the container alone gives away."""

import numpy as np
import torch

from crops import Crops, tensors
from network import ForgeryNetwork, image_logit


def auc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Mann-Whitney with ties counted half; NaN without both classes."""
    positives, negatives = int(labels.sum()), int((~labels).sum())
    if positives == 0 or negatives == 0:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[labels].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def f1(predicted: np.ndarray, truth: np.ndarray) -> float:
    both = int((predicted & truth).sum())
    return 2 * both / max(1, int(predicted.sum()) + int(truth.sum()))


def best_threshold(maps: np.ndarray, truths: np.ndarray) -> float:
    """The logit above which the pixels of all crops together, untouched ones too, have the highest F1."""
    logits, truth = maps.ravel(), truths.ravel()
    order = np.argsort(-logits)
    hits = np.cumsum(truth[order])
    scores = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    return float(logits[order[int(scores.argmax())]])


@torch.no_grad()
def predictions(network: ForgeryNetwork, crops: Crops, indices: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Map logits (N x 32 x 32) and image logits of crops at their full size."""
    network.eval()
    device = next(network.parameters()).device
    maps, images = [], []
    for start in range(0, len(indices), 8):
        pictures, _ = tensors([crops.at(i) for i in indices[start : start + 8]])
        logits, evidence = network(pictures.to(device))
        maps.append(logits[:, 0].cpu().numpy())
        images.append(image_logit(evidence).cpu().numpy())
    return np.concatenate(maps), np.concatenate(images)


def truths_of(crops: Crops, indices: list[int]) -> np.ndarray:
    """Which cells are forged, N x 32 x 32."""
    return np.stack([crops.at(i)[1] > 127 for i in indices])


def report(crops: Crops, indices: list[int], maps: np.ndarray, images: np.ndarray) -> None:
    """Prints figures over all, by source and by method; forged crops of a method stand against all untouched ones."""
    rows = [crops.rows[i] for i in indices]
    truths = truths_of(crops, indices)
    forged = np.array([row["forged"] for row in rows])
    groups = {"all": np.ones(len(rows), bool)}
    groups |= {f"source {name}": np.array([row["source"] == name for row in rows]) for name in sorted({r["source"] for r in rows})}
    groups |= {f"method {name}": np.array([row["method"] in (name, "none") for row in rows]) for name in sorted({r["method"] for r in rows} - {"none"})}
    groups |= {f"pair {name}": np.array([row.get("pair") == name for row in rows]) for name in ("twin", "independent")}
    groups |= {"png": np.array([row["jpeg"] == 0 for row in rows]), "jpeg": np.array([row["jpeg"] == 1 for row in rows])}
    groups |= {"messenger": np.array([row["resize"] < 1 for row in rows])}
    print(f"{'group':28} {'n':>5} {'image AUC':>9} {'pixel AUC':>9} {'F1@0.5':>7} {'marked untouched':>16}")
    for name, chosen in groups.items():
        f = [f1(maps[i] > 0, truths[i]) for i in np.flatnonzero(chosen & forged)]
        p = [auc(maps[i].ravel(), truths[i].ravel()) for i in np.flatnonzero(chosen & forged)]
        spread = (maps[chosen & ~forged] > 0).mean() if (chosen & ~forged).any() else float("nan")
        print(f"{name:28} {chosen.sum():5} {auc(images[chosen], forged[chosen]):9.3f} {np.nanmean(p):9.3f} {np.mean(f):7.3f} {spread:16.4f}", flush=True)


def format_only(crops: Crops) -> None:
    """The AUC of each fact of the container and of a logistic regression over all, fitted on every second pair."""
    names = ["quality", "subsampling", "jpeg", "bytes", "resize"]
    facts = np.array([[row[name] for name in names] for row in crops.rows], float)
    labels = np.array([row["forged"] for row in crops.rows])
    for name, column in zip(names, facts.T):
        value = auc(column, labels)
        print(f"format only, {name}: AUC {max(value, 1 - value):.3f}")
    facts = (facts - facts.mean(0)) / (facts.std(0) + 1e-9)
    facts = np.concatenate([facts, facts**2, np.ones((len(facts), 1))], 1)
    fit = (np.arange(len(facts)) // 2) % 2 == 0
    weights = np.zeros(facts.shape[1])
    for _ in range(300):
        probability = 1 / (1 + np.exp(-facts[fit] @ weights))
        weights += 0.5 * facts[fit].T @ (labels[fit] - probability) / fit.sum()
    print(f"format only, all together: AUC {auc(facts[~fit] @ weights, labels[~fit]):.3f} (n = {int((~fit).sum())})", flush=True)
