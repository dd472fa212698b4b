"""Check: verdicts on stored predictions, where a metric wants any.

stored predictions without verdicts → the texts of a cluster, each once → cache → executor → verdicts
→ CheckedPrediction | Failure → verdicts.jsonl, failures.jsonl
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice, tee
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from harness.cache import keys
from harness.cache.pins import Pin, held
from harness.cache.store import Cache
from harness.checkers.base import Checker, CheckSession
from harness.disk.row_offsets import RowOffsets
from harness.executors.base import Executor, Lost, few_collections
from harness.process import logs
from harness.process.isolation import isolate, opened, pass_on, reason
from harness.records import CheckedPrediction, Cluster, Failure, Prediction, Verdict
from harness.results.run_folder import FAILURES, VERDICTS
from harness.run.active_run import ActiveRun
from harness.run.ledger import charging
from harness.run.reuse import Reuse
from harness.run.stored_rows import by_cluster, check_of, failed_cases

_VERDICTS = TypeAdapter(tuple[Verdict, ...])


# Records in, records out


@dataclass(frozen=True)
class Unchecked:
    """Why a checker has no verdicts on a text."""

    error: str
    message: str
    attempts: int = 1


Found = Sequence[Verdict] | Unchecked
"""The finding on one text."""


class Questions(NamedTuple):
    """A cluster without references, and the texts to check against it, each once."""

    cluster: Cluster
    texts: Sequence[str]


def check(session: CheckSession, questions: Questions, *, seconds: float | None = None) -> Sequence[Found]:
    """Check texts against their cluster; `seconds` is for all of them."""

    def find(texts: Sequence[str]) -> list[Sequence[Verdict]]:
        found = list(islice(session.check_all(questions.cluster, texts), len(texts) + 1))
        return [_refuse_foreign(text, verdicts) for text, verdicts in zip(texts, found, strict=True)]

    tried = isolate(find, questions.texts, lambda _: seconds)
    return [
        Unchecked(*reason(found), attempts=times) if isinstance(found, BaseException) else found
        for found, times in tried
    ]


def _refuse_foreign(text: str, found: Sequence[Verdict]) -> Sequence[Verdict]:
    """Return the verdicts on a text. Raises ValueError where they are none, on another text, or cannot be written."""
    verdicts = tuple(found)
    if not verdicts or not all(isinstance(verdict, Verdict) for verdict in verdicts):
        raise ValueError(f"the checker gave {[type(verdict).__name__ for verdict in verdicts][:5]}; accepted: verdicts")
    claim = verdicts[0].claim
    if claim.part != "whole" or claim.text != text:
        raise ValueError(f"the checker's first verdict is on {claim.text[:80]!r}; accepted: one on the whole text")
    _VERDICTS.dump_json(verdicts)  # before anything relies on it: half a surrogate pair cannot be written
    return verdicts


def announce(session: CheckSession, asked: Sequence[Questions], *, seconds: float | None = None) -> None:
    """Tell a checker what comes next; `seconds` is for each cluster.

    What fails here is no cluster's failure: whichever is at fault fails by itself when it is checked.
    """

    def tell(pieces: Sequence[Sequence[Questions]]) -> Sequence[Sequence[Questions]]:
        for piece in pieces:
            session.expect(piece)
        return pieces

    isolate(tell, [asked], lambda _: seconds * len(asked) if seconds is not None else None)


def row_of(checker: Checker, signature: str, prediction: Prediction, found: Found) -> CheckedPrediction | Failure:
    """Make the row of one prediction: its verdicts, or the reason for none; `signature` is the checker's."""
    if isinstance(found, Unchecked):
        return Failure(
            stage="check",
            cluster_id=prediction.cluster_id,
            configuration=prediction.configuration,
            component=checker.name,
            error=found.error,
            message=found.message,
            attempts=found.attempts,
        )
    return CheckedPrediction(
        cluster_id=prediction.cluster_id,
        configuration=prediction.configuration,
        checker=signature,
        verdicts=tuple(found),
    )


