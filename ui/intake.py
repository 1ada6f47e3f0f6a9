"""How data comes in: the upload box, the import that runs in its own process, and the mapping that a user may correct."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from forecasting.samples import SAMPLES
from forecasting.workflow import Imported, ImportFiles, Unclear
from ui import running, words
from ui.demo import open_sample
from ui.uploads import Source
from ui.workspace import current

if TYPE_CHECKING:
    from forecasting.ingest.mapping import Mapping

JOB = "import"
_ROUND = "_upload_round"
_KINDS = "CSV, TSV, TXT, XLSX, XLS, ODS, Parquet, HTML, ZIP or GZ, up to 200 MB; several files are read together."
_PRIVATE = ":material/lock: Your data stays on this server."
_LABELS = {
    "sku": "SKU code", "name": "Product name", "units": "Units sold", "returns": "Units returned", "promo": "Promotion",
    "channel": "Channel or shop", "order": "Order number", "orders": "Number of orders", "regressor": "Other number over time",
    "attribute": "Other property", "period": "Period (across)", "series": "SKU (across)", "ignore": "Not used",
}  # fmt: skip

_ANSWERS = {
    "DMY": "Day first (31/12)",
    "MDY": "Month first (12/31)",
    "YMD": "Year first",
    "zero": "Nothing was sold",
    "missing": "Unknown",
}


def upload_box() -> None:
    """The box for files; what lands in it is read at once."""
    key = f"upload-{st.session_state.setdefault(_ROUND, 0)}"
    files = st.file_uploader("Sales files", accept_multiple_files=True, key=key, label_visibility="collapsed")
    st.caption(f"{_KINDS} {_PRIVATE}")
    if files:
        st.session_state[_ROUND] += 1  # a new box: Streamlit lets go of the bytes of the old one
        begin(Source.of_files(files))
        st.rerun()


def begin(source: Source, mapping: "Mapping | None" = None) -> None:
    """Read files in a process of their own; without a mapping the meaning of the columns is found."""
    request = ImportFiles(str(source.folder), source.names, mapping)
    running.start(JOB, request, f"Reading {source.title}", source)


def follow() -> None:
    """Show how far a running import is; when it is done, its data becomes the data in use."""
    workspace = current()
    here = running.follow(JOB)
    if isinstance(here.result, Imported) and isinstance(here.settings, Source):
        workspace.results.pop(JOB)
        workspace.set_panel(here.result.panel, here.result, here.settings)
        st.rerun()
    if isinstance(here.result, Unclear) and isinstance(here.settings, Source) and here.job is None:
        st.error(words.sentence(here.result.reason), icon=":material/error:")
        mapping_form(here.result.mapping, here.settings, "unclear")


def busy() -> bool:
    """Whether an import is running, has just failed, or waits for a mapping."""
    here = running.slot(JOB)
    return here.job is not None or bool(here.error) or here.result is not None


def sample_cards() -> None:
    """The sample stores, each with what is special about it and the button that opens it."""
    st.markdown("**Or look around in a sample store**")
    for column, (name, sample) in zip(st.columns(len(SAMPLES)), SAMPLES.items(), strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{sample.title}**")
            st.caption(sample.sentence)
            st.button("Open", key=f"open-{name}", icon=":material/storefront:", on_click=open_store, args=(name,))


def open_store(name: str) -> None:
    """Open a sample store; the messy one goes the way of an upload, so that its repairs can be seen."""
    if SAMPLES[name].tidy:
        open_sample(current(), name)
    else:
        begin(Source.of_sample(name))


def questions(imported: Imported, source: Source) -> None:
    """What could not be told from the file, each with its possible answers."""
    for question in imported.mapping.questions:
        with st.form(f"question-{question.key}"):
            place = question.choices.index(question.default) if question.default in question.choices else 0
            answer = st.radio(
                question.text,
                question.choices,
                index=place,
                horizontal=True,
                format_func=lambda choice: _ANSWERS.get(choice, choice),
            )
            if st.form_submit_button("Read it this way", type="primary"):
                begin(source, imported.mapping.answered(question.key, str(answer)))
                st.rerun()


def mapping_form(mapping: "Mapping", source: Source, key: str) -> None:
    """What each column was taken for, with samples; changes are used when the button is pressed."""
    labels = _labels()
    table = pd.DataFrame(
        [(column.column, labels[column.role], ", ".join(column.samples[:3])) for column in mapping.columns],
        columns=["Column", "Means", "For example"],
    )
    with st.form(f"mapping-form-{key}", border=False):
        edited = st.data_editor(
            table, hide_index=True, disabled=["Column", "For example"], key=f"mapping-{key}",
            column_config={"Means": st.column_config.SelectboxColumn(options=list(labels.values()), required=True)},
        )  # fmt: skip
        if st.form_submit_button("Read again with these meanings", icon=":material/refresh:"):
            begin(source, _corrected(mapping, table["Means"], edited["Means"]))
            st.rerun()


def _corrected(mapping: "Mapping", before: pd.Series, after: pd.Series) -> "Mapping":
    roles = {label: role for role, label in _labels().items()}
    for column, old, new in zip(mapping.columns, before, after, strict=True):
        mapping = mapping if old == new else mapping.with_role(column.column, roles[new])
    return mapping


def _labels() -> dict[str, str]:
    from forecasting.ingest.mapping import ROLES

    return {role: _LABELS.get(role, role.replace("_", " ").capitalize()) for role in ROLES}
