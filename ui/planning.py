"""What is known of the periods ahead: leave it out, carry on as now, upload a plan, or write it in a table."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from forecasting.core.panel import Panel
from forecasting.export import csv_bytes
from forecasting.workflow import PlanRows, ReadPlan, carried_on, plannable, promoted
from ui import running, tables, words
from ui.language import t, teller
from ui.meanings import label
from ui.uploads import Upload
from ui.workspace import current

JOB = "plan"
_KEPT = "plan-kept"
_ROUND, _UPLOAD = "_plan_round", "_plan_upload"
LEFT_OUT, CARRIED_ON, UPLOADED, WRITTEN = "Leave out", "As now, no promotion", "Upload a plan", "Write it here"


SELDOM = 0.02


@dataclass(frozen=True, eq=False)
class Kept:
    """The plan in use: what it is called, and the rows that a merchant has given, if any."""

    title: str
    rows: pd.DataFrame | None = None

    def rows_for(self, panel: Panel, horizon: int) -> pd.DataFrame | None:
        """The plan to hand over with a request for these SKUs; None leaves the regressors out.

        What is written here is about single SKUs, and the page has said that all others go on as now.
        """
        if self.title == CARRIED_ON:
            return carried_on(panel, horizon)
        if self.title != WRITTEN or self.rows is None:
            return self.rows
        others, own = carried_on(panel, horizon), self.rows[self.rows["sku"].isin(panel.ids)]
        return pd.concat([own, others[~others["sku"].isin(own["sku"])]], ignore_index=True)


def script(title: str, horizon: int) -> tuple[tuple[str, ...], str]:
    """What a Python script imports for a plan that is in no file, and the expression that makes it there; else nothing."""
    kept = current().result(_KEPT, Kept)
    if title == CARRIED_ON:
        return (), f"workflow.carried_on(panel, {horizon})"
    if title != WRITTEN or kept is None or kept.rows is None:
        return (), ""
    text = kept.rows.to_csv(index=False, lineterminator="\n")
    return ("import io", "import pandas as pd"), (
        f"pd.read_csv(io.StringIO({text!r}), dtype={{'sku': str}}, parse_dates=['date'])"
    )


def control(panel: Panel, sku: str, horizon: int, before: str | None) -> Kept:
    """Choose how prices and promotions go on; data without any has nothing to choose.

    `before` is the title of the plan of the forecast that is on the page: what was saved with it stays chosen.
    """
    names = plannable(panel)
    if not names:
        return Kept(LEFT_OUT)
    running_lately = promoted(panel, horizon)
    usual = CARRIED_ON if panel.known and running_lately < SELDOM else LEFT_OUT
    how = st.segmented_control(
        t(f"Ahead: {', '.join(label(name).lower() for name in names)}"),
        [CARRIED_ON, LEFT_OUT, UPLOADED, WRITTEN],
        format_func=teller(),
        default=usual if before is None else _way_of(before),
        required=True,
        key="plan-how",
        persist_state="session",
        help=t("A model that learns from prices and promotions has to know how they go on."),
    )
    if how == CARRIED_ON:
        if running_lately >= SELDOM:
            share = words.percent(running_lately)
            st.caption(
                t(
                    f"Lately {share} of all SKUs were on promotion; this plan has none, so expect less than usual. Where you "
                    "do not know what will run, “Leave out” expects as many promotions as before."
                )
            )
        return Kept(CARRIED_ON)
    if how == UPLOADED:
        return _uploaded(panel, horizon)
    return _written(panel, sku, horizon) if how == WRITTEN else Kept(LEFT_OUT)


def _way_of(title: str) -> str:
    """The way in which a plan was given; one that was uploaded is called like its file."""
    return title if title in (LEFT_OUT, CARRIED_ON, WRITTEN) else UPLOADED


def _uploaded(panel: Panel, horizon: int) -> Kept:
    with st.container(border=True):
        key = f"plan-file-{st.session_state.setdefault(_ROUND, 0)}"
        file = st.file_uploader(t("Plan"), key=key, label_visibility="collapsed")
        st.caption(t("One row for each SKU and date, or with a blank SKU for all; gaps go on as now."))
        st.download_button(
            t("Download a table to fill in"), lambda: csv_bytes(carried_on(panel, horizon)), "plan.csv", "text/csv",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        if file is not None:  # read at once: a plan that only lay in the box would not be in the forecast
            st.session_state[_ROUND] += 1
            upload = st.session_state[_UPLOAD] = Upload([file])  # not among the settings: those are saved with the result
            path = Path(upload.folder) / upload.names[0]
            running.start(JOB, ReadPlan(str(path), panel.regressors), f"Reading {file.name}", file.name)
            st.rerun()
        here = running.follow(JOB)
        if isinstance(here.result, PlanRows) and isinstance(here.settings, str):
            st.success(t(f"{here.settings}: {words.count(len(here.result.rows), 'row')}"), icon=":material/check:")
            return Kept(here.settings, here.result.rows)
    return Kept(LEFT_OUT)


def _written(panel: Panel, sku: str, horizon: int) -> Kept:
    """A table for one SKU; what is written for several SKUs is kept until the data changes."""
    kept = current().result(_KEPT, Kept)
    with st.form("plan-form"):
        st.caption(
            t(f"Planned values of **{sku}**. Every other SKU goes on as now, unless you have written a plan for it too.")
        )
        start = _starting(panel, sku, horizon, kept)
        edited = tables.edit(
            start, key=f"plan-{sku}-{horizon}", hide_index=True, disabled=["sku", "date"], height=290,
            column_config={"date": st.column_config.DateColumn("Date", format="YYYY-MM-DD"), "sku": "SKU"},
        )  # fmt: skip
        if st.form_submit_button(t("Keep this plan"), icon=":material/check:"):
            others = kept.rows[kept.rows["sku"] != sku] if kept is not None and kept.rows is not None else None
            kept = Kept(WRITTEN, pd.concat([others, edited], ignore_index=True) if others is not None else edited)
            current().results[_KEPT] = kept
    if kept is None or kept.rows is None:
        st.caption(t("Nothing is kept yet: until then prices and promotions go on as now."))
        return Kept(CARRIED_ON)
    st.success(t(f"Your plan covers {words.count(kept.rows['sku'].nunique(), 'SKU')}."), icon=":material/check:")
    return kept


def _starting(panel: Panel, sku: str, horizon: int, kept: Kept | None) -> pd.DataFrame:
    own = carried_on(panel.select([sku]), horizon)
    if kept is None or kept.rows is None:
        return own
    written = kept.rows[kept.rows["sku"] == sku]
    return written if len(written) == len(own) else own
