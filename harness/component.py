"""The base of all components, and the signature of every number.

A component *is* its parameters: a frozen pydantic model that YAML builds directly. Five kinds exist: dataset, model,
checker, metric, tracker. Weights exist only inside `with component.open() as session:`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field

from harness import redact
from harness.errors import Problem
from harness.records import content_digest

Kind = Literal["dataset", "model", "checker", "metric", "tracker"]
KINDS: tuple[Kind, ...] = ("dataset", "model", "checker", "metric", "tracker")

_NEUTRAL = "neutral"
_NAMES_SECRET = "names_secret"  # noqa: S105 - a mark on fields

Share = Literal["cores", "weights", "here"]

MAX_SHORT = 100
"""Characters of a parameter's value in a signature; a longer value is replaced by its digest."""


def neutral(default: Any, *, description: str, **constraints: Any) -> Any:
    """Declare a field that cannot change a number (batch size, device, a cache's path): not in the signature."""
    return Field(default=default, description=description, json_schema_extra={_NEUTRAL: True}, **constraints)


def secret_name(*, description: str) -> Any:
    """Declare a field with the name of an environment variable that holds a secret, or None.

    From then on the secret is redacted everywhere. The name cannot change a number. It may hold only capitals, digits
    and underscores, so that a key pasted by mistake is refused.
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
    """Parameter that a bare value sets, so that `lead: longest` reads as `lead: {article: longest}`."""

    share: ClassVar[Share] = "here"
    """How the work of a session is best shared out among processes; it cannot change a number.

    `cores`: to as many as there are cores, since it computes on one of them and takes little memory. `weights`: to one
    for each place that may hold its weights, a GPU or a part of the memory. `here`: not at all, since a server is
    asked, or the session is bound to the process that began the run.
    """

    nested: ClassVar[Mapping[str, tuple[Kind, str]]] = {}
    """Parameters that are components themselves → their kind, and the name of the default."""

    later: ClassVar[Mapping[str, Any]] = {}
    """Parameters added after the first runs → their defaults. At its default such a parameter appears in no signature
    and no manifest, so that older runs are found again and count as equal."""

    @classmethod
    def summary(cls) -> str:
        """Return the docstring's first line, which `harness components` prints; empty where there is none."""
        return next(iter((cls.__doc__ or "").strip().splitlines()), "")

    @classmethod
    def presets(cls) -> Mapping[str, str]:
        """Describe each value of a parameter `preset` in one line; empty where there is no such parameter."""
        return {}

    @classmethod
    def neutral_fields(cls) -> frozenset[str]:
        """Name the parameters that cannot change a number."""
        return _marked_fields(cls, _NEUTRAL)

    @classmethod
    def secret_fields(cls) -> frozenset[str]:
        """Name the parameters that name the environment variable of a secret."""
        return _marked_fields(cls, _NAMES_SECRET)

    def model_post_init(self, context: Any, /) -> None:  # noqa: ARG002 - the signature is pydantic's
        """Redact, from now on, the secrets that the parameters name."""
        for name in self.secret_fields():
            variable = getattr(self, name)
            if variable is not None:
                redact.register_environment(variable)

    def parameters(self) -> dict[str, Any]:
        """Return all parameters as plain JSON values, defaults filled in; a nested component as in YAML.

        Without secrets: these values are kept and printed, and signatures are made of them.
        """
        nested = {name: getattr(self, name) for name in self.nested}
        plain = redact.value(self.model_dump(mode="json", exclude=set(nested)))
        plain = {name: value for name, value in plain.items() if name not in self.later or value != self.later[name]}
        return {**plain, **{name: {inner.name: inner.parameters()} for name, inner in nested.items()}}

    def effective(self) -> dict[str, Any]:
        """Return the parameters that can change a number, as plain JSON values; a nested component's signature."""
        neutral_names = self.neutral_fields()
        plain = {name: value for name, value in self.parameters().items() if name not in neutral_names}
        return {**plain, **{name: getattr(self, name).signature() for name in self.nested}}

    def signature(self) -> str:
        """Write `name|parameter:value|…|v:version`, for people to read and for programs to compare."""
        parts = [f"{name}:{_signature_value(value)}" for name, value in sorted(self.effective().items())]
        return "|".join([self.name, *parts, f"v:{self.version}"])

    def identity(self) -> Mapping[str, str]:
        """Pin what the parameters only name: digests of weights and files, resolved commits.

        Reads and hashes files, loads nothing. Raises UsageError where something that is named does not exist.
        """
        return {f"{name}.{key}": value for name in self.nested for key, value in getattr(self, name).identity().items()}

    def settled(self) -> Self:
        """Return the component with the small files that it names read once and held, such as a prompt template.

        A run plans with it and works with it: a file that is edited in between changes nothing.
        """
        return self

    def problems(self) -> Iterable[Problem]:
        """List what `harness validate` can find without loading anything: missing files, missing extras."""
        for name in self.nested:
            inner: Component = getattr(self, name)
            for problem in inner.problems():
                yield replace(problem, path=".".join(part for part in (name, inner.name, problem.path) if part))


def is_foreign(component: Component) -> bool:
    """Tell a component of another package, or one that has one within."""
    if type(component).__module__.partition(".")[0] != __name__.partition(".")[0]:
        return True
    return any(is_foreign(getattr(component, name)) for name in component.nested)


def _marked_fields(cls: type[BaseModel], mark: str) -> frozenset[str]:
    return frozenset(
        name
        for name, field in cls.model_fields.items()
        if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get(mark)
    )


def _signature_value(value: object) -> str:
    """Write a parameter's value for a signature: scalars as they are, anything longer by its digest."""
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
    """Lookup of components, so that the configuration reader need not know the registry."""

    def names(self, kind: Kind) -> list[str]:
        """Return all names of a kind, sorted."""

    def find(self, kind: Kind, name: str) -> type[Component]:
        """Return the class behind a name. Raises KeyError for an unknown one."""
