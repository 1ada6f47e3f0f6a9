"""The inbox of the Portfolio page: what should not be overlooked, the most money first, each in one sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.workflow import exploring
from ui import parts, words
from ui.language import t, told_from
from ui.workspace import current

KINDS = {
    "stock-out": ("Stock-out suspected", "production_quantity_limits"),
    "outside": ("Outside its range twice", "crisis_alert"),
    "odd": ("Single peak", "bolt"),
    "drift": ("Forecast runs off", "explore"),
    "rising": ("Newly rising", "trending_up"),
    "falling": ("Newly falling", "trending_down"),
    "price": ("Price jump", "price_change"),
    "cost": ("Cost jump", "payments"),
    "dead": ("Dead stock", "hourglass_disabled"),
}
_FEW, _MORE = 5, 10
_SLOT = "portfolio-dismissed"
_OPEN = "_open-sku"


@dataclass(frozen=True)
class Dismissed:
    """What the user has ticked off: pairs of kind and SKU; forgotten when the data changes."""

    pairs: tuple[tuple[str, str], ...] = ()


class Alert(NamedTuple):
    """One line of the inbox; `row` is the SKU's position in the portfolio."""

    kind: str
    row: int
    stake: float
    now: float
    usual: float


def dismissed() -> Dismissed:
    """What was ticked off in this session."""
    return current().result(_SLOT, Dismissed) or Dismissed()


def still_open(found: exploring.Portfolio) -> pd.DataFrame:
    """The alerts that have not been dismissed."""
    pairs, alerts = set(dismissed().pairs), found.alerts
    if not pairs:
        return alerts
    ids = found.table.index.to_numpy()[alerts["row"].to_numpy()]
    gone = [pair in pairs for pair in zip(alerts["kind"], ids, strict=True)]
    return alerts[~np.array(gone, dtype=bool)]


def flags(found: exploring.Portfolio) -> tuple[np.ndarray, np.ndarray]:
    """For each SKU the kind of its weightiest open alert, and how many it has."""
    return exploring.flags_of(still_open(found), len(found))


def inbox(found: exploring.Portfolio) -> None:
    """The open alerts, with what each is about, what it is worth, and buttons to open the SKU or to dismiss the alert."""
    st.fragment(_inbox)(found)


def _inbox(found: exploring.Portfolio) -> None:
    go_to_opened()
    alerts = still_open(found)
    with st.container(border=True, key="inbox"):
        parts.section("Worth a look")
        if alerts.empty:
            done = len(dismissed().pairs)
            st.caption(t("Nothing is left to look at." if done else "Nothing unusual was found in these sales."))
            _bring_back(done)
            return
        shown = _chosen(alerts)
        many = int(st.session_state.get("inbox-many", _FEW))
        for alert in shown.head(many).itertuples(index=False, name=None):
            _line(found, Alert(*alert))
        _foot(found, alerts, shown, many)


def _chosen(alerts: pd.DataFrame) -> pd.DataFrame:
    """The alerts of the kinds that are chosen, or all."""
    counts = alerts["kind"].value_counts()
    present = [kind for kind in KINDS if counts.get(kind, 0)]
    kinds = st.pills(
        t("Kinds"), present, selection_mode="multi", key="inbox-kinds", persist_state="session", label_visibility="collapsed",
        format_func=told_from({kind: f":material/{KINDS[kind][1]}: {KINDS[kind][0]} · {counts[kind]:,}" for kind in present}),
    )  # fmt: skip
    wanted = [kind for kind in kinds or () if kind in present]
    return alerts[alerts["kind"].isin(wanted)] if wanted else alerts


def _line(found: exploring.Portfolio, alert: Alert) -> None:
    unique_id = str(found.table.index[alert.row])
    with st.container(horizontal=True, vertical_alignment="center", key=f"alert-{alert.kind}-{alert.row}"):
        label = escape(words.sku(unique_id, found.table["name"].iloc[alert.row]))
        text, worth = escape(t(sentence(alert, found))), escape(t(stake(alert.stake, found)))
        kind = escape(t(f"{KINDS[alert.kind][0]}."))
        st.html(f'<p class="house-alert"><b>{label}</b><br><i>{kind}</i> {text} <span>{worth}</span></p>')
        st.button(t("Open"), key=f"open-{alert.kind}-{alert.row}", on_click=open_sku, args=(unique_id,),
                  help=t(f"Look at {unique_id}"))  # fmt: skip
        if st.button(t("Dismiss"), key=f"dismiss-{alert.kind}-{alert.row}", type="tertiary", on_click=_dismiss,
                     args=([(alert.kind, unique_id)],)):  # fmt: skip
            st.rerun()


