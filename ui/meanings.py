"""What columns mean and how files are read, in the words of the page."""

_LABELS = {
    "sku": "SKU code", "name": "Product name", "units": "Units sold", "returns": "Units returned", "promo": "Promotion",
    "channel": "Channel or store", "order": "Order number", "orders": "Number of orders", "regressor": "Other number over time",
    "attribute": "Other property", "period": "Period (across)", "series": "SKU (across)", "ignore": "Not used",
    "uom": "Unit of measure", "line_id": "Line number",
}  # fmt: skip
CHANNELS = {"sum": "Add them up for each SKU", "split": "Keep a series for each SKU and store"}
ABSENT = {"auto": "As the file suggests", "zero": "It sold nothing: 0", "missing": "It is not known"}
GRAINS = {"": "As the file suggests", "D": "Days", "W-MON": "Weeks", "MS": "Months", "QS": "Quarters"}
ORDERS = {"": "As the file suggests", "DMY": "Day first (31/12)", "MDY": "Month first (12/31)", "YMD": "Year first"}
DECIMALS = {"": "As the file suggests", ".": "Point: 1,234.50", ",": "Comma: 1.234,50"}


def label(role: str) -> str:
    """What a role is called.

    >>> label("sku"), label("list_price")
    ('SKU code', 'List price')
    """
    return _LABELS.get(role, role.replace("_", " ").capitalize())


def labels() -> dict[str, str]:
    """Every role with its label."""
    from forecasting.ingest.mapping import ROLES

    return {role: label(role) for role in ROLES}


def answer(choice: str) -> str:
    """A possible answer to a question, in words."""
    known = {key: text for options in (ORDERS, ABSENT, CHANNELS, DECIMALS, GRAINS) for key, text in options.items() if key}
    return known.get(choice, choice)
