"""The day in words: what came in, how it was judged, who was told, and what to ask the store next."""

import re
import shlex
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

from listener.demo import facts
from listener.demo.day import Day

WIDTH = 98
_COLOURS = {
    "critical": "bold red",
    "warning": "yellow",
    "info": "cyan",
    "negative": "red",
    "positive": "green",
    "abstains": "magenta",
}

QUESTIONS = (
    (
        "When was it worst?",
        "SELECT strftime('%H:00', posted_at) AS hour, count(*) AS mentions,",
        "       sum(complaint) AS complaints, sum(anger) AS angry",
        "FROM mentions WHERE is_own = 0 AND is_history = 0 GROUP BY hour",
    ),
    (
        "Where was the classifier least sure whether somebody complains?",
        "SELECT round(p_complaint, 2) AS p_complaint, author, text FROM mentions",
        "WHERE sentiment IS NOT NULL ORDER BY abs(p_complaint - 0.5) LIMIT 5",
    ),
    (
        "What was not heard, and from when to when?",
        "SELECT source, what, since, until FROM blind_spots WHERE NOT ongoing ORDER BY since",
    ),
)
"""Each: the question in words, then in SQL, line by line."""


def in_words(day: Day, *, wide: bool = False) -> str:
    """Tell the day to a person; ``wide`` for a terminal, with some colour, else plain."""
    page = _Page(colour=wide)
    for part in (_opening, _came_in, _looks, _judged, _told, _mail, _ask):
        part(page, day)
    return page.text()


def commands(day: Day) -> list[str]:
    """Give the three commands that ask the store in SQL, as a shell takes them."""
    start = f"{_program()} --config {_short(day.config)} sql"
    indent = "\n    "
    return [f'{start} "{indent}{indent.join(lines)}"' for _, *lines in QUESTIONS]


def _program() -> str:
    """Name this program so that a shell finds it: it may run from an environment that is not on the path."""
    if shutil.which("listener"):
        return "listener"
    beside = Path(sys.executable).with_name("listener")
    here = beside if beside.exists() else Path(sys.argv[0]).absolute()
    return shlex.quote(str(here.relative_to(Path.cwd()) if here.is_relative_to(Path.cwd()) else here))


def _short(path: Path) -> str:
    """Write a path as a shell takes it, from the home folder if it lies there."""
    with suppress(RuntimeError, ValueError):
        return f"~/{shlex.quote(str(path.relative_to(Path.home())))}"
    return shlex.quote(str(path))


class _Page:
    """Lines with a little style. Texts of posts pass as they are: nothing in them is taken for markup."""

    def __init__(self, *, colour: bool) -> None:
        self._written = StringIO()
        self._console = Console(file=self._written, width=WIDTH, force_terminal=colour, highlight=False, emoji=False)

    def title(self, words: str) -> None:
        """Begin a section."""
        self.line()
        self.line(words, style="bold")

    def line(self, *parts: str | tuple[str, str], style: str = "") -> None:
        """Write one line as it is, however long."""
        self._console.print(Text.assemble(*parts, style=style), soft_wrap=True)

    def words(self, words: str, indent: str = "  ", style: str = "", first: str | None = None) -> None:
        """Write words, wrapped."""
        lines = textwrap.wrap(words, WIDTH, initial_indent=first or indent, subsequent_indent=indent)
        for one in lines:
            self.line(one, style=style)

    def text(self) -> str:
        """Give what was written."""
        return self._written.getvalue().strip("\n")


def _opening(page: _Page, day: Day) -> None:
    page.line(f"A bad day for {day.brand.name}: {day.looks[-1].at:%A, %-d %B %Y}, times in UTC", style="bold")
    page.words(
        f"{day.brand.name} is an internet provider that we made up, and so is all that people say about it. The rest "
        f"is real: {len(day.streams)} sources in the formats of their platforms, served on this machine and nowhere "
        "else; the line that `listener run` runs; the classifier that ships; mail over SMTP and a webhook, taken by "
        f"stand-ins. It took {day.counts['seconds']:.1f} s.",
    )


