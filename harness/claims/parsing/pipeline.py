"""Open spaCy's English parser without what costs time at the start and is never used here."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

_FRAMEWORKS = ("torch", "cupy", "h5py")
"""Frameworks that spaCy's layers import where they are installed. The English parser runs on numpy alone."""
_UNUSED = ["senter"]
"""Components of the packages that are switched off there."""


def open_pipeline(model: str) -> Any:
    """Open the pipeline of an installed package, ready to parse.

    PyTorch and spaCy's own command line are not imported with spaCy: they take three times as long as all the rest.
    A program that parses here, and in the same process runs a PyTorch model in spaCy, imports torch or spaCy first.
    """
    with _without_frameworks(), _without_command_line():
        import spacy
    _register_bare_tokenizer(spacy)
    # The package brings the tokeniser's rules. Without this spaCy first builds its own, and throws them away.
    bare = {"nlp": {"tokenizer": {"@tokenizers": _BARE}}}
    with _entry_points_by_group():
        pipeline = spacy.load(model, exclude=_UNUSED, config=bare)
    # The lemmatiser asks of each word whether it stands in a list of thousands.
    listed = pipeline.get_pipe("lemmatizer").lookups.get_table("lemma_index", {})
    for part in list(listed):
        listed[part] = frozenset(listed[part])
    return pipeline


@contextmanager
def _entry_points_by_group() -> Iterator[None]:
    """Let spaCy's registries look entry points up by group; else they scan all installed ones 190 times."""
    catalogue: Any = import_module("catalogue")

    held = catalogue.AVAILABLE_ENTRY_POINTS
    groups = [] if isinstance(held, dict) else held.groups
    if groups:
        catalogue.AVAILABLE_ENTRY_POINTS = {group: list(held.select(group=group)) for group in groups}
    try:
        yield
    finally:
        catalogue.AVAILABLE_ENTRY_POINTS = held


@contextmanager
def _without_frameworks() -> Iterator[None]:
    """Keep spaCy from importing frameworks that nothing in this process has imported."""
    hidden = [name for name in _FRAMEWORKS if name not in sys.modules] if "thinc" not in sys.modules else []
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: not to be found, as Python documents
    try:
        yield
    finally:
        for name in hidden:
            if sys.modules.get(name, name) is None:
                del sys.modules[name]


@contextmanager
def _without_command_line() -> Iterator[None]:
    """Give spaCy a stand-in for its command line, which it imports for one function that prints versions."""
    if "spacy" in sys.modules:
        yield
        return
    package, info = ModuleType("spacy.cli"), ModuleType("spacy.cli.info")
    package.__path__ = []
    info.info = _info  # type: ignore[attr-defined]
    stands_in = {"spacy.cli": package, "spacy.cli.info": info}
    sys.modules.update(stands_in)
    try:
        yield
    finally:
        for name, module in stands_in.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


def _info(*arguments: Any, **named: Any) -> Any:
    """Do what `spacy.info` does, from the command line that is imported only now."""
    from spacy.cli.info import info

    return info(*arguments, **named)


_BARE = "harness.BareTokenizer.v1"


def _register_bare_tokenizer(spacy: Any) -> None:
    if _BARE in spacy.registry.tokenizers.get_all():
        return

    def create() -> Any:
        return lambda nlp: spacy.tokenizer.Tokenizer(nlp.vocab)

    spacy.registry.tokenizers(_BARE, func=create)
