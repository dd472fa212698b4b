"""The base of all components, and the signature that stands under every number.

A component *is* its parameters: a frozen pydantic model that YAML builds directly. Five kinds exist: dataset, model,
checker, metric, executor. Weights exist only inside `with component.open() as session:`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from harness import redact
from harness.errors import Problem
from harness.records import content_digest

Kind = Literal["dataset", "model", "checker", "metric", "executor"]
KINDS: tuple[Kind, ...] = ("dataset", "model", "checker", "metric", "executor")

_NEUTRAL = "neutral"
_NAMES_SECRET = "names_secret"  # noqa: S105 - a mark on fields

MAX_SHORT = 100
"""Characters of a parameter's value that a signature spells out; what is longer stands there by its digest."""


def neutral(default: Any, *, description: str, **constraints: Any) -> Any:
    """A field that cannot change a number (batch size, device, a cache's path), and so stays out of the signature."""
    return Field(default=default, description=description, json_schema_extra={_NEUTRAL: True}, **constraints)


def secret_name(*, description: str) -> Any:
    """A field with the name of an environment variable that holds a secret, or None.

    Every component that names one sees to it that the secret is redacted from then on. The name cannot change a number.
    Capitals, digits and underscores only, so that a key pasted by mistake is refused.
    """
    return Field(
        default=None,
        pattern=redact.ENVIRONMENT_NAME.pattern.replace("\\Z", "$"),
        description=description,
        json_schema_extra={_NEUTRAL: True, _NAMES_SECRET: True},
    )


class Component(BaseModel):
    """Base of all components: frozen parameters, a version, a signature."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, protected_namespaces=())

    kind: ClassVar[Kind]
    name: ClassVar[str]
    version: ClassVar[int] = 1
    """Rises when equal parameters would give other numbers."""
    positional: ClassVar[str | None] = None
    """The parameter that a bare value means, so that `lead: longest` reads as `lead: {article: longest}`."""

    nested: ClassVar[Mapping[str, tuple[Kind, str]]] = {}
    """Parameters that are components themselves → their kind and the one meant where none is named."""

    later: ClassVar[Mapping[str, Any]] = {}
    """Parameters that came when runs had been made without them → their defaults, at which they stand in no signature
    and no manifest: so those runs are found again, and equal to those made now."""

    @classmethod
    def summary(cls) -> str:
        """The first line of the docstring: what `harness components` prints; empty where there is none."""
        return next(iter((cls.__doc__ or "").strip().splitlines()), "")

    @classmethod
    def presets(cls) -> Mapping[str, str]:
        """What a parameter `preset` can be → one line on each; empty where there is none."""
        return {}

    @classmethod
    def neutral_fields(cls) -> frozenset[str]:
        """Names of the parameters that cannot change a number."""
        return _marked(cls, _NEUTRAL)

    @classmethod
    def secret_fields(cls) -> frozenset[str]:
        """Names of the parameters that name the environment variable of a secret."""
        return _marked(cls, _NAMES_SECRET)

    def model_post_init(self, context: Any, /) -> None:  # noqa: ARG002 - the signature is pydantic's
        """Have the secrets that the parameters name redacted from now on."""
        for name in self.secret_fields():
            variable = getattr(self, name)
            if variable is not None:
                redact.register_environment(variable)

    def parameters(self) -> dict[str, Any]:
        """All parameters as plain JSON values, defaults filled in; a nested component as YAML would name it.

        Without secrets: these values are kept and printed, and signatures are made of them.
        """
        held = {name: getattr(self, name) for name in self.nested}
        plain = redact.value(self.model_dump(mode="json", exclude=set(held)))
        plain = {name: value for name, value in plain.items() if name not in self.later or value != self.later[name]}
        return {**plain, **{name: {inner.name: inner.parameters()} for name, inner in held.items()}}

    def effective(self) -> dict[str, Any]:
        """The parameters that can change a number, as plain JSON values; a nested component by its signature."""
        neutral_names = self.neutral_fields()
        plain = {name: value for name, value in self.parameters().items() if name not in neutral_names}
        return {**plain, **{name: getattr(self, name).signature() for name in self.nested}}

    def signature(self) -> str:
        """`name|parameter:value|…|v:version`, for people to read and for programs to compare."""
        parts = [f"{name}:{_short(value)}" for name, value in sorted(self.effective().items())]
        return "|".join([self.name, *parts, f"v:{self.version}"])

    def identity(self) -> Mapping[str, str]:
        """What the parameters only name and a later reader must be able to tell apart: digests of weights, of files.

        May read files and hash them, loads nothing. Raises a UsageError where something named does not exist.
        """
        return {f"{name}.{key}": value for name in self.nested for key, value in getattr(self, name).identity().items()}

    def problems(self) -> Iterable[Problem]:
        """What `harness validate` can find out without loading anything: missing files, missing extras."""
        for name in self.nested:
            inner: Component = getattr(self, name)
            for problem in inner.problems():
                yield replace(problem, path=".".join(part for part in (name, inner.name, problem.path) if part))


def _marked(cls: type[BaseModel], mark: str) -> frozenset[str]:
    return frozenset(
        name
        for name, field in cls.model_fields.items()
        if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get(mark)
    )


def _short(value: object) -> str:
    """A parameter's value inside a signature: scalars as they are, anything longer by its digest."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | str) and len(str(value)) <= MAX_SHORT:
        return str(value).replace("|", "/")
    if isinstance(value, list) and all(isinstance(item, int | float | str) for item in value):
        joined = "+".join(str(item) for item in value)
        if len(joined) <= MAX_SHORT:
            return joined.replace("|", "/") or "none"
    return content_digest(value)


class ComponentTable(Protocol):
    """How the configuration reader finds components without knowing the registry."""

    def names(self, kind: Kind) -> list[str]:
        """All names of a kind, sorted."""

    def find(self, kind: Kind, name: str) -> type[Component]:
        """The class behind a name; raises KeyError for an unknown one."""
