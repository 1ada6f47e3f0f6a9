"""The Data page's cleaning: rules that are switched in a form, what they did, before and after, and the way back."""

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from forecasting.cleaning.clean import THEN
from forecasting.core.frequency import grain
from forecasting.core.panel import Panel
from forecasting.plots import cleaning as plots
from forecasting.workflow import Clean, Cleaned, Cleaning, beside, calendars, protected_festivals
from forecasting.workflow.calendars import Entry
from ui import cached, parts, running, tables, words
from ui.forms import NOT_RUN
from ui.language import t, teller, told_from
from ui.theme import palette
from ui.workspace import current

JOB = "cleaning"
_UNDONE = "_undone"
_SHOWN = 200
_DAYS = 30
_FILLS = {
    "weekday_mean": "Mean of the same weekday, over the last 8 weeks",
    "linear": "Straight line between the neighbours",
    "seasonal": "Level around the gap and its place in the season",
    "zero": "Nothing was sold: 0",
    "none": "Leave them missing",
}
_ACTIONS = {
    "none": "Leave them alone",
    "flag": "Only mark them",
    "cap": "Pull them to the edge of the usual",
    "fill": "Replace them as if they were missing",
}
_TESTS = {
    "robust_z": "Robust z: far from the median (the safest)",
    "box": "Box plot: 1.5 times the middle half away from it",
    "z": "z: 3 standard deviations from the mean",
}
_STOCKOUTS = {
    "mask": "Treat days without stock as unknown, not as 0",
    "suggest": "Only mark them",
    "none": "Leave them alone",
}
_NO_STOCK = "Mark what looks like it (there is no stock column)"
_NAMES = {"weekday_mean": "mean of the same weekday", "robust_z": "robust z", "box": "box plot"}


def section(raw: Panel) -> None:
    """Everything about cleaning, behind one click; closed until something was asked for."""
    here = running.slot(JOB)
    busy = here.job is not None or here.result is not None or bool(here.error)
    with st.expander(t("Clean the data"), icon=":material/cleaning_services:", expanded=busy):
        parts.reading("Switch the rules on or off. The raw sales are kept: nothing changes until you use the cleaned ones.")
        _form(raw)
        here = running.follow(JOB)
        if isinstance(here.result, Cleaned) and isinstance(here.settings, Clean):
            _result(here.result, here.settings)


def _form(raw: Panel) -> None:
    st.fragment(_settings)(raw)


def _settings(raw: Panel) -> None:
    """The form; where it differs from what is on the page, it says so."""
    rules = _rules(raw)
    _protection(raw)
    asked, ran = Clean(raw, rules, current().country), running.slot(JOB).settings
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(t("Show what would change"), key="clean-run", type="primary", icon=":material/play_arrow:")
        if isinstance(ran, Clean) and not asked.same(ran):
            st.badge(t(NOT_RUN), icon=":material/edit:", color="orange")
    if pressed:
        running.start(JOB, asked, "Cleaning the sales", asked)
        st.rerun()


def _protection(raw: Panel) -> None:
    """What is never capped, and the country that decides it: the same as everywhere else."""
    country = current().country
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(t(f":material/shield: {_protected(raw, country)}"), width="stretch")
        parts.country_control()


def _protected(raw: Panel, country: str | None) -> str:
    plans = "promo" in raw.regressors or any("price" not in name for name in raw.known)
    planned = " Nor are days with a planned promotion, display or event." if plans else ""
    if country is None:
        listed = ", ".join(festival.name for festival in protected_festivals(None))
        return f"Never capped: {listed}.{planned} Choose a country to protect its public holidays and festivals too."
    return f"Never capped: the public holidays and shopping festivals of {parts.COUNTRIES.get(country, country)}.{planned}"


def _rules(raw: Panel) -> Cleaning:
    """The inputs of the form, as the rules that they say."""
    left, right = st.columns(2)
    with left:
        fill = _choice("Missing periods", "fill", _fills(raw), "A period without any figure, such as a gap in the file.")
        stock = _choice("Out of stock", "stockouts", _stockouts(raw), _about_stock(raw))
    with right:
        action = _choice("Unusual sales", "action", _ACTIONS, "Promotions, holidays and festivals are never capped.")
        test = _choice("How that is judged", "test", _TESTS, "Judged after level and season are taken away, for each SKU.")
    with st.container(horizontal=True, gap="medium"):
        before = _switch("Not listed before the first sale", "before", "Zeros before a SKU's first sale become unknown.")
        after = _switch("Not listed after the last sale", "after", "Zeros after a SKU's last sale become unknown.")
        past = _switch("Fill from the past only", "past", "What a fair test of a model needs: no later period is looked at.")
    off = action == "none"
    return Cleaning(fill, "none" if off else test, "flag" if off else action, stock, before, after, past)


