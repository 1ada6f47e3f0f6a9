"""Numbers in sentences: thousands apart, as many digits as tell something, never a power of ten."""

import math


def number(value: float, digits: int = 3) -> str:
    """A number with `digits` significant digits at least; whole numbers are said in full.

    >>> number(18.4567), number(1234567.8), number(0.1234), number(3870.0), number(8.403e8, 4)
    ('18.5', '1,234,568', '0.123', '3,870', '840,300,000')
    """
    if value == 0 or float(value).is_integer():
        return f"{value:,.0f}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{decimals}f}"
