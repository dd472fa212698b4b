"""Names of others in LaTeX: plain for TeX, and compiled where a TeX is installed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.report.escape import TEX_DEFINITION, TEX_LETTERS, lacks_letters, latex

NAMES = (
    r"a_b&c%d$e#f{g}~h^i\j",
    r"\input{secret} \end{document} %",
    "größer “x” – Łódź č",
    "日本語 👩‍🚒 ελληνικά שלום",
    "ęģḱ e\u0301 ﬁ",
    "--- `` '' ,, ?` << >> |\"|",
    "[k] *& 100 % ≈ ▲ → ≤",
    TEX_LETTERS,
)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_that_tex_takes_for_a_command(name: str):
    text = latex(name)
    for written in (r"\\harnesstext\{[^{}]*\}", r"\\text[a-z]+\{\}", r"\$(\\[a-z]+|-)\$", r"\\[&%$#_{}]"):
        text = re.sub(written, "", text)
    text = text.replace("{}", "").replace("~", "", name.count("\u00a0"))
    text = re.sub(r"\{([^{}\\%&$#_^~]*)\}", r"\1", text)  # what pdfTeX takes in place of letters that it lacks
    assert not re.search(r"[\\{}%&$#_^~<>|`]", text)


def test_two_signs_do_not_run_into_one():
    assert latex("a--b ''c'' ,,") == "a-{}-b '{}'c'{}' ,{},"


def test_letters_that_pdftex_lacks_are_told_and_others_stand():
    assert latex("Zürich Łódź") == "Zürich Łódź"
    assert latex("e\u0301") == "é"
    assert latex("ęa") == r"\harnesstext{ę}{e}a"
    assert latex("x 日本") == r"x \harnesstext{日本}{[U+65E5][U+672C]}"
    assert lacks_letters(latex("日"))
    assert not lacks_letters(latex(r"\harnesstext{x}"))


def test_a_table_of_such_names_compiles(tmp_path: Path):
    if shutil.which("pdflatex") is None:
        pytest.skip("no pdflatex is installed; the tests above hold what is written to TeX's rules without it")
    rows = "".join(f"{at} & {latex(name)} & 1.0 \\\\\n" for at, name in enumerate(NAMES))
    table = f"{TEX_DEFINITION}\n\\begin{{tabular}}{{llr}}\n\\toprule\n{rows}\\bottomrule\n\\end{{tabular}}\n"
    document = f"\\documentclass{{article}}\n\\usepackage{{booktabs}}\n\\begin{{document}}\n{table}\\end{{document}}\n"
    (tmp_path / "t.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-no-shell-escape", "t.tex"]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, check=False)
    told = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, told
    assert "Missing character" not in (tmp_path / "t.log").read_text(encoding="latin-1")
