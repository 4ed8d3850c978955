"""What the summary tells, read from the day's store; nothing in it is known beforehand but what we meant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from listener.demo.day import Day, Look
from listener.demo.script import Post
from listener.domain.brand import Brand
from listener.domain.match import BrandQuery, Document, Matcher
from listener.domain.url import host
from listener.store.console import rows

HEADS = ("complaint", "anger")
ORDER = ("praise", "anger", "sarcasm", "question", "misread", "unsure", "language")
"""In which order examples are shown; all else comes after."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one site brought, and in ``notes`` what did not go as it should."""

    host: str
    what: str
    posts: int
    mentions: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One post, and what was made of it."""

    kind: str
    words: str
    judged: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of how many judged posts we know what was meant, and how many were read so, in sentiment and as complaints."""

    judged: int
    sentiment: int
    complaint: int


@dataclass(frozen=True, slots=True)
class Told:
    """One alert: why, and who got word when."""

    number: int
    severity: str
    rule: str
    opened: str
    title: str
    reason: str
    deliveries: Mapping[str, str]


def heard(day: Day) -> list[Heard]:
    """Count what came in, site by site."""
    gaps = {row["stream"]: row for row in rows(day.store, "SELECT * FROM blind_spots WHERE what = 'gap'")}
    found = []
    for row in rows(day.store, "SELECT * FROM sources ORDER BY matched DESC, stream"):
        stream, site = row["stream"], day.streams[row["stream"]]
        notes = [*_troubles(day.looks, stream), *_gap(gaps.get(stream)), *_oddities(row)]
        found.append(Heard(site.host, site.what, row["fresh"], _mentions(day, site.posts), tuple(notes)))
    return found


def _mentions(day: Day, posts: tuple[Post, ...]) -> int:
    links = {post.link for post in posts}
    return sum(mention["url"] in links for mention in _all_mentions(day))


def _all_mentions(day: Day) -> list[dict[str, Any]]:
    return rows(day.store, "SELECT * FROM mentions ORDER BY posted_at")


def _troubles(looks: tuple[Look, ...], stream: str) -> Iterator[str]:
    """Say from which look on a stream could not be read, and when it could again."""
    failing = [(look.at, one) for look in looks for one in look.failing if one.stream == stream]
    if not failing:
        return
    since, first = failing[0]
    why = first.why.rpartition(f"{host(stream)} ")[2]
    again = next((look.at for look in looks if look.at > failing[-1][0]), None)
    if again:
        yield f"{since:%H:%M}  it {why}; left alone until {first.again:%H:%M}, heard again at {again:%H:%M}"
    else:
        yield f"{since:%H:%M}  it {why}, and has done so since; to be asked again at {failing[-1][1].again:%H:%M}"


def _gap(row: Mapping[str, Any] | None) -> Iterator[str]:
    if row is not None:
        yield f"{_clock(row['since'])} to {_clock(row['until'])}  a gap: {row['why']}"


def _oddities(row: Mapping[str, Any]) -> Iterator[str]:
    if row["edited"]:
        yield f"{_counted(row['edited'], 'post')} edited: read and judged again"
    if row["dropped"]:
        yield f"{_counted(row['dropped'], 'time')} a damaged entry was left out, the rest was read"


def sentiments(day: Day) -> dict[str, int]:
    """Count how the mentions of others were judged."""
    counted = rows(
        day.store,
        """SELECT sum(sentiment = 'negative') AS negative, sum(sentiment = 'neutral') AS neutral,
        sum(sentiment = 'positive') AS positive, sum(abstained IS NOT NULL) AS abstained,
        sum(complaint) AS complaints, sum(complaint AND anger) AS angry FROM mentions WHERE is_own = 0""",
    )[0]
    return {name: count or 0 for name, count in counted.items()}


def model(day: Day) -> str:
    """Name the model that judged."""
    return str(rows(day.store, "SELECT max(model) AS model FROM mentions")[0]["model"])


def agreement(day: Day) -> Agreement:
    """Compare the judgements with what we had in mind when we wrote the texts."""
    judged = list(_judged_as_meant(day))
    return Agreement(
        judged=len(judged),
        sentiment=sum(mention["sentiment"] == meant for mention, meant in judged),
        complaint=sum(mention["complaint"] == (meant == "negative") for mention, meant in judged),
    )


