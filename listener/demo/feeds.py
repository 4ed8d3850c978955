"""From what a site's people wrote to the document it serves, in its own format; templates lie in ``formats/``."""

import json
from datetime import datetime
from email.utils import format_datetime
from html import escape

from jinja2 import Environment, PackageLoader, StrictUndefined

from listener.demo.script import Post, Site

DAMAGED = '{"platform": "chirrup", "native_id": "9001'
"""Half a line, as a writer leaves it that is killed."""


def document(site: Site, now: datetime) -> str:
    """Render a site's feed as of ``now``."""
    posts = site.as_of(now)
    if site.format.endswith(".jsonl"):
        return _lines(site, posts)
    return _ENVIRONMENT.get_template(site.format).render(site=site, posts=posts, now=now)


def media_type(site: Site) -> str:
    """Name the Content-Type under which such a document goes out."""
    kind = "feed+json" if site.format.endswith(".json") else "xml"
    return f"application/{kind}; charset=utf-8"


def _lines(site: Site, posts: list[Post]) -> str:
    """Write posts as JSON Lines, oldest first; a line in the middle is damaged."""
    lines = [json.dumps(_fields(post), ensure_ascii=False) for post in reversed(posts)]
    if site.rotated and posts and posts[-1].at < site.rotated:
        lines.insert(1, DAMAGED)
    return "".join(f"{line}\n" for line in lines)


def _fields(post: Post) -> dict[str, object]:
    return {
        "platform": "chirrup",
        "native_id": str(post.number),
        "url": post.link,
        "author": {"native_id": f"u-{post.author}", "handle": post.author, "followers": post.followers},
        "created_at": post.at.isoformat(),
        "lang_hint": post.lang or "en",
        "text": post.text,
    }


def _html(post: Post) -> str:
    return "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in post.paragraphs)


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


_ENVIRONMENT = Environment(
    loader=PackageLoader("listener.demo", "formats"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,  # noqa: S701 - each format says for itself what it escapes, and one that it does not
)
_ENVIRONMENT.filters.update(html=_html, iso=_iso, rfc822=format_datetime, json=json.dumps)
