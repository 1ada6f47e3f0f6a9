"""The Mapping: what each column of a table means. Proposed, shown, corrected, saved as a profile, recognised next time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace

from forecasting.core.errors import MappingNeeded
from forecasting.ingest.words.vocabulary import plain

# Roles of which a table has one column each, and those that several columns can have.
SINGLE_ROLES = (
    "date",
    "time",
    "year",
    "quarter",
    "month",
    "week",
    "day",
    "sku",
    "name",
    "variant",
    "units",
    "returns",
    "revenue",
    "price",
    "list_price",
    "discount",
    "promo",
    "stock",
    "category",
    "brand",
    "channel",
    "country",
    "customer",
    "order",
    "status",
    "cancelled",
    "refund",
    "visitors",
    "page_views",
    "add_to_cart",
    "buyers",
    "conversion",
    "orders",
    "cost",
    "uom",
)
ROLES = (
    *SINGLE_ROLES,
    "line_id",
    "fulfilled",
    "tax",
    "currency",
    "timezone",
    "note",
    "period",
    "series",
    "regressor",
    "attribute",
    "ignore",
)
_OPTIONS = ("layout", "date_order", "decimal", "freq", "platform", "channels", "absent")
LAYOUTS = ("long", "wide", "orders", "panel")
GUESSED = 0.5  # how sure a role is that was given by the place and the look of a column alone
BY_LOOK = 0.6  # and one that was given by what the cells of a column are, where its heading says nothing


@dataclass(frozen=True)
class ColumnRole:
    """One column: its header, the role given to it, a few of its cells, and how sure the proposal is (0 to 1)."""

    column: str
    role: str
    samples: tuple[str, ...] = ()
    sure: float = 1.0


@dataclass(frozen=True)
class Question:
    """What could not be told from the file: `key` is the field of the Mapping that the answer sets."""

    key: str
    text: str
    choices: tuple[str, ...]
    default: str


@dataclass(frozen=True)
class Mapping:
    """What the columns of a table mean.

    Attributes:
        columns: a role (one of ROLES) for each column, in the order of the file.
        layout: "long" (one row a SKU and period), "wide" (periods or SKUs across), "orders" (order lines), "panel" (PANEL.csv).
        date_order: "DMY", "MDY", "YMD", or "" where it is told by the texts themselves.
        decimal: "." or ",", or "" to let each column decide.
        freq: grain asked for, or None to find it.
        platform: the shop system recognised, or "".
        channels: "sum" adds all channels up, "split" keeps a series for each SKU and channel.
        absent: what a SKU without a row sold: "zero", "missing", or "auto".
        chosen: the channels or stores to read; empty for all.
        questions: what the user should confirm; answer with `answered`.
    """

    columns: tuple[ColumnRole, ...]
    layout: str = "long"
    date_order: str = ""
    decimal: str = ""
    freq: str | None = None
    platform: str = ""
    channels: str = "sum"
    absent: str = "auto"
    chosen: tuple[str, ...] = ()
    questions: tuple[Question, ...] = field(default=())

    def role(self, role: str) -> str | None:
        """Header of the first column with a role, or None."""
        return next((c.column for c in self.columns if c.role == role), None)

    def index(self, role: str) -> int | None:
        """Position of the first column with a role, or None."""
        return next((j for j, c in enumerate(self.columns) if c.role == role), None)

    def indices(self, role: str) -> list[int]:
        """Positions of all columns with a role."""
        return [j for j, c in enumerate(self.columns) if c.role == role]

    def with_role(self, column: str, role: str) -> Mapping:
        """The same mapping with another role for one column; a role that only one column can have is taken from the other."""
        single = role in ("date", "sku", "units", "name", "order", "status")
        columns = tuple(
            replace(c, role=role, sure=1.0)
            if c.column == column
            else replace(c, role="ignore")
            if single and c.role == role
            else c
            for c in self.columns
        )
        return replace(self, columns=columns)

    def answered(self, key: str, answer: str) -> Mapping:
        """The same mapping with a question answered: `date_order`, `decimal`, `channels`, `absent`, `freq`, `layout`."""
        left = tuple(q for q in self.questions if q.key != key)
        changes = {
            "date_order": self.date_order,
            "decimal": self.decimal,
            "channels": self.channels,
            "absent": self.absent,
            "layout": self.layout,
            "freq": self.freq or "",
        }
        if key not in changes:
            raise MappingNeeded(f"There is no question {key!r}: the open ones are {[q.key for q in self.questions]}.")
        changes[key] = answer
        return replace(
            self,
            questions=left,
            date_order=changes["date_order"],
            decimal=changes["decimal"],
            channels=changes["channels"],
            absent=changes["absent"],
            layout=changes["layout"],
            freq=changes["freq"] or None,
        )

    def fits(self, header: Iterable[str]) -> bool:
        """Whether a table has the columns that this mapping needs (its date, SKU and units)."""
        names = {plain(h) for h in header}
        needed = [c.column for c in self.columns if c.role in ("date", "sku", "units", "series")]
        return bool(needed) and all(plain(n) in names for n in needed)

    def onto(self, header: Iterable[str], proposed: Mapping) -> Mapping:
        """This mapping on another table's header: roles by column name, new columns as proposed for that table."""
        roles = {plain(c.column): c.role for c in self.columns}
        columns = tuple(
            replace(p, role=roles.get(plain(h), p.role if p.role in ("period", "regressor", "attribute") else "ignore"))
            for h, p in zip(header, proposed.columns, strict=True)
        )
        return replace(self, columns=columns)

    def to_json(self) -> str:
        """The profile: everything but samples and questions.

        >>> mapping = Mapping((ColumnRole("Tag", "date"),), date_order="DMY")
        >>> Mapping.from_json(mapping.to_json()) == mapping
        True
        """
        content = asdict(self)
        content["columns"] = [{"column": c.column, "role": c.role} for c in self.columns]
        del content["questions"]
        return json.dumps({"shelfcast_profile": 1, **content}, ensure_ascii=False, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Mapping:
        """Read a profile; raises MappingNeeded, in one sentence, when it is none."""
        try:
            content = json.loads(text)
            columns = tuple(ColumnRole(str(c["column"]), str(c["role"])) for c in content["columns"])
            strange = [c.role for c in columns if c.role not in ROLES]
            options = {k: str(content.get(k) or "") for k in _OPTIONS}
            chosen = tuple(str(one) for one in content.get("chosen") or ())
        except (ValueError, KeyError, TypeError) as error:
            raise MappingNeeded(
                "The profile is not one that Shelfcast saved: it needs the columns and their roles as JSON."
            ) from error
        if strange:
            raise MappingNeeded(
                f"The profile gives the role {strange[0]!r}, which does not exist: use one of {', '.join(ROLES)}."
            )
        return cls(
            columns,
            layout=options["layout"] or "long",
            date_order=options["date_order"],
            decimal=options["decimal"],
            freq=options["freq"] or None,
            platform=options["platform"],
            channels=options["channels"] or "sum",
            absent=options["absent"] or "auto",
            chosen=chosen,
        )
