"""The Portfolio page's parts: the shop in a few numbers, its curves and groups, and what is important and steady."""

from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.core.panel import Panel
from forecasting.plots import portfolio as plots
from forecasting.workflow import exploring
from ui import cached, parts, portfolio_inbox, tables, words
from ui.language import t, told_from
from ui.theme import palette

NOTHING = "(none)"
TRENDS = {1: "↗ rising", 0: "→ steady", -1: "↘ falling"}
_OWN = {"ABC": "abc", "Demand": "demand", "Trend": "trend", "XYZ": "xyz"}
_MOST_GROUPS = 1_000
_ALL = "All SKUs together"


def found_in(panel: Panel) -> exploring.Portfolio:
    """The portfolio of the data in use."""
    with st.spinner(t("Looking at all SKUs …")):
        return cached.portfolio(panel)


def worth_of(found: exploring.Portfolio) -> str:
    """What SKUs are ranked by."""
    return "Revenue" if found.money else "Units"


def stretch(found: exploring.Portfolio) -> str:
    """The time that shares and classes are about."""
    return f"the last {words.count(found.window, found.scale.noun)}"


def headline(found: exploring.Portfolio) -> None:
    """The shop in five cards and one sentence."""
    told = exploring.headline(found)
    periods = words.count(found.scale.horizon, found.scale.noun)
    flagged = int((portfolio_inbox.flags(found)[1] > 0).sum())
    parts.kpis(
        (
            parts.Kpi(f"Sales, {periods}", amount(told.latest), _against(told.latest, told.before), help=_lately(found)),
            parts.Kpi("A year ago", amount(told.year_ago), _since(told.latest, told.year_ago),
                      help=f"The same {periods} a year ago, and what has changed since then."),
            parts.Kpi("Rising · falling", f"{told.rising:,} · {told.falling:,}", help=_of_trends(found)),
            parts.Kpi("A items", f"{told.a_skus:,} · {words.percent(told.a_share)}",
                      help=f"How many SKUs bring the first 80 % of {_thing(found)}, and their share of it."),
            parts.Kpi("Worth a look", f"{flagged:,}", help="SKUs with an open alert below."),
        )
    )  # fmt: skip
    if len(found) == 1:
        parts.reading("There is one SKU here; its own page says more of it.")
    elif found.table["share"].notna().any():
        parts.reading(
            f"{told.a_skus:,} of your {words.count(len(found), 'SKU')} {'brings' if told.a_skus == 1 else 'bring'} "
            f"{words.percent(told.a_share)} of {_thing(found)} ({stretch(found)})."
        )
    else:
        parts.reading(f"Nothing was sold in {stretch(found)}.")


def amount(value: float) -> str:
    """Money or units without decimals where there are many.

    >>> amount(1335405.2), amount(8.456), amount(float("nan"))
    ('1,335,405', '8.46', '—')
    """
    return words.on_card(round(value) if abs(value) >= 100 else value)


def _thing(found: exploring.Portfolio) -> str:
    return "the money" if found.money else "the units"


def _against(now: float, before: float) -> str | None:
    return words.change(now / before - 1) if before > 0 else None


def _since(now: float, before: float) -> str | None:
    return t(f"{words.change(now / before - 1)} now") if before > 0 else None


def _of_trends(found: exploring.Portfolio) -> str:
    if found.seasonal:
        length = words.count(found.scale.trend, found.scale.noun)
        return (
            f"The trend of the last {length}, half of last {'year' if found.scale.year else 'week'}'s seasonal movement of the "
            "shop taken out."
        )
    return "The trend of the latest sales. Without a second year of history a season can look like a trend."


def groupings(found: exploring.Portfolio) -> list[str]:
    """By what SKUs can be grouped: the attributes in the data, then the classes found."""
    counts = {str(name): found.attributes[name].nunique() for name in found.attributes}
    return [name for name, count in counts.items() if 1 < count <= min(_MOST_GROUPS, len(found) - 1)] + list(_OWN)


def labels(found: exploring.Portfolio, by: str) -> np.ndarray:
    """To which group each SKU belongs."""
    if by in found.attributes:
        texts = found.attributes[by].to_numpy()
        return np.where(texts == "", NOTHING, texts)
    values = found.table[_OWN[by]]
    if by == "Trend":
        return values.map(TRENDS).to_numpy()
    return values.replace("", words.UNDEFINED).to_numpy()


def title_of(by: str) -> str:
    """What a grouping is called.

    >>> title_of("category"), title_of("ABC"), title_of("store_name")
    ('Category', 'ABC', 'Store name')
    """
    return by if by in _OWN else by.replace("_", " ").capitalize()


def groups(found: exploring.Portfolio) -> None:
    """Total and groups over time, and what each group adds up to."""
    st.fragment(_groups)(found)


def _groups(found: exploring.Portfolio) -> None:
    with st.container(border=True, key="portfolio-groups"):
        chosen: list[str] = []
        offered = [_ALL, *groupings(found)]
        parts.section("Over time", lambda: chosen.append(_by_control(offered)))
        by = chosen[0] if chosen[0] in offered else _ALL
        own = None if by == _ALL else labels(found, by)
        noun = found.scale.noun
        figure = plots.curves(
            exploring.curves(found, own), palette(), label=f"{worth_of(found)} {'an' if noun == 'hour' else 'a'} {noun}"
        )
        parts.chart(figure, "portfolio-curves", f"{worth_of(found)} over time: {by if own is None else title_of(by)}")
        if own is not None:
            _group_table(found, own, by)


