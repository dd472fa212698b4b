"""The aims of the factual check as numbers: each with its interval, on which rows, and whether it is met.

Intervals are percentile bootstraps over clusters or documents (`harness.analysis.metaeval`): texts about one are right
or wrong together. Nothing is fitted here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.aims_rows import GIBBERISH, Row
from harness.analysis.metaeval import (
    BINS,
    FEWEST_OF_A_TYPE,
    Estimate,
    balanced_accuracy,
    calibration_error,
    estimate,
    resample_weights,
    roc_auc,
)
from harness.claims.scoring import faithfulness, flagged
from harness.records import Verdict

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SEED = 13
RESAMPLES = 1000
LABELLED = ("defacto", "qags", "frank", "cliff", "bump")
UNSEEN = ("wice", "fnc1")
AUC_AIMS = {
    "defacto": 0.84, "qags_cnndm (summaries)": 0.86, "frank_cnndm": 0.82, "frank_xsum": 0.74, "cliff_cnndm": 0.83,
    "cliff_xsum": 0.84, "bump": 0.72,
}  # fmt: skip
GOLD_FLAGGED, GOLD_PASSED = (105, 145), (66, 74)


@dataclass(frozen=True)
class Judged:
    """A row, and what a checker made of it."""

    row: Row
    label: str
    """Of the whole text; `failed` where the checker failed."""
    score: float | None
    flagged: bool


def judged(row: Row, verdicts: Sequence[Verdict]) -> Judged:
    """What a checker's verdicts say of a row."""
    return Judged(row, verdicts[0].label, faithfulness(verdicts), flagged(verdicts))


@dataclass(frozen=True)
class Line:
    """One figure."""

    what: str
    rows: str
    """How many texts it is of, such as `40 + 60` for true and false ones."""
    units: int
    """Clusters or documents that the interval is drawn over."""
    part: str
    """The part and the split; for sets whether the checker's weights saw them."""
    value: float | None
    low: float | None
    high: float | None
    aim: float | None = None
    at_least: bool = True
    """Whether the aim is a least value; else a greatest one."""

    @property
    def met(self) -> bool | None:
        """Whether the figure itself, whatever its interval, is as good as the aim; None without either."""
        if self.aim is None or self.value is None:
            return None
        value, aim = round(self.value, 9), self.aim
        return value >= aim if self.at_least else value <= aim

    def plain(self) -> dict[str, object]:
        """The line for JSON."""
        return {**asdict(self), "met": self.met}


