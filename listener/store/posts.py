"""Posts in the store: kept once, edited in place, removed where their platform says so."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, Row, bindparam, func, select, update

from listener.domain.post import Post
from listener.domain.source import Removal, Removed
from listener.store import tables
from listener.store.engine import upsert
from listener.store.poll import Heard

AUTHOR = tables.table(tables.Author)
THREAD = tables.table(tables.Thread)
POST = tables.table(tables.Post)
MENTION = tables.table(tables.Mention)
TOMBSTONE = tables.table(tables.Tombstone)


def _known() -> Any:
    """Ask for posts by their platforms and by what they are called there."""
    columns = ("id", "platform", "native_id", "content", *COUNTS)
    return select(*(POST.c[name] for name in columns)).where(
        POST.c.platform.in_(_all("platforms")), POST.c.native_id.in_(_all("names"))
    )


def _all(name: str) -> Any:
    """Bind a list as one JSON value: SQLAlchemy writes a statement anew for each length of a list it expands."""
    return select(func.json_each(bindparam(name, type_=JSON)).table_valued("value").c.value)


def _stones_of() -> Any:
    """Ask for tombstones: two questions, for an OR between them would read every stone of the platform."""
    stones = select(TOMBSTONE.c.platform, TOMBSTONE.c.post_id, TOMBSTONE.c.author_id)
    stones = stones.where(TOMBSTONE.c.platform.in_(_all("platforms")))
    of_posts = stones.where(TOMBSTONE.c.post_id.in_(_all("names")), TOMBSTONE.c.author_id == "")
    return of_posts.union_all(stones.where(TOMBSTONE.c.post_id == "", TOMBSTONE.c.author_id.in_(_all("authors"))))


COUNTS = ("reach", "replies", "shares", "likes", "rating")

# made once: SQLAlchemy takes longer to put a statement together than SQLite to run it
_POSTS, _STONES = _known(), _stones_of()

_KEEP_AUTHOR = """ON CONFLICT (platform, native_id) DO UPDATE SET
    handle = excluded.handle, name = excluded.name, followers = excluded.followers"""
_KEEP_THREAD = """ON CONFLICT (platform, root_id) DO UPDATE SET
    posts = thread.posts + excluded.posts,
    first_at = min(thread.first_at, excluded.first_at), last_at = max(thread.last_at, excluded.last_at),
    url = CASE WHEN excluded.url <> '' THEN excluded.url ELSE thread.url END,
    title = CASE WHEN excluded.title <> '' THEN excluded.title ELSE thread.title END"""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """A batch as it stands in the store now: what is new, what was edited, and the numbers of its posts."""

    new: Sequence[Heard]
    edited: Sequence[Heard]
    ids: Mapping[Key, int]


def keep(db: Connection, batch: Iterable[Heard], stream_id: int, at: datetime) -> Kept:
    """Insert what is new, update what was edited, refresh the counts of the rest."""
    living = _living(db, batch)
    known = _found(db, [heard.post.key for heard in living])
    new = [heard for heard in living if heard.post.key not in known]
    edited = [heard for heard in living if heard.post.key in known and known[heard.post.key].content != heard.content]
    for heard in living:
        if heard.post.key in known:
            _recount(db, heard.post, known[heard.post.key])
    ids = {key: row.id for key, row in known.items()}
    if new or edited:
        authors = _authors(db, [heard.post for heard in (*new, *edited)])
        ids |= _insert(db, new, authors, stream_id, at)
        for heard in edited:
            _edit(db, ids[heard.post.key], heard, authors, at)
    return Kept(new, edited, ids)


def remove(db: Connection, removals: Iterable[Removal], at: datetime) -> None:
    """Follow a platform's deletions: the text goes, the mention leaves views and rules, a tombstone stays.

    What is hidden leaves views and rules until it is restored. Removals of what was never kept leave no trace.
    """
    for removal in removals:
        concerned = _concerned(removal)
        if removal.what is Removed.DELETED:
            _delete(db, concerned, removal, at)
        else:
            before = "" if removal.what is Removed.HIDDEN else Removed.HIDDEN.value
            after = Removed.HIDDEN.value if removal.what is Removed.HIDDEN else ""
            db.execute(update(POST).where(concerned & (POST.c.removed == before)).values(removed=after))


def _concerned(removal: Removal) -> ColumnElement[bool]:
    if not removal.author_id:
        return (POST.c.platform == removal.platform) & (POST.c.native_id == removal.post_id)
    return POST.c.author_id.in_(select(AUTHOR.c.id).where(_is_author(removal)))


def _is_author(removal: Removal) -> ColumnElement[bool]:
    return (AUTHOR.c.platform == removal.platform) & (AUTHOR.c.native_id == removal.author_id)


def _delete(db: Connection, concerned: ColumnElement[bool], removal: Removal, at: datetime) -> None:
    known = select(AUTHOR.c.id).where(_is_author(removal)) if removal.author_id else select(POST.c.id).where(concerned)
    if db.execute(known.limit(1)).first() is None:
        return
    if removal.author_id:
        db.execute(update(AUTHOR).where(_is_author(removal)).values(handle="", name="", followers=None))
    bury(db, [(removal.platform, removal.post_id, removal.author_id)], removal.what.value, at)
    roots = select(POST.c.thread_id).where(concerned & (POST.c.root_id == ""))
    db.execute(update(THREAD).where(THREAD.c.id.in_(roots)).values(title="", url=""))
    standing = MENTION.c.post_id.in_(select(POST.c.id).where(concerned)) & MENTION.c.withdrawn_at.is_(None)
    db.execute(update(MENTION).where(standing).values(withdrawn_at=at))
    emptied = dict.fromkeys(("title", "text", "url", "canonical_url", "content"), "") | {"links": "[]", "media": "[]"}
    db.execute(update(POST).where(concerned).values(removed=removal.what.value, **emptied))


def bury(db: Connection, keys: Iterable[tuple[str, str, str]], what: str, at: datetime) -> None:
    """Set tombstones for posts or authors, ``(platform, post, author)``, so that they do not come back."""
    stones = [
        {"platform": platform, "post_id": post, "author_id": author, "what": what, "at": at}
        for platform, post, author in keys
    ]
    db.execute(upsert(TOMBSTONE, stones, ["platform", "post_id", "author_id"], []))


def _living(db: Connection, batch: Iterable[Heard]) -> list[Heard]:
    """Leave out what was deleted for good, and the earlier of two versions of one post."""
    latest = {heard.post.key: heard for heard in batch}
    asked = {
        "platforms": list({place for heard in latest.values() for place, _, _ in _stones(heard.post)}),
        "names": [native_id for _, native_id in latest],
        "authors": [heard.post.author.native_id for heard in latest.values() if heard.post.author],
    }
    dead = {tuple(row) for row in db.execute(_STONES, asked)}
    if not dead:
        return list(latest.values())
    return [heard for heard in latest.values() if not dead.intersection(_stones(heard.post))]


def _stones(post: Post) -> set[tuple[str, str, str]]:
    """Name the tombstones of which any keeps a post out."""
    own = {(post.platform, post.native_id, "")}
    return own | {(post.author.platform, "", post.author.native_id)} if post.author else own


def _found(db: Connection, keys: Collection[Key]) -> dict[Key, Row[Any]]:
    """Return the posts that stand for these keys."""
    if not keys:
        return {}
    wanted = set(keys)
    asked = {"platforms": list({platform for platform, _ in wanted}), "names": [name for _, name in wanted]}
    return {key: row for row in db.execute(_POSTS, asked) if (key := (row[1], row[2])) in wanted}


def _recount(db: Connection, post: Post, known: Row[Any]) -> None:
    changed = {
        name: value for name in COUNTS if (value := getattr(post, name)) is not None and value != getattr(known, name)
    }
    if changed:
        db.execute(update(POST).where(POST.c.id == known.id).values(**changed))


def _put(
    db: Connection, table: str, name: str, rows: Sequence[Mapping[str, Any]], conflict: str = ""
) -> dict[Key, int]:
    """Write rows by one statement of the driver's own; returns their numbers by platform and ``name``.

    SQLAlchemy takes longer over the values than SQLite over the rows, and a statement for each post would write the
    search index as often. Times are given as the store writes them.
    """
    if not rows:
        return {}
    marks = f"({', '.join('?' * len(rows[0]))})"
    # table and columns are named in this module alone
    statement = f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES {', '.join([marks] * len(rows))} {conflict}"  # noqa: S608
    db.exec_driver_sql(statement, tuple(chain.from_iterable(row.values() for row in rows)))
    return _numbers(db, table, name, rows)


def _numbers(db: Connection, table: str, name: str, rows: Sequence[Mapping[str, Any]]) -> dict[Key, int]:
    """Look up the numbers of rows, all in one answer: between two answers the driver lets other threads in."""
    platforms, names = json.dumps(list({row["platform"] for row in rows})), json.dumps([row[name] for row in rows])
    asked = f"""SELECT json_group_array(json_array(id, platform, {name})) FROM {table}
        WHERE platform IN (SELECT value FROM json_each(?)) AND {name} IN (SELECT value FROM json_each(?))"""  # noqa: S608
    found = json.loads(db.exec_driver_sql(asked, (platforms, names)).scalar_one())
    return {(platform, called): number for number, platform, called in found}


def _authors(db: Connection, posts: Iterable[Post]) -> dict[Key, int]:
    people = {(post.author.platform, post.author.native_id): post.author for post in posts if post.author}
    rows = [
        {
            "platform": who.platform,
            "native_id": who.native_id,
            "handle": who.handle,
            "name": who.name,
            "followers": who.followers,
        }
        for who in people.values()
    ]
    return _put(db, "author", "native_id", rows, _KEEP_AUTHOR)


def _threads(db: Connection, new: Sequence[Heard], at: datetime) -> dict[Key, int]:
    rows: dict[Key, dict[str, Any]] = {}
    for heard in new:
        post = heard.post
        key, when = (post.platform, post.thread_key), tables.utc_text(post.created_at or at)
        row = rows.setdefault(
            key,
            {
                "platform": key[0],
                "root_id": key[1],
                "url": "",
                "title": "",
                "first_at": when,
                "last_at": when,
                "posts": 0,
            },
        )
        row["posts"] += 1
        row["first_at"], row["last_at"] = min(row["first_at"], when), max(row["last_at"], when)
        if not post.root_id:
            row["url"], row["title"] = post.url, post.title
    return _put(db, "thread", "root_id", list(rows.values()), _KEEP_THREAD)


def _insert(
    db: Connection, new: Sequence[Heard], authors: Mapping[Key, int], stream_id: int, at: datetime
) -> dict[Key, int]:
    """Insert posts; returns their numbers."""
    if not new:
        return {}
    threads = _threads(db, new, at)
    found_at = tables.utc_text(at)
    rows = []
    for heard in new:
        post = heard.post
        rows.append(
            {
                **_readable(heard, authors),
                **{name: getattr(post, name) for name in COUNTS},
                "platform": post.platform,
                "native_id": post.native_id,
                "created_at": tables.utc_text(post.created_at) if post.created_at else found_at,
                "edited_at": tables.utc_text(post.edited_at) if post.edited_at else None,
                "found_at": found_at,
                "thread_id": threads[post.platform, post.thread_key],
                "stream_id": stream_id,
                "is_history": heard.history,
                "removed": "",
            }
        )
    return _put(db, "post", "native_id", rows)


def _edit(db: Connection, number: int, heard: Heard, authors: Mapping[Key, int], at: datetime) -> None:
    values = {**_readable(heard, authors), "edited_at": heard.post.edited_at or at}
    db.execute(update(POST).where(POST.c.id == number).values(**values))


def _readable(heard: Heard, authors: Mapping[Key, int]) -> dict[str, Any]:
    """What an edit may change."""
    post = heard.post
    author = post.author
    return {
        "url": post.url,
        "canonical_url": heard.canonical_url,
        "kind": post.kind,
        "community": post.community,
        "author_id": authors[author.platform, author.native_id] if author else None,
        "title": post.title,
        "text": post.text,
        "lang_hint": post.lang_hint,
        "parent_id": post.parent_id,
        "root_id": post.root_id,
        "is_private": post.private,
        "media": json.dumps(post.media) if post.media else "[]",
        "links": json.dumps(post.links) if post.links else "[]",
        "content": heard.content,
    }
