"""What a peer's LSTM forecasts, in the peer's own environment: it needs darts or neuralforecast and nothing of this package.

Started by `benchmarks.networks`; reads `unique_id, ds, y` and writes `unique_id, ds, mean`.
"""

import argparse
import logging
import os
import time
import warnings
from pathlib import Path

import pandas as pd

QUIET = {"enable_progress_bar": False, "logger": False, "enable_checkpointing": False, "enable_model_summary": False}


def neuralforecast(rows: pd.DataFrame, horizon: int, window: int, seconds: float, seed: int) -> pd.DataFrame:
    """The LSTM of neuralforecast with its own defaults, but for the window, a scaler for each window, and the time."""
    from neuralforecast import NeuralForecast
    from neuralforecast.models import LSTM

    trainer = QUIET | {"max_time": {"seconds": seconds}, "accelerator": "cpu"}
    model = LSTM(h=horizon, input_size=window, max_steps=100_000, scaler_type="standard", random_seed=seed, **trainer)
    engine = NeuralForecast(models=[model], freq="D")
    engine.fit(rows)
    return engine.predict().rename(columns={"LSTM": "mean"})[["unique_id", "ds", "mean"]]


def darts(rows: pd.DataFrame, horizon: int, window: int, seconds: float, seed: int) -> pd.DataFrame:
    """The RNNModel of Darts as an LSTM, series standardised, its weekdays as covariates."""
    from darts import TimeSeries
    from darts.dataprocessing.transformers import Scaler
    from darts.models import RNNModel
    from sklearn.preprocessing import StandardScaler

    series = TimeSeries.from_group_dataframe(rows, group_cols="unique_id", time_col="ds", value_cols="y", freq="D")
    series = [one.astype("float32") for one in series]
    scaler = Scaler(StandardScaler())
    scaled = scaler.fit_transform(series)
    model = RNNModel(
        input_chunk_length=window, training_length=window + horizon, model="LSTM", hidden_dim=48, n_epochs=10_000,
        batch_size=256, random_state=seed, add_encoders={"cyclic": {"future": ["dayofweek"]}},
        pl_trainer_kwargs=QUIET | {"max_time": {"seconds": seconds}, "accelerator": "cpu"},
    )  # fmt: skip
    model.fit(scaled, verbose=False)
    answers = scaler.inverse_transform(model.predict(horizon, series=scaled, verbose=False))
    tables = [
        pd.DataFrame(
            {"unique_id": str(one.static_covariates["unique_id"].iloc[0]), "ds": said.time_index, "mean": said.values()[:, 0]}
        )
        for one, said in zip(series, answers, strict=True)
    ]
    return pd.concat(tables)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("method", choices=("neuralforecast", "darts"))
    parser.add_argument("rows", type=Path)
    parser.add_argument("answer", type=Path)
    parser.add_argument("--horizon", type=int, required=True)
    parser.add_argument("--window", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    rows = pd.read_csv(options.rows, parse_dates=["ds"], dtype={"unique_id": str})
    started, used = time.perf_counter(), time.process_time()
    method = {"neuralforecast": neuralforecast, "darts": darts}[options.method]
    answer = method(rows, options.horizon, options.window, options.seconds, options.seed)
    answer.assign(mean=answer["mean"].clip(lower=0.0)).to_csv(options.answer, index=False)
    print(f"{time.perf_counter() - started:.1f} {time.process_time() - used:.1f} {os.getpid()}")


if __name__ == "__main__":
    main()
