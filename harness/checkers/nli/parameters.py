"""Parameters of an entailment model as a checker, and their problems; nothing is loaded."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, ValidationInfo, field_validator, model_validator

from harness import extras
from harness.checkers.base import Checker
from harness.checkers.nli.presets import PRESETS, Output, Preset, PresetName, lines
from harness.checkpoints.digests import checkpoint_digests, short_digest
from harness.checkpoints.find import PACKAGE, NotFoundError, find_checkpoint, in_package
from harness.checkpoints.hub import current_commit
from harness.checkpoints.problems import checkpoint_problems, folder_problems
from harness.checkpoints.settings import read_json
from harness.component import Share, neutral
from harness.errors import MissingExtraError, Problem, UsageError
from harness.inputs.files import located

Label = Output
LABELS: tuple[Label, ...] = ("entailment", "neutral", "contradiction")

_SPELLINGS: Mapping[str, Label] = {
    "entail": "entailment",
    "entailed": "entailment",
    "entails": "entailment",
    "supported": "entailment",
    "supports": "entailment",
    "consistent": "entailment",
    "neutral": "neutral",
    "not entailment": "neutral",
    "not entailed": "neutral",
    "not enough info": "neutral",
    "unsupported": "neutral",
    "no contradiction": "neutral",
    "not contradiction": "neutral",
    "contradict": "contradiction",
    "contradicts": "contradiction",
    "contradictory": "contradiction",
    "contradicted": "contradiction",
    "refutes": "contradiction",
    "refuted": "contradiction",
    "inconsistent": "contradiction",
}


class NliParameters(Checker):
    """All of checker `nli` but its session."""

    positional: ClassVar[str | None] = "model"
    share: ClassVar[Share] = "weights"
    later: ClassVar[Mapping[str, Any]] = {"preset": None}

    preset: PresetName | None = Field(
        default=None,
        description="A public checker by name, with its own input format, reading and chunking; the names stand below.",
    )
    model: str = Field(
        default="",
        validate_default=True,
        description="A hub id (owner/name), a folder, an .onnx file, or package:NAME/FILE inside an installed package; "
        "needed unless `preset` brings its own.",
    )
    revision: str | None = Field(
        default=None, description="Branch, tag or commit of a hub id; the commit it stood for is recorded."
    )
    labels: tuple[Label, ...] | None = Field(
        default=None,
        min_length=2,
        description="What each output means, in order: entailment, neutral, contradiction; default: as the model's "
        "configuration says.",
    )
    tokenizer: str | None = Field(
        default=None,
        description="Folder or tokenizer.json of an ONNX model, default: beside the model; with preset hhem-2.1-open a "
        "folder or hub id of the model it is built on.",
    )
    support: float = Field(
        default=0.5, gt=0, lt=1, description="Least probability of a supported sentence, between 0 and 1."
    )
    contradiction: float = Field(
        default=0.5, gt=0, lt=1, description="Least probability of contradiction that counts, between 0 and 1."
    )
    evidence: int = Field(default=8, ge=1, le=64, description="Sentences compared with each claim, from 1 to 64.")
    aligned: int = Field(default=2, ge=1, le=16, description="Sentences an article may contradict with, from 1 to 16.")
    max_tokens: int = Field(
        default=384,
        ge=32,
        le=8192,
        description="Tokens of a premise and a claim together, from 32; at most the model reads; a preset has its own.",
    )
    trust_remote_code: bool = Field(
        default=False, description="Whether Python code that comes with the checkpoint may run on this machine."
    )
    device: str = neutral(
        "auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$", description="auto, cpu, cuda, cuda:N or mps."
    )
    batch_size: int = neutral(16, ge=1, description="Pairs compared together, from 1.")

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, values: Any) -> Any:
        """Fill in what a preset sets and the user does not; refuse what it leaves without effect."""
        preset = PRESETS.get(str(values.get("preset"))) if isinstance(values, Mapping) else None
        if preset is None:
            return values
        settled: dict[str, Any] = {"evidence": 8, "aligned": 2, **({} if preset.labels is None else {"labels": None})}
        settled |= {} if preset.difference else {"contradiction": 0.5}
        settled |= {} if preset.foundation is not None else {"tokenizer": None}
        idle = sorted(key for key, default in settled.items() if values.get(key, default) != default)
        if idle:
            raise ValueError(f"preset {preset.name} has its own way and takes no {', '.join(idle)}: leave it out")
        own = {"model": preset.model or "", "revision": preset.revision} if not values.get("model") else {}
        written = {key: value for key, value in values.items() if value is not None}
        return {**own, "max_tokens": preset.window, **written}

    @field_validator("model")
    @classmethod
    def _something_read(cls, value: str, info: ValidationInfo) -> str:
        if value or "preset" not in info.data:  # a preset that is none is a mistake of its own
            return value
        name = info.data["preset"]
        if name is not None:
            raise ValueError(f"preset {name} needs a folder in `model`: {PRESETS[name].note}")
        raise ValueError(f"neither `model` nor `preset` is given; accepted presets: {', '.join(PRESETS)}")

    @classmethod
    def presets(cls) -> dict[str, str]:
        """Map each public checker's name to weights, licence and source."""
        return lines()

    @property
    def shown(self) -> str:
        """Return the preset's name where there is one."""
        return self.preset or self.name

    @property
    def chosen(self) -> Preset | None:
        """Return the record of the preset, if one is named."""
        return None if self.preset is None else PRESETS[self.preset]

    @field_validator("labels")
    @classmethod
    def _usable(cls, value: tuple[Label, ...] | None) -> tuple[Label, ...] | None:
        if value is not None and len(set(value)) != len(value):
            raise ValueError("each label stands once")
        if value is not None and set(value) == {"neutral"}:
            raise ValueError("entailment or contradiction must be among the labels")
        return value

    def onnx_file(self) -> Path | None:
        """Return the ONNX file that `model` means, if it is one or a folder with one and no safetensors.

        Raises UsageError where a named file is not there.
        """
        path = in_package(self.model) if self.model.startswith(PACKAGE) else located(self.model)
        if path.suffix.lower() == ".onnx":
            if not path.is_file():
                raise UsageError(f"there is no such file: {path}; accepted: an .onnx file")
            return path
        if path.is_dir() and not any(path.glob("*.safetensors")):
            found = sorted([*path.glob("*.onnx"), *path.glob("onnx/*.onnx")])
            plain = [file for file in found if file.name == "model.onnx"]
            if len(found) > 1 and not plain:
                raise UsageError(f"{path} holds {len(found)} ONNX files; name one: {', '.join(f.name for f in found)}")
            return next(iter([*plain, *found]), None)
        return None

    def tokenizer_file(self, model: Path) -> Path:
        """Find the tokenizer.json of an ONNX model. Raises UsageError that says where it looked."""
        places = (
            [located(self.tokenizer)]
            if self.tokenizer is not None and not self.tokenizer.startswith(PACKAGE)
            else [in_package(self.tokenizer)]
            if self.tokenizer is not None
            else [model.parent, model.parent.parent]
        )
        looked = [place / "tokenizer.json" if place.is_dir() else place for place in places]
        for file in looked:
            if file.is_file():
                return file
        raise UsageError(
            f"checker nli: no tokenizer for {model}; looked for {' and '.join(map(str, looked))}: "
            "name its tokenizer.json or folder in `tokenizer:`"
        )

    def foundation(self, folder: Path | None) -> str | None:
        """Find what a preset's weights are built on, where `folder` has no tokenizer and configuration."""
        chosen = self.chosen
        if chosen is None or chosen.foundation is None:
            return None
        if self.tokenizer is not None:
            return self.tokenizer
        whole = folder is not None and read_json(folder / "config.json").get("model_type") == "t5"
        return None if whole else chosen.foundation

    def folder_problems(self, folder: Path) -> Iterator[Problem]:
        """Report what keeps a folder from being the weights of the chosen preset."""
        chosen = self.chosen
        if chosen is None:
            return
        if folder.is_file():
            yield Problem(f"preset {chosen.name} reads a folder with config.json and safetensors", found=str(folder))
            return
        apart = self.foundation(folder) is not None
        for problem in folder_problems(folder):
            if apart and "no tokenizer" in problem.message:
                continue
            bare = "weights" in problem.message and chosen.note
            yield replace(problem, message=f"{problem.message}; {chosen.note}") if bare else problem
        kind = read_json(folder / "config.json").get("model_type")
        if kind is not None and kind not in chosen.architectures:
            yield Problem(
                f"preset {chosen.name} reads another architecture",
                found=f"model_type {kind} in {folder / 'config.json'}",
                accepted=", ".join(chosen.architectures),
            )

    def identity(self) -> Mapping[str, str]:
        """Digest weights, tokenizer and settings; for a hub id return its commit."""
        if self.chosen is not None:
            return self._preset_identity()
        onnx = self.onnx_file()
        if onnx is not None:
            return {
                "weights": short_digest(onnx),
                "tokenizer": short_digest(self.tokenizer_file(onnx)),
            }
        checkpoint = find_checkpoint(self.model)
        if checkpoint.kind == "hub":
            return {"commit": current_commit(checkpoint.hub_id, self.revision)}
        return checkpoint_digests(checkpoint)

    def _preset_identity(self) -> dict[str, str]:
        checkpoint = find_checkpoint(self.model)
        found = (
            {"commit": current_commit(checkpoint.hub_id, self.revision)}
            if checkpoint.kind == "hub"
            else checkpoint_digests(checkpoint)
        )
        named = self.foundation(checkpoint.path)
        if named is None:
            return found
        base = find_checkpoint(named)
        told = {"commit": current_commit(base.hub_id, None)} if base.kind == "hub" else checkpoint_digests(base)
        return {**found, **{f"foundation.{key}": value for key, value in told.items() if key != "weights"}}

    def _preset_problems(self) -> Iterator[Problem]:
        missing = extras.missing("torch", "transformers")
        if missing:
            yield Problem(str(MissingExtraError("checker nli", missing, "models")), path="preset")
        try:
            checkpoint = find_checkpoint(self.model)
        except NotFoundError as error:
            yield error.problem
            return
        if checkpoint.path is None or self.revision is not None:
            yield from checkpoint_problems(self.model, self.revision)
        if checkpoint.path is not None:
            yield from (replace(problem, path="model") for problem in self.folder_problems(checkpoint.path))
        named = self.foundation(checkpoint.path)
        if named is not None and find_checkpoint(named).path is None:
            yield from (replace(problem, path="tokenizer") for problem in checkpoint_problems(named, None))

    def problems(self) -> Iterator[Problem]:
        """Report missing extras, weights and tokenizer."""
        if self.chosen is not None:
            yield from self._preset_problems()
            return
        try:
            onnx = self.onnx_file()
        except UsageError as error:
            yield Problem(str(error), path="model")
            return
        packages, extra = (("onnxruntime", "tokenizers"), "onnx") if onnx else (("torch", "transformers"), "models")
        missing = extras.missing(*packages)
        if missing:
            yield Problem(str(MissingExtraError("checker nli", missing, extra)), path="model")
        if onnx is None:
            yield from checkpoint_problems(self.model, self.revision)
            return
        try:
            self.tokenizer_file(onnx)
        except UsageError as error:
            yield Problem(str(error), path="tokenizer")


def read_labels(named: Mapping[int, str], outputs: int, model: str) -> tuple[Label, ...]:
    """Read what each output means, from a configuration's `id2label` in any order and spelling.

    Raises UsageError that quotes the names where they cannot be told.
    """
    names = [named.get(index, f"LABEL_{index}") for index in range(outputs)]
    found: list[Label] = []
    for name in names:
        plain = " ".join(name.lower().replace("_", " ").replace("-", " ").split())
        label = next((label for label in LABELS if plain == label), None) or _SPELLINGS.get(plain)
        if label is not None:
            found.append(label)
    if len(found) != outputs or len(set(found)) != outputs or set(found) == {"neutral"}:
        raise UsageError(
            f"checker nli: {model} calls its outputs {', '.join(names)}, which says not which is entailment; "
            f"accepted: `labels:` with {outputs} of {', '.join(LABELS)} in the order of the outputs"
        )
    return tuple(found)
