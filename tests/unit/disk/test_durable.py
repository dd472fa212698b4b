"""Files that a kill, a full disk or a deleted folder cannot leave half done."""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.disk import durable
from harness.disk.durable import appending, clear_partials, cut_torn_line, replace_rows, replace_text
from harness.errors import StoreError
from harness.records import Failure


def row(number: int) -> Failure:
    return Failure(stage="generate", cluster_id=f"c{number}", component="lead", error="E", message="x" * 50)


def full_disk_after(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """A disk with `room` bytes left: what fits of a write is written, as the system does."""
    write = os.write
    left = room

    def limited(descriptor: int, data: bytes) -> int:
        nonlocal left
        if not left:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = write(descriptor, bytes(data)[:left])
        left -= done
        return done

    monkeypatch.setattr(durable.os, "write", limited)


def test_each_record_is_in_the_file_before_the_next_is_made(tmp_path: Path):
    with appending(tmp_path / "rows.jsonl") as appender:
        for number in range(3):
            appender.add(row(number))
            assert (tmp_path / "rows.jsonl").read_bytes().count(b"\n") == number + 1


def test_a_disk_that_fills_up_leaves_whole_lines_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "rows.jsonl"
    line = f"{row(1).to_json()}\n".encode()
    full_disk_after(monkeypatch, 2 * len(line) + 10)  # two lines and ten bytes of the third
    with appending(file) as appender:
        appender.add(row(1))
        appender.add(row(1))
        with pytest.raises(StoreError, match=r"rows\.jsonl: cannot be written: the disk is full"):
            appender.add(row(1))
        monkeypatch.undo()
        appender.add(row(1))  # space was freed: nothing stands before the new line that is not whole
    assert file.read_bytes() == 3 * line


def test_a_deleted_folder_is_noticed_though_the_system_would_go_on_writing(tmp_path: Path):
    folder = tmp_path / "run"
    folder.mkdir()
    with appending(folder / "rows.jsonl") as appender:
        appender.add(row(1))
        shutil.rmtree(folder)
        with pytest.raises(StoreError, match="was deleted while it was being written"):
            appender.add(row(2))
    with pytest.raises(StoreError, match="the folder is gone"):
        replace_text(folder / "manifest.json", "{}")
    assert not folder.exists()


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path):
    file = tmp_path / "scores.jsonl"
    replace_rows(file, [row(1)])
    before = file.read_bytes()

    def rows() -> Iterator[Failure]:
        yield row(2)
        raise RuntimeError("a metric broke")

    with pytest.raises(RuntimeError, match="a metric broke"):
        replace_rows(file, rows())
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_replacement_reaches_the_disk_before_its_name_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(durable.os, "fsync", lambda descriptor: done.append("synchronised") or fsync(descriptor))
    monkeypatch.setattr(Path, "replace", lambda self, other: done.append("renamed") or replace(self, other))
    replace_text(tmp_path / "manifest.json", "{}")
    assert done == ["synchronised", "renamed", "synchronised"]  # the file, the name, the folder


@pytest.mark.parametrize("torn", [b'{"stage": "gen', b"\0\0\0\0"])
def test_what_follows_the_last_newline_is_cut(tmp_path: Path, torn: bytes):
    file = tmp_path / "rows.jsonl"
    whole = f"{row(1).to_json()}\n".encode() * 2000  # more than one step of the search
    file.write_bytes(whole + torn)
    cut_torn_line(file)
    assert file.read_bytes() == whole
    file.write_bytes(torn)
    cut_torn_line(file)
    assert file.read_bytes() == b""


def test_files_that_a_killed_process_left_half_written_go(tmp_path: Path):
    (tmp_path / ".manifest.json.12-34.partial").write_text("{")
    (tmp_path / "manifest.json").write_text("{}")
    clear_partials(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["manifest.json"]