# With an executor


@dataclass(frozen=True)
class CheckJob:
    """Finds verdicts; a piece is a cluster with the texts to check against it."""

    checker: Checker
    seconds: float | None
    """Time limit of each cluster."""
    pin: Pin | None = None
    """Identity that the checker must have when it is opened."""
    logged: logs.Setting = field(default_factory=logs.setting)

    @contextmanager
    def open(self) -> Iterator[Callable[[Sequence[Questions]], Sequence[Sequence[Found]]]]:
        """Open the checker; one that cannot be opened, for a reason that is not the user's to mend, finds nothing."""
        logs.take_up(self.logged)
        with ExitStack() as stack:
            try:
                with held(self.checker, self.pin):
                    session = stack.enter_context(opened(self.checker.open()))
            except BaseException as error:  # noqa: BLE001 - corrupt weights, out of memory: a reason in each row
                pass_on(error)
                why = Unchecked(*reason(error))
                yield lambda chunk: [[why] * len(questions.texts) for questions in chunk]
                return
            if self.checker.share == "cores":  # it holds no weights that cycles could keep in memory
                stack.enter_context(few_collections())
            yield lambda chunk: self._check_chunk(session, chunk)

    def _check_chunk(self, session: CheckSession, chunk: Sequence[Questions]) -> Sequence[Sequence[Found]]:
        if len(chunk) > 1:
            announce(session, chunk, seconds=self.seconds)
        return [check(session, questions, seconds=self.seconds) for questions in chunk]


def check_in_order(
    checker: Checker,
    work: Iterable[Questions],
    executor: Executor,
    *,
    total: int,
    seconds: float | None = None,
    pin: Pin | None = None,
) -> Generator[Sequence[Found], None, None]:
    """Check texts cluster by cluster, in order; `seconds` is what each cluster may take, `pin` the checker's."""
    waiting = iter(work)
    chunks = iter(lambda: list(islice(waiting, checker.together)), [])
    job = CheckJob(checker, seconds, pin)
    with closing(executor.map(job, chunks, total=total, share=checker.share)) as results:
        for chunk, found in results:
            for questions, one in zip(chunk, found, strict=True):
                yield [Unchecked(one.error, one.message)] * len(questions.texts) if isinstance(one, Lost) else one


# With the cache


_Answers = Mapping[str, Found]
"""Text → what was found about it."""


@dataclass
class _Case:
    """The predictions for one cluster that are to be checked; equal texts are checked once."""

    cluster: Cluster
    predictions: Sequence[Prediction]
    keys: Mapping[str, bytes]
    """Each text with its key in the cache; an empty one where there is none."""
    kept: _Answers = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        """The texts that the cache knows nothing about."""
        return [text for text in self.keys if text not in self.kept]


