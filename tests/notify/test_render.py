"""The two bodies of a mail."""

import re
from html.parser import HTMLParser

import pytest

from listener.domain.alert import AlertState
from listener.notify import render
from listener.notify.message import view
from tests.notify import samples

VOID = {"meta", "br", "link", "img", "hr", "input"}
GMAIL_CLIPS = 102_000


class Page(HTMLParser):
    """Reads a page strictly: every element closed, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()
        assert not self.stack

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag


def _html(**changes: object) -> str:
    return render.html(view(samples.message(**changes), private=False))


def test_the_style_is_inline_and_the_dark_theme_kept() -> None:
    """Clients that drop the head still show the design; those that keep it follow the reader's theme."""
    html = _html()
    assert re.search(r'<h1 [^>]*style="[^"]*font-size', html)
    assert "@media (prefers-color-scheme: dark)" in html
    assert '<meta name="color-scheme" content="light dark"' in html


def test_nothing_is_fetched() -> None:
    """No image, no script, no font, no style sheet: nobody learns that the mail was read."""
    page = Page(_html())
    assert not {tag for tag, _ in page.seen} & {"img", "script", "link", "iframe", "object", "video"}
    assert not [attrs for _, attrs in page.seen if "src" in attrs or "url(" in (attrs.get("style") or "")]
    assert "@import" not in _html()


def test_links_are_links() -> None:
    """Each goes where it says."""
    links = [attrs["href"] for tag, attrs in Page(_html()).seen if tag == "a"]
    assert links == [excerpt.url for excerpt in samples.message().excerpts]


@pytest.mark.parametrize("number", range(len(samples.HOSTILE_TEXTS)))
def test_hostile_texts_stay_text(number: int) -> None:
    """Markup of strangers is shown, not obeyed; the mail stays below the size that Gmail clips."""
    words = view(samples.hostile(samples.HOSTILE_TEXTS[number]), private=False)
    html = render.html(words)
    assert len(html.encode()) < GMAIL_CLIPS
    assert "script" not in {tag for tag, _ in Page(html).seen}
    lines = render.text(words).splitlines()
    assert all(len(line) <= 78 or line.startswith("https://") for line in lines)


def test_template_language_in_a_post_is_a_text() -> None:
    """Nothing is evaluated."""
    assert "{{ 7*7 }}" in _html(excerpts=(samples.excerpt("{{ 7*7 }} {% raw %}"),))


def test_the_preheader_says_what_a_list_of_mails_shows() -> None:
    """Behind the subject, a phone shows the first words of the body."""
    html = _html()
    assert html.index("12 mentions so far") < html.index("<h1")


def test_plain_text_marks_words_and_quotes() -> None:
    """As people do without bold."""
    text = render.text(view(samples.message(), private=False))
    assert "> Third evening in a row that my *Quillnet* *router* drops" in text
    assert "\n\n\n" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_what_is_done_is_not_asked_for() -> None:
    """An acknowledged alert offers to be closed, a resolved one nothing."""
    taken = render.text(view(samples.follow_up(state=AlertState.ACKNOWLEDGED), private=False))
    closed = render.text(view(samples.follow_up(state=AlertState.RESOLVED), private=False))
    assert "alerts ack" not in taken
    assert "alerts resolve" in taken
    assert "alerts resolve" not in closed
    assert "WARNING, resolved" in closed


def test_what_is_not_quoted_is_counted() -> None:
    """The first message counts the whole alert, a later one what is new."""
    assert view(samples.message(), private=False).more == "9 more mentions, not quoted here"
    assert view(samples.follow_up(), private=False).more == "4 more mentions, not quoted here"
    assert view(samples.message(events=3), private=False).more == ""


def test_a_feed_is_named_by_its_site() -> None:
    """That a post came by a feed says nothing to a reader."""
    article = samples.excerpt(platform="rss", community="", url="https://www.daily.example/a")
    assert view(samples.message(excerpts=(article,)), private=False).quotes[0].place == "daily.example"


def test_times_are_those_of_the_reader() -> None:
    """Local, with the zone named; UTC where the zone is unknown."""
    assert "9 Mar 2026, 14:05 CET" in _html()
    assert "9 Mar 2026, 13:05 UTC" in _html(timezone="Mars/Olympus")


def test_a_brand_that_the_title_does_not_name_is_named() -> None:
    """A subject always says whom it is about."""
    words = view(samples.message(title="12 complaints"), private=False)
    assert words.subject == "[listenerd] warning: Quillnet: 12 complaints"
