from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from harness import extras
from harness.errors import MissingExtraError, UsageError
from harness.stores.address import Address, address_of

pytest.importorskip("fsspec")


@pytest.mark.parametrize("place", ["results", "/data/results", "a:b", "s3", ".", "results:old/x"])
def test_a_path_is_a_path(place: str):
    assert address_of(place) == Path(place)


def test_a_local_address_is_the_folder_that_it_names():
    assert address_of("file:///data/results") == Path("/data/results")


@pytest.mark.parametrize("place", ["memory://news/results/", "memory:/news/results", Path("memory://news/results")])
def test_an_address_that_was_taken_for_a_path_is_one(place: str | Path):
    assert address_of(place) == Address("memory", "news/results")


@pytest.mark.parametrize(
    "place",
    [
        "s3://AKIDEXAMPLE:sUpersEcret77@news/results",
        "s3:/AKIDEXAMPLE:sUpersEcret77@news/results",
        "memory://sUpersEcret77@news",
        "abfs://me:sUpersEcret77@account/results",
        "sftp://me:sUpersEcret77@machine/results",
        "gs://news/results?token=sUpersEcret77",
        "foo://x:sUpersEcret77@news",
    ],
)
def test_credentials_in_an_address_are_refused_and_not_printed(place: str):
    with pytest.raises(UsageError, match=r"with credentials|takes no parameters") as error:
        address_of(place)
    assert "sUpersEcret77" not in str(error.value)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("foo://news", "no store has the protocol 'foo'"),
        ("https://news.example/results", "nothing can be written there"),
        ("memory://news/../other", "`.` and `..` are no names"),
    ],
)
def test_what_is_no_store_is_said_to_be_none(place: str, message: str):
    with pytest.raises(UsageError, match=message):
        address_of(place)


def test_one_line_says_what_is_not_installed(monkeypatch: pytest.MonkeyPatch):
    away = ("s3fs", "gcsfs")
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name in away else ModuleSpec(name, None, origin=name))
    with pytest.raises(MissingExtraError, match=r"--results s3:// needs s3fs, .*headline-harness\[s3\]"):
        address_of("s3://news/results")
    with pytest.raises(UsageError, match=r"--results gs:// needs the package gcsfs, .* install gcsfs"):
        address_of("gs://news/results")
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"needs fsspec and s3fs, .*headline-harness\[s3\]"):
        address_of("s3://news/results")
