"""Headers that every answer of the server carries: nothing from outside, no framing, no guessing of types."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Streamlit writes its styles inline and Plotly compiles functions; everything still has to come from this server.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def policy(kinds: Mapping[str, str]) -> str:
    """What may come from where, as a browser reads it.

    >>> policy({"default-src": "'self'", "object-src": "'none'"})
    "default-src 'self'; object-src 'none'"
    """
    return "; ".join(f"{kind} {hosts}" for kind, hosts in kinds.items())


HEADERS = {
    "Content-Security-Policy": policy(POLICY),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SecurityHeaders:
    """ASGI middleware that sets HEADERS on every HTTP answer; one that brings a policy of its own keeps it."""

    def __init__(self, app: ASGIApp, **_options: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                own = headers.get("Content-Security-Policy")
                headers.update(HEADERS | ({"Content-Security-Policy": own} if own else {}))
            await send(message)

        await self.app(scope, receive, send_with_headers)


class OwnPagesOnly:
    """ASGI middleware that refuses WebSockets from the pages of other sites.

    Streamlit would refuse them too, but only after it has asked an outside host for the address of this machine.
    """

    def __init__(self, app: ASGIApp, **_options: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" or is_own(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close", "code": 1008})


def is_own(headers: Headers) -> bool:
    """Whether a request comes from a page of this server, or from one that the operator has named.

    >>> pages = ("http://shop:8501", "https://elsewhere", "null")
    >>> [is_own(Headers({"host": "shop:8501", "origin": page})) for page in pages]
    [True, False, False]
    >>> is_own(Headers({"host": "shop:8501"}))
    True
    """
    origin = headers.get("origin")
    if origin is None or urlsplit(origin).netloc == headers.get("host"):
        return True
    named = [str(st.get_option("browser.serverAddress")), *st.get_option("server.corsAllowedOrigins")]
    hosts = {urlsplit(name if "//" in name else f"//{name}").hostname for name in named}
    return urlsplit(origin).hostname in hosts
