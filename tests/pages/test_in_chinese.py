"""Every page in Simplified Chinese, empty and with data: nothing is left in English but names."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

PAGES = ("data", "portfolio", "sku", "calendar", "diagnose", "model", "compare", "forecast")
NOT_READ = {
    "id", "form_id", "key", "element_id", "icon", "data", "url", "styler", "config", "color", "type", "kind", "columns",
    "column_order", "page_script_hash", "query_param_key", "spec", "theme", "fragment_id", "json", "page_name", "url_pathname",
}  # fmt: skip
NAMES = re.compile(
    r"<style.*?</style>|<[^>]*>|%\{[^}]*\}|:material/\w+:|·.*|\(own brand\)"
    r"|\b(?:year, price|name|start|end|phase|repeats|country|platform|damped|piecewise|ridge|lasso|fast|balanced|best)\b",
    re.DOTALL,
)
WORDS = re.compile(r"[a-z]{2,} [a-z]{2,}|^[A-Z]?[a-z]{4,}$")
PROPER = {
    "English",
    "Theta",
    "Croston",
    "ridge",
    "lasso",
    "poisson",
    "tweedie",
    "Shelfcast",
    "streamlit",
    "Language · 语言",
}


def _read(message: Message) -> Iterator[str]:
    """All texts of an element that are read, those of a chart too."""
    for field, value in message.ListFields():
        if field.name == "spec":
            yield from _of_figure(json.loads(value))
        if field.name in NOT_READ:
            continue
        for one in value if isinstance(value, Iterator | list) or type(value).__name__.startswith("Repeated") else [value]:
            if isinstance(one, str):
                yield one
            elif isinstance(one, Message):
                yield from _read(one)


def _of_figure(part: Any, name: str = "") -> Iterator[str]:
    if isinstance(part, dict):
        for key, inner in part.items():
            yield from _of_figure(inner, key)
    elif isinstance(part, list):
        for inner in part[:100]:
            yield from _of_figure(inner, name)
    elif isinstance(part, str) and name in ("text", "name", "hovertemplate", "ticktext"):
        yield part


def _texts(app: AppTest) -> Iterator[str]:
    def walk(node: Any) -> Iterator[str]:
        for child in getattr(node, "children", {}).values():
            yield from walk(child)
        if isinstance(getattr(node, "proto", None), Message):
            yield from _read(node.proto)

    yield from walk(app._tree)


def english(app: AppTest) -> set[str]:
    """What is left in English; the names of products and what a user types are allowed to."""
    return {text for text in _texts(app) if text not in PROPER and WORDS.search(NAMES.sub("", text).strip())}


def _all_pages(app: AppTest) -> Iterator[tuple[str, AppTest]]:
    """Every page by its name, one after the other in one session, as a user walks through them."""
    for page in PAGES:
        if page != "data":
            app.switch_page(f"../pages/{page}.py").run()
        assert not app.exception
        yield page, app


def test_nothing_is_left_in_english_without_data(opened: Callable[..., AppTest]) -> None:
    for page, app in _all_pages(opened("data", lang="zh_CN")):
        assert not english(app), page
        assert "".join(_texts(app)).count("数据") > 0, page


def test_nothing_is_left_in_english_with_data(opened: Callable[..., AppTest]) -> None:
    for page, app in _all_pages(opened("data", lang="zh_CN", demo="grocery")):
        assert not english(app), page
        assert "杂货店" in "".join(_texts(app)), page


def test_the_language_is_switched_in_the_sidebar_and_stands_in_the_link(opened: Callable[..., AppTest]) -> None:
    app = opened("sku", demo="grocery")
    assert [title.value for title in app.title] == ["SKU"]
    app.segmented_control(key="language").set_value("zh_CN").run()
    assert app.query_params["lang"] == "zh_CN"
    assert "销量走势" in [part.value for part in app.subheader]


def test_a_file_keeps_the_name_that_its_owner_gave_it(opened: Callable[..., AppTest]) -> None:
    app = opened("data", lang="zh_CN", demo="grocery")
    workspace = app.session_state["_workspace"]
    workspace.source = replace(workspace.source, title="daily", sample=None)
    app.run()
    assert "**daily**" in [part.value for part in app.sidebar.markdown]
    assert "总销量 · daily" in [part.value for part in app.subheader]
