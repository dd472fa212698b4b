"""Clusters from data sets as they are published: by their name on the Hugging Face Hub, or as local files and folders.

Files and folders are read directly (`harness.inputs.tables`). The `datasets` library is opened for what only it can
do: names on the Hub, its cache, folders it saved itself, and folders whose README says which files make which split.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from harness import extras
from harness.component import neutral
from harness.datasets import chosen
from harness.datasets.base import Dataset
from harness.datasets.fields import FieldMap, RowReader, clusters
from harness.datasets.splits import choose_split, split_files
from harness.errors import DataError, MissingExtraError, Problem
from harness.inputs.files import file_error, located, open_binary
from harness.inputs.json_files import Wanted
from harness.inputs.json_lines import Row
from harness.inputs.tables import FORMATS, file_rows, format_of, refuse_other_programs
from harness.records import Cluster, RowProblem

_NEEDED_BY: Final = "data set hub"


class Layout(NamedTuple):
    """Fields in which a well-known data set keeps what a cluster needs."""

    fields: FieldMap
    separator: str | None = None
    newline_mark: str | None = None


LAYOUTS: Final[Mapping[str, Layout]] = {
    # Fabbri et al. 2019: articles joined by |||||, their newlines written as a word in the raw release.
    "multi_news": Layout(FieldMap(articles="document", references="summary"), "|||||", "NEWLINE_CHAR"),
    # Hermann et al. 2015, See et al. 2017: highlights, one a line, are one reference.
    "cnn_dailymail": Layout(FieldMap(articles=None, text="article", references="highlights")),
    # Narayan et al. 2018: the BBC's introductory sentence is the reference.
    "xsum": Layout(FieldMap(articles=None, text="document", references="summary")),
    # Rush et al. 2015: first sentence and headline, tokenised, digits as #.
    "gigaword": Layout(FieldMap(articles=None, text="document", references="summary")),
}


class Shuffle(BaseModel):
    """A chance order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(ge=0, lt=2**63, description="Another seed gives another order, and chooses another sample.")


