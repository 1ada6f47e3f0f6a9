"""Work outlives a refresh and a killed server; a browser sees its own work only."""

from __future__ import annotations

import signal

from tests.browser.conftest import serving


def fit_a_model(screen) -> None:
    """Fit a model on a sample store, which is worth saving."""
    screen.open("/?demo=grocery")
    screen.follow("Model")
    screen.page.get_by_role("button", name="Fit ").click()
    screen.settle()
    screen.page.wait_for_url("**w=**", timeout=60_000)


def test_a_refresh_shows_the_same_result(tab, server):
    screen = tab(server)
    fit_a_model(screen)
    before = screen.page.locator(".house-reading").first.inner_text()
    screen.page.wait_for_timeout(1500)
    screen.page.reload()
    screen.settle()
    assert screen.page.locator(".house-reading").first.inner_text() == before


def test_the_work_is_there_after_the_server_was_killed(tab, tmp_path, monkeypatch):
    monkeypatch.setenv("SHELFCAST_DATABASE", f"sqlite:///{tmp_path / 'saved.db'}")
    with serving() as (address, server):
        screen = tab(address)
        fit_a_model(screen)
        before = screen.page.locator(".house-reading").first.inner_text()
        screen.page.wait_for_timeout(1500)
        link = screen.page.url
        server.send_signal(signal.SIGKILL)
        server.wait(timeout=20)
    with serving(int(address.rsplit(":", 1)[1])):
        screen.page.goto(link)
        screen.settle()
        assert screen.page.locator(".house-reading").first.inner_text() == before


def test_another_browser_sees_the_work_by_its_link_only(tab, server):
    hers, his = tab(server), tab(server)
    fit_a_model(hers)
    his.open("/")
    assert "Go on where you left off" not in his.text()
    hers.open("/")
    assert "Go on where you left off" in hers.text()
    cookie = next(cookie for cookie in hers.page.context.cookies() if cookie["name"] == "shelfcast")
    assert cookie["httpOnly"]
    assert cookie["value"] not in {other["value"] for other in his.page.context.cookies()}


def test_renamed_and_deleted_in_the_dialog(tab, server):
    screen = tab(server)
    fit_a_model(screen)
    screen.page.get_by_role("button", name="Saved work").click()
    dialog = screen.page.get_by_role("dialog")
    dialog.get_by_label("This work is called").fill("Summer order")
    dialog.get_by_role("button", name="Rename").click()
    screen.page.wait_for_timeout(1500)
    screen.open("/")
    assert "Summer order" in screen.text()
    screen.page.get_by_role("button", name="Saved work").click()
    screen.page.get_by_role("dialog").locator("[class*=st-key-delete-saved] button").first.click()
    screen.page.wait_for_timeout(1500)
    screen.open("/")
    assert "Summer order" not in screen.text()
