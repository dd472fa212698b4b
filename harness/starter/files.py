"""List the files that a new folder starts with, and where the package has their contents."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import PurePosixPath

from harness import __version__

CONFIGURATION = "harness.yaml"
BASELINE = "baselines/headlines.json"
"""The file that `gate.baseline` of the configuration names; `harness gate --update` writes it."""

WORKFLOW = ".github/workflows/headlines.yml"

_CONTENT = "harness.starter"


@dataclass(frozen=True)
class StarterFile:
    """A file of the new folder, and the resource of the package that it is a copy of."""

    path: PurePosixPath
    """Its path in the new folder."""
    package: str
    resource: str

    def content(self) -> bytes:
        """Read what the file holds; `{version}` stands for the version of this package."""
        raw = files(self.package).joinpath(*PurePosixPath(self.resource).parts).read_bytes()
        return raw.replace(b"{version}", __version__.encode())


def _file(path: str, resource: str, package: str = _CONTENT) -> StarterFile:
    return StarterFile(PurePosixPath(path), package, resource)


FILES: Sequence[StarterFile] = (
    _file(CONFIGURATION, "content/harness.yaml"),
    _file("prompts/headline.md", "templates/headline.md", "harness.models"),
    _file("example/clusters.jsonl", "content/clusters.jsonl"),
    _file("example/predictions.jsonl", "content/predictions.jsonl"),
    _file("test_headlines.py", "content/test_headlines.py.txt"),
    _file(WORKFLOW, "content/headlines.yml"),
    _file("README.md", "content/README.md"),
)
"""The files in the order in which they are written and named."""
