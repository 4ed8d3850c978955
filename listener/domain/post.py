"""What is published: posts and their authors."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Author:
    """Who published a post, as the platform names them.

    ``native_id`` is the platform's lasting key (a DID, a user id), ``handle`` what people type (without ``@``).
    """

    platform: str
    native_id: str
    handle: str = ""
    name: str = ""
    followers: int | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One published thing, unique by ``(platform, native_id)``.

    ``text`` is plain text with paragraphs kept; ``created_at`` is aware UTC, None where the platform gave no
    usable date (the collecting stage then takes the time at which it was found). Counts are None when unknown.
    """

    platform: str
    native_id: str
    url: str = ""
    kind: str = "post"
    """article, post, comment, review or message"""
    community: str = ""
    """where on the platform: a feed's title, a subreddit, a forum category"""
    author: Author | None = None
    created_at: datetime | None = None
    edited_at: datetime | None = None
    title: str = ""
    text: str = ""
    lang_hint: str = ""
    """BCP 47 tag the platform claims; a hint only"""
    parent_id: str = ""
    root_id: str = ""
    """native ids of the post answered and of the thread's first post; empty: the post is a root"""
    reach: int | None = None
    replies: int | None = None
    shares: int | None = None
    likes: int | None = None
    rating: float | None = None
    private: bool = False
    media: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """The post's identity in the whole store."""
        return self.platform, self.native_id

    @property
    def thread_key(self) -> str:
        """The native id of the thread's first post."""
        return self.root_id or self.native_id
