"""What was written for the day: sites with their posts, told by the clock; read from ``sites/*.toml``."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from typing import Any

EVE = "eve "
"""Before a time: on the day before. What was posted then is history when the day begins."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What a post's author made of it later."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Post:
    """One post. ``meant`` is the sentiment that we meant when we wrote it; ``show`` names it for the summary.

    What is meant to be negative is meant as a complaint, all else is not.
    """

    number: int
    link: str
    at: datetime
    title: str
    text: str
    author: str
    followers: int
    lang: str
    meant: str
    show: str
    edit: Edit | None
    edited_at: datetime | None = None

    def as_of(self, now: datetime) -> "Post":
        """Give the post as it stands at ``now``."""
        if self.edit is None or now < self.edit.at:
            return self
        return replace(self, text=self.edit.text, edited_at=self.edit.at)

    @property
    def paragraphs(self) -> list[str]:
        """The text in paragraphs."""
        return self.text.split("\n\n")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a site answers instead of its feed for some of the day."""

    since: datetime
    until: datetime
    status: int
    body: str
    retry_after: int | None


@dataclass(frozen=True, slots=True)
class Site:
    """One place where people write, and the format in which it tells what they wrote."""

    host: str
    path: str
    what: str
    title: str
    lang: str
    format: str
    source: str
    rotated: datetime | None
    posts: tuple[Post, ...]
    troubles: tuple[Trouble, ...]

    def as_of(self, now: datetime) -> list[Post]:
        """Give what can be read at ``now``, the newest first, as feeds list it."""
        began = self.rotated if self.rotated and self.rotated <= now else None
        there = [post.as_of(now) for post in self.posts if post.at <= now and (began is None or post.at >= began)]
        return sorted(there, key=lambda post: post.at, reverse=True)

    def trouble(self, now: datetime) -> Trouble | None:
        """Say what is wrong with the site at ``now``, if anything is."""
        return next((one for one in self.troubles if one.since <= now < one.until), None)


def sites(day: date) -> tuple[Site, ...]:
    """Read every site, with the times of one day."""
    folder = resources.files("listener.demo") / "sites"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(_site(tomllib.loads(file.read_text(encoding="utf-8")), day) for file in files)


def moment(day: date, written: str) -> datetime:
    """Read ``12:05`` or ``eve 12:05`` as aware UTC."""
    back = timedelta(days=1 if written.startswith(EVE) else 0)
    return datetime.combine(day - back, time.fromisoformat(written.removeprefix(EVE)), UTC)


def _site(written: Mapping[str, Any], day: date) -> Site:
    rotated = written.get("rotated")
    return Site(
        host=written["host"],
        path=written["path"],
        what=written["what"],
        title=written["title"],
        lang=written.get("lang", "en"),
        format=written["format"],
        source=written["source"],
        rotated=moment(day, rotated) if rotated else None,
        posts=tuple(_posts(written, day)),
        troubles=tuple(_trouble(one, day) for one in written.get("trouble", ())),
    )


def _posts(written: Mapping[str, Any], day: date) -> Iterator[Post]:
    for number, post in enumerate(written["post"], written["first"]):
        edited = post.get("edited")
        yield Post(
            number=number,
            link=f"https://{written['host']}{written['links'].format(id=number)}",
            at=moment(day, post["at"]),
            title=post.get("title", ""),
            text=post["text"].strip(),
            author=post.get("author", ""),
            followers=post.get("followers", 0),
            lang=post.get("lang", ""),
            meant=post.get("meant", ""),
            show=post.get("show", ""),
            edit=Edit(moment(day, edited["at"]), edited["text"].strip()) if edited else None,
        )


def _trouble(written: Mapping[str, Any], day: date) -> Trouble:
    return Trouble(
        since=moment(day, written["from"]),
        until=moment(day, written.get("until", "23:59")),
        status=written["status"],
        body=written["body"],
        retry_after=written.get("retry_after"),
    )
