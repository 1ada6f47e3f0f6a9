"""What an import had to decide, in the order in which it matters to a merchant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from forecasting.core.panel import Panel

if TYPE_CHECKING:
    from forecasting.workflow.uploading import Imported

Kind = Literal["check", "counted", "tidied"]
KINDS: tuple[Kind, ...] = ("check", "counted", "tidied")
_TIDIED = re.compile(
    r"above the header|below the table|header is repeated|NUL characters|stray quotes|stacked from|kept for show"
    r"|were read as|beyond the header|no header row|closed on|sums the others up"
)
_COUNTED = re.compile(
    r"^a (listed )?SKU without a row|returned units|were summed to|channels or stores are summed|blank cell counts"
    r"|counts as one unit|read as 1 where|their name stands for it|left the stock"
)
_HERE = "change that under 'What each column means'"
_PLAIN = (
    (re.compile(r"choose 'split' to keep them apart"), _HERE),
    (re.compile(r"change 'decimal' if that is wrong"), _HERE),
    (re.compile(r"\b1 (row|column|line|cell|day|week|month|channel|file|character|unit|SKU)s\b"), r"1 \1"),
)
_VERBS = {"are": "is", "were": "was", "have": "has", "hold": "holds"}


@dataclass(frozen=True)
class Remark:
    """One thing that the import decided: to be checked, about how sales were counted, or a mere tidying up."""

    text: str
    kind: Kind


@dataclass(frozen=True)
class Returned:
    """Units sold and units that came back.

    What is left cannot be told: an order that was refunded is not among those sold, a return of an earlier sale is.
    """

    gross: float
    back: float


def remarks(imported: Imported) -> tuple[Remark, ...]:
    """All remarks but those that are asked as questions, what should be checked first."""
    asked = {question.text for question in imported.mapping.questions}
    found = [Remark(_plain(text), kind_of(text)) for text in imported.report.issues if text not in asked]
    return tuple(sorted(found, key=lambda remark: KINDS.index(remark.kind)))


def kind_of(text: str) -> Kind:
    """What a remark is about; what is not known is to be checked.

    >>> kind_of("2 rows above the header are not part of the table"), kind_of("5 cells of 'price' are no numbers")
    ('tidied', 'check')
    """
    if "confirm" in text or "check the export" in text:
        return "check"
    if _COUNTED.search(text):
        return "counted"
    return "tidied" if _TIDIED.search(text) else "check"


def returned(panel: Panel) -> Returned | None:
    """Gross sales and returns of the whole panel; None where nothing came back."""
    back = float(np.nansum(panel.columns["returns"])) if "returns" in panel.regressors else 0.0
    return Returned(float(np.nansum(panel.columns["y"])), back) if back > 0 else None


def _plain(text: str) -> str:
    """The remark with the names of settings as the page has them, and one of a thing in the singular."""
    for pattern, plain in _PLAIN:
        text = pattern.sub(plain, text)
    if not text.startswith("1 "):
        return text
    return re.sub(r"\b(are|were|have|hold)\b", lambda verb: _VERBS[verb[0]], text, count=1)
