"""The one table of what can be named in a configuration: built-in components, and other packages' entry points.

Nothing registers itself. A component is added by a class and a row in `BUILTIN`, or by an entry point of another
package in the group `headline_harness.<kind>s`, for instance `headline_harness.metrics`.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from operator import attrgetter
from typing import Any

from harness.component import KINDS, Component, Kind
from harness.errors import UsageError
from harness.process import interruption
from harness.process.isolation import reason

BUILTIN: Mapping[Kind, Mapping[str, str]] = {
    "dataset": {
        "folder": "harness.datasets.folder:Folder",
        "hub": "harness.datasets.hub:Hub",
        "jsonl": "harness.datasets.jsonl:Jsonl",
    },
    "model": {
        "api": "harness.models.api:Api",
        "central": "harness.models.central:Central",
        "hf": "harness.models.hf.model:Hf",
        "lead": "harness.models.lead:Lead",
        "lexrank": "harness.models.lexrank:Lexrank",
        "oracle": "harness.models.oracle:Oracle",
        "recorded": "harness.models.recorded:Recorded",
        "vllm": "harness.models.vllm.model:Vllm",
    },
    "checker": {
        "ensemble": "harness.checkers.ensemble:Ensemble",
        "judge": "harness.checkers.generative.judge:Judge",
        "likelihood": "harness.checkers.generative.likelihood:Likelihood",
        "nli": "harness.checkers.nli.checker:Nli",
        "rules": "harness.checkers.rules:Rules",
    },
    "metric": {
        "factual": "harness.metrics.factual:Factual",
        "headline": "harness.metrics.headline:Headline",
        "rouge": "harness.metrics.rouge:Rouge",
        "surface": "harness.metrics.surface:Surface",
    },
    "tracker": {
        "mlflow": "harness.trackers.mlflow:Mlflow",
        "trackio": "harness.trackers.trackio:Trackio",
        "wandb": "harness.trackers.wandb:Wandb",
    },
}


BASES: Mapping[Kind, str] = {
    "dataset": "harness.datasets.base:Dataset",
    "model": "harness.models.base:Model",
    "checker": "harness.checkers.base:Checker",
    "metric": "harness.metrics.base:Metric",
    "tracker": "harness.trackers.base:Tracker",
}
"""Base class of each kind; a component of another package must derive from it."""


def _entries(kind: Kind) -> Mapping[str, EntryPoint]:
    """Return other packages' entry points for one kind by name; of two with one name the first (see `_clashes`)."""
    entries: dict[str, EntryPoint] = {}
    for entry in entry_points(group=f"headline_harness.{kind}s"):
        if entry.name not in BUILTIN[kind]:
            entries.setdefault(entry.name, entry)
    return entries


def _clashes(kind: Kind) -> Mapping[str, str]:
    """Describe each name that another package registers although it is taken.

    A built-in name stays the built-in component's; a name that two packages register is nobody's.
    """
    clashes: dict[str, str] = {}
    first = _entries(kind)
    for entry in entry_points(group=f"headline_harness.{kind}s"):
        kept = BUILTIN[kind].get(entry.name) or first[entry.name].value
        if kept != entry.value:
            clashes[entry.name] = f"{kind} {entry.name!r} is registered twice: by {kept} and by {entry.value}"
    return clashes


@cache
def locations(kind: Kind) -> Mapping[str, str]:
    """Return `module:Class` for each component name of one kind."""
    return {**{name: entry.value for name, entry in _entries(kind).items()}, **BUILTIN[kind]}


class BrokenComponentError(UsageError):
    """A component of another package that cannot be loaded, or is none."""


class Registry:
    """The component table that the whole program uses; satisfies `harness.component.ComponentTable`."""

    def names(self, kind: Kind) -> list[str]:
        """Return all names of a kind, sorted."""
        return sorted(locations(kind))

    def find(self, kind: Kind, name: str) -> type[Component]:
        """Return the class behind a name.

        Raises KeyError for an unknown name, BrokenComponentError where what another package registered cannot be
        loaded or is no component of that kind.
        """
        location = locations(kind)[name]
        if name in BUILTIN[kind]:
            return _component(kind, name, location)
        if name in _clashes(kind):
            raise BrokenComponentError(_clashes(kind)[name])
        interruption.expect_code_of_others()
        try:
            cls = _component(kind, name, location)
            _refuse_incomplete(kind, cls, location)
        except BrokenComponentError as error:
            raise BrokenComponentError(f"{kind} {name!r}{_of_package(kind, name)} {error}") from None
        except BaseException as error:  # whatever another package does as it is imported, SystemExit too
            if isinstance(error, KeyboardInterrupt) and interruption.may_be_heard():
                raise
            told = reason(error)
            message = " ".join(told.message.split())[:300]
            why = told.error if message == told.error else f"{told.error}: {message}"
            package = _of_package(kind, name)
            raise BrokenComponentError(f"{kind} {name!r}{package} cannot be loaded from {location}: {why}") from None
        return cls

    def all(self, warn: Callable[[str], None] = lambda _: None) -> list[tuple[Kind, str, type[Component]]]:
        """Return every component with its kind and name, in the order of the kinds.

        One of another package that cannot be loaded is left out; `warn` is told why.
        """
        components: list[tuple[Kind, str, type[Component]]] = []
        for kind in KINDS:
            for name, why in _clashes(kind).items():
                if name in BUILTIN[kind]:
                    warn(f"left out: {why}; the first is used")
            for name in self.names(kind):
                try:
                    components.append((kind, name, self.find(kind, name)))
                except BrokenComponentError as error:
                    warn(f"left out: {error}")
        return components


def _component(kind: Kind, name: str, location: str) -> type[Component]:
    cls = _load(location)
    if not (isinstance(cls, type) and issubclass(cls, Component)):
        raise BrokenComponentError(f"names {location}, which is not a component")
    if cls.kind != kind or cls.name != name:
        raise BrokenComponentError(f"names {location}, which says it is {cls.kind} {cls.name!r}")
    return cls


def _load(location: str) -> Any:
    """Import what `module:Class` names."""
    module, _, attribute = location.partition(":")
    return attrgetter(attribute)(import_module(module))


def _refuse_incomplete(kind: Kind, cls: type[Component], location: str) -> None:
    """Raise BrokenComponentError where a class lacks what its kind needs; anything where it has no schema."""
    if not issubclass(cls, _load(BASES[kind])):
        raise BrokenComponentError(f"names {location}, which does not derive from {BASES[kind]}")
    if missing := sorted(getattr(cls, "__abstractmethods__", ())):
        raise BrokenComponentError(f"names {location}, which lacks {', '.join(missing)}")
    cls.model_json_schema()


def _of_package(kind: Kind, name: str) -> str:
    """Name the package that registered a component, for messages."""
    package = _entries(kind)[name].dist
    return f" of the package {package.name}" if package is not None else ""
