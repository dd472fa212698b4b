"""Every console block of the documentation does what it says, or says why it is not run."""

import os
from pathlib import Path

import pytest

from tests.conftest import TOP
from tests.docs.console import Block, blocks, run_block, workplace

PAGES = sorted(
    page
    for folder in (".", "docs", "data", "results", "benchmarks", "configs")
    for page in TOP.joinpath(folder).glob("*.md")
    if any(blocks(page.name, page.read_text(encoding="utf-8")))
)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all pages, of all test processes: several run the same configuration on the same clusters."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "cache-of-pages"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(TOP).as_posix())
def test_what_a_page_shows_is_what_happens(page: Path, tmp_path: Path, cache: Path):
    name = page.relative_to(TOP).as_posix()
    waiting = [
        block
        for block in blocks(name, page.read_text(encoding="utf-8"))
        if not block.not_executed and not block.installs
    ]
    if not waiting:
        return
    shell = workplace(TOP, tmp_path, cache)
    wrong = [problem for block in waiting for problem in run_block(shell, block)]
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize(
    ("shown", "wrong"),
    [
        ("```console\n$ printf 'a\\nb\\n'\na\nb\n```", ""),
        ("```console\n$ printf 'a\\nb\\n'\na\n…\n```", ""),
        ("```console\n$ printf 'a\\nb\\n'\na\n```", "the output goes on with 'b'"),
        ("```console\n$ printf 'a\\nb\\n'\na\nc\n```", "the page shows 'c' where the output has 'b'"),
        ("```console\n$ echo one two three\none … three\n```", ""),
        ("```console\n$ echo one two three\none … two\n```", "the page shows 'one … two'"),
        ("```console\n$ echo a; echo said >&2\nsaid\na\n```", ""),
        ("```console\n$ echo 'took 1.5 s'\ntook 20 s\n```", ""),
        ("```console\n$ false\n```", "ended with 1; the page promises 0"),
        ("<!-- exits: 1 -->\n```console\n$ false\n```", ""),
        ("```bash\nfalse\n```", "ended with 1"),
        ("Text:\n\n    $ harness nonsense\n", "ended with 2"),
        ("Text:\n\n    harness nonsense\n", "ended with 2"),
        ("<!-- file: a.txt -->\n```yaml\na: 1\n```\n\n```console\n$ cat a.txt\na: 2\n```", "'a: 2'"),
        ("<!-- setup\nmkdir inner\n-->\n```console\n$ cd inner && pwd\n/project/inner\n```", ""),
    ],
)
def test_what_differs_is_told(shown: str, wrong: str, tmp_path: Path):
    shell = workplace(TOP, tmp_path)
    found = "\n".join(problem for block in blocks("page.md", shown) for problem in run_block(shell, block))
    assert wrong in found
    assert bool(wrong) == bool(found)


def read(text: str) -> list[Block]:
    return list(blocks("page.md", text))


def test_a_block_that_is_marked_is_not_run_and_the_next_one_is():
    marked, plain = read(
        "<!-- not executed: it needs a GPU -->\n\n```console\n$ harness eval\n```\n\n```sh\nharness list\n```\n"
    )
    assert (marked.not_executed, plain.not_executed) == ("it needs a GPU", "")
    assert [command.text for command in marked.commands + plain.commands] == ["harness eval", "harness list"]


def test_a_mark_without_a_reason_is_none():
    assert read("<!-- not executed: -->\n```console\n$ harness eval\n```")[0].not_executed == ""


def test_a_mark_above_no_block_is_a_mistake():
    with pytest.raises(ValueError, match=r"page\.md:1: no block stands below this mark"):
        read("<!-- not executed: it needs a GPU -->\nSome text.\n")


def test_a_shell_stays_where_it_was(tmp_path: Path):
    shell = workplace(TOP, tmp_path)
    shell.run("mkdir -p here && cd here && export COLOUR=blue")
    assert shell.run('basename "$PWD"; echo $COLOUR').stdout == "here\nblue\n"


def test_what_installs_is_left_to_the_tests_of_installs():
    assert read("```console\n$ pip install 'headline-harness[fast]'\n```")[0].installs
    assert not read("```console\n$ harness list\n```")[0].installs
