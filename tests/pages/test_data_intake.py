"""The Data page after an upload: what was found, what is asked, how it is read again, and the profiles that remember it."""

from __future__ import annotations

import io
import time

import pytest
from streamlit.testing.v1 import AppTest

from forecasting.workflow import ImportFiles, Profile, Profiles, run
from ui.uploads import Source

ROWS = [
    f"{day:02d}.{month:02d}.2024;00{sku};{shop};{sku + day % 5}"
    for month in range(1, 13) for day in range(13, 29) for sku in (7, 8) for shop in ("Berlin", "Köln")
]  # fmt: skip
TILL = "\n".join(["Till report;;;", "Datum;Artikel;Filiale;Menge", *ROWS, "31.13.2024;007;Berlin;2", "01.12.2024;008;Köln;-3"])
EITHER = "\n".join(["date,sku,units", *(f"{d:02d}/{m:02d}/2024,A,{d}" for m in range(1, 13) for d in range(1, 13))])
NONE = Profiles()


class File(io.BytesIO):
    def __init__(self, name: str, text: str) -> None:
        super().__init__(text.encode())
        self.name = name
        self.file_id = name


@pytest.fixture
def uploaded(opened):
    """`uploaded("till.csv", TEXT)` is the page after this upload."""

    def upload(name: str, text: str, profiles: Profiles = NONE) -> AppTest:
        app = opened("data")
        source = Source.of_files([File(name, text)])
        done = run(ImportFiles(str(source.folder), source.names, profiles=profiles))
        app.session_state["_profiles"] = profiles
        app.session_state["_workspace"].set_panel(done.panel, done, source)
        return show(app)

    return upload


def show(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return "\n".join(str(part.value) for part in (*app.markdown, *app.subheader, *app.caption, *app.get("html")))


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def read_again(app: AppTest, before: object, seconds: float = 120) -> object:
    """Wait for the new import, as the browser does."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        imported = app.session_state["_workspace"].imported
        if imported is not before:
            return imported
        time.sleep(0.3)
        show(app)
    raise AssertionError("the file was never read again")


def test_the_numbers_the_returns_and_the_rows_set_aside_are_told(uploaded):
    app = uploaded("till.csv", TILL)
    told = "".join(part.proto.body for part in app.get("html"))
    assert "770 rows in = 769 used + 1 set aside." in told
    assert "kept apart: 3 that came back" in told
    assert [metric.label for metric in app.metric] == ["SKUs", "Dates", "Worth a look"]
    reasons = next(frame.value for frame in app.dataframe if "Reason" in frame.value.columns)
    assert reasons[["Rows", "First on line", "Found there"]].values.tolist() == [[1, 771, "31.13.2024"]]


def test_the_file_is_shown_with_what_was_recognised(uploaded):
    app = uploaded("till.csv", TILL.replace("Köln", "<b>Köln</b>"))
    body = next(part.proto.body for part in app.get("html") if "house-found" in part.proto.body)
    for words in (
        "above the table",
        "header",
        "set aside: not a date",
        "Units sold",
        "Channel or store",
        'class="fault">31.13.2024',
    ):
        assert words in body
    assert "&lt;b&gt;Köln" in body
    assert "<b>" not in body


def test_every_answer_to_a_question_is_a_button(uploaded):
    app = uploaded("either.csv", EITHER)
    assert {"Day first (31/12)", "Month first (12/31)"} <= set(labels(app))


@pytest.mark.slow
def test_an_answer_reads_the_file_again_and_is_remembered(uploaded):
    app = uploaded("either.csv", EITHER)
    before = app.session_state["_workspace"].imported
    app.button(key="answer-date_order-MDY").click()
    show(app)
    after = read_again(app, before)
    show(app)
    assert after.mapping.date_order == "MDY"
    assert "Month first (12/31)" not in labels(app)
    assert [profile.name for profile in app.session_state["_profiles"].all] == ["either"]


@pytest.mark.slow
def test_stores_can_be_chosen_and_kept_apart(uploaded):
    app = uploaded("till.csv", TILL)
    before, key = app.session_state["_workspace"].imported, app.session_state["_workspace"].panel.digest[:12]
    assert not any("not yet run" in part.value for part in app.markdown)
    app.multiselect(key=f"stores-{key}").select("Köln")
    app.selectbox(key=f"channels-{key}").select("split")
    show(app)
    assert any("not yet run" in part.value for part in app.markdown)
    app.button(key=f"reread-{key}").click()
    show(app)
    after = read_again(app, before)
    assert after.panel.ids == ("007 | Köln", "008 | Köln")
    assert after.report.rows_read == after.report.rows_used + after.report.rows_set_aside == 770
    assert after.channels == ("Berlin", "Köln")


@pytest.mark.slow
def test_a_profile_is_recognised_and_can_be_undone(uploaded):
    mapping = run_mapping(TILL).with_role("Filiale", "category")
    app = uploaded("till-2.csv", TILL, Profiles((Profile("Till Berlin", mapping),)))
    assert app.session_state["_workspace"].imported.profile == "Till Berlin"
    assert "category" in app.session_state["_workspace"].panel.static
    assert any("Read with your profile **Till Berlin**" in part.value for part in app.markdown)
    before = app.session_state["_workspace"].imported
    app.button(key="without-profile").click()
    show(app)
    assert read_again(app, before).profile == ""


def run_mapping(text: str):
    source = Source.of_files([File("till.csv", text)])
    return run(ImportFiles(str(source.folder), source.names)).mapping


def test_profiles_are_renamed_and_deleted(opened):
    mapping = run_mapping(TILL)
    app = opened("data")
    app.session_state["_profiles"] = Profiles((Profile("Till", mapping), Profile("Shop", mapping)))
    show(app)
    app.text_input(key="profile-name-0-Till").set_value("Shop").run()
    app.button(key="profile-rename-0").click()
    show(app)
    assert any("already" in toast.value for toast in app.toast)
    app.text_input(key="profile-name-0-Till").set_value("Till 2").run()
    app.button(key="profile-rename-0").click()
    show(app)
    assert [profile.name for profile in app.session_state["_profiles"].all] == ["Till 2", "Shop"]
    app.button(key="profile-delete-1").click()
    show(app)
    assert [profile.name for profile in app.session_state["_profiles"].all] == ["Till 2"]
