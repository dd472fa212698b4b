"""The one table of what can be named in a configuration: built-in components, and other packages' entry points.

Nothing registers itself. A component is added by a class and a row in `BUILTIN`, or by an entry point of another
package in the group `headline_harness.<kind>s`, for instance `headline_harness.metrics`.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from harness.component import KINDS, Component, Kind
from harness.errors import UsageError

BUILTIN: Mapping[Kind, Mapping[str, str]] = {
    "dataset": {
        "folder": "harness.datasets.folder:Folder",
        "hub": "harness.datasets.hub:Hub",
        "jsonl": "harness.datasets.jsonl:Jsonl",
    },
    "model": {
        "api": "harness.models.api:Api",
        "central": "harness.models.central:Central",
        "hf": "harness.models.hf:Hf",
        "lead": "harness.models.lead:Lead",
        "lexrank": "harness.models.lexrank:Lexrank",
        "oracle": "harness.models.oracle:Oracle",
        "recorded": "harness.models.recorded:Recorded",
    },
    "checker": {
        "ensemble": "harness.checkers.ensemble:Ensemble",
        "judge": "harness.checkers.judge:Judge",
        "likelihood": "harness.checkers.likelihood:Likelihood",
        "nli": "harness.checkers.nli:Nli",
        "rules": "harness.checkers.rules:Rules",
    },
    "metric": {
        "factual": "harness.metrics.factual:Factual",
        "headline": "harness.metrics.headline:Headline",
        "rouge": "harness.metrics.rouge:Rouge",
        "surface": "harness.metrics.surface:Surface",
    },
    "executor": {
        "inline": "harness.executors.local:Inline",
        "processes": "harness.executors.local:Processes",
    },
}


@cache
def locations(kind: Kind) -> Mapping[str, str]:
    """Component name → `module:Class` for one kind.

    Raises UsageError for a name that two places register, naming both.
    """
    found = dict(BUILTIN[kind])
    for entry in entry_points(group=f"headline_harness.{kind}s"):
        if entry.name in found and found[entry.name] != entry.value:
            raise UsageError(f"{kind} {entry.name!r} is registered twice: by {found[entry.name]} and by {entry.value}")
        found[entry.name] = entry.value
    return found


class Registry:
    """The component table that the whole program uses; satisfies `harness.component.ComponentTable`."""

    def names(self, kind: Kind) -> list[str]:
        """All names of a kind, sorted."""
        return sorted(locations(kind))

    def find(self, kind: Kind, name: str) -> type[Component]:
        """The class behind a name.

        Raises KeyError for an unknown name, UsageError where the registered class is not a component of that kind.
        """
        module, _, attribute = locations(kind)[name].partition(":")
        found = getattr(import_module(module), attribute)
        if not (isinstance(found, type) and issubclass(found, Component)):
            raise UsageError(f"{kind} {name!r} names {module}:{attribute}, which is not a component")
        if found.kind != kind or found.name != name:
            raise UsageError(f"{module}:{attribute} says it is {found.kind} {found.name!r}, not {kind} {name!r}")
        return found

    def all(self) -> list[tuple[Kind, str, type[Component]]]:
        """Every component with its kind and name, in the order of the kinds."""
        return [(kind, name, self.find(kind, name)) for kind in KINDS for name in self.names(kind)]
