"""Our least squares against the certified values of NIST's Statistical Reference Datasets, to at least seven digits.

The data and the certified values stand in nist.txt, as NIST published them; the values were compared with a second copy,
in the public repository ab9sq/Rqualification, which gives those below, too. The two sets without a constant are given to a
regression with one together with their mirror image (-x, -y), which puts the constant at zero and leaves the slope as it is.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.datasets import longley

from forecasting.features.columns import Column
from forecasting.features.design import Design
from forecasting.models.least_squares import Solution, least_squares

# In the order of NIST's table of Longley: constant, deflator, GNP, unemployed, armed forces, population, year.
LONGLEY = (-3482258.63459582, 15.0618722713733, -0.358191792925910e-1, -2.02022980381683, -1.03322686717359,
           -0.511041056535807e-1, 1829.15146461355)  # fmt: skip
LONGLEY_ERRORS = (890420.383607373, 84.9149257747669, 0.334910077722432e-1, 0.488399681651699, 0.214274163161675,
                  0.226073200069370, 455.478499142212)  # fmt: skip
# Certified R², and the certified standard deviations of the estimates of Wampler4 and Wampler5.
R_SQUARED = {"Norris": 0.999993745883712, "Pontius": 0.999999900178537, "Filip": 0.996727416185620,
             "Wampler3": 0.999995559025820, "Wampler4": 0.957478440825662, "Wampler5": 0.224668921574940e-02}  # fmt: skip
LARGE_ERRORS = {
    "Wampler4": (215232.624678170, 236355.173469681, 77934.3524331583, 10147.5507550350, 564.566512170752, 11.2324854679312),
    "Wampler5": (21523262.4678170, 23635517.3469681, 7793435.24331583, 1014755.07550350, 56456.6512170752, 1123.24854679312),
}


@dataclass(frozen=True, eq=False)
class Certified:
    degree: int
    estimates: np.ndarray
    errors: np.ndarray
    y: np.ndarray
    x: np.ndarray


def read() -> dict[str, Certified]:
    text = (Path(__file__).parent / "nist.txt").read_text(encoding="utf-8")
    blocks = "\n".join(line for line in text.splitlines() if not line.startswith("#")).strip().split("\n\n")
    sets = {}
    for block in blocks:
        head, estimates, errors, *rows = block.splitlines()
        name, degree = head.split()
        pairs = np.array(" ".join(rows).split(), dtype=float).reshape(-1, 2)
        numbers = [np.array(line.split(), dtype=float) for line in (estimates, errors)]
        sets[name] = Certified(int(degree), *numbers, pairs[:, 0], pairs[:, 1])
    return sets


SETS = read()


def solved(columns: np.ndarray, y: np.ndarray) -> Solution:
    dates = pd.date_range("2024-01-01", periods=len(y))
    named = tuple(Column(f"x{number}", "x", 0, values) for number, values in enumerate(columns.T))
    made = Design(named, dates, len(y), columns, np.empty((1, len(y), 0)))
    return least_squares(made, y[None], np.ones((1, columns.shape[1]), dtype=bool), np.zeros(1))


def digits(found: np.ndarray, certified: np.ndarray) -> float:
    """The least number of digits that agree: the log relative error, or the absolute one where the certified value is 0."""
    off = np.abs(found - certified) / np.where(certified == 0, 1.0, np.abs(certified))
    return float(-np.log10(np.maximum(off, 1e-16)).min())


def powers(x: np.ndarray, degree: int) -> np.ndarray:
    return np.stack([x**power for power in range(1, degree + 1)], axis=1)


@pytest.mark.parametrize("name", ["Norris", "Pontius", "Filip"])
def test_certified_polynomials(name: str) -> None:
    given = SETS[name]
    found = solved(powers(given.x, given.degree), given.y)
    assert digits(found.estimates[0], given.estimates) >= 7
    assert digits(found.std_errors[0], given.errors) >= 7
    assert digits(found.r_squared, np.array([R_SQUARED[name]])) >= 7


def test_longley() -> None:
    data = longley.load_pandas().data
    columns = data[["GNPDEFL", "GNP", "UNEMP", "ARMED", "POP", "YEAR"]].to_numpy(dtype=float)
    found = solved(columns, data["TOTEMP"].to_numpy(dtype=float))
    assert digits(found.estimates[0], np.array(LONGLEY)) >= 7
    assert digits(found.std_errors[0], np.array(LONGLEY_ERRORS)) >= 7


@pytest.mark.parametrize("name", ["NoInt1", "NoInt2"])
def test_certified_lines_through_the_origin(name: str) -> None:
    given = SETS[name]
    found = solved(np.r_[given.x, -given.x][:, None], np.r_[given.y, -given.y])
    assert digits(found.weights[0], given.estimates) >= 7
    freedom = (2 * len(given.y) - 2) / (2 * (len(given.y) - 1))  # the mirror image has twice the squares and twice the rows
    assert digits(found.std_errors[0, 1:] * np.sqrt(2 * freedom), given.errors) >= 7


@pytest.mark.parametrize(("name", "times"), [("Wampler1", 0), ("Wampler3", 1), ("Wampler4", 100), ("Wampler5", 10_000)])
def test_wampler_with_small_and_large_errors(name: str, times: float) -> None:
    given = SETS["Wampler3"]
    line = 1 + powers(given.x, 5).sum(axis=1)
    y = line + times * (given.y - line)
    found = solved(powers(given.x, 5), y)
    assert digits(found.estimates[0], given.estimates) >= 7
    if times:
        assert digits(found.std_errors[0], np.array(LARGE_ERRORS.get(name, given.errors))) >= 7
        assert digits(found.r_squared, np.array([R_SQUARED[name]])) >= 7


def test_wampler2() -> None:
    x = SETS["Wampler3"].x
    certified = 10.0 ** -np.arange(6)
    y = np.round(powers(x, 5) @ certified[1:] + 1, 5)
    assert digits(solved(powers(x, 5), y).estimates[0], certified) >= 7