class _Checking(Reuse[_Case, _Answers]):
    """The work of one checker: verdicts from the cache, the others found and kept."""

    def __init__(
        self,
        checker: Checker,
        signature: str,
        pin: Pin,
        cache: Cache | None,
        check_each: Callable[[Iterable[Questions]], Generator[Sequence[Found], None, None]],
        keep: Callable[[CheckedPrediction | Failure], None],
    ) -> None:
        super().__init__()
        self._checker = checker
        self._signature = signature
        self._cache = cache
        self._maker = keys.of_checker(checker, pin.identity) if cache is not None else b""
        self._check_each = check_each
        self._keep = keep

    def case_of(self, cluster: Cluster, predictions: Sequence[Prediction]) -> _Case:
        """Gather the texts to check about a cluster; a checker sees no references."""
        seen = cluster.without_references()
        texts = dict.fromkeys(prediction.text for prediction in predictions)
        if self._cache is None:
            return _Case(seen, predictions, dict.fromkeys(texts, b""))
        return _Case(seen, predictions, {text: keys.of_verdicts(self._maker, seen, text) for text in texts})

    def look_up(self, window: Sequence[_Case]) -> list[_Answers | None]:
        """Find the verdicts that are kept; a case is answered where they are for all its texts."""
        if self._cache is None:
            return [None] * len(window)
        values = self._cache.find([key for case in window for key in case.keys.values()])
        for case in window:
            found = {text: _read_verdicts(key, values.get(key), self._cache) for text, key in case.keys.items()}
            case.kept = {text: verdicts for text, verdicts in found.items() if verdicts is not None}
        return [None if case.missing else case.kept for case in window]

    def make(self, items: Iterator[_Case]) -> Generator[_Answers, None, None]:
        """Find the verdicts that are not kept."""
        asked, cases = tee(items)
        with closing(self._check_each(Questions(case.cluster, case.missing) for case in asked)) as answers:
            for found in answers:
                case = next(cases)
                yield {**case.kept, **dict(zip(case.missing, found, strict=True))}

    def take(self, item: _Case, row: _Answers, reused: bool) -> None:
        """Keep the verdicts that are new, and hand on the row of each prediction."""
        if self._cache is not None and not reused:
            for text in item.missing:
                found = row[text]
                if not isinstance(found, Unchecked):
                    value = _VERDICTS.dump_json(tuple(found), exclude_defaults=True)
                    self._cache.keep("verdicts", self._checker.name, self._signature, item.keys[text], value)
        for prediction in item.predictions:
            self._keep(row_of(self._checker, self._signature, prediction, row[prediction.text]))


def _read_verdicts(key: bytes, value: bytes | None, cache: Cache) -> tuple[Verdict, ...] | None:
    if value is None:
        return None
    try:
        return _VERDICTS.validate_json(value)
    except ValidationError:
        cache.drop([key])
        return None


# From the folder, to the folder


def check_missing(run: ActiveRun) -> None:
    """Append the verdicts that the metrics want and that are not on disk yet, cluster by cluster."""
    went_on = False
    for signature, checker in run.plan.checkers.items():
        stored = run.folder.row_offsets(VERDICTS, check_of)
        went_on = went_on or bool(stored)  # whether or not any are missing: they may be on disk in another order
        _check_missing_with(run, signature, checker, stored)
    if went_on:
        order = (
            (signature, item.name, facts.cluster_id)
            for signature in run.plan.checkers
            for facts in run.folder.clusters()
            for item in run.configurations
        )
        run.folder.put_in_order(VERDICTS, CheckedPrediction, check_of, order)


def _check_missing_with(run: ActiveRun, signature: str, checker: Checker, stored: RowOffsets) -> None:
    """Append one checker's verdicts on the predictions that have neither its verdicts nor its failure."""
    folder = run.folder
    failed = failed_cases(folder, "check")  # a row names no signature, so another checker's failure counts too

    def is_missing(row: Prediction) -> bool:
        case = (row.configuration, row.cluster_id)
        return (signature, *case) not in stored and case not in failed

    total = sum(map(is_missing, folder.predictions()))
    if not total:
        return
    with (
        folder.appending(VERDICTS) as verdicts,
        folder.appending(FAILURES) as failures,
        charging(folder) as charged,
        run.monitor.stage(f"check {checker.name}", total) as tick,
    ):
        asked = charged(checker, signature)
        pin = run.plan.checker_pins[signature]

        def check_each(work: Iterable[Questions]) -> Generator[Sequence[Found], None, None]:
            seconds = run.monitor.seconds_each
            executor = run.executor_of(checker)
            return check_in_order(asked, work, executor, total=total, seconds=seconds, pin=pin)

        rows = run.monitor.rows(verdicts, failures, tick)
        checking = _Checking(checker, signature, pin, run.cache, check_each, rows.add)
        work = by_cluster(run.plan.clusters, run.configurations, folder, is_missing)
        checking.run(checking.case_of(*each) for each in work)