def _fills(raw: Panel) -> dict[str, str]:
    """Where a season is no week, the same weekday is the same place in the season."""
    weekly = grain(raw.freq).noun == "day" and raw.season_length == 7
    return _FILLS if weekly else _FILLS | {"weekday_mean": "Mean of the same place in the last 8 seasons"}


def _stockouts(raw: Panel) -> dict[str, str]:
    return _STOCKOUTS if "stock" in raw.regressors else {"mask": _NO_STOCK, "none": _STOCKOUTS["none"]}


def _about_stock(raw: Panel) -> str:
    if "stock" in raw.regressors:
        return "A period that ends with no stock and sold nothing. The day on which the last piece was sold is marked."
    return "There is no stock column, so zeros for an improbably long time are only marked."


def _choice(label: str, name: str, options: dict[str, str], about: str) -> str:
    default = getattr(Cleaning(), {"action": "outlier_action", "test": "outliers"}.get(name, name))
    return str(
        st.selectbox(
            t(label), list(options), list(options).index(default), format_func=told_from(options), help=t(about),
            key=f"clean-{name}", persist_state="session",
        )
    )  # fmt: skip


def _switch(label: str, name: str, about: str) -> bool:
    return st.toggle(t(label), help=t(about), key=f"clean-{name}", persist_state="session")


def _result(done: Cleaned, asked: Clean) -> None:
    if done.skus.empty:
        st.success(t("Nothing to clean: no rule found a cell to change or to mark."), icon=":material/check:")
        return
    undone = _undone(done, asked)
    used = _in_use(asked, undone)
    parts.section(_heading(done, undone, used))
    _use_or_undo(done, asked, undone, used)
    for number, rule in enumerate(done.rules.itertuples(index=False)):
        _one_rule(done, asked, undone, number, rule)
    _label_events(done, asked)
    now = done.without(asked.panel, undone)
    _before_after(done, asked, now)
    _table_of_cells(done)


def _undone(done: Cleaned, asked: Clean) -> tuple[str, ...]:
    """The rules that were taken back: on this page, or in the cleaned sales that are in use."""
    key, rules = st.session_state.get(_UNDONE, ("", ()))
    if key == _key(done, asked):
        return tuple(rules)
    used = current().cleaned
    return used.undone if used is not None and replace(used, undone=()).same(asked) else ()


def _key(done: Cleaned, asked: Clean) -> str:
    return f"{done.panel.digest} {asked.cleaning} {asked.country}"


def _in_use(asked: Clean, undone: tuple[str, ...]) -> bool:
    used = current().cleaned
    return used is not None and used.same(replace(asked, undone=undone))


def _heading(done: Cleaned, undone: tuple[str, ...], used: bool) -> str:
    cells, skus = done.left(undone)
    if not cells:
        return "Nothing would change; what stands out is marked"
    return f"{words.count(cells, 'cell')} of {words.count(skus, 'SKU')} {'changed' if used else 'would change'}"


def _use_or_undo(done: Cleaned, asked: Clean, undone: tuple[str, ...], used: bool) -> None:
    workspace = current()
    with st.container(horizontal=True, vertical_alignment="center"):
        if done.left(undone)[0] and not used:
            st.button(
                t("Use the cleaned sales"), type="primary", icon=":material/check:", on_click=_use, args=(done, asked, undone)
            )
        if workspace.cleaned:
            st.button(t("Back to the raw sales"), icon=":material/undo:", on_click=workspace.use,
                      args=(workspace.raw, None), kwargs={"keep": JOB})  # fmt: skip
        st.download_button(
            t("Account of every cell"), done.csv, "cleaned-cells.csv", "text/csv", icon=":material/download:", on_click="ignore"
        )
        if used:
            st.badge(t("In use on all pages"), icon=":material/check:", color="green")


def _use(done: Cleaned, asked: Clean, undone: tuple[str, ...]) -> None:
    current().use(done.without(asked.panel, undone), replace(asked, undone=undone), keep=JOB)


def _one_rule(done: Cleaned, asked: Clean, undone: tuple[str, ...], number: int, rule: Any) -> None:
    """What one rule did, its own cells, and the button that takes it back on its own."""
    off = rule.rule in undone
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"cleaned-rule-{number}"):
        did = "taken back" if off else "changed" if rule.changed else "only marked"
        name = words.plain(_plain(rule.rule))
        count = f"{words.count(rule.cells, 'cell')} of {words.count(rule.skus, 'SKU')} {did}"
        st.markdown(t(f"~~{name}~~  \n{count}" if off else f"**{name}**  \n{count}"), width="stretch")
        with st.popover(t("Its cells"), icon=":material/table_rows:"):
            st.caption(t(f"The largest of {words.count(rule.cells, 'cell')}; the account holds all."))
            chains = done.cells["rule" if rule.changed else "flags"].str.split(THEN if rule.changed else "; ")
            own = done.cells[[rule.rule in chain for chain in chains]]
            _cells(own[own["rule"] == ""] if not rule.changed else own, f"cleaned-cells-{number}")
        if rule.changed:
            left = tuple(one for one in undone if one != rule.rule) if off else (*undone, rule.rule)
            icon = ":material/redo:" if off else ":material/undo:"
            st.button(t("Do it again" if off else "Undo"), key=f"undo-{number}", icon=icon, on_click=_take_back,
                      args=(done, asked, undone, left), help=t("The other rules' changes stay as they are."))  # fmt: skip


