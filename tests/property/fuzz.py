"""Everything that reads what others wrote, thrown at with arbitrary input: only our own errors, never over a second.

`python -m tests.property.fuzz --inputs 100000 --seed 1` is the long run (`make fuzz`); `test_fuzz.py` makes a short one
of the same targets, the same inputs each time. With atheris (`pip install atheris`), `--atheris --only jsonl` lets the
coverage choose the inputs.
"""

import argparse
import gc
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from harness.errors import HarnessError
from tests.property.targets import TARGETS, english_parser, read_claims

ROUNDS = 20
"""Parts of the long run, each with a seed of its own, so that it says how far it is."""
SECONDS = 1.0
"""Of this process's time: no input may take more."""


@dataclass
class Tally:
    """What a run of one target did."""

    inputs: int = 0
    refused: int = 0
    """Inputs that ended in one of our own errors."""
    slowest: float = 0.0
    hardest: Any = field(default=None, repr=False)


def throw(name: str, inputs: int, seeded: int) -> Tally:
    """Throw `inputs` at one target. Raises what it raised, AssertionError where an input took too long."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder, _nothing_else_collected():
        _test(name, inputs, seeded, Path(folder), tally)()
    return tally


@contextmanager
def _nothing_else_collected() -> Iterator[None]:
    """Leave what exists already to no garbage collection while the context is open.

    After a thousand other tests a full collection takes 0.8 s, and it would count as time of the input that it fell on.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def guide(name: str, inputs: int, seeded: int) -> None:
    """The same with inputs that atheris chooses by what they reach; ends the process, with 77 where one broke it."""
    import atheris

    with tempfile.TemporaryDirectory() as folder:
        test = _test(name, inputs, seeded, Path(folder), Tally())
        for function in _functions():
            atheris.instrument_func(function)
        atheris.Setup([sys.argv[0], f"-runs={inputs}", f"-seed={seeded}"], test.hypothesis.fuzz_one_input)
        atheris.Fuzz()


def _functions() -> Iterator[FunctionType]:
    """Every function and method of the harness that is loaded."""
    for name, module in list(sys.modules.items()):
        if name.startswith("harness."):
            held = [value for value in vars(module).values() if getattr(value, "__module__", "") == name]
            methods = [value for owner in held if isinstance(owner, type) for value in vars(owner).values()]
            yield from (value for value in (*held, *methods) if isinstance(value, FunctionType))


def _test(name: str, inputs: int, seeded: int, place: Path, tally: Tally) -> Any:
    """A test of hypothesis that throws at one target."""
    target = TARGETS[name]
    if target.run is read_claims:
        english_parser()

    def thrown(made: Any) -> None:
        tally.inputs += 1
        started = time.process_time()
        try:
            with _interrupted_after(10 * SECONDS):
                target.run(made, place)
        except HarnessError as error:
            tally.refused += 1
            str(error).encode()
        took = time.process_time() - started
        if took > tally.slowest:
            tally.slowest, tally.hardest = took, made
        assert took <= SECONDS, f"{took:.1f} s for one input"

    return seed(seeded)(
        settings(
            max_examples=inputs,
            deadline=None,
            database=None,
            phases=(Phase.explicit, Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )(given(target.inputs)(thrown))
    )


class HangError(BaseException):
    """An input that does not end; hypothesis must not take it for a failure to be shrunk."""


@contextmanager
def _interrupted_after(seconds: float) -> Iterator[None]:
    def interrupt(*_: object) -> None:
        raise HangError(f"still at it after {seconds:.0f} s")

    before = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def main() -> None:
    """The long run: every target by its share, in rounds, a line each at the end, and a last one in all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=TARGETS, action="append", help="this target; repeatable")
    parser.add_argument("--atheris", action="store_true", help="inputs chosen by coverage, for one target")
    asked = parser.parse_args()
    names = asked.only or list(TARGETS)
    if asked.atheris:
        if len(names) != 1:
            parser.error("--atheris takes one target: --only NAME")
        guide(names[0], asked.inputs, asked.seed)
    total = sum(TARGETS[name].share for name in names)
    whole = {name: Tally() for name in names}
    failed: set[str] = set()
    started = time.monotonic()
    for at in range(ROUNDS):
        for name in names:
            inputs = round(asked.inputs * TARGETS[name].share / total / ROUNDS)
            if name not in failed and not _threw(name, inputs, asked.seed + at, whole[name]):
                failed.add(name)
        thrown = sum(tally.inputs for tally in whole.values())
        _say(f"round {at + 1} of {ROUNDS}: {thrown:,} inputs, {time.monotonic() - started:.0f} s")
    for name, tally in whole.items():
        said = f"{tally.inputs:,} inputs, {tally.refused:,} refused, slowest {tally.slowest:.2f} s"
        _say(f"{name}: {said}{', FAILED' if name in failed else ''}")
    last = asked.seed + ROUNDS - 1
    _say(f"{thrown:,} inputs, seeds {asked.seed} to {last}, {len(failed)} of {len(names)} targets failed")
    raise SystemExit(1 if failed else 0)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _threw(name: str, inputs: int, seeded: int, whole: Tally) -> bool:
    """Throw a round at one target and add it to `whole`; False where something broke, which is printed."""
    try:
        tally = throw(name, max(1, inputs), seeded)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - the other targets are still to be run
        _say(f"{name}, seed {seeded}: {type(error).__name__}: {str(error)[:2000]!a}")
        for note in getattr(error, "__notes__", ()):
            _say(f"  {note[:3000]!a}")
        _say("".join(traceback.format_exception(error, limit=-6)))
        return False
    whole.inputs += tally.inputs
    whole.refused += tally.refused
    whole.slowest = max(whole.slowest, tally.slowest)
    return True


if __name__ == "__main__":
    main()
