"""The Slack SDK's clients, but for the way to the server.

Theirs would ask a proxy even for this machine, and listen for ever to a server that drips.
"""

import socket
from functools import partial
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import HTTPHandler, HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient, WebhookResponse

from listener.notify.channel import LOOPBACK
from listener.notify.patience import Patience


class Hook(WebhookClient):
    """Posts to a webhook."""

    def __init__(self, url: str, patience: Patience, **how: Any) -> None:
        super().__init__(url, **how)
        self._patience = patience

    def _perform_http_request_internal(self, url: str, req: Request) -> WebhookResponse:
        status, headers, body = _asked(req, self._patience)
        return WebhookResponse(url=url, status_code=status, body=body, headers=headers)


class Api(WebClient):
    """Calls methods of the Web API, all of them with the one patience."""

    def __init__(self, token: str, patience: Patience, **how: Any) -> None:
        super().__init__(token, **how)
        self._patience = patience

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        del url
        status, headers, body = _asked(req, self._patience)
        return {"status": status, "headers": headers, "body": body}


def _asked(request: Request, patience: Patience) -> tuple[int, Any, str]:
    """Ask, by the proxy that the environment names and NO_PROXY does not except; this machine never by one."""
    near = urlsplit(request.full_url).hostname in LOOPBACK
    opener = build_opener(ProxyHandler({} if near else None), _Staying, _Way(patience))
    with opener.open(request) as answer:
        return answer.status, answer.headers, answer.read().decode(answer.headers.get_content_charset() or "utf-8")


class _Staying(HTTPRedirectHandler):
    """Follows no redirect: urllib would take the token along, wherever it leads."""

    def redirect_request(self, *_: Any) -> None:
        return None


class _Way(HTTPHandler, HTTPSHandler):
    """The way to a server and back: it ends in time."""

    def __init__(self, patience: Patience) -> None:
        super().__init__()
        self._patience = patience

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(_Connection, patience=self._patience), req)

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(_SecretConnection, patience=self._patience), req)


class _Connection(HTTPConnection):
    """A connection that is made and read with patience."""

    def __init__(self, host: str, /, *, patience: Patience, **how: Any) -> None:
        super().__init__(host, **how)
        self._create_connection = patience.connect  # http.client's own seam
        self.response_class = cast("type[HTTPResponse]", partial(_Answer, patience))


class _SecretConnection(_Connection, HTTPSConnection):
    """The same over TLS."""


class _Answer(HTTPResponse):
    """An answer that is read with patience."""

    def __init__(self, patience: Patience, sock: socket.socket, *args: Any, **how: Any) -> None:
        super().__init__(sock, *args, **how)
        self.fp.close()
        self.fp = patience.reader(sock)