def _judged_as_meant(day: Day) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each judged mention of which we know the sentiment that was meant, with that sentiment."""
    meant = {post.link: post.meant for site in day.streams.values() for post in site.posts if post.meant}
    for mention in _all_mentions(day):
        if mention["url"] in meant and mention["sentiment"] is not None:
            yield mention, meant[mention["url"]]


def examples(day: Day) -> list[Example]:
    """Choose the telling ones: those that we marked, the first that was misread, the first the judge left open."""
    marked = {post.link: post for site in day.streams.values() for post in site.posts if post.show}
    mentions = {mention["url"]: mention for mention in _all_mentions(day)}
    shown = [_example(post.show, mentions[link]) for link, post in marked.items() if link in mentions]
    misread = [_example("misread", one, meant) for one, meant in _judged_as_meant(day) if one["sentiment"] != meant]
    unsure = [_example("unsure", one) for one in mentions.values() if one["abstained"] and one["p_negative"]]
    return sorted([*shown, *misread[:1], *unsure[:1], *_kept_out(day, marked, mentions)], key=_order)


def _order(example: Example) -> int:
    return ORDER.index(example.kind) if example.kind in ORDER else len(ORDER)


def _example(kind: str, mention: Mapping[str, Any], meant: str = "") -> Example:
    note = f"; meant {meant}" if meant else ""
    return Example(kind, " ".join(mention["text"].split()), f"{_judged(mention)}{note}")


def _judged(mention: Mapping[str, Any]) -> str:
    doubts = ", ".join(f"{head} {mention[f'p_{head}']:.2f}" for head in HEADS if mention[f"p_{head}"] is not None)
    if mention["abstained"]:
        likely = max(("negative", "neutral", "positive"), key=lambda name: mention[f"p_{name}"] or 0.0)
        rest = f" ({likely} {mention[f'p_{likely}']:.2f}, {doubts})" if doubts else ""
        return f"abstains: {mention['abstained']}{rest}"
    return f"{mention['sentiment']} {mention['p_' + mention['sentiment']]:.2f}, {doubts}"


def _kept_out(day: Day, marked: Mapping[str, Post], mentions: Mapping[str, object]) -> Iterator[Example]:
    """Show the marked posts that hold the name and are no mention, each with what kept it out."""
    for row in rows(day.store, "SELECT url, title, text FROM post ORDER BY created_at"):
        if row["url"] in marked and row["url"] not in mentions:
            why = kept_out(day.brand, Document(text=row["text"], title=row["title"], url=row["url"]))
            yield Example(marked[row["url"]].show, " ".join(row["text"].split()), f"no mention: {why}")


def kept_out(brand: Brand, document: Document) -> str:
    """Say which part of a brand's block keeps a text from being a mention that holds its name."""
    query = brand.query
    if not _finds(replace(query, context=(), exclude=None), document):
        return "the query finds nothing in it"
    if _finds(replace(query, exclude=None), document):
        return "words about birds stand near the name (exclude)"
    return "no word about broadband stands near the name (context)"


def _finds(query: BrandQuery, document: Document) -> bool:
    return bool(Matcher([query]).match(document))


def told(day: Day) -> list[Told]:
    """List the alerts with their deliveries."""
    reasons = {row["id"]: row["reason"] for row in rows(day.store, "SELECT id, reason FROM alert")}
    sent = rows(day.store, "SELECT * FROM deliveries ORDER BY delivery_id")
    found = []
    for alert in rows(day.store, "SELECT * FROM alerts ORDER BY alert_id"):
        mine = [one for one in sent if one["alert_id"] == alert["alert_id"]]
        channels = dict.fromkeys(one["channel"] for one in mine)
        deliveries = {name: ", ".join(_delivery(one) for one in mine if one["channel"] == name) for name in channels}
        number = alert["alert_id"]
        opened = _clock(alert["opened_at"])
        found.append(
            Told(number, alert["severity"], alert["rule"], opened, alert["title"], reasons[number], deliveries)
        )
    return found


def _delivery(delivery: Mapping[str, Any]) -> str:
    return _clock(delivery["sent_at"]) if delivery["state"] == "sent" else f"{delivery['state']}: {delivery['error']}"


def _clock(written: str) -> str:
    return f"{datetime.fromisoformat(written):%H:%M}"


def _counted(number: int, one: str) -> str:
    return f"{number} {one if number == 1 else one + 's'}"
