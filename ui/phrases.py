"""Sentences in another language: found in a catalogue by what they say, also when numbers and names already stand in them.

The package speaks English and knows of no language; its sentences cross processes and saved work as plain text. Here the
template of a text is found again, "4 of 7 SKUs" being "{count} of {skus} SKUs", and what stands in its holes is put into the
translation.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from pathlib import Path

LOCALES = Path(__file__).parent / "locale"
HOLE = re.compile(r"\{([a-z]\w*)\}")
_NAMES = frozenset({"sku", "unique_id", "file", "sheet", "header", "code", "path", "strip", "found_text"})
"""Holes that hold what users wrote, which no catalogue may touch."""
_LONGEST = 1_500
"""What is longer is no sentence of ours."""
_WORD = re.compile(r"(?<![\w{}])[A-Za-z][A-Za-z'’-]*(?![\w{}])")
_IN_SENTENCE = r"(?:(?![.!?…] +[^a-z\s]).)*?"
_NUMBER = r"[\d.,]+"
_TO_COMMA = r"(?:[^,;:.]|[,.:](?=\d))*"
_MARKS = (
    re.compile(r"((?::material/\w+:|-)\s+)(.*)()", re.DOTALL),
    re.compile(r"(\*\*)([^*]+)(\*\*)"),
    re.compile(r"()(.+)(<extra></extra>)"),
)
"""What may stand around a phrase: an icon, a bullet, bold type, the end of a hover text."""
ENDS = re.compile(r"(?<=[.!?…。！？])(?<!Jr\.)[ \t]+(?=[^a-z])|\s*\n\s*")
_JOINTS = {"; ": "；", ": ": "：", " · ": " · ", " – ": " – ", ", and ": "和", ", ": "、", " and ": "和"}
_LONGEST_MEMBER = 8
_LEAST_TELLING = 12
_OWN_END = re.compile(r"(?<=[。！？])\s*|\s*\n\s*")
_OWN_ENDS = ("。", "！", "？", "…", "：", "；")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ACRONYM = re.compile(r"[A-Z]{2,6}")
_SEAM = "\0"
_HAN = re.compile(r"[\u4e00-\u9fff]")
_RUNS_ON = re.compile(rf"(?<=[\u4e00-\u9fff]) ?{_SEAM}+ ?(?=[\u4e00-\u9fff])")
_PARTED = re.compile(rf"(?<=[A-Za-z0-9%]){_SEAM}+(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]){_SEAM}+(?=[A-Za-z0-9])")
_DATE = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)})[a-z]* (\d{{4}})\b")


@dataclass(frozen=True)
class Template:
    """A sentence with holes: `english` as in the catalogue, `translation` with the same holes in an order of its own."""

    english: str
    translation: str

    @cached_property
    def pieces(self) -> list[str]:
        """What is fixed and the names of the holes, by turns."""
        return HOLE.split(self.english)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What matches the sentence, with a capital or without.

        In a hole there is no end of a sentence, and no comma where another hole follows at once, unless in a number.
        """
        parts = []
        for place, piece in enumerate(self.pieces):
            if place % 2:
                inside = (
                    _NUMBER
                    if piece == "n"
                    else _TO_COMMA
                    if self.pieces[place + 1] == "" and place + 2 < len(self.pieces)
                    else _IN_SENTENCE
                )
                parts.append(f"(?P<{piece}>{inside})")
            else:
                parts.append(re.escape(piece))
        first = self.pieces[0][:1]
        if first.isalpha():
            parts[0] = f"[{first.lower()}{first.upper()}]{re.escape(self.pieces[0][1:])}"
        return re.compile("".join(parts), re.DOTALL)

    def match(self, text: str) -> dict[str, str] | None:
        """What stands in the holes of a text, if it is this sentence."""
        fixed = self.pieces[2::2]
        found = self.pattern.fullmatch(text) if all(piece in text for piece in fixed) else None
        return found.groupdict() if found else None

    @property
    def words(self) -> list[str]:
        """The whole words that the sentence has whatever stands in its holes."""
        return [word.lower() for word in _WORD.findall(HOLE.sub("{}", self.english))]

    @property
    def has_names(self) -> bool:
        """Whether what users wrote may stand in one of its holes, which then takes anything."""
        return any(map(_is_name, self.pieces[1::2]))

    @property
    def weight(self) -> int:
        """How much of it is fixed; of two that match the heavier one is meant."""
        return len(HOLE.sub("", self.english))