def _by_control(offered: list[str]) -> str:
    return str(
        st.selectbox(
            t("Group by"),
            offered,
            format_func=told_from({by: by if by == _ALL else f"by {title_of(by)}" for by in offered}),
            key="portfolio-by",
            persist_state="session",
            label_visibility="collapsed",
            width=220,
        )
    )


def _group_table(found: exploring.Portfolio, own: np.ndarray, by: str) -> None:
    rows = exploring.grouped(found, own, portfolio_inbox.flags(found)[1] > 0)
    shown = rows.assign(share=100 * rows["share"], change=100 * rows["change"])
    for name in ("units", "worth"):
        shown[name] = shown[name].round()
    if not found.money:
        shown = shown.drop(columns="worth")
    number = st.column_config.NumberColumn
    tables.show(
        shown, key="portfolio-group-table", hide_index=True, placeholder=words.UNDEFINED,
        alt=f"Sums by {title_of(by)}",
        column_config={
            "group": st.column_config.TextColumn(title_of(by), width="medium", pinned=True),
            "skus": number("SKUs", format="localized"),
            "units": number("Units", format="localized", help=f"Units sold in {stretch(found)}."),
            "worth": number("Revenue", format="localized", help=f"Revenue of {stretch(found)}."),
            "share": number("Share", format="%.1f %%"),
            "change": number("Lately", format="%+.0f %%", help=_lately(found)),
            "rising": number("Rising", format="localized"),
            "falling": number("Falling", format="localized"),
            "flagged": number("Worth a look", format="localized"),
        },
    )  # fmt: skip
    st.caption(t(f"{words.count(len(rows), 'group')}, together {amount(rows['worth'].sum())} {_noun(found)}."))


def _lately(found: exploring.Portfolio) -> str:
    periods = words.count(found.scale.horizon, found.scale.noun)
    return f"{worth_of(found)} of the last {periods} against the {periods} before."


def _noun(found: exploring.Portfolio) -> str:
    return "in revenue" if found.money else "units"


def classes(found: exploring.Portfolio) -> None:
    """How many SKUs are important and how many are steady, with what that means."""
    count, share = exploring.matrix(found)
    with st.container(border=True):
        parts.section("Important and steady")
        cells, meaning = st.columns([3, 2], vertical_alignment="center")
        cells.html(_matrix(count, share))
        meaning.markdown(
            t(
                f"**A** brings the first 80 % of {_thing(found)}, **B** the next 15 %, **C** the rest.\n\n"
                f"**X** sells steadily, **Y** varies, **Z** varies by more than its own mean.\n\n{_advice(count, found)}"
            )
        )
        left = len(found) - int(count.sum())
        if left:
            meaning.caption(t(f"{words.count(left, 'SKU')} sold nothing, or not for long enough to tell."))


def _matrix(count: np.ndarray, share: np.ndarray) -> str:
    """ABC by XYZ as a table: how many SKUs, on a ground that is the darker the larger their share of the money."""
    steadiness = (t("X · steady"), t("Y · varying"), t("Z · erratic"))
    heads = "".join(f'<th scope="col">{escape(title)}</th>' for title in steadiness)
    rows = [
        f'<th scope="row">{name}</th>' + "".join(_cell(*cell) for cell in zip(*row, strict=True))
        for name, *row in zip("ABC", count.tolist(), share.tolist(), strict=True)
    ]
    title = escape(t("Number of SKUs and share of the money by ABC and XYZ class"))
    return (
        f'<table class="house-matrix" aria-label="{title}"><tr><td></td>{heads}</tr><tr>{"</tr><tr>".join(rows)}</tr></table>'
    )


def _cell(skus: int, share: float) -> str:
    part = words.percent(share) if share >= 0.005 or share == 0 else t("under 1 %")
    return f'<td style="--share:{round(100 * min(share, 0.6))}%"><b>{escape(t(words.count(skus, "SKU")))}</b>{part}</td>'


def _advice(count: np.ndarray, found: exploring.Portfolio) -> str:
    ready, careful = int(count[0, 0]), int(count[0, 2])
    steady, erratic = "No SKU is **AX**: look at each forecast before you order.", "No SKU is **AZ**."
    if ready:
        year = not found.scale.year or found.units.shape[1] >= found.scale.season
        which = words.count(ready, "SKU")
        steady = (
            f"{which} {'is' if ready == 1 else 'are'} **AX**: trust the forecast and order automatically."
            if year
            else f"{which} {'is' if ready == 1 else 'are'} **AX**, steady so far: a year of sales would show what the season "
            "does to them."
        )
    if careful:
        erratic = (
            f"{words.count(careful, 'SKU')} {'is' if careful == 1 else 'are'} **AZ**: worth your own eye before you order."
        )
    return f"{t(steady)} {t(erratic)}"


def matching(found: exploring.Portfolio, text: str) -> np.ndarray:
    """Which SKUs have every word of a search in their code, name or attributes."""
    here = np.ones(len(found), dtype=bool)
    if text.strip():
        hay = pd.Series(found.table.index.astype(str), dtype=object) + " " + found.table["name"].reset_index(drop=True)
        lower = hay.str.lower()
        for word in text.lower().split():
            here &= lower.str.contains(word, regex=False).to_numpy()
    return here
