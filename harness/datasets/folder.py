"""Clusters from folders of raw text files, one scraped article a file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

from pydantic import Field

from harness import printable
from harness.datasets.base import Dataset
from harness.errors import DataError, Problem
from harness.extras import install_command
from harness.ingest import extractor
from harness.ingest.clean import CleanedCluster, clean_cluster
from harness.ingest.markup import is_web_page
from harness.inputs.files import file_error, located, missing_file, read_text
from harness.inputs.html_files import read_html
from harness.inputs.json_lines import decode_json
from harness.inputs.values import RowError, check_text
from harness.records import Article, Cluster, Reference, RowProblem

ACCEPTED: Final = "a folder of .txt or .html files, or of folders of them, one article a file"
_TEXT: Final = ".txt"
_PAGES: Final = (".html", ".htm", ".xhtml")
_REFERENCES: Final = ("references.txt", "references.json")
_LONGEST_FILE: Final = 1024 * 1024
"""Bytes; a longer file is no article."""
_LONGEST_PAGE: Final = 20 * 1024 * 1024
"""Bytes of a web page, most of which is program text; ingest has a limit for its text."""
_MOST_LINES: Final = 20_000
_HEAD: Final = 16 * 1024
"""Characters that tell whether a text is a web page."""
_LINK: Final = "a link that leads out of its folder"


@dataclass(frozen=True)
class RawCluster:
    """One folder as it was read: raw texts by article id, references, and problems."""

    cluster_id: str
    files: dict[str, str] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    ignored: tuple[str, ...] = ()
    """Names of files that are neither articles nor references."""
    places: dict[str, str] = field(default_factory=dict)
    """Article id → its file."""
    pages: frozenset[str] = frozenset()
    """Ids of the articles that are web pages."""


class Folder(Dataset):
    """Clusters of raw articles: a folder of .txt or .html files, or one of such folders; cleaned unless told not to."""

    name: ClassVar[str] = "folder"
    positional: ClassVar[str | None] = "path"

    path: str = Field(min_length=1, description="The folder, relative to the working directory.")
    clean: bool = Field(
        default=True, description="Whether titles are found and boilerplate is dropped, as ingest does."
    )
    cluster_id: str | None = Field(
        default=None, min_length=1, description="Name of the cluster; the folder's own where none is given."
    )

    def read(self) -> Iterator[Cluster | RowProblem]:
        """Yield clusters in the order of the folders' names, articles in that of the files', ids without the ending.

        Raises DataError where there is no such folder, or no article in it.
        """
        for raw in self.raw():
            if self.clean:
                cleaned = cleaned_cluster(raw)
                yield from problems_of(raw, cleaned)
                cluster = cleaned.cluster if cleaned else None
            else:
                yield from raw.problems
                cluster = _raw_cluster(raw)
            if cluster is not None:
                yield cluster

    def raw(self) -> Iterator[RawCluster]:
        """Yield each cluster's files, uncleaned. Raises DataError where there is no folder or no article."""
        for folder, cluster_id in self._folders():
            if folder != located(self.path) and leads_out(folder, folder.parent):
                problem = RowProblem(where=str(folder), reason=f"{_LINK}; accepted: a folder in {self.path}")
                yield RawCluster(cluster_id, problems=(problem,))
            else:
                yield _read_folder(folder, cluster_id)

    def problems(self) -> Iterable[Problem]:
        """Report a missing folder, one without text, or one name for several clusters."""
        try:
            self._folders()
        except DataError as error:
            return error.problems
        return ()

    def identity(self) -> Mapping[str, str]:
        """Pin what tells the articles of web pages from the rest of them; nothing where there are none."""
        return {"html": extractor.reader()} if self.clean and self._pages() else {}

    def notes(self) -> Iterable[str]:
        """Say which extra would read web pages better, where there are some and it is missing."""
        reads_own = self.clean and extractor.reader() == extractor.OWN
        return pages_note([extractor.OWN] * len(self._pages()) if reads_own else [])

    def _pages(self) -> list[Path]:
        """List the files that are web pages, by their names or their beginnings."""
        try:
            files = [file for folder, _ in self._folders() for file in _articles(folder)]
        except (DataError, OSError):
            return []
        return [file for file in files if file.suffix.lower() != _TEXT or is_web_page(_head(file))]

    def _folders(self) -> list[tuple[Path, str]]:
        """Return each cluster's folder and id."""
        top = located(self.path)
        if not top.exists():
            raise DataError([missing_file(self.path)])
        if not top.is_dir():
            raise file_error(self.path, "not a folder", ACCEPTED)
        try:
            inner = [entry for entry in sorted(top.iterdir()) if entry.is_dir() and _articles(entry)]
            here = _articles(top)
        except OSError as error:
            raise file_error(self.path, f"it cannot be read: {error.strerror or error}", "a readable folder") from None
        if here and inner:
            message = f"both texts ({here[0].name}, …) and folders of texts ({inner[0].name}, …) stand in it"
            raise file_error(self.path, message, "either the one or the other")
        if here:
            return [(top, self.cluster_id or printable.line(top.resolve().name) or "cluster")]
        if not inner:
            names = ", ".join(sorted(entry.name for entry in top.iterdir())[:5])
            raise file_error(self.path, "no .txt or .html file in it", ACCEPTED, names or "an empty folder")
        if self.cluster_id and len(inner) > 1:
            message = f"one cluster id ({self.cluster_id}) was given for {len(inner)} clusters"
            raise file_error(self.path, message, "no cluster id: each folder's name serves")
        return [(folder, self.cluster_id or printable.line(folder.name)) for folder in inner]


