"""Every command is documented, and the documentation is what the commands say."""

from pathlib import Path

from harness.cli.reference import commands, markdown


def test_the_command_reference_is_what_the_commands_say(top: Path):
    written = (top / "docs" / "commands.md").read_text(encoding="utf-8")
    assert written == markdown(), "run `make docs`"


def test_every_option_and_argument_has_a_sentence_of_help():
    undescribed = [
        f"{path} {parameter.name}"
        for path, command in commands()
        for parameter in command.params
        if not getattr(parameter, "help", None)
    ]
    assert undescribed == []
