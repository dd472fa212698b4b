"""Keys of cached results: a digest of everything that can change it, and of nothing else.

A key is the SHA-256 of plain JSON, so nothing can be read back from it. It holds the component's name and version, its
parameters (those declared neutral left out), its identity (digests of weights, prompts and files, resolved commits), a
model's seed, the versions of Python and of the packages that matter, the content of the code behind the component, and
what the component was given: the cluster as it saw it, and the text to check.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from pydantic_core import PydanticSerializationError

from harness.cache.code_digest import component_code
from harness.checkers.base import Checker
from harness.component import Component
from harness.process import environment
from harness.records import Cluster, canonical_json

LAYOUT = 1
"""Rises when what is kept under a key is written in another form."""


def of_model(model: Component, seed: int, identity: Mapping[str, str]) -> bytes:
    """Collect what every prediction of a configuration has in its key; the display name is no part of it."""
    return _maker(model, {"seed": seed}, dict(identity))


def of_checker(checker: Checker, identity: Mapping[str, str]) -> bytes:
    """Collect what every verdict of a checker has in its key; `identity` as it was when the run was planned."""
    return _maker(checker, {}, dict(identity))


def of_prediction(maker: bytes, cluster: Cluster) -> bytes:
    """Make the key of what `maker` writes for a cluster, without references unless it may see them.

    The cluster stands for the prompt: a prompt is made of a template, parameters and the cluster alone.
    """
    return _key(maker, cluster)


def of_verdicts(maker: bytes, cluster: Cluster, text: str) -> bytes:
    """Make the key of what the checker `maker` finds about a text, given a cluster without references."""
    return _key(maker, cluster, text)


def exact_parameters(component: Component) -> dict[str, Any]:
    """Name, version and the parameters that can change a number, none abbreviated as in a signature."""
    held = {name: _exact(getattr(component, name)) for name in component.nested}
    parameters = {**component.effective(), **held}
    return {"name": component.name, "version": component.version, "parameters": parameters}


def _exact(inner: Any) -> Any:
    return [exact_parameters(part) for part in inner] if isinstance(inner, tuple | list) else exact_parameters(inner)


def _maker(component: Component, more: Mapping[str, Any], identity: Mapping[str, str]) -> bytes:
    made_by = {
        "layout": LAYOUT,
        "kind": component.kind,
        "parameters": exact_parameters(component),
        "identity": identity,
        "versions": {name: text for name, text in environment.versions().items() if name != "code"},
        "code": component_code(component),
        **more,
    }
    return hashlib.sha256(canonical_json(made_by).encode("utf-8", "surrogatepass")).digest()


def _key(maker: bytes, cluster: Cluster, text: str = "") -> bytes:
    seen = hashlib.sha256(maker)
    for part in (_content(cluster), text.encode("utf-8", "surrogatepass")):
        seen.update(len(part).to_bytes(8))
        seen.update(part)
    return seen.digest()


def _content(cluster: Cluster) -> bytes:
    try:
        return cluster.model_dump_json().encode()
    except PydanticSerializationError:  # half of a surrogate pair, which UTF-8 has no bytes for
        return canonical_json(cluster.model_dump(mode="json")).encode("utf-8", "surrogatepass")
