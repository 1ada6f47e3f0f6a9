"""What the server itself answers: its headers, and that it stays small with the sample store loaded."""

from __future__ import annotations

import socket
import urllib.request
from pathlib import Path

import pytest

from tests.browser.conftest import serving


def test_every_answer_carries_the_security_headers(server):
    for path in ("/", "/healthz", "/_stcore/health"):
        with urllib.request.urlopen(server + path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy
            assert "http" not in policy
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(("origin", "status"), [("https://elsewhere.example", "403"), (None, "101")])
def test_a_page_of_another_site_gets_no_websocket(server, origin, status):
    host = server.removeprefix("http://")
    lines = [
        "GET /_stcore/stream HTTP/1.1", f"Host: {host}", "Connection: Upgrade", "Upgrade: websocket",
        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", f"Origin: {origin or server}", "", "",
    ]  # fmt: skip
    address, port = host.split(":")
    with socket.create_connection((address, int(port)), timeout=20) as connection:
        connection.sendall("\r\n".join(lines).encode())
        assert connection.recv(64).decode("latin-1").split()[1] == status


def test_the_first_page_answers_to_its_name(server, tab):
    assert tab(server).open("/data?demo=grocery").title() == "Your sales"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_the_server_stays_below_300_mb_with_the_gift_shop_loaded(tab):
    with serving() as (address, process):
        screen = tab(address).open("/?demo=retail")
        for step in ("Portfolio", "SKU", "Diagnose", "Model", "Compare", "Forecast", "Data"):
            screen.follow(step)
        screen.page.wait_for_timeout(4_000)  # what the pages left behind is collected two seconds after the last run
        lines = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines()
    resident = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
    assert resident < 300