def _foot(found: exploring.Portfolio, alerts: pd.DataFrame, shown: pd.DataFrame, many: int) -> None:
    money = "" if shown.empty else stake(shown["stake"].sum(), found)
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(shown) > many:
            st.button(t(f"Show {min(_MORE, len(shown) - many)} more"), key="inbox-more", icon=":material/expand_more:",
                      on_click=_show, args=(many + _MORE,))  # fmt: skip
        if many > _FEW:
            st.button(t("Show fewer"), key="inbox-fewer", type="tertiary", on_click=_show, args=(_FEW,))
        if len(shown) < len(alerts) and st.button(t("Dismiss all of these"), key="inbox-none", type="tertiary",
                                                  on_click=_dismiss, args=(_pairs(found, shown),)):  # fmt: skip
            st.rerun()
        _bring_back(len(dismissed().pairs))
    told = f"{words.count(len(shown), 'open alert')}{f', together {money}' if money else ''}."
    st.caption(t(f"{told} What is worth little is left out."))


def _bring_back(done: int) -> None:
    if done and st.button(t(f"Bring back {done:,} dismissed"), key="inbox-back", type="tertiary", on_click=_forget):
        st.rerun()


def _show(many: int) -> None:
    st.session_state["inbox-many"] = many


def _pairs(found: exploring.Portfolio, alerts: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(alerts["kind"].astype(str), found.table.index[alerts["row"].to_numpy()].astype(str), strict=True))


def _dismiss(pairs: Iterable[tuple[str, str]]) -> None:
    current().results[_SLOT] = Dismissed(tuple(dict.fromkeys([*dismissed().pairs, *pairs])))


def _forget() -> None:
    current().results.pop(_SLOT, None)


def open_sku(unique_id: str) -> None:
    """Choose a SKU; `go_to_opened` then turns to its page."""
    current().select(sku=unique_id)
    st.session_state[_OPEN] = True


def go_to_opened() -> None:
    """Turn to the SKU page if a SKU was opened by a click just now."""
    if st.session_state.pop(_OPEN, False):
        st.switch_page(parts.page("sku"))


def stake(value: float, found: exploring.Portfolio) -> str:
    """What is at stake, in money or in units."""
    amount = f"{value:,.0f}" if value >= 10 else words.number(value)
    return f"{amount} in money at stake" if found.money else f"{amount} units at stake"


def sentence(alert: Alert, found: exploring.Portfolio) -> str:
    """What an alert says."""
    scale = found.scale
    ahead = words.count(scale.horizon, scale.noun)
    now, usual = _plain(alert.now), _plain(alert.usual)
    if alert.kind == "stock-out":
        return _stock_out(alert, found)
    plain = {
        "outside": f"Sold {_sold(alert.now)} in the last two {scale.noun}s, where about {usual} were to be expected.",
        "odd": f"{now} units at once, and never more than {usual} otherwise: a bulk order, or a slip? "
        "“Clean the data” on the Data page can level it, so that no forecast learns from it.",
    }
    if alert.kind in plain:
        return plain[alert.kind]
    if alert.kind == "drift":
        return _drift(alert)
    if alert.kind in ("rising", "falling"):
        return (
            f"It has begun to {'rise' if alert.kind == 'rising' else 'fall'}: {_sold(alert.now)} in the last {ahead}, "
            f"{'none' if alert.usual <= 0 else usual} before."
        )
    if alert.kind == "dead":
        return f"{now} units lie in stock, and none has been sold for {_long(alert.usual, found)}."
    change = words.change(alert.now / alert.usual - 1) if alert.usual > 0 else words.UNDEFINED
    return (
        f"One unit now {'is sold for' if alert.kind == 'price' else 'costs'} {words.money(alert.now)} "
        f"instead of {words.money(alert.usual)} ({change})."
    )


def _drift(alert: Alert) -> str:
    by, signal = _plain(abs(alert.usual)), f"{alert.now:+.1f}"
    if alert.now > 0:
        return (
            f"It sells more than a plain forecast says, again and again: {by} units more within a quarter "
            f"(tracking signal {signal})."
        )
    return (
        f"It sells less than a plain forecast says, again and again: {by} units less within a quarter "
        f"(tracking signal {signal})."
    )


def _stock_out(alert: Alert, found: exploring.Portfolio) -> str:
    noun = found.scale.noun
    usual = f"{_plain(alert.usual)} units {'an' if noun == 'hour' else 'a'} {noun}"
    if alert.now <= 0:
        return f"Nothing is in stock any more, and it usually sells {usual}."
    return f"No sale for {_long(alert.now, found)}, too long for chance: it usually sells {usual}."


def _long(periods: float, found: exploring.Portfolio) -> str:
    """So many periods of the data, in blocks where they are at least two.

    The blocks of daily data are weeks.
    """
    size, noun = found.scale.size, found.scale.noun
    if size == 1:
        return words.count(round(periods), noun)
    if periods >= 2 * size:
        return words.count(int(periods // size), noun)
    return words.count(round(periods), "hour" if size == 24 else "day")


def _sold(units: float) -> str:
    """Units that were sold, as people say it."""
    return t("nothing") if units <= 0 else words.units(units)


def _plain(units: float) -> str:
    return f"{units:,.0f}" if abs(units) >= 10 else words.number(units, 2)
