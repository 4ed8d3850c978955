"""Stories: one and the same text, or nearly so, is one story wherever it stands."""

from collections.abc import Sequence

from listener.domain.post import Post
from tests.scripted import HOUR, T0, Bench, post

REPORT = (
    "Acme recalls about two million coffee makers sold since 2023 because their plugs may overheat and catch fire. "
    "The company asks owners to stop using the machines at once and offers a refund through its website and in "
    "shops. Three people were slightly hurt, the regulator said on Tuesday, and an inquiry into the supplier of the "
    "plugs has begun in two countries. Shares in the company fell by four percent in early trading in Frankfurt."
)
OTHER = (
    "Acme opens its first shop in the old harbour of Hamburg next week, with a workshop where customers may repair "
    "their own machines under the eyes of a mechanic, and a small museum of kettles from the last hundred years."
)


def stories(bench: Bench, *posts: Post) -> Sequence[int]:
    """Hear posts one poll after the other; returns the story of each."""
    for hour, one in enumerate(posts):
        bench.hear(one, at=T0 + hour * HOUR)
    return bench.column("SELECT story_id FROM mentions ORDER BY mention_id")


def test_the_same_text_is_one_story(bench: Bench) -> None:
    """Case, links and punctuation do not count."""
    copy = REPORT.upper().replace(".", "!") + " https://short.example/x"
    assert stories(bench, post("1", REPORT), post("2", copy, by="bob")) == [1, 1]


def test_a_syndicated_copy_is_one_story(bench: Bench) -> None:
    """Another by-line above and another house below do not make another story."""
    copy = f"By Bob Cratchit, Evening Post. {REPORT} Copyright Evening Post, all rights reserved."
    assert stories(bench, post("1", f"By Ann Other. {REPORT}"), post("2", copy, by="bob")) == [1, 1]


def test_the_same_page_is_one_story(bench: Bench) -> None:
    """Whatever is written over the link, and whatever trackers it carries."""
    first = post("1", REPORT, url="https://news.example/acme-recall")
    second = post("2", OTHER, url="https://news.example/acme-recall?utm_source=x#top", by="bob")
    assert stories(bench, first, second) == [1, 1]


def test_different_texts_are_different_stories(bench: Bench) -> None:
    """Even about the same brand on the same day."""
    assert stories(bench, post("1", REPORT), post("2", OTHER)) == [1, 2]


def test_short_texts_by_different_authors_are_different_stories(bench: Bench) -> None:
    """People who have never met write "acme is broken" alike."""
    assert stories(bench, post("1"), post("2", by="bob")) == [1, 2]


def test_a_short_text_that_its_author_repeats_is_one_story(bench: Bench) -> None:
    """One voice shouting twice."""
    assert stories(bench, post("1"), post("2", "ACME is broken!")) == [1, 1]


def test_posts_without_a_link_share_no_page(bench: Bench) -> None:
    """An empty address is no address."""
    assert stories(bench, post("1", REPORT, url=""), post("2", OTHER, url="")) == [1, 2]


def test_copies_in_one_page_are_one_story(bench: Bench) -> None:
    """The second finds the first although both are new."""
    bench.hear(post("1", REPORT), post("2", REPORT, by="bob"))
    assert bench.column("SELECT story_id FROM mentions") == [1, 1]


def test_a_story_shows_how_loud_it_is(bench: Bench) -> None:
    """Mentions and voices, first and last."""
    bench.hear(post("1", REPORT, title="Recall"), post("2", REPORT, by="bob", title="Recall"), post("3", OTHER))
    loudest = "SELECT title, mentions, voices FROM stories ORDER BY mentions DESC LIMIT 1"
    assert bench.sql(loudest) == [{"title": "Recall", "mentions": 2, "voices": 2}]
