"""What a planner writes to change a number: `+250`, `*1.2`, `-10 %`, `=120`."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from forecasting.core.errors import SpecInvalid

_SHAPE = re.compile(r"(?P<sign>[=+\-*/x]?)(?P<number>\d+(?:[.,]\d+)?)(?P<percent>%?)")
_HELP = "write +250, -30, *1.2, +10 %, or a plain number such as 120"


@dataclass(frozen=True)
class Formula:
    """A change of a sum: `set` it, `add` to it, or `scale` it."""

    kind: Literal["set", "add", "scale"]
    value: float

    def of(self, total: float, share: float = 1.0) -> float:
        """The new sum, never below zero; `share` is the part of the meant periods that `total` is about.

        >>> Formula("add", 30.0).of(100.0), Formula("scale", 1.2).of(100.0), Formula("set", 70.0).of(100.0, share=0.5)
        (130.0, 120.0, 35.0)
        """
        if self.kind == "scale":
            return max(total * self.value, 0.0)
        return max(share * self.value + (total if self.kind == "add" else 0.0), 0.0)


def parse_formula(text: str) -> Formula:
    """Read what was written. Raises SpecInvalid, in one sentence, when it is no change of a number.

    >>> parse_formula("+250"), parse_formula("-10 %"), parse_formula("*1,5")
    (Formula(kind='add', value=250.0), Formula(kind='scale', value=0.9), Formula(kind='scale', value=1.5))
    """
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").replace("×", "*").replace(" ", "").lower()
    if not plain:
        raise SpecInvalid(f"There is nothing to change it by; {_HELP}.")
    found = _SHAPE.fullmatch(plain)
    if found is None:
        raise SpecInvalid(f"'{text.strip()}' is no change of a number; {_HELP}.")
    sign, value = found["sign"], _number(found["number"], text)
    if found["percent"]:
        return _percentage(sign, value, text)
    if sign in ("*", "x"):
        return Formula("scale", value)
    if sign == "/":
        return _divided(value, text)
    return Formula("set", value) if sign in ("", "=") else Formula("add", value if sign == "+" else -value)


def _number(text: str, written: str) -> float:
    """A comma before three digits may be a decimal or a thousand: nobody may guess with somebody's order."""
    if re.fullmatch(r"\d{1,3},\d{3}", text):
        raise SpecInvalid(
            f"In '{written.strip()}' the comma can mean two things; write {text.replace(',', '')} or use a point."
        )
    return float(text.replace(",", "."))


def _percentage(sign: str, value: float, written: str) -> Formula:
    if sign not in ("+", "-"):
        raise SpecInvalid(f"'{written.strip()}' does not say whether it goes up or down; write +{value:g} % or -{value:g} %.")
    return Formula("scale", 1 + (value if sign == "+" else -value) / 100)


def _divided(value: float, written: str) -> Formula:
    if value == 0:
        raise SpecInvalid(f"'{written.strip()}' divides by zero; {_HELP}.")
    return Formula("scale", 1 / value)
