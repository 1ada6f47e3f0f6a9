"""Fills for missing periods: mean of the same weekday, linear, seasonal, zero."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

WEEKS = 8


def fill(y: np.ndarray, season_length: int, method: str, *, past_only: bool = False) -> np.ndarray:
    """A copy of the matrix (SKUs, periods) with its NaN filled where the method can.

    Args:
        y: units, NaN where missing (and before a series begins; those cells may come back filled, the caller masks them).
        season_length: periods of the season; "weekday_mean" means the same place in it.
        method: one of FILLS.
        past_only: use only earlier periods.

    Example:
        >>> fill(np.array([[1.0, np.nan, 3.0]]), 7, "linear").tolist()
        [[1.0, 2.0, 3.0]]
        >>> fill(np.array([[1.0, np.nan, 3.0]]), 7, "linear", past_only=True).tolist()
        [[1.0, 1.0, 3.0]]
    """
    return np.maximum(FILLS[method](y, season_length, past_only), 0.0)


def _weekday_mean(y: np.ndarray, season_length: int, past_only: bool) -> np.ndarray:
    """Mean of the same place in the last 8 seasons; else, unless only the past counts, the next 8; else of periods near."""
    out = y.copy()
    missing = np.argwhere(np.isnan(y))
    for row, t in missing:
        same = (
            y[row, :t][::-1][season_length - 1 :: season_length][:WEEKS] if season_length > 1 else y[row, max(0, t - WEEKS) : t]
        )
        value = _mean(same)
        if np.isnan(value) and not past_only:
            value = _mean(y[row, t + season_length :: season_length][:WEEKS])
        if np.isnan(value):
            near = y[row, max(0, t - WEEKS * season_length) : t if past_only else t + WEEKS * season_length]
            value = _mean(near)
        out[row, t] = value
    return out


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _linear(y: np.ndarray, season_length: int, past_only: bool) -> np.ndarray:  # noqa: ARG001 - one signature for all fills
    """Straight line between the neighbours; the last value before where only the past counts."""
    out = y.copy()
    for row in out:
        known = np.flatnonzero(~np.isnan(row))
        if not known.size or known.size == row.size:
            continue
        gaps = np.flatnonzero(np.isnan(row))
        gaps = gaps[gaps > known[0]]
        row[gaps] = row[known[np.searchsorted(known, gaps) - 1]] if past_only else np.interp(gaps, known, row[known])
    return out


def _seasonal(y: np.ndarray, season_length: int, past_only: bool) -> np.ndarray:
    """Linear level plus the season's usual departure from it (additive, of log1p); needs two seasons, else linear."""
    base = _linear(y, season_length, past_only)
    if y.shape[1] < 2 * season_length or season_length < 2:
        return base
    out = base.copy()
    for row, (raw, level) in enumerate(zip(y, base, strict=True)):
        gaps = np.flatnonzero(np.isnan(raw))
        if gaps.size and np.isfinite(raw).sum() >= 2 * season_length:
            out[row, gaps] = [_seasonal_value(raw, level, int(t), season_length, past_only) for t in gaps]
    return out


def _seasonal_value(raw: np.ndarray, level: np.ndarray, t: int, season_length: int, past_only: bool) -> float:
    """Level of a season around the gap, moved by the mean departure of the gap's place from that level."""
    stop = t if past_only else raw.size
    window = slice(max(0, t - 4 * season_length), min(stop, t + 4 * season_length))
    logs = np.log1p(raw[window])
    places = np.arange(window.start, window.stop) % season_length
    same = logs[places == t % season_length]
    if not np.isfinite(same).any() or not np.isfinite(logs).any():
        return float(level[t])
    near = np.log1p(raw[max(0, t - season_length) : min(stop, t + season_length + 1)])
    around = np.nanmean(near) if np.isfinite(near).any() else np.nanmean(logs)
    return float(np.expm1(around + np.nanmean(same) - np.nanmean(logs)))


def _zero(y: np.ndarray, season_length: int, past_only: bool) -> np.ndarray:  # noqa: ARG001 - one signature for all fills
    return np.nan_to_num(y, nan=0.0)


FILLS: dict[str, Callable[[np.ndarray, int, bool], np.ndarray]] = {
    "weekday_mean": _weekday_mean,
    "linear": _linear,
    "seasonal": _seasonal,
    "zero": _zero,
}
