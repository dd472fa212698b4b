"""Mistakes in the values of a configuration: locates them, and puts them into our words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from harness import redact
from harness.component import Component
from harness.config.source import KeyPath, Source
from harness.errors import nearest_name

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def refuse_secrets(source: Source) -> None:
    """Refuse secrets written into the configuration; they are never quoted."""
    for path in redact.secret_paths(source.value):
        source.report(
            path,
            "a secret, or what looks like one, stands in the configuration",
            accepted="the name of an environment variable that holds it (`key_env: NAME`), and an address without a "
            "user or password in it",
        )


def report_fields(
    source: Source, cls: type[BaseModel], owner: str, raw: Any, path: KeyPath, error: ValidationError
) -> None:
    """Report each mistake in the fields of `owner`, located and in our words."""
    details = [(_written_location(raw, detail["loc"]), detail) for detail in error.errors(include_url=False)]
    places = [location for location, _ in details]
    for at, (location, detail) in enumerate(details):
        repeated = location in places[:at] and detail["type"] != "extra_forbidden"  # a union reports each branch
        consequence = any(len(other) > len(location) and other[: len(location)] == location for other in places)
        if not repeated and not consequence:
            _report_field(source, cls, owner, path, location, detail)


def _model_at(cls: type[BaseModel], location: Sequence[str | int]) -> type[BaseModel] | None:
    """Return the model whose fields are at a location below `cls`; None where there is none, or a list of them."""
    holder: type[BaseModel] | None = cls
    for part in location:
        field = holder.model_fields.get(str(part)) if holder else None
        kinds = [field.annotation, *get_args(field.annotation)] if field else []
        models = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        holder = models[0] if models else None
    return holder


def _written_location(raw: Any, location: Sequence[str | int]) -> KeyPath:
    """Drop the parts of a pydantic location that the written values do not have, such as branches of a union."""
    node = raw
    kept: list[str | int] = []
    for at, part in enumerate(location):
        inner: Any = node if isinstance(node, Mapping) else dict(enumerate(node)) if isinstance(node, list) else {}
        if part in inner:
            node = inner[part]
        elif not (at == len(location) - 1 and isinstance(node, Mapping) and isinstance(part, str)):
            continue
        kept.append(part)
    return tuple(kept)


def _report_field(
    source: Source, cls: type[BaseModel], owner: str, path: KeyPath, location: KeyPath, detail: Any
) -> None:
    here = (*path, *location)
    if detail["type"] == "extra_forbidden":
        holder = _model_at(cls, location[:-1])
        names = list(holder.model_fields) if holder else []
        nearest = nearest_name(str(location[-1]), names)
        accepted = parameter_names(holder) if holder else ""
        source.report(here, f"unknown parameter of {owner}", accepted=accepted, nearest=nearest)
    elif detail["type"] == "missing":
        field = cls.model_fields.get(str(location[-1])) if location else None
        source.report(here, f"missing parameter of {owner}", accepted=(field.description or "") if field else "")
    elif issubclass(cls, Component) and len(location) == 1 and location[0] in cls.secret_fields():
        accepted = "the name of an environment variable: capitals, digits and _"
        source.report(here, "not the name of an environment variable (not shown: it may be a key)", accepted=accepted)
    elif detail["type"] == "value_error":
        source.report(here, str(detail["ctx"]["error"]), found=quote(detail["input"]))
    else:
        message = detail["msg"]
        accepted = message.removeprefix("Input should be ") if message.startswith("Input should be ") else ""
        accepted = accepted.removesuffix(", unable to interpret input")
        expected = str(detail.get("ctx", {}).get("expected", ""))
        nearest = nearest_name(str(detail["input"]), re.findall(r"'([^']+)'", expected), 0.7) if expected else ""
        source.report(
            here,
            "not accepted here" if accepted else message,
            found=quote(detail["input"]),
            accepted=accepted,
            nearest=nearest,
        )


def parameter_names(cls: type[BaseModel]) -> str:
    """List the parameters of a component for a message."""
    return ", ".join(cls.model_fields) or "no parameters"


def quote(value: Any) -> str:
    """Quote a value in a message: short, printable, without secrets."""
    text = CONTROL.sub("�", redact.text(repr(value)))
    return text if len(text) <= 80 else f"{text[:77]}…"
