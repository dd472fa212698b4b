"""A console for the terminal, and text that is safe to print there; light, since every command that prints needs it."""

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, ConsoleRenderable, Group, RenderableType, RenderHook, RenderResult
from rich.segment import Segment
from rich.text import Text

from harness import printable


def console() -> Console:
    """Make a console on standard output that takes no text for markup and ends no line with spaces."""
    made = Console(highlight=False, soft_wrap=False, markup=False, emoji=False)
    made.push_render_hook(_Trimming())
    return made


class _Trimming(RenderHook):
    """Makes a console leave out the spaces that Rich fills lines up with."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Trim the lines of what is printed."""
        return [_Trimmed(Group(*renderables))]


@dataclass(frozen=True)
class _Trimmed:
    content: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in console.render_lines(self.content, options, pad=False):
            while line and not line[-1].control and not line[-1].text.strip(" "):
                line.pop()
            if line and not line[-1].control:
                last = line.pop()
                line.append(Segment(last.text.rstrip(" "), last.style))
            yield from line
            yield Segment.line()


def safe(text: str, style: str = "") -> Text:
    """Make `text` safe for a terminal: lines stay as they are, what would steer the terminal is escaped."""
    return Text("\n".join(map(printable.line, text.split("\n"))), style=style)
