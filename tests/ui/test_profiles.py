"""Profiles last longer than a session, and are seen by their owner only."""

from __future__ import annotations

import streamlit as st

from forecasting.ingest import ColumnRole, Mapping
from forecasting.workflow import Profile, Profiles
from ui import identity, profiles
from ui.keeping import keeper

ONE = Profiles((Profile("Till", Mapping((ColumnRole("Tag", "date"), ColumnRole("Menge", "units")), chosen=("Berlin",))),))


def session(monkeypatch, owner: str) -> None:
    monkeypatch.setattr(identity, "owner", lambda: owner)
    monkeypatch.setattr(st, "session_state", {})


def test_profiles_are_there_in_the_next_session_of_their_owner_only(monkeypatch):
    session(monkeypatch, "ada")
    assert profiles.kept() == Profiles()
    profiles.keep(ONE)
    keeper().wait()
    session(monkeypatch, "ada")
    assert profiles.kept() == ONE
    profiles.keep(Profiles())
    keeper().wait()
    session(monkeypatch, "bob")
    assert profiles.kept() == Profiles()
    session(monkeypatch, "ada")
    assert profiles.kept() == Profiles()
