"""Saves a workspace after every step, and opens it again from the secret in its link: after a refresh, or after a restart."""

from dataclasses import dataclass, field

import streamlit as st

from forecasting.core.errors import ShelfcastError
from forecasting.core.model import Model
from forecasting.core.panel import Panel
from forecasting.publishing import Log
from forecasting.workflow import Clean, Imported
from forecasting.workflow.calendars import Calendar
from ui import identity, running
from ui.keeping import keeper, store
from ui.language import t
from ui.running import Slot
from ui.uploads import Source
from ui.workspace import Workspace

PARAMETER = "w"
_DATA, _CHOICES, _OVERRIDES, _NETWORK = "data", "choices", "overrides", "network"
_SLOT, _JOB, _KEPT, _PUBLISHED = "result:", "job:", "kept:", "published:"
_PASSING = ("import", "read-final", "read-events")  # what becomes data as soon as it is done


@dataclass(frozen=True, eq=False)
class Data:
    """The sales in use, and where they came from."""

    title: str
    names: tuple[str, ...]
    sample: str | None
    panel: Panel
    imported: Imported | None
    cleaned: Clean | None


@dataclass(frozen=True)
class Choices:
    """What is selected and how the models are set."""

    country: str | None
    sku: str | None
    model: str
    horizon: int
    specs: dict[str, Model] = field(default_factory=dict)
    calendar: Calendar | None = None


@dataclass(frozen=True, eq=False)
class Result:
    """What a job found, and what it was asked for."""

    result: object
    settings: object
    seconds: float


@dataclass(frozen=True, eq=False)
class Unfinished:
    """A job that was at work: it is started again when the workspace is opened without its server."""

    title: str
    request: object
    asked: object


def open_from_url(workspace: Workspace) -> None:
    """Open the workspace whose secret stands in the URL, in a session that has no data yet."""
    token = st.query_params.get(PARAMETER, "")
    if not token or workspace.panel is not None:
        return
    try:
        if store().entry(token) is None:
            workspace.lost = True
        else:
            _restore(workspace, token)
    except ShelfcastError as error:
        st.error(t(str(error)), icon=":material/error:")


def open_saved(workspace: Workspace, token: str) -> None:
    """Change over to another saved workspace. Raises ShelfcastError when it cannot be read."""
    keeper().wait(workspace.token)
    workspace.clear()
    _restore(workspace, token)
    workspace.write_url()


def autosave(workspace: Workspace) -> None:
    """Have everything written that has changed since the last time; pages do not wait for it."""
    if workspace.panel is None or (workspace.token is None and not _worth_keeping(workspace)):
        return
    try:
        if workspace.token is None:
            workspace.token = store().create(identity.owner(), workspace.name)
            workspace.write_url()
    except ShelfcastError as error:
        workspace.unsaved = str(error)
        return
    _write(workspace, workspace.token)


def _worth_keeping(workspace: Workspace) -> bool:
    """A sample that was only looked at opens again by its own link."""
    done = any(isinstance(value, Slot) and (value.job or value.result is not None) for value in workspace.results.values())
    changed = workspace.cleaned is not None or workspace.calendar is not None or bool(workspace.specs)
    return workspace.sample is None or changed or done


def _write(workspace: Workspace, token: str) -> None:
    now = _parts(workspace)
    for name, value in now.items():
        if not _same(value, workspace.written.get(name)):
            keeper().keep(token, name, value)
    for name in workspace.written.keys() - now.keys():
        keeper().drop(token, name)
    workspace.written = now


def _parts(workspace: Workspace) -> dict[str, object]:
    source, panel = workspace.source, workspace.panel
    if source is None or panel is None:
        return {}
    parts: dict[str, object] = {
        _DATA: Data(source.title, source.names, source.sample, panel, workspace.imported, workspace.cleaned),
        _CHOICES: Choices(
            workspace.country, workspace.sku, workspace.model, workspace.horizon, dict(workspace.specs), workspace.calendar
        ),
    }
    if len(workspace.overrides):
        parts[_OVERRIDES] = workspace.overrides
    if workspace.network is not None:
        parts[_NETWORK] = workspace.network
    parts |= {f"{_PUBLISHED}{number:04}": one for number, one in enumerate(workspace.archive, 1)}
    for name, here in workspace.results.items():
        if name in _PASSING:
            continue
        if not isinstance(here, Slot):
            parts[_KEPT + name] = here
            continue
        if here.result is not None:
            parts[_SLOT + name] = Result(here.result, here.settings, here.seconds)
        if here.job is not None:
            parts[_JOB + name] = Unfinished(here.title, here.request, here.asked)
    return parts


def _same(now: object, before: object) -> bool:
    """Whether there is nothing new: large values are compared by what they consist of, not by content."""
    if isinstance(now, Choices):
        return now == before
    if isinstance(now, Data | Result | Unfinished):
        return type(now) is type(before) and all(value is vars(before)[name] for name, value in vars(now).items())
    return now is before


def _restore(workspace: Workspace, token: str) -> None:
    data, choices = store().load(token, _DATA), store().load(token, _CHOICES)
    if not isinstance(data, Data):
        raise ShelfcastError("This saved work holds no sales; upload the file again.")
    workspace.set_panel(data.panel, data.imported, Source.of_saved(data.title, data.names, data.sample))
    workspace.cleaned, workspace.token = data.cleaned, token
    if isinstance(choices, Choices):
        workspace.country, workspace.specs, workspace.calendar = choices.country, dict(choices.specs), choices.calendar
        workspace.select(sku=choices.sku, model=choices.model, horizon=choices.horizon)
    names = store().names(token)
    workspace.overrides = store().load(token, _OVERRIDES) if _OVERRIDES in names else Log()
    workspace.network = store().load(token, _NETWORK) if _NETWORK in names else None
    workspace.archive = tuple(store().load(token, name) for name in names if name.startswith(_PUBLISHED))
    for name in names:
        if name.startswith((_SLOT, _JOB, _KEPT)):
            _take_up(workspace, token, name)
    workspace.written = _parts(workspace)


def _take_up(workspace: Workspace, token: str, name: str) -> None:
    """One part of the saved work; what this version cannot read any more is left out and says so."""
    kind, _, slot = name.partition(":")
    here = workspace.results.setdefault(slot, Slot())
    try:
        saved = store().load(token, name)
    except ShelfcastError as error:
        saved = None
        if isinstance(here, Slot):
            here.error = str(error)
    if isinstance(here, Slot) and isinstance(saved, Result):
        here.result, here.settings, here.seconds = saved.result, saved.settings, saved.seconds
    elif isinstance(here, Slot) and isinstance(saved, Unfinished):
        # If it is still at work, or done, this finds it; after a restart of the server it begins anew.
        running.submit(slot, here, saved.request, saved.title, saved.asked)
    elif kind == _KEPT[:-1] and saved is not None:
        workspace.results[slot] = saved
