"""How a series hangs together with its own past: ACF and PACF with their bands.

Whether a length repeats beyond chance is for `periods` to say, so that there is one answer; what it found is handed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binom
from statsmodels.tsa.stattools import acf, pacf

from forecasting.diagnostics.gaps import bridged, is_flat

_NORMAL = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Correlogram:
    """Correlation of a series with itself `lags` (1, 2, ...) periods earlier.

    `values` (lags,) lie between -1 and 1; beyond ±`band` (1.96/√n) a value is unlikely to be chance when the series is noise,
    beyond ±`bartlett` (lags,) when it has the correlations of the shorter lags (Box, Jenkins, Reinsel and Ljung, 5th ed., 2.1).
    """

    kind: str
    lags: np.ndarray
    values: np.ndarray
    band: float
    bartlett: np.ndarray
    reading: str

    @property
    def significant(self) -> np.ndarray:
        """The lags beyond the band."""
        return self.lags[np.abs(self.values) > self.band]

    def to_frame(self) -> pd.DataFrame:
        """Rows `lag, value, band, bartlett`."""
        return pd.DataFrame({"lag": self.lags, "value": self.values, "band": self.band, "bartlett": self.bartlett})


def autocorrelation(
    sales: pd.Series | np.ndarray,
    lags: int | None = None,
    season: int = 1,
    *,
    repeats: Sequence[int] | None = None,
    noun: str = "period",
) -> Correlogram:
    """ACF up to `lags` (four seasons, or 10 log10 n, when not given); the estimator divides by n, as R's acf does.

    `repeats` are the lengths that were found to repeat (`Periods.lengths`), None where nobody has looked; `noun` is one period.

    >>> autocorrelation(np.array([1.0, 2, 3, 4] * 10), season=4, repeats=[4], noun="quarter").reading
    'Sales repeat after 4 quarters (correlation 0.90): a seasonal pattern.'
    """
    values = bridged(sales).values
    count = _lags(len(values), lags, season)
    if is_flat(values) or not count:
        return _nothing("ACF", len(values))
    found = np.asarray(acf(values, nlags=count, fft=True, adjusted=False))[1:]
    band = _NORMAL / np.sqrt(len(values))
    bartlett = band * np.sqrt(1 + 2 * np.concatenate([[0.0], np.cumsum(found**2)[:-1]]))
    return Correlogram("ACF", np.arange(1, count + 1), found, band, bartlett, _read_acf(found, band, repeats, noun))


def partial_autocorrelation(
    sales: pd.Series | np.ndarray,
    lags: int | None = None,
    season: int = 1,
    *,
    repeats: Sequence[int] | None = None,
    noun: str = "period",
) -> Correlogram:
    """PACF up to `lags` by Durbin and Levinson's recursion on the ACF, as R's pacf does; its bands are ±1.96/√n throughout.

    `repeats` and `noun` as for `autocorrelation`.

    >>> bool(partial_autocorrelation(np.array([1.0, 2, 3, 4] * 10), season=4).values[0] < 0.2)
    True
    """
    values = bridged(sales).values
    count = min(_lags(len(values), lags, season), len(values) // 2 - 1)
    if is_flat(values) or count < 1:
        return _nothing("PACF", len(values))
    found = np.asarray(pacf(values, nlags=count, method="ldb"))[1:]
    band = _NORMAL / np.sqrt(len(values))
    return Correlogram(
        "PACF", np.arange(1, count + 1), found, band, np.full(count, band), _read_pacf(found, band, repeats, noun)
    )


def _lags(length: int, lags: int | None, season: int) -> int:
    wanted = lags or max(4 * season if season > 1 else 0, int(10 * np.log10(max(length, 1))))
    return max(0, min(wanted, length - 1))


def _nothing(kind: str, length: int) -> Correlogram:
    what = (
        "There is no value yet" if not length else "One value says nothing of memory" if length == 1 else "All values are equal"
    )
    return Correlogram(
        kind, np.empty(0, dtype=int), np.empty(0), float("nan"), np.empty(0), f"{what}, so there is no memory to see."
    )


def _read_acf(values: np.ndarray, band: float, repeats: Sequence[int] | None, noun: str) -> str:
    length = next((one for one in repeats or () if one <= len(values)), 0)
    if length and values[length - 1] > band:
        return f"Sales repeat after {length} {noun}s (correlation {values[length - 1]:.2f}): a seasonal pattern."
    if length:
        return f"Trend and single peaks hide it here: without them sales repeat after {length} {noun}s."
    if len(values) >= 10 and (values[:10] > band).all() and values[9] > 0.5 * values[0]:
        return "The correlation dies out very slowly: the level wanders or follows a trend."
    beyond = np.flatnonzero(np.abs(values) > band)
    if _by_chance(values, band):
        return "Hardly a lag lies beyond the band: past sales say little about the next ones."
    strongest = int(np.abs(values).argmax())
    where = f"the strongest at lag {strongest + 1} ({values[strongest]:+.2f})"
    nowhere = ", and no length repeats beyond chance" if repeats is not None and not len(repeats) else ""
    return f"{len(beyond)} of {len(values)} lags lie beyond the band, {where}{nowhere}."


def _by_chance(values: np.ndarray, band: float) -> bool:
    """Whether noise would put as many lags beyond the band, and none of them far."""
    beyond = np.abs(values) > band
    return bool(beyond.sum() <= binom.ppf(0.95, len(values), 0.05) and (np.abs(values) < 1.8 * band).all())


def _read_pacf(values: np.ndarray, band: float, repeats: Sequence[int] | None, noun: str) -> str:
    beyond = np.abs(values) > band
    if _by_chance(values, band):
        return "No lag adds much once the shorter ones are known: a model hardly needs earlier sales (p = 0)."
    first_inside = int(np.argmax(~beyond)) if not beyond.all() else len(values)
    later = beyond[first_inside:]
    if first_inside and later.sum() > binom.ppf(0.95, len(later), 0.05):
        rest = "" if repeats is not None and not len(repeats) else "; a seasonal part may say the rest"
        return (
            f"Short lags add something, and so do {int(later.sum())} later ones: the last {noun}s alone (p = "
            f"{min(first_inside, 5)}) do not say it all{rest}."
        )
    if first_inside:
        lags = "Only the first lag adds something" if first_inside == 1 else f"The first {first_inside} lags each add something"
        last = f"the last {noun}" if first_inside == 1 else f"the last {min(first_inside, 5)} {noun}s"
        return f"{lags}, then it breaks off: let sales depend on {last} (p = {min(first_inside, 5)})."
    strongest = int(np.abs(values).argmax())
    if repeats is None or strongest + 1 in repeats:
        return f"The lag that adds most is {strongest + 1} ({values[strongest]:+.2f}): a pattern of that length."
    return f"The first lag adds nothing, the one that adds most is {strongest + 1} ({values[strongest]:+.2f})."
