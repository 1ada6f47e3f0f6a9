"""Opens Shelfcast in a browser: `python app.py`. Everything on screen is drawn by `ui/router.py`."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route

from ui import guide
from ui.errors import show
from ui.headers import OwnPagesOnly, SecurityHeaders
from ui.identity import RememberBrowser
from ui.memory import stay_small
from ui.warming import warm

stay_small()


async def healthy(_request: Request) -> PlainTextResponse:
    """Answers when the server is up: for launchers, containers and load balancers."""
    return PlainTextResponse("ok")


async def first_page(request: Request) -> RedirectResponse:
    """The first page lives at the root; its name leads there too."""
    return RedirectResponse(f"/?{request.url.query}" if request.url.query else "/")


app = st.App(
    Path(__file__).parent / "ui" / "router.py",
    lifespan=warm,
    routes=[Route("/healthz", healthy), Route("/data", first_page), *guide.routes()],
    middleware=[Middleware(OwnPagesOnly), Middleware(SecurityHeaders), Middleware(RememberBrowser)],
    on_script_error=show,
)

if __name__ == "__main__":
    app.run(config={})
