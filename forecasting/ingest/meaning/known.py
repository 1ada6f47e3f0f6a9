"""Which regressors the merchant plans, and so knows ahead: prices, promotions, and flags of holidays and events."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

_PRICES = ("price", "list_price", "discount")
_PLANNED = re.compile(
    r"(?<![a-zà-ÿ])(?:(?:on|is)?promo(?:tion|ción|cion)?(?:al)?|promoted|displays?|mailers?|flyers?|leaflet|features?|featured"
    r"|holidays?|vacations?|events?|coupons?|campaigns?|festivals?|school|advert(?:ised)?|special"
    r"|aktion(?:stag)?|angebot|werbung|prospekt|kampagne|gutschein|feiertage?|(?:schul)?ferien|ereignis"
    r"|jours? fériés?|férié|vacances|soldes|prospectus|campagne|évènement|événement|evenement"
    r"|oferta|festivo|feriado|vacaciones|evento|campaña|cupón|cupon)(?![a-zà-ÿ])"
    r"|促销|活动|大促|节日|假日|节假|假期|优惠券|聚划算|直播",
    re.IGNORECASE,
)


def planned(name: str) -> bool:
    """Whether a column is named like something a merchant plans.

    >>> planned("is_holiday"), planned("display"), planned("节假日"), planned("eventual_returns")
    (True, True, True, False)
    """
    return bool(_PLANNED.search(re.sub(r"[_\W\d]+", " ", name)))


def known_ahead(columns: Mapping[str, np.ndarray]) -> tuple[str, ...]:
    """The regressors known ahead, told by names and values alone, so that a panel read back knows the same ones.

    What was paid on average (`price_paid`) is only seen where something sold; beside it discounts are no plan either, and
    nothing can be learnt of discounts where there never was one.

    >>> known_ahead({"y": np.ones(2), "price": np.ones(2), "stock": np.ones(2), "holiday": np.array([0.0, 1.0])})
    ('price', 'holiday')
    """
    realised = "price_paid" in columns
    given = [name for name in _PRICES if name in columns and (name != "discount" or np.nan_to_num(columns[name]).any())]
    prices = () if realised else tuple(given)
    return (*prices, *(name for name, cells in columns.items() if _is_plan(name, cells, realised)))


def _is_plan(name: str, cells: np.ndarray, realised: bool) -> bool:
    if name in _PRICES or not planned(name):
        return False
    filled = cells[~np.isnan(cells)]
    if realised and len(filled) < len(cells):
        return False
    # A share between 0 and 1 is a flag averaged over stores or days.
    return name == "promo" or bool(((filled >= 0) & (filled <= 1)).all())
