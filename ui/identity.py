"""Who is at the browser: an account where signing in is set up, else a secret that this browser keeps in a cookie."""

import secrets
from http.cookies import CookieError, SimpleCookie
from typing import Any
from uuid import uuid4

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.language import t

COOKIE = "shelfcast"
_YEAR = 365 * 24 * 3600
_OWNER = "_owner"


def owner() -> str:
    """A name that nobody else has; the same one after a refresh."""
    if getattr(st.user, "is_logged_in", False) is True:
        return f"account {st.user.get('sub') or st.user.get('email')}"
    secret = st.context.cookies.get(COOKIE)
    return secret if secret and isinstance(secret, str) else str(st.session_state.setdefault(_OWNER, uuid4().hex))


def signed_in() -> bool:
    """Whether pages may be drawn: always where no signing in is set up; else a button to sign in stands in their place."""
    if getattr(st.user, "is_logged_in", True):
        return True
    st.title(t("Shelfcast"), anchor=False)
    st.write(t("Sign in to go on with your work."))
    st.button(t("Sign in"), key="sign-in", type="primary", icon=":material/login:", on_click=st.login)
    return False


def sign_out() -> None:
    """The button that ends the visit of who has signed in."""
    if getattr(st.user, "is_logged_in", False) is True:
        st.button(t("Sign out"), key="sign-out", type="tertiary", icon=":material/logout:", on_click=st.logout)


class RememberBrowser:
    """ASGI middleware that gives a browser its secret with the first answer; scripts on a page cannot read it."""

    def __init__(self, app: ASGIApp, **_options: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _has_secret(scope):
            await self.app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Set-Cookie", _cookie(secure=_is_https(scope)))
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def _has_secret(scope: Scope) -> bool:
    try:
        return COOKIE in SimpleCookie(Headers(scope=scope).get("cookie", ""))
    except CookieError:
        return False


def _is_https(scope: Scope) -> bool:
    return "https" in (scope.get("scheme"), Headers(scope=scope).get("x-forwarded-proto"))


def _cookie(*, secure: bool) -> str:
    parts = f"{COOKIE}={secrets.token_urlsafe(24)}; Path=/; Max-Age={_YEAR}; HttpOnly; SameSite=Lax"
    return f"{parts}; Secure" if secure else parts
