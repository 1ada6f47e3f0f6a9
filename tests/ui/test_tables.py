"""Tables that can be edited: our own words are read in the language of the session, and come back in English."""

from __future__ import annotations

import pandas as pd
import pytest
import streamlit as st

from ui import language, tables

FRAME = pd.DataFrame({"name": ["Mother's Day", "Our fair", "618"], "phase": ["", "run-up", None], "n": [1, 2, 3]})


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[pd.DataFrame]:
    """What the editor was given; it gives back the first row renamed."""
    frames: list[pd.DataFrame] = []

    def editor(frame: pd.DataFrame, **_options: object) -> pd.DataFrame:
        frames.append(frame)
        edited = frame.copy()
        edited.loc[1, "name"] = "Our summer fair"
        return edited

    monkeypatch.setattr(st, "data_editor", editor)
    return frames


def test_words_of_ours_are_read_in_chinese_and_come_back_in_english(
    shown: list[pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language, "current", lambda: "zh_CN")
    monkeypatch.setattr(tables, "current", lambda: "zh_CN")
    back = tables.edit(FRAME, said=("name", "phase"))
    assert shown[0]["name"].tolist() == ["母亲节", "Our fair", "618"]
    assert shown[0]["phase"].tolist()[0] == ""
    assert back["name"].tolist() == ["Mother's Day", "Our summer fair", "618"]
    assert back["phase"].tolist()[:2] == ["", "run-up"]
    assert back["n"].tolist() == [1, 2, 3]


def test_in_english_nothing_changes(shown: list[pd.DataFrame], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "current", lambda: language.ENGLISH)
    monkeypatch.setattr(tables, "current", lambda: language.ENGLISH)
    tables.edit(FRAME, said=("name", "phase"))
    pd.testing.assert_frame_equal(shown[0], FRAME)
