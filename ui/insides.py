"""The Model page's look inside a fit: the design matrix, what each term or topic adds, which terms help, an ARIMA's roots."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from forecasting.plots import insides as plots
from forecasting.workflow import Insides
from ui import parts, tables, words
from ui.language import t
from ui.theme import palette
from ui.workspace import current

if TYPE_CHECKING:
    from forecasting.models.regression import Regression
    from forecasting.models.selection import Selection

_ENDS = 5
_EDGE = 0.98


def draw(insides: Insides | None, sku: str, flag: str, noun: str) -> None:
    """Draw what there is for the SKU on the page; `flag` is what the forecast says is special about it, `noun` one period."""
    if flag:
        st.info(t(f"{flag[0].upper()}{flag[1:]}."), icon=":material/info:")
    if insides is None or insides.unique_id != sku:
        return
    if insides.regression is not None:
        _contributions(insides.regression, noun)
        terms = partial(_terms, insides.regression, insides.selection)
        parts.folded("Which terms help on later sales", "terms", terms, icon=":material/rule:")
        parts.folded("Design matrix", "design", partial(_design, insides.regression, noun), icon=":material/grid_on:")
    if insides.roots is not None and len(insides.roots):
        parts.folded("Roots", "roots", partial(_roots, insides.roots), icon=":material/adjust:")
    if insides.topics is not None and len(insides.topics):
        _topics(insides.topics, insides.periods, noun)


def _contributions(regression: Regression, noun: str) -> None:
    with st.container(border=True):
        parts.section("What each term adds to the forecast")
        parts.reading(_told(regression, noun))
        figure = plots.contributions(regression.contributions, palette())
        parts.chart(figure, "contributions", "What each term adds to each forecast")
        table = partial(_contribution_table, regression, noun)
        parts.folded("As a table", "contributions", table, icon=":material/table_chart:")


def _contribution_table(regression: Regression, noun: str) -> None:
    wide = regression.contributions.pivot(index="ds", columns="term", values="units")
    wide = wide[list(dict.fromkeys(regression.contributions["term"]))]
    wide["forecast"] = wide.sum(axis=1)
    _table(wide.reset_index().rename(columns={"ds": noun.capitalize()}), "contributions-table", "%.2f")


def _told(regression: Regression, noun: str) -> str:
    """The terms that move this forecast most, in a sentence."""
    from forecasting.models.regression import LATEST, LEVEL  # loaded with the result; a page without one does not need it

    mean = regression.contributions.groupby("term", sort=False)["units"].mean()
    moving = mean.drop(index=[name for name in (LEVEL, LATEST) if name in mean.index])
    largest = moving[moving.abs() > 0.005 * max(float(mean.sum()), 1e-9)].sort_values(key=abs, ascending=False).head(3)
    said = [f"{term} {'adds' if units > 0 else 'takes'} {words.number(abs(units))}" for term, units in largest.items()]
    usual = words.number(float(mean.get(LEVEL, 0.0)))
    level = f"The usual level {'an' if noun == 'hour' else 'a'} {noun} is {usual} units"
    end = f"; on average ahead {', '.join(said)}." if said else "; no term moves the forecast by much."
    beyond = len(regression.beyond)
    warning = f" The plan for {words.count(beyond, noun)} lies further out than anything in the past." if beyond else ""
    return level + end + warning


def _terms(regression: Regression, selection: Selection | None) -> None:
    if selection is None:
        st.caption(t("The history is too short to judge terms on sales that came later."))
    else:
        st.caption(
            t(
                "Each term's values are shuffled at past cut-offs: where the error on the later sales grows, the term "
                "helps. A term helps when it does so on average and at half of the cut-offs at least."
            )
        )
        _table(
            selection.table, "selection", "%.3f",
            {"term": "Term", "correlation": "Correlation", "information": "Mutual information",
             "importance": "Error grows by", "stability": "At cut-offs", "helps": "Helps"},
            shares=("importance", "stability"),
        )  # fmt: skip
        _apply(selection)
    st.caption(t("**Variance inflation.** Above 10 a column says nearly the same as others; its own effect is then uncertain."))
    table = regression.columns.dropna(subset=["vif"]).sort_values("vif", ascending=False)
    table = table.rename(columns={"name": "column"})  # under "name" stands what users wrote
    _table(table, "vif", "%.1f", {"column": "Column", "term": "Term", "vif": "Variance inflation"})


def _apply(selection: Selection) -> None:
    idle = [term for term, helps in zip(selection.table["term"], selection.table["helps"], strict=True) if not helps]
    if not idle:
        st.badge(t("Every term helps"), icon=":material/check:", color="green")
        return
    if st.button(t(f"Leave out {', '.join(idle)}"), icon=":material/check:", key="use-selection"):
        current().specs["linear"] = selection.use
        st.rerun()
    st.caption(t("This changes the form above; fit again to see what it does."))


def _design(regression: Regression, noun: str) -> None:
    table = regression.design.rename(columns={"ds": noun.capitalize()})
    count = len(table) - regression.horizon
    shown = pd.concat([table.iloc[:_ENDS], table.iloc[max(count - _ENDS, _ENDS) : count], table.iloc[count:]])
    if st.toggle(t(f"All {noun}s"), key="design-all"):
        shown = table
    st.caption(
        t(
            f"{words.count(count, noun)} of the past and {regression.horizon} ahead; the first, the last and those "
            "ahead are shown. Leverage is how unusual a row is among those that were learnt from."
        )
    )
    _table(shown, "design-matrix", "%.3g")


def _topics(rows: pd.DataFrame, periods: pd.DataFrame | None, noun: str) -> None:
    with st.container(border=True):
        parts.section("What moved the forecast")
        parts.reading(_told_topics(rows))
        parts.chart(plots.topics(rows, palette()), "topics", "What each topic adds to the total ahead")
        parts.folded("As a table", "topics", partial(_topic_table, rows), icon=":material/table_chart:")
        if periods is not None:
            course = partial(_topic_periods, periods)
            parts.folded(f"{noun.capitalize()} by {noun}", "topics-periods", course, icon=":material/stacked_bar_chart:")
            st.caption(
                t(
                    "The trees' own contributions (SHAP), summed by topic and turned into units. They add up to the mean "
                    f"forecast of every {noun}."
                )
            )
            return
        st.caption(
            t(
                "Integrated gradients: from an ordinary window with nothing planned to the real one, step by step. They add up "
                "to the mean forecast of the whole horizon."
            )
        )


def _topic_table(rows: pd.DataFrame) -> None:
    total = pd.DataFrame({"topic": ["forecast"], "units": [rows["units"].sum()]})
    _table(pd.concat([rows, total]), "topics-table", "%.2f", {"topic": "Topic", "units": "Units"})


def _topic_periods(periods: pd.DataFrame) -> None:
    parts.chart(plots.contributions(periods, palette()), "topics-periods", "What each topic adds to each forecast")


def _told_topics(rows: pd.DataFrame) -> str:
    """The usual level, and the topics that move this forecast most, in a sentence."""
    units = rows.set_index("topic")["units"]
    total, level = float(units.sum()), float(units.iloc[0])
    moving = units.iloc[1:][units.iloc[1:].abs() > 0.01 * max(total, 1e-9)].sort_values(key=abs, ascending=False).head(3)
    said = [f"{topic} {'adds' if value > 0 else 'takes'} {words.number(abs(value))}" for topic, value in moving.items()]
    start = f"In ordinary times it would sell {words.number(level)} units over the horizon"
    end = f"; {', '.join(said)}" if said else "; nothing moves that by much"
    return f"{start}{end}: {words.number(total)} in all."


def _roots(rows: pd.DataFrame) -> None:
    largest = float(rows["size"].max())
    where = "close to the edge: the model hardly settles" if largest > _EDGE else "well inside the circle: the model settles"
    st.caption(t(f"Inverse roots of both polynomials. The largest has size {largest:.3f}, {where}."))
    parts.chart(plots.roots(rows, palette()), "roots", "Inverse roots and the unit circle")


def _table(
    table: pd.DataFrame, key: str, number: str, titles: Mapping[str, str] | None = None, shares: tuple[str, ...] = ()
) -> None:
    config: dict[str, Any] = {}
    table = table.assign(**{name: (100 * table[name]).round() + 0.0 for name in shares})
    for name in table.columns:
        title = (titles or {}).get(name, str(name))
        if pd.api.types.is_bool_dtype(table[name]):
            config[name] = st.column_config.CheckboxColumn(title)
        elif pd.api.types.is_numeric_dtype(table[name]):
            config[name] = st.column_config.NumberColumn(title, format="%.0f %%" if name in shares else number)
        elif pd.api.types.is_datetime64_any_dtype(table[name]):
            config[name] = st.column_config.DatetimeColumn(title, format="YYYY-MM-DD")
        else:
            config[name] = title
    tables.show(table, hide_index=True, key=key, column_config=config, placeholder=words.UNDEFINED)
