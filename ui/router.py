"""Draws the frame around every page: the window's title, the steps in the sidebar, the data in use, and the page itself."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from ui import calculations, guide, identity, language, running, saved, saving, theme
from ui.demo import open_from_url
from ui.ending import PageEnd
from ui.language import t
from ui.workspace import current

_PAGES = Path(__file__).parent.parent / "pages"


@dataclass(frozen=True)
class Step:
    """One step of the work, and the page on which it is done."""

    name: str
    title: str
    icon: str


STEPS = (
    Step("data", "Data", "upload_file"),
    Step("portfolio", "Portfolio", "inventory_2"),
    Step("sku", "SKU", "sell"),
    Step("calendar", "Calendar", "event"),
    Step("diagnose", "Diagnose", "monitoring"),
    Step("model", "Model", "tune"),
    Step("compare", "Compare", "leaderboard"),
    Step("forecast", "Forecast", "trending_up"),
)


def _page(step: Step) -> st.Page:
    return st.Page(
        _PAGES / f"{step.name}.py",
        title=t(step.title),
        icon=f":material/{step.icon}:",
        url_path=step.name,
        default=step.name == "data",
    )


def _main() -> None:
    theme.frame()
    language.begin()
    theme.speak()
    if not identity.signed_in():
        return
    workspace = current()
    saving.open_from_url(workspace)
    workspace.read_url()
    open_from_url(workspace)
    page = st.navigation([_page(step) for step in STEPS if (_PAGES / f"{step.name}.py").exists()])
    calculations.go_to_shown()
    aside = st.sidebar.container(gap="small")
    workspace.write_url()
    try:
        page.run()
    except PageEnd:
        pass
    finally:
        saving.autosave(workspace)
    with aside:  # after the page, so that it shows what the page has just changed
        theme.data_in_use(workspace)
        running.stop_dropped(workspace)
        calculations.at_work(page.url_path or STEPS[0].name)
        saved.state(workspace)
        guide.link(page.url_path or STEPS[0].name)
        identity.sign_out()
        language.switch()


_main()
