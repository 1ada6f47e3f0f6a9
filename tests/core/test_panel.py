import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.core.errors import PanelInvalid, SpecInvalid
from forecasting.core.panel import Panel


def frame(**columns: object) -> pd.DataFrame:
    defaults = {"unique_id": ["B", "A", "A"], "ds": pd.to_datetime(["2024-01-03", "2024-01-04", "2024-01-01"]), "y": [1, 2, 3]}
    return pd.DataFrame(defaults | columns)


def test_sorts_and_fills_the_grid_to_the_common_end():
    panel = Panel.build(frame(), freq="D")
    assert panel.ids == ("A", "B")
    assert panel.series("A")["y"].tolist() == pytest.approx([3, np.nan, np.nan, 2], nan_ok=True)
    assert panel.series("B")["ds"].tolist() == [pd.Timestamp("2024-01-03"), pd.Timestamp("2024-01-04")]
    assert panel.last == pd.Timestamp("2024-01-04")


def test_matrix_and_rows_are_inverse():
    panel = Panel.build(frame(), freq="D")
    matrix = panel.matrix()
    assert matrix.shape == (2, 4)
    assert np.isnan(matrix[1, :2]).all()
    np.testing.assert_array_equal(panel.rows(matrix), panel.frame["y"].to_numpy())


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"ds": pd.to_datetime(["2024-01-03", "2024-01-04", "2024-01-04"])}, "more than one row for 2024-01-04"),
        ({"ds": pd.to_datetime(["2024-01-03", None, "2024-01-04"])}, "1 rows have no date"),
        ({"y": [1, np.inf, 2]}, "infinite"),
        ({"ds": pd.DatetimeIndex(["2024-01-03 00:00", "2024-01-04 07:00", "2024-01-04 00:00"])}, "not the start of a period"),
    ],
)
def test_refuses_in_one_sentence(columns, sentence):
    with pytest.raises(PanelInvalid, match=sentence):
        Panel.build(frame(**columns), freq="D")


def test_refuses_a_frame_without_keys():
    with pytest.raises(PanelInvalid, match="no column y"):
        Panel.build(frame().drop(columns="y"))


def test_unknown_sku_is_named():
    with pytest.raises(PanelInvalid, match="'Z' is not among the 2 SKUs"):
        Panel.build(frame(), freq="D").select(["Z"])


def test_until_forgets_everything_later():
    panel = Panel.build(
        frame(price=[1.0, 2.0, 3.0]), freq="D", known=["price"], static=pd.DataFrame({"name": {"A": "a", "B": "b"}})
    )
    past = panel.until(pd.Timestamp("2024-01-02"))
    assert past.ids == ("A",)
    assert past.last == pd.Timestamp("2024-01-02")
    assert past.static.index.tolist() == ["A"]
    assert len(past.frame) == 2


def test_after_is_what_the_past_does_not_have():
    panel = Panel.build(frame(price=[1.0, 2.0, 3.0]), freq="D")
    cutoff = panel.calendar[1]
    past, rest = panel.until(cutoff), panel.after(cutoff, 2)
    expected = panel.frame[panel.frame["unique_id"].isin(past.ids) & (panel.frame["ds"] > cutoff)].reset_index(drop=True)
    pd.testing.assert_frame_equal(rest, expected)
    assert past.ids == ("A",)


def test_digest_sees_one_changed_cell_in_a_large_panel():
    sales = pd.DataFrame(
        {
            "unique_id": np.repeat([f"S{i:03d}" for i in range(200)], 500),
            "ds": np.tile(pd.date_range("2023-01-01", periods=500), 200),
            "y": np.arange(100_000, dtype=float),
        }
    )
    before = Panel.build(sales)
    for row in (0, 12_345, 99_999):
        changed = sales.copy()
        changed.loc[row, "y"] += 1e-9 + sales.loc[row, "y"] * 1e-12
        assert Panel.build(changed).digest != before.digest
    assert Panel.build(sales.sample(frac=1, random_state=1)).digest == before.digest


def test_attributes_are_text_in_the_order_of_the_skus():
    panel = Panel.build(frame(), freq="D", static=pd.DataFrame({"name": ["bee", None]}, index=["B", "A"]))
    assert panel.static["name"].to_dict() == {"A": "", "B": "bee"}


def test_a_known_regressor_must_be_a_column():
    with pytest.raises(PanelInvalid, match="'promo' is said to be known"):
        Panel.build(frame(), freq="D", known=["promo"])


@settings(max_examples=60, deadline=None)
@given(
    rows=st.dictionaries(
        st.tuples(st.sampled_from(["007", "A", "é"]), st.integers(0, 40)), st.floats(-1e9, 1e9), min_size=1, max_size=60
    ),
    freq=st.sampled_from(["D", "W-SUN", "MS", "h", "QS"]),
)
def test_every_cell_that_went_in_comes_out(rows, freq):
    calendar = pd.date_range("2021-03-01", periods=41, freq=freq)
    sales = pd.DataFrame(
        [(sku, calendar[step], value) for (sku, step), value in rows.items()], columns=["unique_id", "ds", "y"]
    )
    panel = Panel.build(sales, freq=freq)
    back = panel.frame.dropna().merge(sales, on=["unique_id", "ds"], suffixes=("", "_in"))
    assert len(back) == len(sales) == panel.frame["y"].notna().sum()
    np.testing.assert_array_equal(back["y"], back["y_in"])
    assert panel.frame.groupby("unique_id")["ds"].max().eq(panel.last).all()


def test_a_horizon_beyond_the_calendar_is_told():
    panel = Panel.build(pd.DataFrame({"unique_id": "A", "ds": pd.date_range("2024-01-01", periods=9), "y": 1.0}))
    with pytest.raises(SpecInvalid, match="100,000 periods runs beyond the year 2262"):
        panel.future_dates(100_000)