class Phrases:
    """All sentences of a catalogue, each found with or without its capital and its full stop.

    >>> told = Phrases({"{n} days": "{n} 天", "the shop is closed on {days}": "{days}不营业", "Sunday": "周日"}, "zh_CN")
    >>> told.say("The shop is closed on Sunday."), told.say("12 days"), told.say("Rabbit night light")
    ('周日不营业。', '12 天', 'Rabbit night light')
    """

    def __init__(self, entries: Mapping[str, str], language: str) -> None:
        self.language = language
        parts = [(_core(english), _core(text.lstrip("，；"))) for english, text in entries.items()]
        plain = [(english, text) for english, text in parts if not HOLE.search(english)]
        known = {_bare(one): told for pair in plain for one, told in _sentences(*pair)} | {
            _bare(english): text for english, text in plain
        }
        self._plain = {_key(english): text for english, text in known.items()} | known
        self._by_word = _indexed([Template(_bare(english), text) for english, text in parts if HOLE.search(english)])
        self.say = lru_cache(maxsize=20_000)(self._say)

    def _say(self, text: str) -> str:
        """The text in the language of the catalogue; what is not in it stays as it is."""
        before, core, after = _margins(text)
        if not core or len(core) > _LONGEST:
            return text
        told = self._said(core)
        return (
            text if told == core and not _HAN.search(core) else f"{before.replace(', ', '，').replace('; ', '；')}{told}{after}"
        )

    def _said(self, core: str) -> str:
        if not re.search(r"[A-Za-z]", core):
            return re.sub(r"(\d) %", r"\1%", core)
        whole = self._plain.get(_bare(core)) or self._plain.get(_key(core))
        if whole is not None:
            return _ended(whole, core)
        mark = _marked(core)
        if mark is not None:
            return mark[1] + self.say(mark[2]) + mark[3]
        sure, maybe = self._filled(_bare(core))
        if sure is not None:
            return _ended(sure, core)
        pieces = self._in_pieces(core)
        if pieces is None and maybe is not None:
            return _ended(maybe, core)
        return pieces or _DATE.sub(self._date, core)

    def _filled(self, bare: str) -> tuple[str | None, str | None]:
        """The translation by a template all of whose parts are clear, and that by the most telling template."""
        maybe = None
        for template in self._candidates(bare):
            values = template.match(bare)
            if values is not None:
                said = {name: value if _is_name(name) else self.say(value) for name, value in values.items()}
                told = _put_in(said, template.translation)
                sure = all(_is_sure(name, value, said[name]) for name, value in values.items())
                if sure and (maybe is None or template.weight >= _LEAST_TELLING):
                    return told, None
                if template.weight >= _LEAST_TELLING:
                    maybe = maybe or told
        return None, maybe

    def _candidates(self, bare: str) -> list[Template]:
        """The templates whose rarest word the sentence has, the most telling first, and those without names before others."""
        words = {word.lower() for word in _WORD.findall(bare)} | {""}
        found = [template for word in words for template in self._by_word.get(word, ())]
        return sorted(found, key=lambda template: (-template.weight, template.has_names, template.english))

    def _in_pieces(self, core: str) -> str | None:
        """Several sentences one by one, or else the members of a list, all of which must be known."""
        sentences = ENDS.split(core)
        if len(sentences) > 1:
            said = [self.say(sentence) for sentence in sentences]
            if said != sentences:
                return "".join(_joined(said, ENDS.findall(core)))
        for joint, ours in _JOINTS.items():
            members = core.split(joint)
            if len(members) > 1 and (told := self._list(members)) is not None:
                return ("，" if ours == "、" and max(map(len, told)) > _LONGEST_MEMBER else ours).join(told)
        return None

    def _list(self, members: list[str]) -> list[str] | None:
        told = [self.say(member) for member in members]
        known = [new != old or _is_plain(old) for new, old in zip(told, members, strict=True)]
        return told if all(known) and told != members else None

    def _date(self, match: re.Match[str]) -> str:
        day = date(int(match[3]), _MONTHS.index(match[2]) + 1, int(match[1]))
        from babel.dates import format_date

        return format_date(day, "short", locale=self.language)


