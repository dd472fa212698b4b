"""The JSON Schema of a configuration file, for editors; `harness schema` prints it."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from harness import redact
from harness.component import ComponentTable, Kind
from harness.config.build import DEFAULT_SEED, KEYS, REQUIRED, RUN_NAME
from harness.config.execution import Execution
from harness.config.gate import GateSettings
from harness.config.limits import FAILURES_SCHEMA, TimeLimit
from harness.config.sweep import MAX_NAME
from harness.errors import UsageError

MATRIX_VALUES: dict[str, Any] = {
    "anyOf": [
        {"type": "array", "minItems": 1, "description": "Values; `name: {…}` names one that is a mapping."},
        {"type": "object", "minProperties": 1, "description": "Name → value; labels show the name."},
    ]
}


def json_schema(table: ComponentTable) -> dict[str, Any]:
    """Build the JSON Schema (draft 2020-12) that accepts what `harness validate` accepts, files aside."""
    definitions: dict[str, Any] = {}
    properties = {
        "name": {"type": "string", "pattern": RUN_NAME.pattern.replace("\\Z", "$")},
        "data": _slot(table, "dataset", definitions),
        "models": {"type": "array", "minItems": 1, "items": _slot(table, "model", definitions)},
        "metrics": {"type": "array", "minItems": 1, "items": _slot(table, "metric", definitions)},
        "seed": {"type": "integer", "minimum": 0, "default": DEFAULT_SEED},
        "matrix": {"type": "object", "additionalProperties": MATRIX_VALUES},
    }
    properties["max_failures"] = dict(FAILURES_SCHEMA)
    properties["time_limit"] = _flatten("time_limit", TimeLimit, definitions)
    properties["execution"] = _flatten("execution", Execution, definitions)
    properties["tracking"] = _tracking(table, definitions)
    properties["gate"] = _flatten("gate", GateSettings, definitions)
    properties["primary"] = {"type": "string", "minLength": 1}
    for key, text in KEYS.items():
        properties[key]["description"] = text
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A configuration of the headline harness",
        "type": "object",
        "properties": properties,
        "required": list(REQUIRED),
        "additionalProperties": False,
        "$defs": definitions,
    }
    redacted: dict[str, Any] = _redact(schema)
    return redacted


def _tracking(table: ComponentTable, definitions: dict[str, Any]) -> dict[str, Any]:
    """Build the schema of `tracking:`: a name, or each name with its parameters."""
    forms = _slot(table, "tracker", definitions)["anyOf"]
    properties = {name: inner for form in forms for name, inner in form.get("properties", {}).items()}
    names = [form for form in forms if "const" in form]
    return {"anyOf": [*names, {"type": "object", "properties": properties, "additionalProperties": False}]}


_VALUES = frozenset({"default", "examples", "example"})
"""Keywords that hold values, which a component may have taken from the environment; the rest is our own text."""


def _redact(schema: Any, name: str = "") -> Any:
    """Redact each secret among a schema's values; `name` is the parameter that it describes."""
    if isinstance(schema, list):
        return [_redact(inner, name) for inner in schema]
    if not isinstance(schema, Mapping):
        return schema
    redacted: dict[str, Any] = {}
    for key, inner in schema.items():
        if key in _VALUES:
            redacted[key] = redact.value(inner, secret=redact.is_secret_name(name))
        elif key in ("properties", "$defs") and isinstance(inner, Mapping):
            redacted[key] = {parameter: _redact(each, parameter) for parameter, each in inner.items()}
        else:
            redacted[key] = _redact(inner, name)
    return redacted


def _slot(table: ComponentTable, kind: Kind, definitions: dict[str, Any]) -> dict[str, Any]:
    """Build the schema of a place for a component of `kind`: a bare name, or one name with its parameters."""
    forms: list[dict[str, Any]] = []
    for name in table.names(kind):
        try:
            cls = table.find(kind, name)
        except UsageError:  # of another package, and broken: whoever lists components says so
            continue
        key = f"{kind}.{name}"
        definitions[key] = _flatten(key, cls, definitions)
        for field, (inner_kind, default) in cls.nested.items():
            slot = {**_slot(table, inner_kind, definitions), "default": default}
            definitions[key]["properties"][field] = slot
            definitions[key]["required"] = [name for name in definitions[key].get("required", []) if name != field]
        bare_ok = not definitions[key].get("required")
        if bare_ok:
            forms.append({"const": name, "description": cls.summary()})
        parameters: list[dict[str, Any]] = [{"$ref": f"#/$defs/{key}"}]
        if bare_ok:
            parameters.append({"type": "null"})
        if cls.positional:
            parameters.append(definitions[key]["properties"][cls.positional])
        properties: dict[str, Any] = {name: {"anyOf": parameters}}
        if kind == "model":
            properties["as"] = {"type": "string", "minLength": 1, "maxLength": MAX_NAME}
        forms.append(
            {
                "type": "object",
                "properties": properties,
                "required": [name],
                "additionalProperties": False,
                "description": cls.summary(),
            }
        )
    return {"anyOf": forms}


def _flatten(name: str, cls: type[BaseModel], definitions: dict[str, Any]) -> dict[str, Any]:
    """Return a model's own schema; move the definitions it needs to the top, under names that cannot clash."""
    prefix = f"{name}."
    schema = cls.model_json_schema(ref_template="#/$defs/" + prefix + "{model}")
    for inner, definition in schema.pop("$defs", {}).items():
        definitions[prefix + inner] = definition
    schema.pop("title", None)
    return schema
