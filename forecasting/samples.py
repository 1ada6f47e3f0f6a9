"""The sample stores that come with Shelfcast; `sample_data/README.md` tells their origin, licence and quirks."""

from dataclasses import dataclass
from pathlib import Path

from forecasting.core.errors import InputError

FOLDER = Path(__file__).parent.parent / "sample_data"


@dataclass(frozen=True)
class Sample:
    """One sample: its title, what is special about it, its files, the country of the shop, what is planned ahead there,
    and whether it is one tidy table."""

    title: str
    sentence: str
    files: tuple[str, ...]
    country: str
    known: tuple[str, ...] = ()
    tidy: bool = True

    def read(self) -> tuple[tuple[str, bytes], ...]:
        """The files' names and bytes. Raises InputError when they are not there."""
        try:
            return tuple((name, (FOLDER / name).read_bytes()) for name in self.files)
        except OSError:
            raise InputError(f"The sample '{self.title}' is not part of this installation; drop a file of your own.") from None


SAMPLES = {
    "retail": Sample(
        "Gift shop",
        "Two years of daily sales of 4,722 gifts: many slow sellers, a strong Christmas.",
        ("online_retail_daily.csv.gz",),
        "GB",
    ),
    "grocery": Sample(
        "Grocery store",
        "One year of 300 groceries with prices, discounts, displays and leaflets.",
        ("grocery_store.csv.gz",),
        "US",
        ("price", "discount", "display", "mailer"),
    ),
    "orders": Sample(
        "Raw order lines",
        "Two till exports that overlap: returns, bad lines, lines that are no product.",
        ("online_retail_orders_2010-11-01_to_2010-12-09.zip", "online_retail_orders_2010-12-01_to_2010-12-23.zip"),
        "GB",
        tidy=False,
    ),
}
