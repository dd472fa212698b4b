"""The pipeline: opened without what is not needed, and yet spaCy's own."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("spacy", reason="the claims extra is not installed")

from harness.claims.parsing.parse import installed_model
from harness.claims.parsing.pipeline import open_pipeline

SENTENCES = (
    "Mayor Ana Ruiz's aides didn't say why 1,200 people (three of them U.S. citizens) left St. Annis on Jan. 5, 2021.",
    '"We\'re gonna fight this," he said at 5pm;   the e-mail to a.b@example.org cost $3.5bn -- or 10-12%!',
    "",
    "  ",
    "RUIZ QUITS :-) after don’t-ask row",
)


def _tokens(pipeline: object) -> list[list[tuple[object, ...]]]:
    return [
        [(t.text, t.idx, t.tag_, t.pos_, t.lemma_, t.dep_, t.head.i, t.ent_type_, t.ent_iob_) for t in document]
        for document in pipeline.pipe(SENTENCES)  # type: ignore[attr-defined]
    ]


def test_it_parses_as_the_package_does_that_spacy_loads():
    import spacy

    assert _tokens(open_pipeline(installed_model())) == _tokens(spacy.load(installed_model()))


def test_a_parse_imports_no_framework_and_no_command_line(tmp_path: Path):
    (tmp_path / "torch.py").write_text("raise RuntimeError('torch was imported')\n", encoding="utf-8")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from harness.claims.parsing.parse import Parser\n"
        "Parser().parse(['The dam held.'])\n"
        "print(*[name for name in ('torch', 'spacy.cli', 'weasel') if name in sys.modules])\n"
    )
    shown = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert shown.stdout == "\n", shown.stderr


def test_what_is_hidden_from_spacy_can_be_imported_afterwards():
    program = (
        "import sys\n"
        "from harness.claims.parsing.parse import Parser\n"
        "Parser().parse(['The dam held.'])\n"
        "import spacy, spacy.cli\n"
        "print(spacy.cli.__file__.endswith('__init__.py'), spacy.info() == spacy.cli.info())\n"
        "assert sys.modules.get('torch', sys) is not None\n"
    )
    shown = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert shown.stdout.splitlines()[-1] == "True True"


def test_entry_points_are_as_they_were_once_the_pipeline_is_open():
    import catalogue

    before = catalogue.AVAILABLE_ENTRY_POINTS
    open_pipeline(installed_model())
    assert catalogue.AVAILABLE_ENTRY_POINTS is before
