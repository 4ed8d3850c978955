"""What Slack answered, by webhook or API, in one table: what passes, what stays, and what a person can do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from listener.domain.errors import Deferred, DeliveryError, Rejected
from listener.notify.harmless import line

UNTOLD = timedelta(seconds=60)
"""How long to wait after a 429 that does not say."""

_LONGEST = timedelta(days=1)
"""A longer Retry-After is taken for a mistake."""

_PASSING = frozenset({407, 408, 423, 425})
"""Refusals in the 400s that pass by themselves. Also 407: the proxy's, not the channel's."""

_PASSING_WORDS = frozenset({
    "accesslimited",
    "fatal_error",
    "internal_error",
    "message_limit_exceeded",
    "rate_limited",
    "ratelimited",
    "request_timeout",
    "rollup_error",
    "service_unavailable",
    "team_added_to_org",
})  # fmt: skip
"""Errors that Slack names and that pass; all others are a token, a channel or a message that stays wrong."""

_HINTS = {
    **dict.fromkeys(
        ("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"),
        "make a new bot token and put it where the configuration says",
    ),
    "missing_scope": "give the bot the scope chat:write",
    "not_in_channel": "invite the bot to the channel",
    "channel_not_found": "check the channel's id, and invite the bot where it is private",
    **dict.fromkeys(("is_archived", "channel_is_archived"), "open the channel again, or configure another"),
    **dict.fromkeys(("no_service", "invalid_token", "no_team"), "the webhook is gone: make a new one"),
    "action_prohibited": "an administrator of the workspace restricts who may post there",
}
"""What to do where somebody can do something"""

_LIMITED = frozenset({"rate_limited", "ratelimited", "message_limit_exceeded"})


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is not a success: status, the error it names (may be empty), Retry-After as it came."""

    status: int
    error: str
    retry_after: str | None


def failure(answer: Answer, what: str, now: datetime) -> DeliveryError:
    """Turn an answer into the error that says whether to come back."""
    said = f"{what} answers {answer.status}{f' ({line(answer.error, 120)})' if answer.error else ''}"
    hint = f": {_HINTS[answer.error]}" if answer.error in _HINTS else ""
    if answer.status == 429 or answer.error in _LIMITED:
        return Deferred(f"{said}: too many messages", until=again(answer.retry_after, now) or now + UNTOLD)
    if answer.error in _PASSING_WORDS or answer.status in _PASSING:
        return Deferred(said, until=again(answer.retry_after, now))
    # Below 400 it was not the channel that answered as it does, but something on the way; above 499 it has troubles.
    if answer.status >= 500 or (answer.status < 400 and not answer.error):
        return Deferred(said, until=again(answer.retry_after, now))
    return Rejected(f"{said}{hint}")


def again(retry_after: str | None, now: datetime) -> datetime | None:
    """Read Retry-After, seconds or a date; None where it says nothing of use."""
    if not retry_after:
        return None
    try:
        wait = timedelta(seconds=float(retry_after))
    except (ValueError, OverflowError):
        try:
            wait = parsedate_to_datetime(retry_after) - now
        except (ValueError, TypeError, OverflowError):
            return None
    return now + min(max(wait, timedelta(seconds=1)), _LONGEST)
