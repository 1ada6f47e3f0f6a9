"""The user guide: it builds without a warning, asks nothing of other machines, and leaves no page or command out."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import pytest
import typer
from starlette.applications import Starlette
from starlette.middleware import Middleware

from forecasting.cli import app as command_line
from forecasting.models import MODELS
from scripts import guide as building
from ui import guide, headers

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "object": "data", "video": "src"}
OUTSIDE = re.compile(r"^\s*(?:[a-z]+:)?//", re.IGNORECASE)
COMMANDS = typer.main.get_command(command_line).commands  # type: ignore[attr-defined]


class Loads(HTMLParser):
    """What a browser fetches by itself for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "link" and found.get("rel") in ("canonical", "prev", "next", "alternate"):
            return
        self.addresses.append(found.get(LOADED.get(tag, "")) or "")


def fetched(page: str) -> list[str]:
    parser = Loads()
    parser.feed(page)
    return [address for address in parser.addresses if OUTSIDE.match(address)]


def answer(server: Starlette, path: str) -> tuple[int, dict[str, str]]:
    """Status and headers of what the server answers."""
    sent: list[dict] = []

    async def ask() -> None:
        async def receive() -> dict:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict) -> None:
            sent.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"", "headers": [],
            "server": ("127.0.0.1", 80),
        }  # fmt: skip
        await server(scope, receive, send)

    with ThreadPoolExecutor(1) as thread:  # a browser test of the same run may have left a loop in this one
        thread.submit(lambda: asyncio.run(ask())).result()
    return sent[0]["status"], {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("guide")
    assert building.build(folder) == 0, "the guide does not build strictly"
    return folder


def test_what_counts_as_an_outside_request():
    page = '<link rel="canonical" href="https://a"><a href="https://b"><script src="//c/x.js"></script><img src="d.png">'
    assert fetched(page) == ["//c/x.js"]


@pytest.mark.slow
def test_no_page_of_the_guide_asks_another_machine_for_anything(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 15
    assert {page.relative_to(site): found for page in pages if (found := fetched(page.read_text(encoding="utf-8")))} == {}
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert styles
    assert not any(re.search(r"(@import|url\()\s*[\"']?(https?:)?//", style) for style in styles)


@pytest.mark.slow
def test_the_app_serves_the_guide_under_a_policy_without_unsafe_scripts(site):
    server = Starlette(routes=guide.routes(site), middleware=[Middleware(headers.SecurityHeaders)])
    status, found = answer(server, "/guide/model/")
    assert status == 200
    policy = dict(rule.split(" ", 1) for rule in found["content-security-policy"].split("; "))
    assert "unsafe" not in policy["script-src"]
    assert policy["script-src"].count("'sha256-") >= 1
    assert policy["default-src"] == "'self'"
    assert found["x-frame-options"] == "DENY"
    assert found["x-content-type-options"] == "nosniff"
    assert answer(server, "/guide/../app.py")[0] == 404


def test_without_a_built_guide_the_app_has_no_such_place(tmp_path):
    assert guide.routes(tmp_path) == []


def test_every_page_of_the_app_has_a_page_in_the_guide():
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    steps = {path.stem for path in (ROOT / "pages").glob("*.py")}
    assert len(steps) >= 8
    assert {step for step in steps if not (DOCS / f"{step}.md").is_file() or f" {step}.md" not in menu} == set()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_is_in_the_guide(name):
    text = (DOCS / "command-line.md").read_text(encoding="utf-8")
    assert f"shelfcast {name}" in text
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts if option.startswith("--")}
    assert {option for option in options - {"--help"} if option not in text} == set()


def test_every_model_is_in_the_guide():
    command = (DOCS / "command-line.md").read_text(encoding="utf-8")
    model = (DOCS / "model.md").read_text(encoding="utf-8").lower()
    assert {name for name in MODELS if f"`{name}`" not in command} == set()
    known_as = {"boosting": "boosting", "rnn": "simple rnn", "cnn": "dilated cnn"}
    missing = {name for name, family in MODELS.items() if known_as.get(name, family.title.lower()) not in model}
    assert missing == set()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="the examples are written for a shell")
def test_the_examples_of_the_command_line_run_as_they_stand(tmp_path):
    blocks = re.findall(r"^```sh\n(.*?)^```", (DOCS / "command-line.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 5
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data", target_is_directory=True)
    script = f'set -eu\nshelfcast() {{ "{sys.executable}" -m forecasting "$@"; }}\n' + "\n".join(blocks)
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}, capture_output=True,
        text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]

    def header(name: str) -> str:
        return (tmp_path / name).read_text(encoding="utf-8").splitlines()[0]

    assert header("panel.csv").startswith("unique_id,ds,y")
    assert header("rejects.csv") == "file,sheet,row,column,value,reason"
    assert header("forecast.csv") == "sku,name,date,horizon,origin,model,mean,p10,p50,p90,lo-95,hi-95,baseline,flags"
    assert header("scores.csv") == "sku,cutoff,model,metric,value"
    assert header("forecasts.csv") == "sku,cutoff,date,model,actual,mean,p10,p50,p90"
    assert len((tmp_path / "planned.csv").read_text(encoding="utf-8").splitlines()) == 1 + 300 * 7
    assert (tmp_path / "table.csv").stat().st_size > 1_000_000
    assert '"rows_set_aside"' in (tmp_path / "report.json").read_text(encoding="utf-8")