class Hub(Dataset):
    """A published data set: a name on the Hugging Face Hub, a local folder, or a CSV, Parquet or JSON file."""

    name: ClassVar[str] = "hub"
    positional: ClassVar[str | None] = "path"
    later: ClassVar[Mapping[str, Any]] = {"rows": None, "sample": None, "shuffle": None}

    path: str = Field(min_length=1, description="A file, a folder, or a name on the Hub such as EdinburghNLP/xsum.")
    config: str | None = Field(default=None, description="Name of the set's configuration, where it has several.")
    split: str | None = Field(
        default=None,
        description="Name of the split; left out, test where there is one, else the only one. A file is read whole.",
    )
    revision: str | None = Field(default=None, description="Commit, tag or branch of a set on the Hub.")
    streaming: bool = neutral(True, description="Read a set on the Hub as it arrives; false downloads it first.")
    layout: Literal["multi_news", "cnn_dailymail", "xsum", "gigaword"] | None = Field(
        default=None, description="A ready field map for a well-known set; `fields` and `separator` overrule it."
    )
    fields: FieldMap = Field(default=FieldMap(), description="Where rows of another shape keep what a cluster needs.")
    separator: str | None = Field(
        default=None, min_length=1, description="Text between the articles where one string holds them all."
    )
    rows: str | None = Field(
        default=None,
        min_length=1,
        description="Dotted path of the list of rows in a JSON file; not needed where only one list can be meant.",
    )

    sample: int | None = Field(
        default=None,
        ge=1,
        description="Only so many clusters, chosen by a seeded hash of their ids; the set is read to its end.",
    )
    shuffle: Shuffle | None = Field(
        default=None, description="{seed: 1}: clusters in the order of a seeded hash of their ids, not of the set."
    )

    @field_validator("split")
    @classmethod
    def _split_is_a_name(cls, value: str | None) -> str | None:
        if value is not None and not value.replace(".", "").replace("-", "").replace("_", "").isalnum():
            raise ValueError("a split is one name, such as test; to read only its beginning, use --limit")
        return value

    @model_validator(mode="after")
    def _split_articles_have_no_fields(self) -> "Hub":
        self._layout().fields.refuse_article_fields(self._layout().separator)
        return self

    def _layout(self) -> Layout:
        base = LAYOUTS[self.layout] if self.layout else Layout(FieldMap())
        return base._replace(fields=base.fields.merge(self.fields), separator=self.separator or base.separator)

    def read(self) -> Iterator[Cluster | RowProblem]:
        """Yield clusters in the order of the set, or of `shuffle`; rows without an id are named by their number.

        Raises DataError where the set cannot be found, reached or read, MissingExtraError without the library that
        the format or the Hub needs.
        """
        fields, separator, newline_mark = self._layout()
        reader = RowReader(fields, separator, id_required=False, newline_mark=newline_mark)
        found = clusters(self._rows(reader.wanted(self.rows)), reader)
        if self.sample is not None:
            found = chosen.sample(found, self.sample, self.shuffle.seed if self.shuffle else chosen.DEFAULT_SEED)
        return found if self.shuffle is None else chosen.shuffle(found, self.shuffle.seed)

    def _rows(self, wanted: Wanted) -> Iterator[Row]:
        place = located(self.path)
        if place.exists() and self.revision is not None:
            raise file_error(self.path, "a local file or folder has no revisions", "a name on the Hub, or no revision")
        if place.is_dir():
            if _is_saved_by_library(place):
                yield from self._saved_rows(str(place))
            else:
                for file in self._files():
                    yield from file_rows(file, wanted)
        elif place.exists() or _is_local(self.path):
            yield from file_rows(self.path, wanted)
        else:
            yield from self._named_rows()

    def _files(self) -> list[str]:
        """List the files of the split in a local folder."""
        if self.config is None and not _has_configurations(located(self.path)):
            return split_files(self.path, self.split)
        library = _library()
        try:
            builder = library.load_dataset_builder(str(located(self.path)), self.config)
        except Exception as error:  # noqa: BLE001 - whatever the library says about the folder is the user's answer
            raise file_error(
                self.path, _one_line(error), "a configuration that its README names, with `config:`"
            ) from None
        files = {str(name): list(names) for name, names in builder.config.data_files.items()}
        return files[choose_split(self.path, self.split, list(files))]

    def _saved_rows(self, folder: str) -> Iterator[Row]:
        try:
            loaded = _library().load_from_disk(folder)
        except Exception as error:  # noqa: BLE001 - a damaged folder fails in many ways
            raise file_error(self.path, _one_line(error), "a folder that save_to_disk wrote") from None
        yield from self._library_rows(loaded)

    def _named_rows(self) -> Iterator[Row]:
        library = _library()
        was_offline = library.config.HF_HUB_OFFLINE
        offline = was_offline or not _does_hub_answer(library)
        here = "`hf download --repo-type dataset NAME --local-dir DIR` where there is a network, then `path: DIR`"
        if offline and self.revision is not None:
            message = "the Hugging Face Hub cannot be reached, and its cache here does not keep revisions apart"
            raise file_error(self.path, message, here)
        try:
            # Without a network the library would try for half a minute before it looks into its cache.
            library.config.HF_HUB_OFFLINE = offline
            loaded = library.load_dataset(
                self.path, self.config, revision=self.revision, streaming=self.streaming and not offline
            )
        except Exception as error:  # noqa: BLE001 - the library raises what its parts raise; the user gets one line
            message = f"no file or folder here, and not on the Hub: {_one_line(error)}"
            if offline:
                message = "no file or folder here, not in the cache, and the Hugging Face Hub cannot be reached"
            raise file_error(self.path, message, here) from None
        finally:
            library.config.HF_HUB_OFFLINE = was_offline
        yield from self._library_rows(loaded)

    def _library_rows(self, loaded: Any) -> Iterator[Row]:
        """Yield the rows of what the library loaded: one set, or a mapping of splits."""
        if isinstance(loaded, Mapping):
            loaded = loaded[choose_split(self.path, self.split, [str(name) for name in loaded])]
        number = 0
        try:
            for number, value in enumerate(loaded, start=1):
                yield Row(self.path, number, value)
        except Exception as error:  # noqa: BLE001 - networks, decoders and casts all fail here
            message = f"reading stopped after this row: {_one_line(error)}"
            raise DataError([Problem(message, where=self.path, line=number or None)]) from None
        if not number:
            raise file_error(self.path, "the split has no rows", "a split with rows")

    def problems(self) -> Iterable[Problem]:
        """Report what needs no library: no such file, an unknown format, no such split, a missing library."""
        place = located(self.path)
        try:
            if place.is_dir():
                if not (self.config or _is_saved_by_library(place) or _has_configurations(place)):
                    split_files(self.path, self.split)
            elif not format_of(self.path) and place.exists():
                refuse_other_programs(self.path)
                return [Problem("the ending does not tell the format", where=self.path, accepted=FORMATS)]
            elif place.exists() or _is_local(self.path):
                with open_binary(self.path, FORMATS):
                    return ()
            elif not extras.is_installed("datasets"):
                return [Problem(str(MissingExtraError(_NEEDED_BY, "datasets", "models")), where=self.path)]
        except DataError as error:
            return error.problems
        return ()


def _is_local(path: str) -> bool:
    """Tell whether a path can only mean a file: a name on the Hub is `name` or `owner/name`."""
    return path.startswith(("/", ".", "~")) or path.count("/") > 1 or bool(format_of(path))


def _is_saved_by_library(folder: Path) -> bool:
    return (folder / "state.json").is_file() or (folder / "dataset_dict.json").is_file()


def _has_configurations(folder: Path) -> bool:
    """Tell whether the README's head says which files make which split, as on the Hub."""
    try:
        lines = (folder / "README.md").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    if not lines or lines[0].strip() != "---":
        return False
    head = lines[1 : lines.index("---", 1) if "---" in lines[1:] else 1]
    return any(line.startswith("configs:") for line in head)


def _library() -> ModuleType:
    """Import the `datasets` library and silence it. Raises MissingExtraError where it is not installed."""
    try:
        import datasets
        import huggingface_hub
    except ImportError:
        raise MissingExtraError(_NEEDED_BY, "datasets", "models") from None
    datasets.disable_progress_bars()
    datasets.logging.set_verbosity(logging.CRITICAL)
    huggingface_hub.logging.set_verbosity(logging.CRITICAL)
    return datasets  # type: ignore[no-any-return]


def _does_hub_answer(library: ModuleType) -> bool:
    """Tell whether the Hub answers at all: ask once and briefly, by whatever proxy is set."""
    import huggingface_hub

    try:
        huggingface_hub.get_session().head(library.config.HF_ENDPOINT, timeout=10)
    except Exception:  # noqa: BLE001 - any way of not answering is an answer; which one depends on the HTTP library
        return False
    return True


def _one_line(error: Exception) -> str:
    """Put an exception's message on one line, cut short, without advice on calling the library."""
    text = " ".join(str(error).partition("Example of usage")[0].split())
    return text[:400] if text else type(error).__name__
