"""Identities of components, taken when a run is planned and held to when the component is opened.

Between the two lie hours, if another model works first. What was changed meanwhile is refused: its results would be
filed, in the run and in the cache, under the identity of what was planned.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.cache.code_digest import component_code, nested_components
from harness.component import Component
from harness.errors import DataError, Problem
from harness.inputs.digests import Stamp, watching


@dataclass(frozen=True)
class Pin:
    """A component's identity, and the stamps of its files when it was taken."""

    identity: Mapping[str, str]
    """What `Component.identity` resolved."""
    files: Mapping[Path, Stamp]
    """The files of which the identity holds digests."""
    code: str
    """Digest of the code of another package; empty for components of this one. Taken once in a process, as code is."""


def pinned(component: Component) -> Pin:
    """Resolve what identifies a component now. Raises UsageError where something that it names does not exist."""
    with watching() as files:
        identity = dict(component.identity())
    return Pin(identity, files, component_code(component) if _is_foreign(component) else "")


@contextmanager
def held(component: Component, pin: Pin | None) -> Iterator[None]:
    """Open a component in the context: it must be what was pinned, and stay so until it is open.

    Raises DataError that names what was changed. Without a pin nothing is compared.
    """
    if pin is None:
        yield
        return
    before = pinned(component)
    _refuse_change(component, pin, before, only_content=True)
    yield
    # A file that was written and written back while it was read has its digest, but not its stamp.
    _refuse_change(component, before, pinned(component), only_content=False)


def _refuse_change(component: Component, then: Pin, now: Pin, *, only_content: bool) -> None:
    if (then.identity, then.code) == (now.identity, now.code) and (only_content or then.files == now.files):
        return
    changed: list[str] = []
    if then.identity != now.identity or not only_content:
        changed += [str(file) for file in {**then.files, **now.files} if then.files.get(file) != now.files.get(file)]
    if then.identity != now.identity and not changed:  # of another package, which digests its files by itself
        changed += [key for key in {**then.identity, **now.identity} if then.identity.get(key) != now.identity.get(key)]
    if then.code != now.code:
        changed.append("its code")
    raise DataError(
        [
            Problem(
                f"{component.kind} {component.name}: changed after the run was planned, so it was not used",
                found=f"other content of {', '.join(changed)}",
                accepted="what the run was planned with; run the same command again to use what is there now",
            )
        ]
    )


def _is_foreign(component: Component) -> bool:
    modules = {base.__module__ for part in (component, *nested_components(component)) for base in type(part).__mro__}
    return any(name.partition(".")[0] not in ("harness", "builtins", "pydantic", "abc", "typing") for name in modules)
