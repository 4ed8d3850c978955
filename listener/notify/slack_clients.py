"""The Slack SDK's clients, but for the way to the server.

Theirs would ask a proxy even for this machine, and listen for ever to a server that drips.
"""

import socket
import time
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient, WebhookResponse

from listener.notify.channel import LOOPBACK
from listener.notify.patience import reader


class Hook(WebhookClient):
    """Posts to a webhook."""

    def _perform_http_request_internal(self, url: str, req: Request) -> WebhookResponse:
        status, headers, body = _asked(req, self.timeout)
        return WebhookResponse(url=url, status_code=status, body=body, headers=headers)


class Api(WebClient):
    """Calls methods of the Web API."""

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        del url
        status, headers, body = _asked(req, self.timeout)
        return {"status": status, "headers": headers, "body": body}


def _asked(request: Request, timeout: float) -> tuple[int, Any, str]:
    """Ask, by the proxy that the environment names and NO_PROXY does not except; this machine never by one."""
    near = urlsplit(request.full_url).hostname in LOOPBACK
    opener = build_opener(ProxyHandler({} if near else None), _Plain, _Secret)
    with opener.open(request, timeout=timeout) as answer:
        return answer.status, answer.headers, answer.read().decode(answer.headers.get_content_charset() or "utf-8")


class _Answer(HTTPResponse):
    """An answer that is there whole within the connection's timeout, or not at all."""

    def __init__(self, sock: socket.socket, *args: Any, **how: Any) -> None:
        super().__init__(sock, *args, **how)
        self.fp.close()
        self.fp = reader(sock, time.monotonic() + (sock.gettimeout() or 0))


class _Connection(HTTPConnection):
    response_class = _Answer


class _SecretConnection(HTTPSConnection):
    response_class = _Answer


class _Plain(HTTPHandler):
    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_Connection, req)


class _Secret(HTTPSHandler):
    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_SecretConnection, req)
