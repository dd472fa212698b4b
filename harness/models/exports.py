"""Ready maps for the files of other evaluation programs: where rows keep an id, a text, or why there is none."""

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from harness.inputs.dotted import MISSING, value_at

ExportName = Literal["lm-eval", "promptfoo", "openai-batch", "inspect"]


class Export(NamedTuple):
    """Paths at which one program's rows keep what a prediction needs; the first that is there counts."""

    title: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    reasons: tuple[str, ...]
    """Paths of the reason for no text; read where there is no text, and first where `error_first`."""
    signs: tuple[tuple[str, ...], ...]
    """Sets of paths; a row that has all of one set is of this kind."""
    apart: tuple[str, ...]
    """Paths that tell several rows of one cluster apart, for `where`."""
    error_first: bool = False
    """True where a row with an error is a failure even if it has a text."""


EXPORTS: Final[Mapping[ExportName, Export]] = {
    # lm_eval --log_samples: samples_<task>_<time>.jsonl, one row for each document and filter.
    "lm-eval": Export(
        "a sample file of lm-evaluation-harness",
        ids=("doc.cluster_id", "doc.id", "doc_id"),
        texts=("filtered_resps", "resps"),
        reasons=(),
        signs=(("doc_id", "filtered_resps"), ("doc_id", "resps"), ("doc", "filtered_resps")),
        apart=("filter",),
    ),
    # promptfoo eval --output x.json or x.jsonl, versions 2 and 3; a check's error may come with an output.
    "promptfoo": Export(
        "an export of promptfoo",
        ids=("vars.cluster_id", "vars.id", "testCase.vars.cluster_id", "testCase.vars.id", "testCase.metadata.id"),
        texts=("response.output",),
        reasons=("response.error", "error"),
        signs=(("vars", "response"), ("vars", "prompt", "success"), ("testCase", "provider")),
        apart=("provider.label", "provider.id", "prompt.label", "promptIdx", "testIdx"),
    ),
    # Output and error files of the Batch API: chat completions, responses and completions.
    "openai-batch": Export(
        "an output file of the OpenAI Batch API",
        ids=("custom_id",),
        texts=("response.body.choices.0.message.content", "response.body.choices.0.text", "response.body.output"),
        reasons=(*("error", "response.body.error", "response.body.incomplete_details.reason", "response.message"),),
        signs=(("custom_id", "response"), ("custom_id", "error")),
        apart=("id",),
    ),
    # inspect log convert --to json, or logs written with --log-format=json.
    "inspect": Export(
        "a log of inspect",
        ids=("metadata.cluster_id", "id"),
        texts=("output.completion", "output.choices.0.message.content"),
        reasons=("error", "output.error"),
        signs=(("id", "epoch", "output"), ("id", "epoch", "messages"), ("id", "target", "output")),
        apart=("epoch",),
        error_first=True,
    ),
}


def recognise(row: Mapping[str, Any]) -> ExportName | None:
    """Recognise the export that a row plainly comes from."""
    for name, export in EXPORTS.items():
        if any(all(value_at(row, path) is not MISSING for path in paths) for paths in export.signs):
            return name
    return None


def text_of(value: object) -> object:
    """Extract what a model wrote: a string, the text parts of a message, or the first of several answers.

    Anything else is returned as it is, for the caller to refuse.
    """
    if isinstance(value, list):
        if not value:
            return None
        if all(isinstance(part, Mapping) for part in value):
            return "".join(_parts(value)) or None
        return text_of(value[0])
    return value


def _parts(parts: list[Any]) -> list[str]:
    """Extract the texts from the parts of a message, or from a response's messages; leave out reasoning."""
    texts: list[str] = []
    for part in parts:
        if isinstance(part, Mapping):
            text, content = part.get("text"), part.get("content")
            if part.get("type") in ("text", "output_text") and isinstance(text, str):
                texts.append(text)
            elif part.get("type") in ("message", None) and isinstance(content, list):
                texts.extend(_parts(content))
    return texts


def reason_of(value: object) -> str:
    """Say in one line why there is no text; empty for null and for an empty value."""
    if isinstance(value, Mapping):
        parts = [reason_of(value.get(key)) for key in ("code", "message", "error")]
        return ": ".join(part for part in dict.fromkeys(parts) if part)
    if isinstance(value, str | int) and not isinstance(value, bool):
        text = " ".join(str(value).split())
        return text if len(text) <= 300 else f"{text[:299]}…"
    return ""


def refusal_of(row: Mapping[str, Any]) -> str:
    """Say how the model refused, from either shape of a batch row; empty where it did not."""
    refusal = reason_of(value_at(row, "response.body.choices.0.message.refusal"))
    output = value_at(row, "response.body.output")
    for item in output if isinstance(output, list) else ():
        content = item.get("content") if isinstance(item, Mapping) else None
        for part in content if isinstance(content, list) else ():
            if isinstance(part, Mapping) and part.get("type") == "refusal":
                refusal = refusal or reason_of(part.get("refusal"))
    return f"refused: {refusal}" if refusal else ""
