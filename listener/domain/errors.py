"""Everything that can go wrong, by name.

    ListenerError
    ├── ConfigError            the configuration cannot be used as it stands
    ├── StoreError             the store cannot be opened, read or written
    │   └── StoreInUse         another process holds it: again later
    ├── SourceError            a platform did not give what was asked
    │   ├── Unauthorized       credentials missing, wrong or revoked: nothing helps but a person
    │   ├── RateLimited        too many requests: again at ``until``
    │   ├── Unavailable        down, slow or refusing: again at ``until``, or when the caller sees fit
    │   ├── Gone               the thing is gone for good: ask once a day at most
    │   ├── BadData            an answer came, but not one that can be read
    │   └── BudgetSpent        our own limit is reached: again at ``until``
    └── DeliveryError          a message did not reach its channel
        ├── Rejected           it never will, as it stands
        └── Deferred           again at ``until``

Each message says what happened, to what, and what to do. None holds a secret.
"""

from datetime import datetime


class ListenerError(Exception):
    """The root: catch this to catch whatever listenerd raises on purpose."""


class ConfigError(ListenerError):
    """The configuration cannot be used as it stands."""


class StoreError(ListenerError):
    """The store cannot be opened, read or written."""


class StoreInUse(StoreError):
    """Another process holds the store."""


class SourceError(ListenerError):
    """A platform did not give what was asked. ``reason`` is bounded: one word for rows and metrics."""

    reason = "failed"

    def __init__(self, message: str, *, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class Unauthorized(SourceError):
    """Credentials are missing, wrong or revoked."""

    reason = "unauthorized"


class RateLimited(SourceError):
    """Too many requests; ``until`` says when to ask again, if the platform said so."""

    reason = "rate-limited"


class Unavailable(SourceError):
    """The platform is down, slow or refuses for now."""

    reason = "unavailable"


class Gone(SourceError):
    """What was asked for is gone for good."""

    reason = "gone"


class BadData(SourceError):
    """An answer came, but it cannot be read as what it should be."""

    reason = "bad-data"


class BudgetSpent(SourceError):
    """Our own limit of posts, bytes, seconds or money is reached."""

    reason = "budget-spent"


class DeliveryError(ListenerError):
    """A message did not reach its channel."""


class Rejected(DeliveryError):
    """The channel will never take this message; sending it again is useless."""


class Deferred(DeliveryError):
    """The channel takes it later. ``until`` is the earliest time, None where the channel did not say."""

    def __init__(self, message: str, *, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until