def _came_in(page: _Page, day: Day) -> None:
    page.title(f"{'What came in':<60}{'posts':>8}{'mentions':>10}")
    for one in facts.heard(day):
        page.line(f"  {one.host:<25}", (f"{one.what:<33}", "dim"), f"{one.posts:>8}{one.mentions:>10}")
        for note in one.notes:
            page.words(note, indent=" " * 6, style="yellow")
    counts = day.counts
    page.line(f"  {'together':<58}{counts['posts']:>8}{counts['mentions']:>10}")
    page.words(
        f"Copies of one text are one story: the {counts['mentions']} mentions are {counts['stories']} stories. "
        f"Not all could be read: {_counted(counts['errors'], 'error')} and {_counted(counts['gaps'], 'gap')}, "
        "all told above."
    )


def _looks(page: _Page, day: Day) -> None:
    page.title(f"{'The day, poll by poll':<36}{'posts':>8}{'mentions':>10}{'alerts':>10}{'messages':>10}")
    for number, look in enumerate(day.looks):
        numbers = "".join(f"{look.added[name]:>{width}}" for name, width in _COLUMNS.items())
        page.line(f"  {look.at:%H:%M}{'  history, which alerts nobody' if number == 0 else '':<29}", numbers)


_COLUMNS = {"posts": 8, "mentions": 10, "alerts": 10, "deliveries": 10}


def _counted(number: int, one: str) -> str:
    return f"{number} {one if number == 1 else one + 's'}"


def _judged(page: _Page, day: Day) -> None:
    counted, agreed = facts.sentiments(day), facts.agreement(day)
    page.title("How it was judged")
    page.words(
        f"{counted['negative']} negative, {counted['neutral']} neutral, {counted['positive']} positive; "
        f"{counted['complaints']} complaints, {counted['angry']} of them angry. {counted['abstained']} times the "
        f"classifier ({facts.model(day)}) would rather not say. We wrote the texts and know what was meant: of the "
        f"{agreed.judged} that it judged, it read the mood of {agreed.sentiment} as we meant it, and in "
        f"{agreed.complaint} it was right on whether somebody complains."
    )
    for one in facts.examples(day):
        page.line((f"  {one.kind:<10}", "bold"), textwrap.shorten(one.words, WIDTH - 12, placeholder=" …"))
        page.line(" " * 12, (one.judged, _COLOURS.get(re.split(r"\W", one.judged)[0], "dim")))


def _told(page: _Page, day: Day) -> None:
    page.title("Who was told")
    for alert in facts.told(day):
        colour = _COLOURS.get(alert.severity, "")
        page.line(f"  {alert.opened}  ", (f"{alert.severity:<9}", colour), alert.title)
        page.words(f"{alert.rule}: {alert.reason}", " " * 9)
        sent = "; ".join(f"{channel} {times}" for channel, times in alert.deliveries.items())
        page.words(f"told by {sent}" if sent else "nobody was told", " " * 9, style="dim")


def _mail(page: _Page, day: Day) -> None:
    if not day.mails:
        return
    mail = day.mails[0]
    page.title("The first of these mails, as its reader sees it")
    for name in ("From", "To", "Subject"):
        page.line(("  │ ", "dim"), (f"{name + ':':<9}", "dim"), str(mail[name]))
    page.line(("  │", "dim"))
    for line in _plain(mail):
        page.line((f"  │ {line}".rstrip(), "") if line else ("  │", "dim"))
    page.words(f"All {len(day.mails)} of them, with their HTML, lie in {_short(day.folder / 'mails')}", style="dim")


def _plain(mail: EmailMessage) -> Iterator[str]:
    body = mail.get_body(("plain",))
    yield from str(body.get_content() if body else "").strip().splitlines()


def _ask(page: _Page, day: Day) -> None:
    page.title("Now ask it yourself")
    for (question, *_), command in zip(QUESTIONS, commands(day), strict=True):
        page.words(f"# {question}", style="dim")
        for line in command.splitlines():
            page.line(f"  {line}", style="cyan")
    page.words(
        f"The store stays in {_short(day.folder)} until the next demo; nothing else is left. "
        "To listen for your own brand, begin with the config.toml that comes with listenerd."
    )
