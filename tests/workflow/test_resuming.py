"""Going on after a kill: nothing that was found is done again, and the numbers are the same to the last bit."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from forecasting.core.checkpoint import remember
from forecasting.core.errors import InputError
from forecasting.core.panel import Panel
from forecasting.evaluation.backtest import Backtest
from forecasting.models import make
from forecasting.models.statistical import Path as Series
from forecasting.models.statistical import PerSeries
from forecasting.workflow import Compare, ForecastAll, compare, forecast_all, forecast_frame
from forecasting.workflow.resuming import Shelf, remove_old, resuming

CALLS: list[int] = []


@dataclass(frozen=True)
class Fragile(PerSeries):
    """Breaks the whole process off after some series, as a kill would."""

    name: ClassVar[str] = "fragile"
    strength: int = 10_000

    def path(self, history: np.ndarray, season: int, horizon: int) -> Series:  # noqa: ARG002
        if len(CALLS) >= self.strength:
            raise KeyboardInterrupt
        CALLS.append(1)
        return Series(np.full(horizon, history[-1] / 3), history * 0.7)


def panel(skus: int = 230, periods: int = 70) -> Panel:
    rng = np.random.default_rng(1)
    days = pd.date_range("2024-01-01", periods=periods)
    return Panel.build(
        pd.concat(pd.DataFrame({"unique_id": f"S{i:03}", "ds": days, "y": rng.poisson(4, periods)}) for i in range(skus))
    )


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    CALLS.clear()


def test_a_forecast_goes_on_where_it_stopped_with_the_same_numbers(tmp_path: Path) -> None:
    sales, whole = panel(), Shelf(tmp_path)
    straight = Fragile(horizon=7).fit(sales)
    CALLS.clear()
    with pytest.raises(KeyboardInterrupt), remember(whole):
        Fragile(horizon=7, strength=120).fit(sales)
    assert len(CALLS) == 120
    with remember(whole):
        Fragile(horizon=7, strength=120, jobs=1).fit(sales.select(sales.ids[:100]))  # two whole chunks were found
    assert len(CALLS) == 120
    with remember(whole):
        again = Fragile(horizon=7, strength=10_000).fit(sales)
    assert len(CALLS) == 120 + 230  # another spec is another question
    assert np.array_equal(again.mean, straight.mean)
    assert np.array_equal(again.expected, straight.expected, equal_nan=True)


def test_the_cores_at_work_do_not_change_the_question(tmp_path: Path) -> None:
    with remember(Shelf(tmp_path)):
        Fragile(horizon=7).fit(panel())
        CALLS.clear()
        Fragile(horizon=7, jobs=2).fit(panel())
    assert not CALLS


@pytest.mark.parametrize("name", ["auto", "arima", "ets", "linear", "boosting"])
def test_every_kind_of_model_is_the_same_when_it_is_recalled(name: str, tmp_path: Path) -> None:
    request = ForecastAll(panel(12, 120), (make(name, horizon=7, seed=1),), horizon=7)
    straight = forecast_frame(forecast_all(request), request.panel, levels=(95,))
    with remember(Shelf(tmp_path)):
        first = forecast_frame(forecast_all(request), request.panel, levels=(95,))
    for place in tmp_path.iterdir():  # only the parts are recalled, not the whole
        if '"forecasting.workflow.modelling:Ahead"' in (place / "value.json").read_text():
            (place / "value.json").write_text("{")
    with remember(Shelf(tmp_path)):
        second = forecast_frame(forecast_all(request), request.panel, levels=(95,))
        third = forecast_frame(forecast_all(request), request.panel, levels=(95,))
    for frame in (first, second, third):
        pd.testing.assert_frame_equal(frame, straight, check_exact=True)


def test_a_backtest_goes_on_with_the_cutoff_at_which_it_stopped(tmp_path: Path) -> None:
    sales = panel(60)
    request = Compare(sales, (Fragile(horizon=7),), Backtest(7, windows=3))
    straight = compare(request)
    CALLS.clear()
    with remember(Shelf(tmp_path)):
        compare(request)
        CALLS.clear()
        again = compare(request)
    assert not CALLS
    pd.testing.assert_frame_equal(again.forecasts, straight.forecasts, check_exact=True)
    assert again.seconds.keys() == straight.seconds.keys()


def test_what_is_done_leaves_nothing_behind_and_what_is_not_stays(tmp_path: Path) -> None:
    request = ForecastAll(panel(60), (Fragile(horizon=7),), 7)
    with resuming(request, tmp_path):
        forecast_all(request)
        assert any(tmp_path.rglob("value.json"))
    assert not any(tmp_path.iterdir())
    CALLS.clear()
    stopped = replace(request, specs=(Fragile(horizon=7, strength=55),))
    with pytest.raises(KeyboardInterrupt), resuming(stopped, tmp_path):
        forecast_all(stopped)
    assert any(tmp_path.rglob("value.json"))
    remove_old(tmp_path)
    assert any(tmp_path.iterdir())
    remove_old(tmp_path, days=-1)
    assert not any(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="choose another folder"), resuming("anything", tmp_path / "file"):
        pass


def test_a_damaged_result_is_computed_again(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.keep("a", ("x", np.arange(3.0)))
    assert shelf.recall("a")[1].tolist() == [0, 1, 2]
    (tmp_path / "a" / "1.npy").write_bytes(b"\x93NUMPY")
    assert shelf.recall("a") is None
    assert not (tmp_path / "a").exists()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")
def test_the_command_line_goes_on_after_a_kill(tmp_path: Path) -> None:
    sales = panel(250, 120).frame.rename(columns={"unique_id": "sku", "ds": "date", "y": "units"})
    sales.to_csv(tmp_path / "sales.csv", index=False)
    words = [sys.executable, "-m", "forecasting", "forecast", str(tmp_path / "sales.csv"), "--horizon", "7", "--model", "theta"]
    words += ["--jobs", "1", "--resume", str(tmp_path / "kept"), "--output"]
    process = subprocess.Popen([*words, str(tmp_path / "never.csv")], stderr=subprocess.DEVNULL, start_new_session=True)
    limit = time.monotonic() + 60
    while not any((tmp_path / "kept").rglob("value.json")) and time.monotonic() < limit:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "never.csv").exists()
    found = len(list((tmp_path / "kept").rglob("value.json")))
    assert 1 <= found < 5
    subprocess.run([*words, str(tmp_path / "resumed.csv")], check=True, capture_output=True)
    subprocess.run([*words, str(tmp_path / "straight.csv")], check=True, capture_output=True)
    assert (tmp_path / "resumed.csv").read_bytes() == (tmp_path / "straight.csv").read_bytes()
    assert not any((tmp_path / "kept").iterdir())
