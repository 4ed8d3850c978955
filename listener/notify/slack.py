"""Slack: an incoming webhook, or a bot that keeps the messages of an alert in one thread."""

import json
import logging
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.client import HTTPException
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from urllib.error import URLError
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from listener.domain.alert import IdempotencyKey, Message, Notifier, Receipt, Severity
from listener.domain.errors import Deferred, DeliveryError
from listener.domain.scrub import scrub
from listener.domain.secret import Secret
from listener.notify.answers import Answer, failure
from listener.notify.blocks import blocks, fallback
from listener.notify.channel import LOOPBACK, REPAIR, Channel, Tools, fetch
from listener.notify.harmless import line
from listener.notify.message import view
from listener.notify.pace import Pace
from listener.notify.patience import Patience

if TYPE_CHECKING:
    from listener.notify.slack_clients import Api

_EVERY = timedelta(seconds=1)
"""Slack's own limit for one channel"""

_TIMESTAMP = re.compile(r"\d{1,12}\.\d{1,9}")

_WORD = re.compile(r"[a-z_]{1,60}")

_UNTHREADED = frozenset({"thread_not_found", "invalid_thread_ts", "cannot_reply_to_message", "message_not_found"})
"""Errors of a thread whose first message somebody deleted"""

_LOGGER = logging.getLogger("listener.slack_sdk")
# At DEBUG the SDK logs webhook addresses and bodies, at ERROR what a server answered: nothing of it is needed.
_LOGGER.setLevel(logging.CRITICAL)


def _safe(url: str) -> str:
    """Accept https anywhere and http on this machine. Raises ValueError, without the address."""
    scheme, host = "", ""
    with suppress(ValueError):
        scheme, host = urlsplit(url).scheme, urlsplit(url).hostname or ""
    if host and (scheme == "https" or (scheme == "http" and host in LOOPBACK)):
        return url
    raise ValueError("an address that begins with https:// is needed")


class Options(Channel):
    """A ``[[channel]]`` of type slack: either ``webhook``, or ``token`` and ``channel``."""

    type: Literal["slack"] = "slack"
    webhook: Secret | None = None
    token: Secret | None = None
    channel: str = Field(default="", max_length=80)
    """A channel's id (C…) or name"""
    api_url: Annotated[str, AfterValidator(_safe)] = "https://slack.com/api/"

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.webhook is None) == (self.token is None):
            raise ValueError("say exactly one of webhook and token")
        if bool(self.channel) != (self.token is not None):
            raise ValueError("channel goes with token; a webhook has its channel already")
        return self


class Webhook:
    """Posts to an incoming webhook. It knows no threads: each message stands alone and says which alert it is of."""

    def __init__(self, options: Options, secret: Secret, tools: Tools) -> None:
        self._options = options
        self._secret = secret
        self._tools = tools
        self._pace = Pace(_EVERY, tools.now, tools.sleep)

    def send(self, message: Message, key: IdempotencyKey, previous: Receipt | None) -> Receipt:
        """Post; the receipt refers to nothing, for a webhook does not say what it made."""
        del key, previous
        body = _body(message, self._options)
        with self._pace.turn():
            url = fetch(self._secret, self._tools)
            with _told("the Slack webhook", url):
                self._post(url, body)
        return Receipt(reference="", detail="posted by webhook")

    def _post(self, url: str, body: dict[str, Any]) -> None:
        from listener.notify.slack_clients import Hook

        try:
            _safe(url)
        except ValueError as error:
            until = self._tools.now() + REPAIR
            raise Deferred(f"the Slack webhook in {self._secret} is no address: {error}", until=until) from None
        client = Hook(url, _patience(self._options), retry_handlers=[], logger=_LOGGER)
        answer = client.send_dict(body)
        said = str(answer.body or "").strip()
        if answer.status_code != 200 or said != "ok":
            told = Answer(answer.status_code, _hook_word(answer.status_code, said), _retry_after(answer.headers))
            raise failure(told, "the Slack webhook", self._tools.now())