def cleaned_cluster(raw: RawCluster) -> CleanedCluster | None:
    """Clean a folder's cluster; None where no file of it could be read."""
    return clean_cluster(raw.files, raw.cluster_id, raw.references, raw.pages) if raw.files else None


def pages_note(readers: Iterable[str | None]) -> Iterator[str]:
    """Say which extra would read web pages better, where it is missing and `readers` tell of any."""
    if count := sum(reader == extractor.OWN for reader in readers):
        pages = f"{count} web pages are" if count > 1 else "one web page is"
        command = install_command(f"headline-harness[{extractor.EXTRA}]")
        yield f"{pages} read by our own cutting; the extra `{extractor.EXTRA}` finds articles better: {command}"


def problems_of(raw: RawCluster, cleaned: CleanedCluster | None) -> Iterator[RowProblem]:
    """Report what could not be read of a folder: files, references, and files without an article."""
    yield from raw.problems
    for article_id, why in (cleaned.empty if cleaned else {}).items():
        reason = f"{why}; accepted: the text of an article"
        yield RowProblem(where=raw.places[article_id], reason=reason)


def _raw_cluster(raw: RawCluster) -> Cluster | None:
    """Build the cluster of raw texts, untitled and whole."""
    articles = tuple(Article(article_id=name, text=text.strip()) for name, text in raw.files.items() if text.strip())
    references = tuple(Reference(text=text) for text in raw.references)
    return Cluster(cluster_id=raw.cluster_id, articles=articles, references=references) if articles else None


def _articles(folder: Path) -> list[Path]:
    """List the folder's files that are articles, by name; of a page beside its text the text is the article."""
    files = [entry for entry in folder.iterdir() if not entry.name.startswith(".") and entry.is_file()]
    texts = [each for each in files if each.suffix.lower() == _TEXT and each.name.lower() not in _REFERENCES]
    named = {each.stem for each in texts}
    return sorted([*texts, *(each for each in files if each.suffix.lower() in _PAGES and each.stem not in named)])


def _head(file: Path) -> str:
    """Read the beginning of a file; empty where it cannot be read."""
    try:
        with file.open("rb") as handle:
            return handle.read(_HEAD).decode("utf-8", "replace")
    except OSError:
        return ""


def leads_out(file: Path, folder: Path) -> bool:
    """Tell whether a file is a link out of its folder: data from others must not name files of ours."""
    return file.is_symlink() and not file.resolve().is_relative_to(folder.resolve())


def _read_folder(folder: Path, cluster_id: str) -> RawCluster:
    """Read everything in one cluster's folder."""
    problems: list[RowProblem] = []
    files: dict[str, str] = {}
    articles = _articles(folder)
    for file in articles:
        try:
            if leads_out(file, folder):
                raise file_error(str(file), _LINK, "a file, or a link within the folder")
            check_text(file.stem, "")
            if file.stem in files:
                raise file_error(str(file), f"a second file for article {file.stem!r}", "one file an article")
            files[file.stem] = article_text(file)
        except RowError:
            reason = "a name that is not UTF-8; accepted: a name that other systems can read, too"
            problems.append(RowProblem(where=str(file), reason=reason))
        except DataError as error:
            problems.extend(_as_rows(error))
    references: list[str] = []
    for name in _REFERENCES:
        try:
            if (folder / name).is_file():
                if leads_out(folder / name, folder):
                    raise file_error(str(folder / name), _LINK, "a file")
                references.extend(_references(folder / name))
        except DataError as error:
            problems.extend(_as_rows(error))
    used = {file.name for file in articles} | set(_REFERENCES)
    ignored = sorted(
        printable.line(entry.name)
        for entry in folder.iterdir()
        if entry.name not in used and not entry.name.startswith(".")
    )
    places = {file.stem: str(file) for file in reversed(articles) if file.stem in files}
    pages = frozenset(
        file.stem for file in articles if file.stem in files and Path(places[file.stem]).suffix.lower() in _PAGES
    )
    return RawCluster(
        cluster_id, files, tuple(dict.fromkeys(references)), tuple(problems), tuple(ignored), places, pages
    )


def article_text(file: Path) -> str:
    """Read one article's file. Raises DataError where it is no text, or longer than any article."""
    if file.suffix.lower() in _PAGES:
        return read_html(str(file), "a web page", _LONGEST_PAGE)
    text = read_text(str(file), "the text of an article, in UTF-8", _LONGEST_FILE)
    if len(text.splitlines()) > _MOST_LINES:
        raise file_error(str(file), f"more than {_MOST_LINES:,} lines", "one article a file")
    return text


def _references(file: Path) -> Sequence[str]:
    """Read references from a file: one a line, or a JSON list of strings, bare or under the key `references`."""
    content = read_text(str(file), "references, in UTF-8", _LONGEST_FILE)
    if file.suffix == ".txt":
        return [line.strip() for line in content.splitlines() if line.strip()]
    accepted = 'a list of strings, or {"references": [...]}'
    try:
        value = decode_json(content)
    except RowError as error:
        raise file_error(str(file), error.reason, accepted) from None
    listed = value.get("references") if isinstance(value, dict) else value
    if not isinstance(listed, list) or not all(isinstance(each, str) and each.strip() for each in listed):
        raise file_error(str(file), "no list of references", accepted)
    try:
        return [check_text(each.strip(), "") for each in listed]
    except RowError as error:
        raise file_error(str(file), error.reason, accepted) from None


def _as_rows(error: DataError) -> Iterator[RowProblem]:
    """Turn a file's problems into rows, so that the other files are read all the same."""
    for problem in error.problems:
        yield RowProblem(where=problem.where, line=problem.line, reason=problem.reason)
