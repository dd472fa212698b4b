"""What the wheel holds."""

import zipfile
from pathlib import Path


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path, top: Path):
    """Prompts, lexicons, weights, the starter's files, py.typed: whatever stands below harness/."""
    ours = {
        file.relative_to(top).as_posix()
        for file in (top / "harness").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
        differing = {name for name in packed & ours if archive.read(name) != (top / name).read_bytes()}
    assert packed == ours
    assert differing == set()
    assert "harness/py.typed" in packed


def test_the_wheel_says_what_it_is(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("METADATA"))
        said = archive.read(name).decode().partition("\n\n")[0].splitlines()
    assert "Requires-Python: >=3.11" in said
    for version in ("3.11", "3.12", "3.13"):
        assert f"Classifier: Programming Language :: Python :: {version}" in said
    assert "Classifier: Operating System :: POSIX" in said
    assert "Classifier: Typing :: Typed" in said
    assert "License-File: LICENSE" in said
