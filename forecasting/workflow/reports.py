"""What a backtest found, as the rows that files hold."""

import pandas as pd

from forecasting.evaluation.evaluation import Evaluation


def scores_frame(evaluation: Evaluation) -> pd.DataFrame:
    """Rows `sku, cutoff, model, metric, value`; an undefined metric has an empty value."""
    return evaluation.scores().rename(columns={"unique_id": "sku"})[["sku", "cutoff", "model", "metric", "value"]]


def backtest_frame(evaluation: Evaluation) -> pd.DataFrame:
    """Rows `sku, cutoff, date, model, actual, mean, p10, p50, p90`, one for each single forecast of a backtest."""
    rows = evaluation.forecasts.rename(columns={"unique_id": "sku", "ds": "date"})
    return rows[["sku", "cutoff", "date", "model", "actual", "mean", "p10", "p50", "p90"]]
