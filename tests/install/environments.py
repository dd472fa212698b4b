"""Virtual environments that hold only what the wheel asks for, made once for all test processes.

One of them is made from nothing, by pip, as README says. The others begin as a copy of it with hard links and get what
they need from uv, which resolves and unpacks the same wheels in a fifth of the time; pip runs the lines of documents
in `test_install_lines.py`. Both are bound to constraints.txt: a package that was published this morning breaks no test.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

OFFLINE = "HARNESS_TESTS_OFFLINE"
"""Environment variable that says that no package index can be reached: these tests are then skipped."""
SECONDS = 600
"""What one command may take."""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    command: str
    code: int
    out: str
    err: str

    def held(self, code: int = 0) -> "Ended":
        """The same, once it has ended with `code` and without a traceback."""
        assert self.code == code, f"{self.command}\nended with {self.code}, not {code}\n{self.out}\n{self.err}"
        assert "Traceback" not in self.err, f"{self.command}\n{self.err}"
        return self


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and how its commands are run."""

    folder: Path
    variables: Mapping[str, str]
    """What pip needs to find the wheel and the index."""

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def run(self, command: str, folder: Path) -> Ended:
        """Run a shell command in a folder, with this environment's programs first on the path."""
        kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TMPDIR") if name in os.environ}
        pip = self.variables if "pip " in command else {"HOME": str(self.folder)}
        path = os.pathsep.join([str(self.folder / "bin"), *os.environ.get("PATH", os.defpath).split(os.pathsep)])
        done = subprocess.run(
            ["bash", "-c", command],  # noqa: S607 - whichever bash there is
            cwd=folder,
            env={**kept, **pip, "PATH": path, "COLUMNS": "100", "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return Ended(command, done.returncode, done.stdout, done.stderr)

    def install(self, command: str, folder: Path) -> Ended:
        """Run a command that installs something; what goes wrong is told with the way to do without."""
        ended = self.run(command, folder)
        assert ended.code == 0, (
            f"{command}: ended with {ended.code}. These tests need a package index; where none can be reached, "
            f"{OFFLINE}=1 skips them.\n{ended.out[-3000:]}\n{ended.err[-3000:]}"
        )
        return ended

    def install_quickly(self, *requirements: str, constrained: bool = True) -> None:
        """Install requirements with uv, which is told of pip's indexes and folders."""
        variables = {**self.variables, **_uv_variables(self.variables)}
        if not constrained:
            del variables["UV_CONSTRAINT"]
        done = subprocess.run(
            [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(self.python), *requirements],
            env=variables,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, (
            f"uv pip install {' '.join(requirements)}: ended with {done.returncode}. These tests need a package index; "
            f"where none can be reached, {OFFLINE}=1 skips them.\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        )

    def packages(self) -> set[str]:
        """Names of the distributions that it holds."""
        program = "from importlib.metadata import distributions as d; print(*[one.metadata['Name'] for one in d()])"
        out = self.run(f'python -c "{program}"', self.folder).held().out
        return {name.replace("_", "-").lower() for name in out.split()}

    def copied_to(self, folder: Path) -> "Environment":
        """A copy that shares its files until one of the two replaces them: pip never writes into one that is there."""
        shutil.copytree(self.folder, folder, symlinks=True, copy_function=_link)
        for program in (folder / "bin").iterdir():
            if program.is_symlink():
                continue
            text = program.read_text(encoding="utf-8")
            program.unlink()
            program.write_text(text.replace(str(self.folder), str(folder)), encoding="utf-8")
            program.chmod(0o755)
        return Environment(folder, self.variables)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """`folder`, made by whichever test process comes first; the others wait for it. Raises what making it raised."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    done, failed = folder.with_name(f"{folder.name}.done"), folder.with_name(f"{folder.name}.failed")
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if failed.exists():
            raise AssertionError(failed.read_text())
        if not done.exists():
            try:
                make(folder)
            except AssertionError as error:
                failed.write_text(str(error))
                raise
            done.touch()
    return folder


def build_wheel(top: Path, folder: Path) -> None:
    """Build the wheel of a checkout into `folder`, from a copy: a build must not leave anything behind in it."""
    source = folder.with_name(f"{folder.name}-source")
    source.mkdir()
    for name in ("LICENSE", "README.md", "harness", "pyproject.toml"):
        if (top / name).is_dir():
            shutil.copytree(top / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(top / name, source / name)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(source)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, (
        f"the wheel could not be built; that needs a package index; {OFFLINE}=1 skips these tests\n{done.stderr}"
    )


def pip_variables(top: Path, wheels: Path) -> dict[str, str]:
    """What pip is told by the environment: where the wheel is, which versions, and what the user's settings say."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    places = [os.environ.get("PIP_FIND_LINKS", ""), _setting("global.find-links"), _setting("install.find-links")]
    return {
        **kept,
        "PIP_CONSTRAINT": str(top / "constraints.txt"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_FIND_LINKS": " ".join([*filter(None, places), str(wheels)]),
        "PIP_NO_COMPILE": "0",  # pip reads it as the value of `compile`
        "PIP_NO_INPUT": "1",
        "PIP_QUIET": "1",
    }


def _uv_variables(pip: Mapping[str, str]) -> dict[str, str]:
    """What uv is told by the environment: pip's indexes, folders and versions, which it does not read by itself."""
    index = os.environ.get("PIP_INDEX_URL") or _setting("global.index-url")
    more = os.environ.get("PIP_EXTRA_INDEX_URL") or _setting("global.extra-index-url")
    certificates = os.environ.get("PIP_CERT") or _setting("global.cert")
    told = {
        "UV_CONSTRAINT": pip["PIP_CONSTRAINT"],
        "UV_DEFAULT_INDEX": index,
        "UV_FIND_LINKS": ",".join(pip["PIP_FIND_LINKS"].split()),
        "UV_INDEX": more,
        "UV_INDEX_STRATEGY": "unsafe-best-match",  # as pip: the best version of all indexes
        "SSL_CERT_FILE": certificates,
    }
    return {name: value for name, value in told.items() if value}


def _setting(name: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", name], capture_output=True, text=True, check=False
    )
    return " ".join(done.stdout.split()) if done.returncode == 0 else ""


def make_empty(python: str, folder: Path) -> None:
    """A virtual environment with pip and nothing else."""
    done = subprocess.run([python, "-m", "venv", str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{python} -m venv {folder}: {done.stdout}{done.stderr}"


def python_of_version(version: str) -> str | None:
    """A Python of a version such as 3.12 that has venv: on the path, or where pyenv, uv and systems keep them."""
    home = Path.home()
    folders = [
        *(Path(place) for place in os.environ.get("PATH", "").split(os.pathsep) if "shims" not in place),
        *sorted(Path(os.environ.get("PYENV_ROOT", home / ".pyenv"), "versions").glob(f"{version}*/bin")),
        *sorted(home.glob(f".local/share/uv/python/cpython-{version}*/bin")),
        *sorted(Path("/opt").glob(f"*ython*/{version}*/*/bin")),
        Path("/usr/local/bin"),
    ]
    program = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
    for folder in folders:
        python = folder / f"python{version}"
        if not python.is_file():
            continue
        told = subprocess.run([str(python), "-c", program], capture_output=True, text=True, check=False)
        if told.stdout.strip() == version:
            return str(python)
    return None
