"""Named mappings: saved when a user has corrected how a file is read, recognised by the headers of the next file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from forecasting.core.errors import MappingNeeded

if TYPE_CHECKING:  # the readers load libraries that a server does not need as long as nothing is uploaded
    from forecasting.ingest.mapping import Mapping

MOST = 100
_LONGEST = 60
_ACROSS = ("period", "series")


@dataclass(frozen=True)
class Profile:
    """A mapping with a name. Its file is the one that `shelfcast import --profile` reads."""

    name: str
    mapping: Mapping

    def fits(self, header: Iterable[str]) -> bool:
        """Whether a table has the columns that this profile was made for.

        All its columns must be there, and no others; columns that stand for periods or SKUs come and go.
        """
        from forecasting.ingest.words.vocabulary import plain

        names = {plain(name) for name in header}
        own = {plain(column.column) for column in self.mapping.columns if column.role not in _ACROSS}
        across = any(column.role in _ACROSS for column in self.mapping.columns)
        return bool(own) and (own <= names if across else own == names)

    def to_json(self) -> str:
        """The profile as a file: the mapping with its name."""
        return json.dumps({"name": self.name} | json.loads(self.mapping.to_json()), ensure_ascii=False, indent=2)

    @classmethod
    def from_json(cls, text: str, name: str = "") -> Profile:
        """Read the file of a profile; one without a name gets the name given. Raises MappingNeeded, in one sentence."""
        from forecasting.ingest.mapping import Mapping

        mapping = Mapping.from_json(text)
        return cls(tidy_name(str(json.loads(text).get("name") or name)), mapping)

    @property
    def file_name(self) -> str:
        """What the file is called when it is downloaded."""
        plain = re.sub(r"[^\w-]+", "-", self.name).strip("-")
        return f"{plain or 'profile'}.json"


@dataclass(frozen=True)
class Profiles:
    """The profiles of one user, the one that was used last first; names are unique."""

    all: tuple[Profile, ...] = ()

    def __len__(self) -> int:
        return len(self.all)

    def named(self, name: str) -> Profile | None:
        """The profile of a name."""
        return next((profile for profile in self.all if profile.name == name), None)

    def matching(self, headers: Sequence[Sequence[str]]) -> Profile | None:
        """The profile that fits one of the tables, the largest of which should come first."""
        return next((profile for header in headers for profile in self.all if profile.fits(header)), None)

    def saved(self, profile: Profile) -> Profiles:
        """With a profile added; it takes the place of one of its name, or of one for the same columns."""
        header = [column.column for column in profile.mapping.columns]
        others = [other for other in self.all if other.name != profile.name and not other.fits(header)]
        return Profiles((profile, *others)[:MOST])

    def renamed(self, name: str, new: str) -> Profiles:
        """With another name for one. Raises MappingNeeded when the new name is empty or taken."""
        tidy = tidy_name(new)
        if not new.strip():
            raise MappingNeeded("A profile needs a name; write one, such as the shop and the kind of export.")
        if tidy != name and self.named(tidy):
            raise MappingNeeded(f"There is a profile '{tidy}' already; choose another name, or delete that one first.")
        return Profiles(tuple(replace(one, name=tidy) if one.name == name else one for one in self.all))

    def without(self, name: str) -> Profiles:
        """With one deleted."""
        return Profiles(tuple(profile for profile in self.all if profile.name != name))


def tidy_name(name: str) -> str:
    """A name of one line that fits on a button.

    >>> tidy_name("  Kasse\\nBerlin "), tidy_name("")
    ('Kasse Berlin', 'My profile')
    """
    return " ".join(name.split())[:_LONGEST].strip() or "My profile"


def name_for(title: str) -> str:
    """A name for the profile of a file: its name without the dates and numbers that change from export to export.

    >>> name_for("sales_2024-03-05"), name_for("Kasse Berlin (3)"), name_for("20240101")
    ('sales', 'Kasse Berlin', '20240101')
    """
    plain = re.sub(r"\band \d+ more$|\(\d+\)|\d{4}[-_.]?\d{0,2}[-_.]?\d{0,2}", " ", title)
    return tidy_name(" ".join(re.sub(r"[_\s]+", " ", plain).split()).strip(" -.") or title)
