"""Where signing in is set up, no page is drawn before it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import ROUTER
from ui import identity


class User:
    """What Streamlit tells of the one at the browser; `is_logged_in` is there only where signing in is set up."""

    def __init__(self, known: dict[str, object]) -> None:
        self._known = known

    def __getattr__(self, name: str) -> object:
        if name in self._known:
            return self._known[name]
        raise AttributeError(name)


def test_nothing_is_drawn_before_signing_in(monkeypatch):
    monkeypatch.setattr(identity.st, "user", User({"is_logged_in": False}))
    app = AppTest.from_file(str(ROUTER), default_timeout=60)
    app.query_params["demo"] = "grocery"
    app.run()
    assert not app.exception
    assert [button.label for button in app.button] == ["Sign in"]
    assert [title.value for title in app.title] == ["Shelfcast"]


def test_without_a_provider_nobody_is_asked(opened):
    labels = {button.label for button in opened("data").button}
    assert "Sign in" not in labels
    assert "Sign out" not in labels


@pytest.mark.parametrize(("user", "expected"), [({}, True), ({"is_logged_in": True}, True), ({"is_logged_in": False}, False)])
def test_who_has_to_sign_in(monkeypatch, user, expected):
    monkeypatch.setattr(identity.st, "user", User(user))
    assert identity.signed_in() is expected