def _indexed(templates: list[Template]) -> dict[str, list[Template]]:
    """The templates by the rarest of their words; under "" those that have none."""
    often = Counter(word for template in templates for word in set(template.words))
    by_word: dict[str, list[Template]] = {}
    for template in templates:
        if re.search(r"[A-Za-z]", HOLE.sub("", template.english)):
            rarest = min(template.words, key=lambda word: (often[word], word), default="")
            by_word.setdefault(rarest, []).append(template)
    return by_word


def _sentences(english: str, text: str) -> list[tuple[str, str]]:
    """The sentences of a text with those of its translation, where both have as many; a page may put others between them."""
    ours, theirs = ENDS.split(english), [piece for piece in _OWN_END.split(text) if piece]
    return list(zip(ours, theirs, strict=True)) if len(ours) == len(theirs) else []


def _marked(core: str) -> re.Match[str] | None:
    return next(filter(None, (mark.fullmatch(core) for mark in _MARKS)), None)


def _core(text: str) -> str:
    """A phrase of the catalogue without what may stand around it."""
    core = _margins(text)[1]
    mark = _marked(core)
    return mark[2] if mark else core


def _margins(text: str) -> tuple[str, str, str]:
    """What goes before a phrase, the phrase, and the space after it; a part of a sentence may begin with its comma."""
    core = text.strip()
    joint = next((joint for joint in (", ", "; ") if core.startswith(joint)), "")
    start = text.find(core) + len(joint)
    return text[:start], core[len(joint) :], text[start + len(core) - len(joint) :]


def _put_in(said: Mapping[str, str], translation: str) -> str:
    """A translation with its holes filled; a space parts Chinese from letters and digits, and from nothing else."""
    told = HOLE.sub(lambda hole: f"{_SEAM}{said[hole[1]]}{_SEAM}", translation)
    return _PARTED.sub(" ", _RUNS_ON.sub("", told)).replace(_SEAM, "")


def _is_name(hole: str) -> bool:
    return hole.rstrip("0123456789") in _NAMES


def _is_sure(hole: str, value: str, said: str) -> bool:
    """Whether a part is surely meant by its hole: it is known, and no list unless it is called one."""
    return (
        _is_name(hole)
        or hole.startswith("list")
        or _is_plain(value)
        or (said != value and ", " not in value.removeprefix(", "))
    )


def _is_plain(value: str) -> bool:
    """Whether there is nothing left to translate in it: a number, a sign, an acronym, or what is translated already."""
    if _ACRONYM.fullmatch(value):
        return True
    ours = re.search(r"[^\W\d_a-zA-ZÀ-ɏ]", value)
    return not re.search(r"[a-z]{2}" if ours else r"[A-Za-z]{2}", value)


def _bare(text: str) -> str:
    """Without the full stop of a sentence."""
    core = text.strip()
    return core[:-1] if core.endswith(".") and not core.endswith("..") else core


def _key(text: str) -> str:
    bare = _bare(text)
    return bare[:1].lower() + bare[1:]


def _ended(told: str, core: str) -> str:
    """With a full stop where the English has one, and with none where it has none."""
    bare = told.removesuffix("。")
    return f"{bare}。" if core.endswith(".") and not bare.endswith(_OWN_ENDS) else bare


def _joined(said: list[str], gaps: list[str]) -> Iterator[str]:
    """Sentences with what stood between them; after a Chinese full stop no space is needed."""
    for sentence, gap in zip(said, [*gaps, ""], strict=True):
        yield sentence
        yield gap if "\n" in gap or not sentence.endswith(_OWN_ENDS) else ""


def entries(language: str) -> Iterator[tuple[str, str]]:
    """What the catalogue of a language translates."""
    from babel.messages.pofile import read_po

    with (LOCALES / language / "LC_MESSAGES" / "shelfcast.po").open("rb") as file:
        for message in read_po(file, locale=language):
            if message.id and message.string:
                yield str(message.id), str(message.string)


@cache
def phrases(language: str) -> Phrases:
    """The phrases of a language, read when they are first needed."""
    return Phrases(dict(entries(language)), language)