class Bot:
    """Posts as a bot. Later messages of an alert are replies in the thread of its first."""

    def __init__(self, options: Options, secret: Secret, tools: Tools) -> None:
        self._options = options
        self._secret = secret
        self._tools = tools
        self._pace = Pace(_EVERY, tools.now, tools.sleep)

    def send(self, message: Message, key: IdempotencyKey, previous: Receipt | None) -> Receipt:
        """Post; the receipt refers to the first message of the thread."""
        del key
        body = {**_body(message, self._options), "channel": self._options.channel}
        # Replies are seen by those who follow the thread; a critical one is for the whole channel.
        reply = {"reply_broadcast": True} if message.severity is Severity.CRITICAL else {}
        root = previous.reference if previous and _TIMESTAMP.fullmatch(previous.reference) else ""
        with self._pace.turn():
            token = fetch(self._secret, self._tools)
            with _told("Slack", token):
                stamp = self._post(self._client(token), body, {"thread_ts": root, **reply} if root else {})
        return Receipt(reference=stamp, detail=f"posted to {self._options.channel}")

    def _client(self, token: str) -> "Api":
        from listener.notify.slack_clients import Api

        patience = _patience(self._options)
        return Api(token, patience, base_url=self._options.api_url, retry_handlers=[], logger=_LOGGER)

    def _post(self, client: "Api", body: dict[str, Any], thread: dict[str, Any]) -> str:
        """Post and name the thread's first message; where somebody deleted that, begin a new thread."""
        from slack_sdk.errors import SlackApiError

        try:
            answer = client.api_call("chat.postMessage", json={**body, **thread})
        except SlackApiError as error:
            told = _answer(error.response)
            if thread and told.error in _UNTHREADED:
                return self._post(client, body, {})
            raise failure(told, "Slack", self._tools.now()) from None
        stamp = str(answer.get("ts"))
        return str(thread.get("thread_ts") or (stamp if _TIMESTAMP.fullmatch(stamp) else ""))


def _body(message: Message, options: Options) -> dict[str, Any]:
    words = view(message, private=options.private)
    return {"text": fallback(words), "blocks": blocks(words), "unfurl_links": False, "unfurl_media": False}


def _patience(options: Options) -> Patience:
    return Patience(options.timeout.total_seconds())


def _answer(response: Any) -> Answer:
    """Read an API answer: ``ok: false`` comes with status 200."""
    data = response.data if isinstance(response.data, dict) else {}
    return Answer(response.status_code, _word(data.get("error")), _retry_after(response.headers))


def _word(said: Any) -> str:
    """Slack names its errors in one word; anything longer is of something on the way, and no reason to print."""
    return said if isinstance(said, str) and _WORD.fullmatch(said) else ""


def _hook_word(status: int, said: str) -> str:
    """Find the error in a webhook's answer: a word, which never comes with 200, or, as of the API, an object."""
    if said.startswith("{"):
        with suppress(ValueError):
            return _word(json.loads(said).get("error"))
    return _word(said) if status >= 400 else ""


def _retry_after(headers: Mapping[str, Any]) -> str | None:
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    return value if value is None else str(value)


@contextmanager
def _told(what: str, secret: str) -> Iterator[None]:
    """Tell whatever goes wrong as Rejected or Deferred, without the secret: the SDK's own errors hold addresses."""
    from slack_sdk.errors import SlackClientError

    try:
        yield
    except DeliveryError:
        raise
    except (OSError, HTTPException, SlackClientError, ValueError, LookupError, AttributeError) as error:
        # The last three: answers in an unknown charset, or JSON that is no object.
        raise Deferred(scrub(f"{what} cannot be talked to: {_cause(error)}", [secret])) from None


def _cause(error: BaseException) -> str:
    """Name the cause, never the error's own text where that may hold what was sent."""
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate cannot be trusted ({reason.verify_message})"
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    if isinstance(reason, OSError) and reason.strerror:
        return line(reason.strerror, 100)
    return type(reason).__name__


def build(options: Options, tools: Tools) -> Notifier:
    """Make the channel: by webhook or by token, whichever is configured."""
    if options.webhook is not None:
        return Webhook(options, options.webhook, tools)
    if options.token is not None:
        return Bot(options, options.token, tools)
    raise AssertionError("the options are checked: one of the two is there")
