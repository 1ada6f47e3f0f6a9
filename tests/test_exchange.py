"""Panels, specs and results survive the way through files, and nothing but our own dataclasses is ever built from them."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting import exchange
from forecasting.core.errors import InputError
from forecasting.core.forecast import Pooled
from forecasting.core.panel import Panel
from forecasting.models import MODELS, make
from forecasting.workflow import ForecastAll, Outlook, TryModel, Tryout, forecast_all, try_model


@pytest.fixture(scope="module")
def panel() -> Panel:
    days = pd.date_range("2024-01-01", periods=90)
    tables = [pd.DataFrame({"unique_id": sku, "ds": days, "y": np.arange(90.0) % 7, "price": 2.5}) for sku in ("007", "B")]
    frame = pd.concat(tables)
    frame.loc[frame.index[3], "y"] = np.nan
    return Panel.build(frame, known=["price"], static=pd.DataFrame({"name": ["Lamp", "Rug"]}, index=["007", "B"]))


def there_and_back(value: object, folder: Path) -> object:
    exchange.save(value, folder / "saved")
    return exchange.load(folder / "saved")


def test_a_panel_keeps_its_digest(panel: Panel, tmp_path: Path) -> None:
    back = there_and_back(panel, tmp_path)
    assert isinstance(back, Panel)
    assert back.digest == panel.digest
    assert back.known == ("price",)


@pytest.mark.parametrize("name", MODELS)
def test_every_spec_comes_back_equal(name: str, tmp_path: Path) -> None:
    assert there_and_back(make(name, horizon=14), tmp_path) == make(name, horizon=14)


def test_a_request_with_a_plan(panel: Panel, tmp_path: Path) -> None:
    plan = pd.DataFrame({"sku": ["", "007"], "date": pd.to_datetime(["2024-03-31", "2024-04-01"]), "price": [2.0, np.nan]})
    back = there_and_back(ForecastAll(panel, (make("window_mean"),), 7, plan), tmp_path)
    assert isinstance(back, ForecastAll)
    pd.testing.assert_frame_equal(back.plan, plan)


def test_results_come_back_with_the_same_quantiles(panel: Panel, tmp_path: Path) -> None:
    outlook = forecast_all(ForecastAll(panel, (make("weekday_mean"),), 7))
    back = there_and_back(outlook, tmp_path / "outlook")
    assert isinstance(back, Outlook)
    np.testing.assert_array_equal(back.forecasts[0].quantile(0.9), outlook.forecasts[0].quantile(0.9))
    tryout = try_model(TryModel(panel, make("weekday_mean"), 7))
    again = there_and_back(tryout, tmp_path / "tryout")
    assert isinstance(again, Tryout)
    pd.testing.assert_frame_equal(again.evaluation.summary(), tryout.evaluation.summary())


def test_error_paths_come_back(tmp_path: Path) -> None:
    errors = Pooled(np.array([2.0]), np.array([0]), np.random.default_rng(1).normal(size=(1, 50, 7)))
    back = there_and_back(errors, tmp_path)
    assert isinstance(back, Pooled)
    np.testing.assert_array_equal(back.quantile(np.ones((1, 7)), 0.9), errors.quantile(np.ones((1, 7)), 0.9))


def test_a_stranger_has_no_place_in_a_file(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="no place in a file"):
        exchange.save(lambda: None, tmp_path / "saved")


@dataclass(frozen=True)
class Stranger:
    command: str = "rm"


@pytest.mark.parametrize(
    "where", ["os:system", "tests.test_exchange:Stranger", "forecasting.exchange:save", "forecasting.nothing:A"]
)
def test_only_our_own_dataclasses_are_built(where: str, tmp_path: Path) -> None:
    (tmp_path / "value.json").write_text(json.dumps({"$type": where, "fields": {}}), encoding="utf-8")
    with pytest.raises(InputError):
        exchange.load(tmp_path)


def test_a_file_outside_of_the_folder_is_not_read(tmp_path: Path) -> None:
    np.save(tmp_path / "secret.npy", np.arange(3))
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "value.json").write_text(json.dumps({"$array": "../secret.npy"}), encoding="utf-8")
    with pytest.raises(FileNotFoundError):
        exchange.load(folder)


def test_a_folder_without_saved_work_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no saved work"):
        exchange.load(tmp_path)
