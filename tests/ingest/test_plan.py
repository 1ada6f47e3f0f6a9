import pandas as pd
import pytest

from forecasting.core.errors import MappingNeeded
from forecasting.ingest.plan import read_plan


def test_reads_the_panels_own_names_and_the_merchants():
    plan = read_plan(b"ds,unique_id,Price,Shelf temp\n2024-02-01,007,9.5,3\n", "plan.csv", ["price", "shelf_temp", "promo"])
    assert plan.to_dict("records") == [{"sku": "007", "date": pd.Timestamp("2024-02-01"), "price": 9.5, "shelf_temp": 3.0}]


def test_without_a_sku_it_is_about_all():
    plan = read_plan("日期,促销\n2024年2月1日,是\n2024年2月2日,否\n".encode("gb18030"), "plan.csv", ["promo"])
    assert list(plan.columns) == ["date", "promo"]
    assert plan["promo"].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"sku,price\nA,1\nB,2\n", "no column of dates"),
        (b"date,sku,weather\n2024-02-01,A,1\n2024-02-02,A,2\n", "plans nothing that the sales have"),
        (b"date,sku,price\n2024-02-01,A,1\nsome day,A,2\n", "line 3: 'some day' is no date"),
        (b"date,sku,price\n2024-02-01,A,1\n2024-02-02,A,cheap\n", "line 3: the price 'cheap' is no number"),
        (b"date,sku,price\n03/05/2024,A,1\n", "'03/05/2024' can be read day first or month first"),
    ],
)
def test_says_in_one_sentence_why_not(content, sentence):
    with pytest.raises(MappingNeeded, match=sentence):
        read_plan(content, "plan.csv", ["price"])
