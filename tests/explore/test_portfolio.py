"""All SKUs side by side: classes and signals by hand, shares that add up, and nothing that depends on order or on the unit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting.core.panel import Panel
from forecasting.explore.portfolio import Portfolio, portfolio
from forecasting.explore.portfolio_alerts import KINDS, flags_of
from forecasting.explore.portfolio_blocks import Scale, blocks_of, scale_of
from forecasting.explore.portfolio_check import check, tracking_signal
from forecasting.explore.portfolio_classes import abc_class, season_index, trend, variation, xyz_class
from forecasting.explore.portfolio_groups import curves, grouped, headline, matrix
from forecasting.plots import portfolio as plots

WEEKS = Scale(7, "week", 52, 4)


def panel_of(sales: dict[str, np.ndarray], freq: str = "D", **columns: dict[str, np.ndarray]) -> Panel:
    """One series for each SKU, all ending on the same day."""
    last = pd.Timestamp("2024-12-29")
    parts = []
    for sku, units in sales.items():
        dates = pd.date_range(end=last, periods=len(units), freq=freq)
        extra = {name: values[sku] for name, values in columns.items()}
        parts.append(pd.DataFrame({"unique_id": sku, "ds": dates, "y": np.asarray(units, dtype=float)} | extra))
    return Panel.build(pd.concat(parts), freq=freq)


@pytest.fixture(scope="module")
def shop() -> Panel:
    """Two years and a half of thirty SKUs with prices: steady, erratic, rare, new, gone."""
    rng = np.random.default_rng(5)
    days = 900
    season = 1 + 0.5 * np.sin(2 * np.pi * np.arange(days) / 364)
    sales = {f"S{number:02}": rng.poisson(rng.lognormal(0.5, 1.2) * season) for number in range(26)}
    sales |= {"new": rng.poisson(5, 60), "gone": np.r_[rng.poisson(4, 500), np.zeros(400)]}
    sales |= {"never": np.zeros(300), "gappy": np.where(rng.random(days) < 0.3, np.nan, rng.poisson(6, days))}
    prices = {sku: np.full(len(units), rng.uniform(1, 30)) for sku, units in sales.items()}
    static = pd.DataFrame(
        {"name": list(sales), "kind": [f"kind {number % 4}" for number in range(len(sales))]}, index=list(sales)
    )
    return replace(panel_of(sales, price=prices), static=static.loc[sorted(sales)].rename_axis("unique_id"))


@pytest.fixture(scope="module")
def found(shop: Panel) -> Portfolio:
    return portfolio(shop)


def test_abc_by_hand():
    # cumulative before each: 0, 50, 80, 90, 95 of 100: the third is past 80 %, the fifth past 95 %
    assert abc_class(np.array([5.0, 50, 10, 30, 5])).tolist() == ["B", "A", "B", "A", "B"]
    assert abc_class(np.array([95.0, 3, 2])).tolist() == ["A", "C", "C"]
    assert abc_class(np.array([0.0, np.nan, -4])).tolist() == ["C", "C", "C"]


def test_the_a_items_bring_the_first_80_percent_and_none_too_many():
    worth = np.random.default_rng(1).lognormal(0, 2, 400)
    leading = abc_class(worth) == "A"
    share = worth[leading].sum() / worth.sum()
    assert share >= 0.8 > share - worth[leading].min() / worth.sum()


def test_xyz_by_hand():
    # 2, 4, 4, 4, 5, 5, 7, 9: mean 5, population deviation 2
    assert variation(np.array([[2.0, 4, 4, 4, 5, 5, 7, 9]])).tolist() == [0.4]
    rows = np.array([[2.0, 4, 4, 4, 5, 5, 7, 9], [0, 4, 0, 4, 0, 4, 4, 0], [0, 0, 0, 0, 0, 0, 0, 8], [np.nan] * 5 + [1, 2, 3]])
    assert xyz_class(rows).tolist() == ["X", "Y", "Z", ""]


def test_trend_by_hand():
    months = Scale(1, "month", 12, 6)
    line = 10.0 + np.arange(12)  # the median slope is 1; eleven steps over a mean of 15.5
    flat = np.array([5.0, 7, 5, 7, 5, 7, 5, 7, 5, 7, 5, 7])
    slight = 1000 + np.arange(12.0)  # sure, but 1 % in a year is not worth a word
    falling, short = line[::-1], np.r_[np.full(8, np.nan), 1, 2, 3, 4]
    told = trend(np.stack([line, flat, slight, falling, short]), months)
    assert told.direction.tolist() == [1, 0, 0, -1, 0]
    assert told.change[0] == pytest.approx(11 / 15.5)
    assert np.isnan(told.change[4])


def test_trend_with_gaps_is_that_of_the_known_blocks():
    line = 10.0 + np.arange(26)
    line[[3, 4, 11, 20]] = np.nan
    assert trend(line[None], WEEKS).direction.tolist() == [1]
    assert trend(line[None], WEEKS).change[0] == pytest.approx(25 / np.nanmean(line))


def test_chance_seldom_looks_like_a_trend():
    noise = np.random.default_rng(2).poisson(6, (4000, 26)).astype(float)
    assert (trend(noise, WEEKS).direction != 0).mean() < 0.055


def test_kendall_agrees_with_scipy():
    from scipy.stats import kendalltau

    from forecasting.explore.portfolio_classes import _kendall

    row = np.random.default_rng(3).poisson(2, 26).astype(float)
    first, second = np.triu_indices(26, 1)
    z = _kendall((row[second] - row[first])[None], row[None], np.ones((1, 26), dtype=bool))[0]
    pairs = np.sign(row[second] - row[first]).sum()
    counts = np.unique(row, return_counts=True)[1]
    deviation = np.sqrt((26 * 25 * 57 - (counts * (counts - 1) * (2 * counts + 5)).sum()) / 18)
    assert z == pytest.approx((pairs - np.sign(pairs)) / deviation)
    assert np.sign(z) == np.sign(kendalltau(np.arange(26), row).statistic)


def test_tracking_signal_by_hand():
    # errors 3, 3, 3, 3, 3, -3: sum 12, mean absolute error 3
    signal, total = tracking_signal(np.array([[3.0, 3, 3, 3, 3, -3], [0, 0, 0, 0, 0, 0], [np.nan, 1, 1, 1, 1, 1]]))
    assert signal[:2].tolist() == [4.0, 0.0]
    assert total[:2].tolist() == [12.0, 0.0]
    assert np.isnan(signal[2])


def test_blocks_end_with_the_last_day_and_keep_the_units():
    units = np.arange(30.0)
    blocks = blocks_of(panel_of({"A": units, "B": np.ones(10)}))
    assert blocks.units[0].tolist() == [units[2 + 7 * k : 9 + 7 * k].sum() for k in range(4)]
    assert blocks.starts[-1] == pd.Timestamp("2024-12-23")
    assert np.isnan(blocks.units[1, :3]).all()  # three days of a week are no week
    assert blocks.units[1, 3] == 7


def test_days_without_a_price_are_worth_the_mean_price():
    price = np.r_[np.full(14, 2.0), np.full(14, np.nan)]
    blocks = blocks_of(panel_of({"A": np.ones(28)}, price={"A": price}))
    assert blocks.worth[0].tolist() == [14.0] * 4
    assert np.isnan(blocks.price[0, 2:]).all()


def test_what_was_paid_is_worth_where_no_price_is_stated():
    panel = panel_of({"A": np.ones(56), "B": np.full(56, 2.0)}, price_paid={"A": np.full(56, 9.0), "B": np.full(56, 1.0)})
    found = portfolio(panel)
    assert found.money
    assert found.table.index.tolist() == ["A", "B"]
    assert found.table["worth"].tolist() == [9.0 * 56, 2.0 * 56]


def test_days_of_a_shop_that_counts_ten_hours_are_whole_days():
    hours = pd.date_range("2024-11-01", "2024-12-29 23:00", freq="h")
    units = np.where((hours.hour >= 8) & (hours.hour < 18), 2.0, np.nan)
    panel = Panel.build(pd.DataFrame({"unique_id": "A", "ds": hours, "y": units}), freq="h")
    assert portfolio(panel).table["latest"].tolist() == [2 * 10 * 2.0]


def test_the_index_of_a_block_knows_nothing_of_it_nor_of_what_comes_after():
    units = np.random.default_rng(4).poisson(50, (5, 140)).astype(float)
    changed = units.copy()
    changed[:, 120:] *= 7
    same = season_index(units, WEEKS)[:121] == season_index(changed, WEEKS)[:121]
    assert same.all()
    assert (season_index(units[:, :70], WEEKS) == 1).all()


def test_the_baseline_repeats_a_constant_and_is_never_off():
    checked = check(blocks_of(panel_of({"A": np.full(400, 3.0)})), np.ones(57 + 4))
    assert checked.mean.tolist() == [84.0]
    assert checked.off.tolist() == [0.0]
    assert checked.low == checked.high == checked.mean


def test_eighty_percent_of_the_sums_ahead_lie_in_the_range():
    rng = np.random.default_rng(6)
    rate = rng.lognormal(1, 1, 400)[:, None]
    sales = rng.poisson(rng.gamma(2, rate / 2, (400, 400)))
    checked = check(blocks_of(panel_of({f"S{n}": row[:-28] for n, row in enumerate(sales)})), np.ones(60))
    order = np.argsort([f"S{n}" for n in range(400)])
    actual = sales[order, -28:].sum(axis=1)
    assert 0.75 <= ((actual >= checked.low) & (actual <= checked.high)).mean() <= 0.9


def test_shares_add_up_and_the_most_money_comes_first(found):
    assert found.table["share"].sum() == pytest.approx(1)
    assert found.table["worth"].is_monotonic_decreasing
    assert (found.table["low"] <= found.table["forecast"] + 1e-9).all()
    assert (found.table["forecast"] <= found.table["high"] + 1e-9).all()
    assert (found.table["low"] >= 0).all()
    assert matrix(found)[0].sum() == (found.table["xyz"] != "").sum()


def test_groups_keep_every_unit_and_every_share(found):
    labels = found.attributes["kind"].to_numpy()
    rows = grouped(found, labels, flags_of(found.alerts, len(found))[1] > 0)
    assert rows["share"].sum() == pytest.approx(1)
    assert rows["skus"].sum() == len(found)
    assert rows["units"].sum() == pytest.approx(found.table["units"].sum())
    lines = curves(found, labels, most=2)
    assert list(lines)[-1] == "other"
    assert lines.drop(columns="ds").sum(axis=1).to_numpy() == pytest.approx(curves(found)["total"].to_numpy())


def test_the_headline_is_the_sum_of_the_last_four_weeks(shop, found):
    frame = shop.frame
    recent = frame[frame["ds"] > shop.last - pd.Timedelta(days=28)]
    assert headline(found).latest == pytest.approx((recent["y"] * recent["price"]).sum(), rel=1e-5)
    year = frame[(frame["ds"] > shop.last - pd.Timedelta(days=392)) & (frame["ds"] <= shop.last - pd.Timedelta(days=364))]
    assert headline(found).year_ago == pytest.approx((year["y"] * year["price"]).sum(), rel=0.06)  # a gappy week is missing


def test_the_order_of_the_skus_does_not_matter(shop, found):
    names = {sku: f"{number:03}" for number, sku in enumerate(reversed(shop.ids))}
    turned = portfolio(Panel.build(shop.frame.assign(unique_id=shop.frame["unique_id"].map(names)), freq="D"))
    columns = ["worth", "abc", "xyz", "demand", "trend", "forecast", "low", "high", "signal"]
    there = turned.table.loc[[names[sku] for sku in found.table.index], columns].set_axis(found.table.index)
    pd.testing.assert_frame_equal(there, found.table[columns], check_exact=False, rtol=1e-9)
    back = {name: sku for sku, name in names.items()}
    pairs = {
        (kind, back[turned.table.index[row]]) for kind, row in zip(turned.alerts["kind"], turned.alerts["row"], strict=True)
    }
    assert pairs == {
        (kind, found.table.index[row]) for kind, row in zip(found.alerts["kind"], found.alerts["row"], strict=True)
    }


def test_ten_times_the_sales_are_the_same_classes_and_alerts(shop, found):
    tenfold = portfolio(replace(shop, columns=shop.columns | {"y": shop.columns["y"] * 10}))
    columns = ["abc", "xyz", "demand", "trend"]
    pd.testing.assert_frame_equal(tenfold.table[columns], found.table[columns])
    assert tenfold.table["forecast"].to_numpy() == pytest.approx(10 * found.table["forecast"].to_numpy())
    pd.testing.assert_frame_equal(tenfold.alerts[["kind", "row"]], found.alerts[["kind", "row"]])


def kinds(panel: Panel) -> dict[str, set[str]]:
    """Which SKUs have which alerts."""
    found = portfolio(panel)
    return {
        kind: {found.table.index[row] for row in found.alerts.loc[found.alerts["kind"] == kind, "row"]}
        for kind in found.alerts["kind"].unique()
    }


def steady(days: int = 364, level: int = 20, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(level, days).astype(float)


def test_a_silence_too_long_for_chance_is_a_suspected_stock_out():
    silent, rare = steady(), np.zeros(364)
    silent[-10:] = 0
    rare[::30] = 40.0  # ten days without a sale are nothing new
    assert kinds(panel_of({"silent": silent, "rare": rare, "other": steady(seed=1)}))["stock-out"] == {"silent"}


def test_a_shop_that_is_closed_has_no_stock_outs():
    closed = {sku: np.r_[steady(seed=seed)[:-10], np.zeros(10)] for seed, sku in enumerate("ABC")}
    assert "stock-out" not in kinds(panel_of(closed))


def test_what_rests_every_year_is_not_out_of_stock():
    year = np.r_[steady(280), np.zeros(84)]
    sales = {"seasonal": np.r_[year, year][: 728 - 40], "other": steady(728 - 40, seed=1)}
    assert "stock-out" not in kinds(panel_of(sales))


def test_the_stock_column_decides_where_there_is_one():
    sales = {"out": steady(), "full": np.r_[steady()[:-10], np.zeros(10)], "other": steady(seed=1)}
    stock = {sku: np.full(364, 50.0) for sku in sales}
    stock["out"][-1] = 0
    assert kinds(panel_of(sales, stock=stock))["stock-out"] == {"out"}


def test_dead_stock_is_stock_that_has_not_sold_for_a_quarter():
    sales = {
        "dead": np.r_[steady()[:-100], np.zeros(100)],
        "sold": steady(seed=1),
        "empty": np.r_[steady()[:-100], np.zeros(100)],
    }
    stock = {"dead": np.full(364, 300.0), "sold": np.full(364, 300.0), "empty": np.zeros(364)}
    found = portfolio(panel_of(sales, stock=stock, price={sku: np.full(364, 2.0) for sku in sales}))
    alert = found.alerts[found.alerts["kind"] == "dead"]
    assert found.table.index[alert["row"]].tolist() == ["dead"]
    assert alert[["stake", "now", "usual"]].to_numpy().tolist() == [[600.0, 300.0, 100.0]]


def test_a_jump_of_the_price_is_one_that_lasts():
    sales = {sku: steady(seed=seed) for seed, sku in enumerate(("jumped", "steady", "promoted"))}
    price = {sku: np.full(364, 10.0) for sku in sales}
    price["jumped"][-28:] = 12.5
    price["promoted"][::20] = 7.0
    found = portfolio(panel_of(sales, price=price))
    alert = found.alerts[found.alerts["kind"] == "price"]
    assert found.table.index[alert["row"]].tolist() == ["jumped"]
    assert alert[["now", "usual"]].to_numpy()[0] == pytest.approx([12.5, 10.0])
    assert alert["stake"].iloc[0] == pytest.approx(2.5 * sales["jumped"][-28:].sum())


def test_a_jump_of_the_cost_is_found_too():
    sales, cost = {"A": steady(), "B": steady(seed=1)}, {"A": np.full(364, 4.0), "B": np.full(364, 4.0)}
    cost["B"][-30:] = 6.0
    assert kinds(panel_of(sales, cost=cost))["cost"] == {"B"}


def test_newly_rising_and_newly_falling():
    rising, falling, long_since = steady(), steady(seed=1), steady(seed=2) * np.linspace(0.2, 2.5, 364)
    rising[-49:] *= np.repeat([1.3, 1.6, 1.9, 2.2, 2.5, 2.8, 3.1], 7)
    falling[-49:] *= np.repeat([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3], 7)
    told = kinds(panel_of({"rising": rising, "falling": falling, "long": long_since, "same": steady(seed=3)}))
    assert told["rising"] == {"rising"}
    assert told["falling"] == {"falling"}


def test_a_move_that_a_sku_makes_every_year_is_no_news():
    months = np.arange(72)
    sales = {f"L{k}": 400 * (1 + 0.3 * np.sin(2 * np.pi * (months + k) / 12)) for k in range(8)}
    told = kinds(panel_of(sales, freq="MS"))
    assert not {"rising", "falling"} & told.keys()
    turned = sales | {"L9": np.r_[np.full(66, 400.0), 500, 600, 700, 800, 900, 1000]}
    assert kinds(panel_of(turned, freq="MS"))["rising"] == {"L9"}


def test_twice_outside_its_range_and_running_off():
    leap, drifting = steady(), steady(seed=1)
    leap[-14:] *= 2
    drifting[-91:] *= np.linspace(1, 5, 91)
    told = kinds(panel_of({"leap": leap, "drifting": drifting, "same": steady(seed=3)}))
    assert "leap" in told["outside"]
    assert "drifting" in told["drift"]
    assert not any("same" in skus for skus in told.values())


def test_a_single_odd_day_of_late_is_told_and_an_old_one_is_not():
    late, early, usual = steady(seed=1), steady(seed=2), steady(seed=3)
    late[-20], early[30] = 900, 900
    found = portfolio(panel_of({"late": late, "early": early, "usual": usual}))
    alert = found.alerts[found.alerts["kind"] == "odd"]
    assert found.table.index[alert["row"]].tolist() == ["late"]
    assert alert[["now", "usual"]].to_numpy().tolist() == [[900.0, float(np.delete(late, -20).max())]]


def test_flags_name_the_weightiest_alert():
    alerts = pd.DataFrame({"kind": pd.Categorical(["price", "drift", "dead"], KINDS), "row": [2, 2, 0]})
    kind, count = flags_of(alerts, 4)
    assert kind.tolist() == ["dead", "", "price", ""]
    assert count.tolist() == [1, 0, 2, 0]


@pytest.mark.parametrize(
    "sales",
    [{"A": [5]}, {"A": [1, 2, 3]}, {"A": np.zeros(90)}, {"A": np.full(90, np.nan)}, {"A": -np.ones(90), "B": np.ones(90)}],
    ids=["one", "three", "zero", "missing", "negative"],
)
@pytest.mark.parametrize("price", [None, 2.0, np.nan])
def test_odd_panels_are_looked_at_without_a_complaint(sales, price):
    columns = {} if price is None else {"price": {sku: np.full(len(units), price) for sku, units in sales.items()}}
    found = portfolio(panel_of(sales, **columns))
    assert len(found) == len(sales)
    assert (found.table["forecast"] >= 0).all()
    assert headline(found).a_skus <= len(sales)
    assert found.money == (price == 2.0 and bool(np.nansum(np.abs(next(iter(sales.values()))))))


@pytest.mark.parametrize(
    ("freq", "periods"), [("h", 800), ("B", 300), ("W-MON", 120), ("MS", 40), ("QS", 12), ("YS", 6), ("15min", 900)]
)
def test_every_grain_has_its_blocks(freq, periods):
    units = np.random.default_rng(0).poisson(9, periods).astype(float)
    dates = pd.date_range("2015-01-05" if freq in ("h", "B", "W-MON") else "2015-01-01", periods=periods, freq=freq)
    panel = Panel.build(pd.DataFrame({"unique_id": "A", "ds": dates, "y": units}), freq=freq)
    found = portfolio(panel)
    ahead = scale_of(panel).horizon
    assert found.table["forecast"].iloc[0] == pytest.approx(9 * scale_of(panel).size * ahead, rel=0.45)
    assert found.lines(np.array([0])).shape[1] <= 52


def test_charts_have_a_line_for_each_group_and_the_matrix_nine_cells(found):
    one, several = (
        plots.curves(curves(found), label="Revenue"),
        plots.curves(curves(found, found.attributes["kind"]), label="x"),
    )
    assert len(one.data) == 1
    assert not one.layout.showlegend
    assert [trace.name for trace in several.data] == list(curves(found, found.attributes["kind"]))[1:]
    count, share = matrix(found)
    assert count.shape == share.shape == (3, 3)
    assert share.sum() <= 1 + 1e-9