def _take_back(done: Cleaned, asked: Clean, before: tuple[str, ...], undone: tuple[str, ...]) -> None:
    """Take a rule back, or do it again; sales that are in use follow at once."""
    used = _in_use(asked, before)
    st.session_state[_UNDONE] = (_key(done, asked), undone)
    if used and done.left(undone)[0]:
        _use(done, asked, undone)
    elif used:
        current().use(asked.panel, None, keep=JOB)


def _label_events(done: Cleaned, asked: Clean) -> None:
    """Unusual days may be events: a name makes one of them, which is never capped and which models learn from."""
    days = done.unusual.head(_DAYS)
    if days.empty:
        return
    with st.expander(t("Label an unusual day as an event"), icon=":material/event:"):
        st.caption(
            t(
                "A day on which many SKUs stand out mostly had a reason: a sale, a fair, a newsletter. Give it a name: then "
                "it is never capped, and models learn what it does."
            )
        )
        left, middle, right = st.columns([2, 2, 2], vertical_alignment="bottom")
        place = left.selectbox(
            t("When"),
            range(len(days)),
            format_func=told_from(dict(enumerate(map(_when, days.to_dict("records"))))),
            key="event-day",
        )
        name = middle.text_input(t("Name"), key="event-name", placeholder=t("Summer sale"))
        repeats = right.selectbox(t("Comes again"), list(calendars.REPEATS), format_func=teller(), key="event-repeats")
        if st.button(t("Label as event"), icon=":material/check:", key="label-event", disabled=not name.strip()):
            day = days.iloc[place]
            _label(Entry(name.strip(), day["first"], day["last"], repeats=str(repeats)), asked)


def _when(day: Any) -> str:
    span = f"{day['first']:%a %Y-%m-%d}" + (f" to {day['last']:%Y-%m-%d}" if day["last"] > day["first"] else "")
    return f"{span}: {words.count(int(day['skus']), 'SKU')}"


def _label(event: Entry, asked: Clean) -> None:
    """Write the event into the calendar, and clean again: the day is protected now."""
    workspace = current()
    calendar = workspace.calendar or calendars.Calendar(workspace.country)
    workspace.use_calendar(replace(calendar, events=tuple(dict.fromkeys((*calendar.events, event)))))
    if workspace.raw is not None:
        again = replace(asked, panel=workspace.raw, undone=())
        running.start(JOB, again, "Cleaning the sales", again)
    st.toast(t(f"{event.name} is in your calendar, and is not capped any more."))
    st.rerun()


def _before_after(done: Cleaned, asked: Clean, now: Panel) -> None:
    """One SKU before and after, the most changed at first."""
    labels = cached.sku_labels(asked.panel)
    sku = str(
        st.selectbox(t("Before and after"), list(done.skus["unique_id"]), format_func=labels.__getitem__, key="cleaned-sku")
    )
    frame = beside(asked.panel, now, sku)
    frame["marked"] = frame["ds"].isin(done.marked.loc[done.marked["unique_id"] == sku, "ds"])
    parts.chart(plots.before_after(frame, palette()), "cleaned", f"Units of {sku} before and after cleaning")


def _table_of_cells(done: Cleaned) -> None:
    every = int(done.skus["changed"].sum()) + len(done.marked)
    with st.expander(
        t(f"The {min(_SHOWN, len(done.cells)):,} largest changes of {words.count(every, 'cell')} changed or marked")
    ):
        _cells(done.cells.head(_SHOWN), "cleaned-cells")


def _cells(cells: pd.DataFrame, key: str) -> None:
    shown = cells.assign(flags=cells["flags"].map(_plain), rule=cells["rule"].map(_plain))
    column = st.column_config
    tables.show(
        shown, hide_index=True, height=280, key=key, placeholder=words.UNDEFINED,
        column_config={
            "unique_id": "SKU", "ds": column.DateColumn("Date"), "y_raw": column.NumberColumn("Raw", format="localized"),
            "y_clean": column.NumberColumn("Clean", format="localized"), "flags": "What was seen", "rule": "Rule",
        },
    )  # fmt: skip


def _plain(rule: str) -> str:
    """A rule in words.

    >>> _plain("stock-out: masked, then fill: weekday_mean")
    'Stock-out: masked, then fill: mean of the same weekday'
    """
    for name, plain in _NAMES.items():
        rule = rule.replace(name, plain)
    return rule[:1].upper() + rule[1:]
