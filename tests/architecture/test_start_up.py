"""What must never be imported at start-up."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("torch", "transformers", "spacy", "datasets", "nltk", "rouge_score", "scipy", "nupunkt")


@pytest.mark.parametrize("module", ["harness.api", "harness.registry", "harness.records", "harness.language.text"])
def test_light_modules_import_nothing_heavy(module: str):
    program = f"import sys, {module}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert shown.stdout.split() == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["eval", "--help"],
        ["list"],
        ["show", "--help"],
        ["cache", "list"],
        ["cache", "verify"],
        ["cache", "prune", "--older-than", "30d", "--cache", "nowhere"],
        ["schema"],
        ["components"],
        ["validate", "--config", "configs/nightly.yaml"],
    ],
    ids=" ".join,
)
def test_light_commands_import_nothing_heavy(arguments: list[str], top: Path):
    heavy = tuple(name for name in HEAVY if name != "nupunkt")  # pure Python, and some parameters' defaults ask for it
    program = (
        f"import sys; sys.argv = ['harness', *{arguments!r}]\n"
        "from harness.cli import main\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    assert not ended.code, ended.code\n"
        f"print('heavy:', *[name for name in {heavy!r} if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=top)
    assert shown.stdout.splitlines()[-1].strip() == "heavy:"


def test_help_is_printed_before_any_record_is_defined(top: Path):
    program = (
        "import sys; sys.argv = ['harness', '--help']\n"
        "from harness.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('slow:', *[name for name in ('pydantic', 'numpy', 'rich', 'sqlite3') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=top)
    assert shown.stdout.splitlines()[-1].strip() == "slow:"
