"""What must never be imported at start-up."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "transformers", "spacy", "datasets", "nltk", "rouge_score", "scipy", "nupunkt")


@pytest.mark.parametrize("module", ["harness.registry", "harness.records", "harness.text"])
def test_light_modules_import_nothing_heavy(module: str):
    program = f"import sys, {module}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert shown.stdout.split() == []
