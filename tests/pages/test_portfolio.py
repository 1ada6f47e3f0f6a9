"""The Portfolio page: empty, with the grocery store, searched, filtered, grouped, ticked off, and down to one SKU."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from forecasting.core.forecast import Forecast, Gaussian
from forecasting.core.panel import Panel
from forecasting.workflow import ForecastAll, Outlook, make, open_sample, run
from forecasting.workflow.exploring import grouped, portfolio
from ui import portfolio as page
from ui import portfolio_inbox, portfolio_table
from ui.outlooks import Asked
from ui.portfolio_inbox import Alert, Dismissed, sentence, stake
from ui.running import Slot

LAPTOP, TICK = 852, 34  # pixels of the table at 1280, and of the boxes to tick


@pytest.fixture(scope="module")
def found():
    return portfolio(open_sample("grocery"))


def said(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.subheader, *app.info, *app.get("html")]
    return "\n".join(str(getattr(part, "value", None) or part.proto) for part in parts)


def rows(app: AppTest) -> pd.DataFrame:
    """The table of all SKUs as it is shown."""
    return next(frame.value for frame in app.dataframe if "sku" in frame.value)


def button(app: AppTest, label: str):
    return next(found for found in app.button if found.label == label)


def test_without_data_it_says_what_to_do_next_and_opens_a_sample(opened):
    app = opened("portfolio")
    assert "There is no data yet" in said(app)
    assert "Go to the Data page" in [found.label for found in app.button]
    button(app, "Open the grocery store").click().run()
    assert not app.exception
    assert app.title[0].value == "Portfolio"
    assert len(app.metric) == 5


def test_the_numbers_on_the_page_are_those_of_the_portfolio(opened, found):
    app = opened("portfolio", demo="grocery")
    cards = {metric.label: metric.value for metric in app.metric}
    assert cards["A items"] == "130 · 80 %"
    assert cards["A year ago"] == "—"
    assert cards["Rising · falling"] == f"{(found.table['trend'] > 0).sum()} · {(found.table['trend'] < 0).sum()}"
    assert "130 of your 300 SKUs bring 80 % of the money (the last 52 weeks)." in said(app)
    shown = rows(app)
    assert shown["sku"].tolist() == found.table.index.tolist()
    assert shown["share"].sum() == pytest.approx(100)
    assert {len(line) for line in shown["line"]} == {52}
    assert "300 SKUs, 680,063 in revenue, 100.0 % of the shop" in said(app)
    assert len(app.get("plotly_chart")) == 1


def test_the_columns_seen_at_first_fit_a_laptop(opened, found):
    table = next(frame for frame in opened("portfolio", demo="grocery").dataframe if "sku" in frame.value)
    shown, looks = list(table.proto.column_order), json.loads(table.proto.columns)
    assert shown[:2] == ["sku", "name"]
    assert {"worth", "class", "forecast", "range", "reason"} < set(shown)
    assert sum(looks[name]["width"] for name in shown) + TICK <= LAPTOP


def test_a_shop_of_one_sku_is_said_to_be_one():
    days = pd.date_range("2024-01-01", periods=90)
    alone = portfolio(Panel.build(pd.DataFrame({"unique_id": "A", "ds": days, "y": 2.0}), freq="D"))
    app = AppTest.from_function(_headline)
    app.session_state["found"] = alone
    assert "There is one SKU here" in said(app.run())


def _headline():
    import streamlit as st

    from ui import portfolio as page

    page.headline(st.session_state["found"])


def test_a_search_finds_codes_and_names(opened):
    app = opened("portfolio", demo="grocery")
    app.text_input(key="portfolio-search").set_value("fluid MILK").run()
    assert rows(app)["name"].str.lower().str.contains("fluid milk").all()
    assert 1 < len(rows(app)) < 30
    app.text_input(key="portfolio-search").set_value("995242").run()
    assert rows(app)["sku"].tolist() == ["995242"]
    app.text_input(key="portfolio-search").set_value("no such thing").run()
    assert "No SKU fits" in said(app)
    assert not app.exception


def test_filters_leave_what_fits_them_all(opened, found):
    app = opened("portfolio", demo="grocery")

    def unfolded() -> AppTest:
        app.session_state["portfolio-filters"] = True
        return app.run()

    unfolded().button_group(key="filter-ABC").set_value(["A"]).run()
    unfolded().button_group(key="filter-Demand").set_value(["smooth"]).run()
    table = found.table
    assert rows(app)["sku"].tolist() == table.index[(table["abc"] == "A") & (table["demand"] == "smooth")].tolist()
    unfolded().multiselect(key="filter-by-category").set_value(["FLUID MILK PRODUCTS"]).run()
    left = rows(app)["sku"]
    assert 0 < len(left) < 30
    assert set(found.attributes.loc[left, "category"]) == {"FLUID MILK PRODUCTS"}
    app.run()  # shut again, they go on filtering
    assert rows(app)["sku"].tolist() == left.tolist()
    unfolded().toggle(key="filter-flagged").set_value(True).run()
    assert not app.exception


@pytest.mark.parametrize("order", list(portfolio_table._ORDERS))
def test_every_order_has_every_sku(opened, order):
    app = opened("portfolio", demo="grocery")
    app.selectbox(key="portfolio-order").set_value(order).run()
    assert len(rows(app)) == 300
    assert not rows(app)["sku"].duplicated().any()
    if order == "units":
        assert rows(app)["units"].is_monotonic_decreasing


def test_a_sku_opens_by_its_button_and_by_its_alert(opened, found):
    app = opened("portfolio", demo="grocery")
    app.selectbox(key="portfolio-pick").set_value("995242")
    button(app, "Open SKU").click().run()
    assert app.title[0].value == "SKU"
    assert next(box for box in app.selectbox if box.label == "SKU").value == "995242"
    app.switch_page("../pages/portfolio.py").run()
    assert app.title[0].value == "Portfolio"
    button(app, "Open").click().run()
    assert app.title[0].value == "SKU"
    first = found.table.index[found.alerts["row"].iloc[0]]
    assert next(box for box in app.selectbox if box.label == "SKU").value == first


def test_an_alert_is_dismissed_and_brought_back(opened, found):
    app = opened("portfolio", demo="grocery")
    before = len(found.alerts)
    assert f"{before} open alerts" in said(app)
    button(app, "Dismiss").click().run()
    assert f"{before - 1} open alerts" in said(app)
    kept = app.session_state["_workspace"].result("portfolio-dismissed", Dismissed)
    assert kept.pairs == ((str(found.alerts["kind"].iloc[0]), found.table.index[found.alerts["row"].iloc[0]]),)
    app.switch_page("../pages/sku.py").run()
    app.switch_page("../pages/portfolio.py").run()
    assert f"{before - 1} open alerts" in said(app)
    button(app, "Bring back 1 dismissed").click().run()
    assert f"{before} open alerts" in said(app)


def test_alerts_of_one_kind_are_shown_and_dismissed_together(opened, found):
    app = opened("portfolio", demo="grocery")
    many = int((found.alerts["kind"] == "price").sum())
    app.button_group(key="inbox-kinds").set_value(["price"]).run()
    assert f"{many} open alerts" in said(app)
    button(app, "Dismiss all of these").click().run()
    assert f"{len(found.alerts) - many} open alerts" in said(app)
    assert not app.exception


def test_groups_by_an_attribute_add_up(opened, found):
    app = opened("portfolio", demo="grocery")
    app.selectbox(key="portfolio-by").set_value("category").run()
    shown = next(frame.value for frame in app.dataframe if "group" in frame.value)
    assert shown["skus"].sum() == 300
    assert shown["share"].sum() == pytest.approx(100)
    assert shown["group"].tolist() == grouped(found, page.labels(found, "category"), np.zeros(300))["group"].tolist()
    for by in ("ABC", "XYZ", "Demand", "Trend"):
        app.selectbox(key="portfolio-by").set_value(by).run()
        assert not app.exception


def test_more_skus_than_a_page_holds_come_page_by_page(opened):
    app = opened("portfolio", demo="retail")
    assert len(rows(app)) == 500
    first = rows(app)["sku"].tolist()
    app.number_input(key="portfolio-page").set_value(10).run()
    assert len(rows(app)) == 222
    assert not set(first) & set(rows(app)["sku"])
    app.text_input(key="portfolio-search").set_value("lantern").run()
    assert len(rows(app)) < 500
    assert not app.exception


def test_the_forecast_of_the_last_run_takes_the_place_of_the_baseline(opened):
    app = opened("portfolio", demo="grocery")
    assert "plain baseline: the mean of the last 8 weeks" in said(app)
    panel = app.session_state["_workspace"].panel
    few = panel.select(panel.ids[:5])
    outlook = run(ForecastAll(few, (make("window_mean"),), 14))
    assert isinstance(outlook, Outlook)
    app.session_state["_workspace"].results["forecast"] = Slot(result=outlook, settings=Asked("window_mean", few.ids, 14, ""))
    app.run()
    assert "the next 14 days is that of your last run with Window mean" in said(app)
    shown = rows(app).set_index("sku")["forecast"]
    assert shown.notna().sum() == 5
    for sku, total in zip(few.ids, outlook.forecasts[0].total(), strict=True):
        assert shown[sku] == pytest.approx(total, abs=0.51)


def test_the_range_of_a_run_is_that_of_its_total(found):
    ids = tuple(found.table.index[:2])
    days = pd.date_range("2018-01-01", periods=5)
    psi = np.array([[1.0, 0, 0, 0, 0]] * 2)
    forecast = Forecast("m", days[0], ids, days, np.full((2, 5), 50.0), Gaussian(np.array([8.0, 8.0]), psi))
    units = np.r_[250.0, 250.0, np.full(len(found) - 2, np.nan)]
    low, high = portfolio_table.Expected("", "", units, forecast).range_of(found, np.array([1, 5]))
    assert high[0] == pytest.approx(250 + 1.2816 * 8 * 5**0.5, abs=0.01)
    assert np.isnan([low[1], high[1]]).all()


@pytest.mark.parametrize(
    ("alert", "words"),
    [
        (Alert("stock-out", 0, 5, 10, 24), "No sale for 10 days, too long for chance: it usually sells 24 units a week."),
        (Alert("stock-out", 0, 5, 21, 24), "No sale for 3 weeks, too long for chance: it usually sells 24 units a week."),
        (Alert("stock-out", 0, 5, 0, 24), "Nothing is in stock any more, and it usually sells 24 units a week."),
        (Alert("outside", 0, 5, 300, 120), "Sold 300 units in the last two weeks, where about 120 were to be expected."),
        (Alert("drift", 0, 5, -5.7, -273), "273 units less within a quarter (tracking signal -5.7)."),
        (Alert("rising", 0, 5, 519, 187), "It has begun to rise: 519 units in the last 4 weeks, 187 before."),
        (Alert("price", 0, 5, 2.99, 3.99), "One unit now is sold for 2.99 instead of 3.99 (-25 %)."),
        (Alert("cost", 0, 5, 6, 4), "One unit now costs 6.00 instead of 4.00 (+50 %)."),
        (Alert("dead", 0, 5, 300, 100), "300 units lie in stock, and none has been sold for 14 weeks."),
    ],
)
def test_every_alert_is_a_sentence(found, alert, words):
    assert sentence(alert, found).endswith(words)
    assert stake(373.4, found) == "373 in money at stake"
    assert stake(3.25, replace(found, money=False)) == "3.25 units at stake"
    assert set(portfolio_inbox.KINDS) == set(found.alerts["kind"].cat.categories)
