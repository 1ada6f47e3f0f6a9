"""The table as it stands in the file, with what was recognised marked on it in colours and in words."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from forecasting.workflow import Found
from forecasting.workflow.marking import ABOVE, ASIDE, BELOW, GAP, HEADER, USED
from ui import words
from ui.language import t, told_from
from ui.meanings import label

_ROW = "row"
_WHAT = {
    ABOVE: "above the table", HEADER: "header", USED: "used", ASIDE: "set aside", BELOW: "below the table", GAP: "⋯",
    _ROW: "a row",
}  # fmt: skip
_LEGEND = {
    HEADER: "Header row", USED: "Used", ASIDE: "Set aside, with the reason", ABOVE: "Above or below the table, not read",
    "off": "Column that is not used",
}  # fmt: skip
_LONGEST = 36


def tables(found: Sequence[Found]) -> None:
    """One table at a time; where there are several, each can be chosen by its file and sheet."""
    if not found:
        return
    place = 0
    if len(found) > 1:
        place = st.selectbox(
            t("Sheet or table"),
            range(len(found)),
            format_func=told_from(dict(enumerate(map(_place, found)))),
            key="found-table",
            help=t("Every sheet and every table that was found in the files."),
        )
    one = found[min(place, len(found) - 1)]
    st.caption(t(_story(one)))
    st.html(legend(one) + html(one))


def html(one: Found) -> str:
    """The marked table as HTML; every text of the file is escaped."""
    roles = "".join(f"<th>{_role(role)}</th>" for role in one.roles)
    without = {} if _is_used(one) else {USED: _ROW}
    rows = "".join(_row(one, row, without) for row in one.view.itertuples(index=False, name=None))
    return (
        '<div class="house-found" tabindex="0" role="region" aria-label="'
        f'{escape(t("The table as it stands in the file"))}"><table>'
        f'<thead><tr><th scope="col">{t("Line")}</th><th scope="col">{t("Taken as")}</th>{roles}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _is_used(one: Found) -> bool:
    """Whether any column has a meaning: where none has, no row can be said to be used."""
    return any(role not in ("", "ignore") for role in one.roles)


def _row(one: Found, row: tuple[object, ...], renamed: Mapping[str, str]) -> str:
    line, kind, why, fault, *cells = row
    what = renamed.get(str(kind), str(kind))
    said = escape(t(f"{_WHAT[what]}: {why}" if why else _WHAT[what]))
    body = "".join(_cell(str(cell), one.roles[j] if one.roles else "", j == fault) for j, cell in enumerate(cells))
    return f'<tr class="{what}"><th scope="row">{escape(str(line))}</th><td class="what">{said}</td>{body}</tr>'


def _cell(text: str, role: str, fault: bool) -> str:
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    name = "fault" if fault else "off" if role == "ignore" else ""
    title = f' title="{escape(text)}"' if short != text else ""
    return f'<td class="{name}"{title}>{escape(short)}</td>'


def _role(role: str) -> str:
    if not role:
        return ""
    return f'<span class="role {"off" if role == "ignore" else ""}">{escape(t(label(role)))}</span>'


def legend(one: Found) -> str:
    """What the colours mean that this table has; where no column has a meaning, nothing of it is used."""
    kinds = {ABOVE if kind == BELOW else str(kind) for kind in one.view["what"]}
    shown = (kinds - (set() if _is_used(one) else {USED})) | ({"off"} if "ignore" in one.roles else set())
    entries = "".join(f'<span class="{key}">{t(text)}</span>' for key, text in _LEGEND.items() if key in shown)
    return f'<p class="house-legend">{entries}</p>' if entries else ""


def _place(one: Found) -> str:
    left_out = "" if _is_used(one) else " · not used"
    return f"{one.file}{f', {one.sheet}' if one.sheet else ''} · {words.count(one.rows, 'row')}{left_out}"


def _story(one: Found) -> str:
    aside = f", {words.count(one.aside, 'row')} of it set aside" if one.aside else ""
    hidden = f" {words.count(one.hidden, 'further column')} not shown." if one.hidden else ""
    return f"{words.count(one.rows, 'row')}{aside}; the first rows, the last, and those around the first problems.{hidden}"