class Measures:
    """Figures of the rows of one checker."""

    def __init__(
        self,
        found: Sequence[Judged],
        part: str,
        seen: Callable[[str], str],
        *,
        seed: int = SEED,
        resamples: int = RESAMPLES,
    ) -> None:
        self._found = found
        self._part = part
        self._seen = seen
        self._seed = seed
        self._resamples = resamples

    def of(self, kind: str, detail: str | None = None) -> list[Judged]:
        """The rows of a kind, and of one detail of it."""
        return [each for each in self._found if each.row.kind == kind and detail in (None, each.row.detail)]

    def weights(self, rows: Sequence[Judged], shift: int = 0) -> tuple[Floats, int]:
        """How often each row counts in each resample of units, and how many units there are."""
        numbers = {unit: at for at, unit in enumerate(dict.fromkeys(each.row.unit for each in rows))}
        unit_of = np.array([numbers[each.row.unit] for each in rows], dtype=np.intp)
        return resample_weights(unit_of, len(numbers), seed=self._seed + shift, resamples=self._resamples), len(numbers)

    def share(
        self,
        what: str,
        rows: Sequence[Judged],
        good: Callable[[Judged], bool],
        aim: float | None = None,
        *,
        at_least: bool = True,
        part: str = "",
    ) -> Line:
        """The share of rows of which something holds."""
        part = part or f"NeuS val, {self._part}"
        if not rows:
            return Line(what, "0", 0, part, None, None, None, aim, at_least)
        weights, units = self.weights(rows)
        held = np.array([good(each) for each in rows], dtype=np.float64)
        figure = estimate((weights @ held) / weights.sum(axis=1))
        return _line(what, str(len(rows)), units, part, figure, aim, at_least=at_least)

    def controls(self) -> Iterator[Line]:
        """Shares called supported of texts that no articles bear out."""
        for shape in GIBBERISH:
            yield self._supported(f"gibberish: {shape}", self.of("gibberish", shape), 0.0)
        yield self._supported("constant headlines", self.of("constant"), 0.0)
        yield self._supported("headlines of other clusters", self.of("other"), 0.03)
        yield self._supported("single words", self.of("single word", "once"), 0.0)
        yield self._supported("single words, repeated", self.of("single word", "repeated"), 0.0)
        yield self._supported("headlines negated", self.of("planted", "negation"), 0.0)
        yield self._supported("parties swapped", self.of("planted", "roles"), 0.0)
        yield self._supported("every figure changed", self.of("figures"), 0.0, f"NumHG, {self._part}")
        for name, rows in self._counterparts().items():
            yield self.share(
                f"true headlines of these called contradicted: {name}",
                rows,
                lambda each: each.label == "contradicted",
                0.0,
                at_least=False,
                part=f"{'NumHG' if name == 'figures' else 'NeuS val'}, {self._part}",
            )

    def _counterparts(self) -> dict[str, list[Judged]]:
        """The true headlines of which negated, swapped and changed ones were made."""
        changed = {(each.row.unit, each.row.pair, each.row.detail) for each in self.of("planted")}
        found = {
            name: [each for each in self.of("own") if (each.row.unit, each.row.pair, edit) in changed]
            for name, edit in (("negated", "negation"), ("swapped", "roles"))
        }
        figures = {(each.row.unit, each.row.pair) for each in self.of("figures")}
        found["figures"] = [each for each in self.of("numhg") if (each.row.unit, each.row.pair) in figures]
        return found

    def _supported(self, what: str, rows: Sequence[Judged], aim: float, part: str = "") -> Line:
        return self.share(what, rows, lambda each: each.label == "supported", aim, at_least=False, part=part)

    def headlines(self) -> Iterator[Line]:
        """True headlines, demo gold, planted errors."""
        own = [each for each in self.of("own") if each.row.detail == "reference"]
        yield self.share(
            "editors' own headlines supported or contested",
            own,
            lambda each: each.label in ("supported", "contested"),
            0.90,
        )
        numbers, part = self.of("numhg"), f"NumHG, {self._part}"
        yield self.share(
            "true headlines with a number: contradicted",
            numbers,
            lambda each: each.label == "contradicted",
            0.015,
            at_least=False,
            part=part,
        )
        yield self.share(
            "true headlines with a number: flagged", numbers, lambda each: each.flagged, 0.12, at_least=False, part=part
        )
        for label, name, good, aim in (
            (False, "minimal edits flagged", lambda each: each.flagged, GOLD_FLAGGED),
            (True, "faithful passed", lambda each: not each.flagged, GOLD_PASSED),
        ):
            rows = [each for each in self.of("demo") if each.row.label is label]
            yield self.share(
                f"demo gold: {name} (aim {aim[0]} of {aim[1]})",
                rows,
                good,
                aim[0] / aim[1],
                part="demo, whole; looked at while building",
            )

    def planted(self) -> Iterator[Line]:
        """Planted errors flagged, by type; the worst type, the mean of types, and true headlines flagged."""
        rows = self.of("planted")
        types = list(dict.fromkeys(each.row.detail for each in rows))
        if any(len(self.of("planted", name)) >= FEWEST_OF_A_TYPE for name in types):
            weights, units = self.weights(rows)
            hit = np.array([each.flagged for each in rows], dtype=np.float64)
            shares = []
            counted = [name for name in types if len(self.of("planted", name)) >= FEWEST_OF_A_TYPE]
            for name in counted:
                held = np.array([each.row.detail == name for each in rows])
                shares.append(_ratio((weights[:, held] * hit[held]).sum(axis=1), weights[:, held].sum(axis=1)))
            every = np.array(shares)
            part = f"NeuS val, {self._part}"
            worst = counted[int(np.argmin(every[:, 0]))]
            count = str(len(rows))
            yield _line(
                f"planted errors flagged, worst type ({worst})", count, units, part, estimate(every.min(axis=0)), 0.55
            )
            yield _line("planted errors flagged, mean of types", count, units, part, estimate(every.mean(axis=0)), 0.75)
        for name in types:
            yield self.share(f"planted: {name}", self.of("planted", name), lambda each: each.flagged)
        yield self.share("unchanged headlines flagged", self.of("own"), lambda each: each.flagged, 0.12, at_least=False)
        yield self.share("harmless edits flagged", self.of("harmless"), lambda each: each.flagged)

    def plain(self) -> Iterator[Line]:
        """Plain headlines of ours, true ones and false ones by what is wrong with them."""
        rows, part = self.of("plain"), "own 30 clusters, whole; written apart, nothing fitted on them"
        true, false = ([each for each in rows if each.row.label is label] for label in (True, False))
        yield self.share("true: supported", true, lambda each: not each.flagged, part=part)
        yield self.share("true: contradicted", true, lambda each: each.label == "contradicted", part=part)
        yield self.share("false: flagged", false, lambda each: each.flagged, part=part)
        for kind in sorted({each.row.detail for each in false}):
            yield self.share(f"false, {kind}: flagged", self.of("plain", kind), lambda each: each.flagged, part=part)

    def sets(self) -> Iterator[Line]:
        """Labelled sets: balanced accuracy, ROC-AUC, pairs, paraphrases, calibration."""
        yield from self._accuracy()
        yield self._auc("paraphrase against reuse: ROC-AUC", self.of("paraphrase"), 0.65, _PARAPHRASE)
        yield self._pairs("paraphrase against reuse: true side above", self.of("paraphrase"), None, _PARAPHRASE)
        for name, rows in self._datasets(LABELLED).items():
            yield self._auc(f"ROC-AUC: {name}", rows, AUC_AIMS.get(name), self._where(rows))
        bump = self.of("bump")
        yield self._pairs("BUMP pairs: true side above", bump, 0.92, self._where(bump))
        for name, rows in self._datasets((*LABELLED, *UNSEEN)).items():
            yield self._calibration(name, rows)

    def _accuracy(self) -> Iterator[Line]:
        figures = []
        for at, name in enumerate(LABELLED):
            rows = self.of(name)
            if not rows:
                continue
            weights, units = self.weights(rows, at)
            passed = np.array([not each.flagged for each in rows], dtype=bool)
            found = balanced_accuracy(_labels(rows), passed, weights)
            figures.append(found)
            yield _line(f"balanced accuracy: {name}", _count(rows), units, self._where(rows), estimate(found), 0.60)
        if len(figures) == len(LABELLED):
            rows = [each for name in LABELLED for each in self.of(name)]
            mean = estimate(np.mean(figures, axis=0))
            units = len({(each.row.kind, each.row.unit) for each in rows})
            yield _line("balanced accuracy: mean of the five", _count(rows), units, self._part, mean, 0.70)

    def _datasets(self, kinds: Sequence[str]) -> Mapping[str, list[Judged]]:
        found: dict[str, list[Judged]] = {}
        for each in (each for kind in kinds for each in self.of(kind)):
            found.setdefault(each.row.detail, []).append(each)
        return found

    def _where(self, rows: Sequence[Judged]) -> str:
        """Split and part of a set, and whether the checker's weights saw it."""
        if not rows:
            return self._part
        kind = rows[0].row.kind
        split = {"defacto": "test split, ", "bump": "even documents, ", "qags": "", "wice": "dev, "}.get(kind, "val, ")
        split = "" if kind == "fnc1" else split
        return f"{split}{self._part}; {self._seen(kind)}"

    def _auc(self, what: str, rows: Sequence[Judged], aim: float | None, part: str) -> Line:
        rows = [each for each in rows if each.score is not None]
        if not rows:
            return Line(what, "0", 0, part, None, None, None, aim)
        weights, units = self.weights(rows)
        return _line(what, _count(rows), units, part, estimate(roc_auc(_labels(rows), _scores(rows), weights)), aim)

    def _pairs(self, what: str, rows: Sequence[Judged], aim: float | None, part: str) -> Line:
        """The share of pairs whose true side scores strictly above the false one."""
        sides: dict[str, dict[bool, Judged]] = {}
        for each in rows:
            if each.row.pair is not None and each.row.label is not None and each.score is not None:
                sides.setdefault(each.row.pair, {})[each.row.label] = each
        both = [pair for pair in sides.values() if len(pair) == 2]
        true = [pair[True] for pair in both]
        if not true:
            return Line(what, "0", 0, part, None, None, None, aim)
        weights, units = self.weights(true)
        won = np.array([(pair[True].score or 0.0) > (pair[False].score or 0.0) for pair in both], dtype=np.float64)
        found = estimate((weights @ won) / weights.sum(axis=1))
        return _line(what, f"{len(true)} pairs", units, part, found, aim)

    def _calibration(self, name: str, rows: Sequence[Judged]) -> Line:
        rows = [each for each in rows if each.score is not None]
        what = f"calibration error ({BINS} bins): {name}"
        if not rows:
            return Line(what, "0", 0, self._part, None, None, None, 0.10, at_least=False)
        weights, units = self.weights(rows)
        found = estimate(calibration_error(_labels(rows), _scores(rows), weights))
        aim = 0.10 if rows[0].row.kind in UNSEEN else None  # its like was not fitted on
        return _line(what, _count(rows), units, self._where(rows), found, aim, at_least=False)


SEEN = "signals fitted on these documents"
HALF_SEEN = "fitted on the other half"
UNFITTED = "nothing fitted on it"
_PARAPHRASE = "own hundred, whole; nothing fitted on it"


def _line(
    what: str,
    rows: str,
    units: int,
    part: str,
    found: Estimate | None,
    aim: float | None,
    *,
    at_least: bool = True,
) -> Line:
    low, high = (None, None) if found is None else (found.low, found.high)
    return Line(what, rows, units, part, None if found is None else found.value, low, high, aim, at_least)


def _labels(rows: Sequence[Judged]) -> Bools:
    return np.array([bool(each.row.label) for each in rows], dtype=bool)


def _scores(rows: Sequence[Judged]) -> Floats:
    return np.array([0.0 if each.score is None else each.score for each in rows], dtype=np.float64)


def _count(rows: Sequence[Judged]) -> str:
    true = sum(bool(each.row.label) for each in rows)
    return f"{true} + {len(rows) - true}"


def _ratio(above: Floats, below: Floats) -> Floats:
    ratio: Floats = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return ratio
