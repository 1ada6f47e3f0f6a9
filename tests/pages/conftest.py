"""Every page is opened through the router, as in the app."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROUTER = Path(__file__).parents[2] / "ui" / "router.py"


@pytest.fixture
def opened() -> Callable[..., AppTest]:
    """`opened("sku", demo="grocery")` runs a page, with these parameters in the URL and the parts of these keys unfolded."""

    def run(page: str, *, unfold: tuple[str, ...] = (), **parameters: str) -> AppTest:
        app = AppTest.from_file(str(ROUTER), default_timeout=120)
        for key in unfold:
            app.session_state[f"folded-{key}"] = True
        for key, value in parameters.items():
            app.query_params[key] = value
        app.run()
        if page != "data":
            app.switch_page(f"../pages/{page}.py").run()
        assert not app.exception
        return app

    return run
