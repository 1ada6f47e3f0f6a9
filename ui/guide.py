"""The user guide, served by the app itself at /guide/ where `python scripts/guide.py` has built it."""

import base64
import hashlib
import re
from pathlib import Path

import streamlit as st
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from ui.headers import POLICY, policy
from ui.language import t

SITE = Path(__file__).parent.parent / "site"
_INLINE = re.compile(rb"<script(?![^>]*\bsrc=)([^>]*)>(.*?)</script>", re.DOTALL)


class Guide(StaticFiles):
    """The built pages; of the scripts inside them only those that were built may run, told by their SHA-256."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)
        scripts = " ".join(sorted({digest for page in folder.rglob("*.html") for digest in _digests(page.read_bytes())}))
        self.policy = policy(POLICY | {"script-src": f"'self' {scripts}".strip(), "worker-src": "'self'"})

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["Content-Security-Policy"] = self.policy
        return answer


def _digests(page: bytes) -> list[str]:
    """The scripts inside a page as a policy names them; data that a script reads is none.

    >>> _digests(b'<script src="a.js"></script><script type="application/json">{}</script><script>go()</script>')
    ["'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw='"]
    """
    return [
        f"'sha256-{base64.b64encode(hashlib.sha256(body).digest()).decode()}'"
        for attributes, body in _INLINE.findall(page)
        if b"application/json" not in attributes
    ]


def routes(folder: Path = SITE) -> list[BaseRoute]:
    """The guide's place on the server; nothing where it has not been built."""
    return [Mount("/guide", Guide(folder))] if (folder / "index.html").is_file() else []


def link(step: str) -> None:
    """Leads to what the guide says about a step of the work, where there is a guide."""
    if (SITE / step / "index.html").is_file():
        st.link_button(t("Guide"), f"guide/{step}/", icon=":material/menu_book:", type="tertiary", key="guide")
