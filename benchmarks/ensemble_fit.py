"""The model of the checker `ensemble` as it is fitted: losses, their derivatives, thresholds."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from labelled_data import Row
from numpy.typing import NDArray
from scipy.optimize import minimize

from harness.checkers.ensemble import CLIP
from harness.checkers.weights import Weights

Floats = NDArray[np.float64]

PAIRED = {"bump": 0.5, "falke": 0.5, "planted": 0.5, "defacto_corrected": 1.0}
"""Sets of minimal pairs, fitted by differences only, and how much each weighs beside one labelled set."""
UNCALIBRATED = ("bump", "falke", "defacto_corrected")
"""Sets whose texts are false by the planting of an error, or true by its repair, as no model writes them."""
LABELLED_WEIGHT = {"emergent": 1.0}
"""Headlines against headlines teach refutation; they would drown what longer sources teach."""
GATE, CENTRE, WIDTH = "copied_share", 0.8, 0.08
SHRINK, TIE = 0.010, 0.010
"""Ridge on all weights, and on the difference between the two sides."""
FREE = ("length", "frames", "names", "figures")
GOOD = ("share", "density", "density_all")
RULES = 1 / 3
"""Share of the log-odds that the weights of `rules` have; the rest is fitted here."""
OTHERS = 1.0
"""How much the doubts about all sentences but the most doubtful one count in that about a text."""
SMALLEST = 0.0002


@dataclass
class Fit:
    """Weights over standardised signals."""

    mean: Floats
    scale: Floats
    novel: Floats
    copied: Floats
    intercepts: tuple[float, float] = (0.0, 0.0)
    slope: float = 1.0
    offset: float = 0.0
    thresholds: tuple[float, ...] = (0.5, 0.5)


class Fitter:
    """Fits `Fit` to some rows."""

    def __init__(self, names: Sequence[str], rows: Sequence[Row]) -> None:
        self.names = list(names)
        self.gate = self.names.index(GATE)
        table = np.vstack([row.matrix for row in rows])
        self.mean, self.scale = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-6)
        self.signs = [0 if name in FREE else 1 if name.partition(">")[0].endswith(GOOD) else -1 for name in names]

    def design(self, rows: Sequence[Row]) -> tuple[Floats, Floats, NDArray[np.intp], NDArray[np.intp]]:
        """Signals of novel and copied side by side, the gate, each sentence's text, each text's first sentence."""
        table = np.vstack([row.matrix for row in rows])
        sizes = [len(row.matrix) for row in rows]
        standard = np.clip((table - self.mean) / self.scale, -CLIP, CLIP)
        gate = 1 / (1 + np.exp(-np.clip((table[:, self.gate] - CENTRE) / WIDTH, -30, 30)))
        joined = np.hstack([standard * (1 - gate)[:, None], standard * gate[:, None]])
        return joined, gate, np.repeat(np.arange(len(rows)), sizes), np.r_[0, np.cumsum(sizes)[:-1]]

    def fit(self, rows: Sequence[Row], known: Weights) -> Fit:
        """Weights from labelled texts and pairs, then intercepts; `known` are weights of `rules` to mix in."""
        joined, gate, text_of, first = self.design(rows)
        width = len(self.signs)
        datasets = sorted({row.dataset for row in rows})
        own = np.array([datasets.index(row.dataset) for row in rows])
        weight, labels = class_weights(rows), np.array([row.label for row in rows], dtype=float)
        pairs, pair_weight = pairs_of(rows)

        def loss(values: Floats) -> tuple[float, Floats]:
            weights, offsets, slope = values[: 2 * width], values[2 * width : -1], values[-1]
            log, rate = log_products(joined @ weights + offsets[own][text_of] + slope * (gate - 0.5), first)
            total, towards = text_loss(log, labels, weight)
            apart = log[pairs[:, 0]] - log[pairs[:, 1]]
            total += float((pair_weight * np.logaddexp(0, -apart)).sum())
            pull = -pair_weight / (1 + np.exp(apart))
            towards = towards + np.bincount(pairs[:, 0], pull, len(rows)) - np.bincount(pairs[:, 1], pull, len(rows))
            each = towards[text_of] * rate
            between = weights[:width] - weights[width:]
            total += SHRINK * float(np.square(weights).sum()) + TIE * float(np.square(between).sum())
            slopes = joined.T @ each + 2 * SHRINK * weights
            slopes[:width] += 2 * TIE * between
            slopes[width:] -= 2 * TIE * between
            shared = np.bincount(own[text_of], each, len(datasets))
            return total, np.concatenate([slopes, shared, [float((each * (gate - 0.5)).sum())]])

        bounds = [(0, None) if sign > 0 else (None, 0) if sign < 0 else (None, None) for sign in self.signs] * 2
        bounds += [(None, None)] * (len(datasets) + 1)
        start = np.zeros(2 * width + len(datasets) + 1)
        found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 400}).x
        weights = np.where(np.abs(found[: 2 * width]) < SMALLEST, 0.0, np.round(found[: 2 * width], 4))
        fit = Fit(self.mean, self.scale, weights[:width], weights[width:])
        shared, between = float(found[2 * width : -1].mean()), float(found[-1])
        fit.intercepts = (round(shared - between / 2, 4), round(shared + between / 2, 4))
        self._mix(fit, known)
        self._calibrate(fit, rows)
        return fit

    def _mix(self, fit: Fit, known: Weights) -> None:
        """Mixes the weights of `rules` in: it is fitted in another way, and two fits err less together."""
        own = np.array([known.weight.get(name, 0.0) / known.scale.get(name, 1.0) for name in self.names])
        moved = float(own @ (self.mean - np.array([known.mean.get(name, 0.0) for name in self.names])))
        fit.novel, fit.copied = (
            np.round((1 - RULES) * side + RULES * own * self.scale, 4) for side in (fit.novel, fit.copied)
        )
        novel, copied = (
            round((1 - RULES) * side + RULES * (known.intercept["summary"] + moved), 4) for side in fit.intercepts
        )
        fit.intercepts = novel, copied

    def _calibrate(self, fit: Fit, rows: Sequence[Row]) -> None:
        """Sets slope, offset and thresholds on texts of which classes weigh alike; planted errors are one more set."""
        labelled = [row for row in rows if row.name not in UNCALIBRATED]
        weight, labels = class_weights(labelled, ()), np.array([row.label for row in labelled], dtype=float)
        first = self.design(labelled)[3]
        doubt = np.log(np.maximum(pooled(self._doubts(fit, labelled)[0], first)[0], 1e-9))

        def loss(values: Floats) -> float:
            logit = values[1] - values[0] * doubt
            return float((weight * (np.logaddexp(0, logit) - labels * logit)).sum())

        found = np.round(minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead", options={"fatol": 1e-12}).x, 4)
        fit.slope, fit.offset = float(found[0]), float(found[1])
        chances, copy = self.probabilities(fit, labelled), self.copied(fit, labelled)
        fit.thresholds = tuple(best_weighted(chances[side], labels[side] > 0, weight[side]) for side in (~copy, copy))

    def copied(self, fit: Fit, rows: Sequence[Row]) -> NDArray[np.bool_]:
        """Whether the sentence of each text that most speaks against it is a copied one: that sets its threshold."""
        doubt, gate, _, first = self._doubts(fit, rows)
        ends = np.r_[first[1:], len(doubt)]
        worst = [start + int(np.argmax(doubt[start:end])) for start, end in zip(first, ends, strict=True)]
        return gate[worst] >= 0.5

    def _doubts(self, fit: Fit, rows: Sequence[Row]) -> tuple[Floats, Floats, NDArray[np.intp], NDArray[np.intp]]:
        joined, gate, text_of, first = self.design(rows)
        novel, copied = fit.intercepts
        logit = joined @ np.concatenate([fit.novel, fit.copied]) + (1 - gate) * novel + gate * copied
        return np.logaddexp(0, -logit), gate, text_of, first

    def probabilities(self, fit: Fit, rows: Sequence[Row]) -> Floats:
        """Probability of each text."""
        doubt, _, _, first = self._doubts(fit, rows)
        total = np.maximum(pooled(doubt, first)[0], 1e-9)
        return 1 / (1 + np.exp(fit.slope * np.log(total) - fit.offset))

    def passed(self, fit: Fit, rows: Sequence[Row]) -> NDArray[np.bool_]:
        """Whether each text reaches the threshold of its genre."""
        least = np.where(self.copied(fit, rows), fit.thresholds[1], fit.thresholds[0])
        return self.probabilities(fit, rows) >= least


def best_weighted(chances: Floats, labels: NDArray[np.bool_], weight: Floats) -> float:
    """The threshold with the highest balanced accuracy, rows counting by weight; halfway between two chances."""
    order = np.argsort(chances, kind="stable")
    good = np.where(labels, weight / weight[labels].sum(), 0.0)[order]
    bad = np.where(labels, 0.0, weight / weight[~labels].sum())[order]
    gain = np.cumsum(bad - good)
    at = int(np.argmax(np.round(gain, 9)))
    return float(np.round((chances[order][at] + chances[order][min(at + 1, len(order) - 1)]) / 2, 3))


def class_weights(rows: Sequence[Row], unlabelled: Collection[str] = tuple(PAIRED)) -> Floats:
    """Weights that make data sets equal and, within each, its classes; 0 for the sets `unlabelled`. Sum is 1."""
    counts = Counter((row.dataset, row.label) for row in rows)
    found = np.array(
        [
            0.0 if row.name in unlabelled else LABELLED_WEIGHT.get(row.dataset, 1.0) / counts[row.dataset, row.label]
            for row in rows
        ]
    )
    return found / found.sum()


def pairs_of(rows: Sequence[Row]) -> tuple[NDArray[np.intp], Floats]:
    """Row numbers of true and false sides, and what each pair weighs; one true text may have several false ones."""
    sides: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for number, row in enumerate(rows):
        if row.pair is not None:
            sides[row.pair][not row.label].append(number)
    found = [(t, f, pair) for pair, (true, false) in sides.items() for t in true for f in false]
    kinds = [pair.partition(":")[0].replace("defacto", "defacto_corrected") for _, _, pair in found]
    counts = Counter(kinds)
    numbers = np.array([(t, f) for t, f, _ in found], dtype=np.intp).reshape(-1, 2)
    return numbers, np.array([PAIRED[kind] / counts[kind] for kind in kinds])


def log_products(logits: Floats, first: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Log-probability of each text, and each sentence's derivative of that by its own log-odds."""
    total, share = pooled(np.logaddexp(0, -logits), first)
    return np.minimum(-total, -1e-9), share / (1 + np.exp(logits))


def pooled(doubt: Floats, first: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Doubt about each text, as `Blend.pooled` has it, and how much each sentence's doubt counts in it."""
    sizes = np.diff(np.r_[first, len(doubt)])
    most = np.repeat(np.maximum.reduceat(doubt, first), sizes)
    share = np.where(doubt >= most, 1.0, OTHERS)
    return np.add.reduceat(doubt * share, first), share


def text_loss(log: Floats, labels: Floats, weight: Floats) -> tuple[float, Floats]:
    """Weighted log-loss of texts with these log-probabilities, and its derivative by each of them."""
    chance = np.exp(log)
    total = float((weight * (-labels * log - (1 - labels) * np.log1p(-chance))).sum())
    return total, weight * (-labels + (1 - labels) * chance / (1 - chance))
