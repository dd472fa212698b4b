"""How many threads numpy multiplies matrices in: one, unless the user has said otherwise."""

import os
import subprocess
import sys

import pytest

NAMES = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")
PROGRAM = """
import os, sys
from harness.__main__ import main
early = "numpy" in sys.modules  # it reads the number when it is imported
sys.argv = ["harness", "--version"]
try:
    main()
except SystemExit:
    print(early, *(os.environ.get(name) for name in sys.stdin.read().split()))
"""


@pytest.mark.parametrize(
    ("chosen", "then"),
    [
        ({}, "False 1 None None"),
        ({"OPENBLAS_NUM_THREADS": "4"}, "False 4 None None"),
        ({"OMP_NUM_THREADS": "3"}, "False None None 3"),
        ({"GOTO_NUM_THREADS": "2"}, "False None 2 None"),
    ],
)
def test_the_command_line_takes_one_thread_where_the_user_chose_none(chosen: dict[str, str], then: str):
    environment = {name: value for name, value in os.environ.items() if name not in NAMES}
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=" ".join(NAMES), env=environment | chosen,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ended.stdout.splitlines()[-1] == then
