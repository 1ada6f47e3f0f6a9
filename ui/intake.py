"""How data comes in: the upload box, the import that runs in its own process, and the questions that are left open."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from forecasting.core.panel import Panel
from forecasting.samples import SAMPLES
from forecasting.workflow import Imported, ImportFiles, Profile, Profiles, Unclear
from forecasting.workflow.profiles import name_for
from ui import preview, profiles, reading, running, words
from ui.demo import open_sample
from ui.language import t
from ui.meanings import answer
from ui.uploads import File, Source, let_go
from ui.workspace import current, same_shop

if TYPE_CHECKING:
    from forecasting.ingest.mapping import Mapping

JOB = "import"
_ROUND = "_upload_round"
_MOST_OF_IT = 0.75  # a file that moves on by a few periods, as a rolling export does, is no loss
_KINDS = "CSV, TSV, TXT, XLSX, XLS, ODS, Parquet, HTML, ZIP or GZ, up to 200 MB each; several files are read together."
_TOO_LARGE = "Larger? Pack it as ZIP, or export a shorter time at once and drop all parts together."
_STEPS = (
    ("Drop the file", "Columns, dates and units are found; what cannot be read is set aside with its reason."),
    ("See what sells", "Every product with its curve, its share and what needs a look."),
    ("Take the forecast away", "All products in one run, with ranges, as CSV or Excel."),
)
_PRIVATE = ":material/lock: Your data stays on this server."


@dataclass(frozen=True)
class Asked:
    """What an import was asked for: where the files are, and under which name its mapping is to be remembered."""

    source: Source
    remember: str = ""


def upload_box() -> None:
    """The box for files; what lands in it is read at once, saved profiles among them too."""
    key = f"upload-{st.session_state.setdefault(_ROUND, 0)}"
    files = st.file_uploader(t("Sales files"), accept_multiple_files=True, key=key, label_visibility="collapsed")
    st.caption(t(f"{_KINDS} {_TOO_LARGE} {_PRIVATE}"))
    if files:
        st.session_state[_ROUND] += 1  # a new box, for the next files
        _take(files)
        st.rerun()


def _take(files: Sequence[File]) -> None:
    """Read what is sales and keep what is a profile; the server's memory is done with them before the reading begins."""
    sales = [file for file in files if not profiles.is_profile(file)]
    for file in files:
        if file not in sales:
            profiles.add(file)
    source = Source.of_files(sales) if sales else None
    let_go(files)
    if source is not None:
        begin(source)


def begin(source: Source, mapping: "Mapping | None" = None, *, remember: str = "", recognise: bool = True) -> None:
    """Read files in a process of their own; without a mapping a profile that fits is used, or the meanings are found."""
    known = profiles.kept() if recognise and mapping is None else Profiles()
    request = ImportFiles(str(source.folder), source.names, mapping, profiles=known)
    running.start(JOB, request, f"Reading {source.title}", Asked(source, remember))


def follow() -> None:
    """Show how far a running import is; when it is done, its data becomes the data in use."""
    workspace = current()
    here = running.follow(JOB)
    if isinstance(here.result, Imported) and isinstance(here.settings, Asked):
        workspace.results.pop(JOB)
        left = left_behind(workspace.panel, here.result.panel)
        workspace.set_panel(here.result.panel, here.result, here.settings.source)
        if left:
            st.toast(t(left), icon=":material/history:", duration="infinite")
        _remember(here.result, here.settings.remember)
        st.rerun()
    if isinstance(here.result, Unclear) and isinstance(here.settings, Asked) and here.job is None:
        st.error(t(words.sentence(here.result.reason)), icon=":material/error:")
        with st.expander(t("The file as it was found"), expanded=True):
            preview.tables(here.result.tables)
        source = here.settings.source
        reading.form(here.result.mapping, (), f"unclear-{here.result.mapping.columns[0].column}", name_for(source.title),
                     lambda mapping, name: begin(source, mapping, remember=name))  # fmt: skip


def left_behind(before: Panel | None, now: Panel) -> str:
    """What is said where the next file of a shop holds later sales alone: models learn from those in use only."""
    if before is None or not same_shop(before, now) or before.freq != now.freq or not before.last < now.last:
        return ""
    if len(now.calendar) > _MOST_OF_IT * len(before.calendar):
        return ""
    return (
        f"These sales begin on {words.day(now.first)}; those before are no longer in use. To learn from all of them, drop both "
        "files together."
    )


def _remember(imported: Imported, name: str) -> None:
    if name:
        profiles.keep(profiles.kept().saved(Profile(name, imported.mapping)))
        st.toast(
            t(f"Saved as your profile “{name}”: the next file with these columns is read this way."), icon=":material/bookmark:"
        )


def busy() -> bool:
    """Whether an import is running, has just failed, or waits for a mapping."""
    here = running.slot(JOB)
    return here.job is not None or bool(here.error) or here.result is not None


def sample_cards() -> None:
    """The sample stores, each with what is special about it and the button that opens it."""
    st.markdown(t("**Or look around in a sample store**"))
    for column, (name, sample) in zip(st.columns(len(SAMPLES)), SAMPLES.items(), strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(t(f"**{sample.title}**"))
            st.caption(t(sample.sentence))
            st.button(t("Open"), key=f"open-{name}", icon=":material/storefront:", on_click=open_store, args=(name,))


def outlook() -> None:
    """Below the box on a page without data: what will happen to a file that is dropped."""
    steps = "".join(f"<li><b>{t(title)}</b><span>{t(sentence)}</span></li>" for title, sentence in _STEPS)
    st.html(f'<ol class="house-steps">{steps}</ol>')


def open_store(name: str) -> None:
    """Open a sample store; the messy one goes the way of an upload, so that its repairs can be seen."""
    if SAMPLES[name].tidy:
        open_sample(current(), name)
    else:
        begin(Source.of_sample(name))


def recognised(imported: Imported, source: Source) -> None:
    """Which profile the file was read with, and the way to read it without."""
    if not imported.profile:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="recognised"):
        st.markdown(t(f":material/bookmark: Read with your profile **{words.plain(imported.profile)}**."), width="stretch")
        st.button(t("Undo: read it without"), key="without-profile", icon=":material/undo:", on_click=_without, args=(source,))


def _without(source: Source) -> None:
    begin(source, recognise=False)


def questions(imported: Imported, source: Source) -> None:
    """What could not be told from the file, each with a button for every answer; pressing one reads the file again."""
    for question in imported.mapping.questions:
        with st.container(border=True, key=f"question-{question.key}"):
            st.markdown(f":material/help: {words.plain(t(question.text))}")
            with st.container(horizontal=True, vertical_alignment="center"):
                for choice in question.choices:
                    mapping = imported.mapping.answered(question.key, choice)
                    st.button(t(answer(choice)), key=f"answer-{question.key}-{choice}", on_click=_answer,
                              args=(source, mapping, imported.profile), type="primary")  # fmt: skip
                st.caption(t(f"Until you say so it is read as: {answer(question.default).lower()}."))


def _answer(source: Source, mapping: "Mapping", profile: str) -> None:
    begin(source, mapping, remember=profile or name_for(source.title))


def reread(imported: Imported, source: Source | None, key: str) -> None:
    """What each column means and how the file is read, to be corrected as long as the file is at hand."""
    if source is None:
        reading.meanings(imported.mapping)
        st.caption(t("Uploaded files are not kept with saved work: drop the file again to read it in another way."))
        return
    reading.form(imported.mapping, imported.channels, key, imported.profile or name_for(source.title),
                 lambda mapping, name: begin(source, mapping, remember=name))  # fmt: skip
