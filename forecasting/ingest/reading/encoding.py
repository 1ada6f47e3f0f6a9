"""Which characters the bytes of a text file stand for.

Order of trust: a byte order mark, the NUL pattern of UTF-16, strict UTF-8, then the legacy encodings scored on the bytes they
would have to explain. Nothing is ever decoded with errors ignored: a byte that fits no reading stays visible.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from forecasting.ingest.words.vocabulary import names_role

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 1 << 20
_WELL_FORMED = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xc2[\xa0-\xbf]|[\xf0-\xf4][\x80-\xbf]{3}")
_CHUNK = 1 << 16
# Files put together keep the mark of each; printers' pages begin with a form feed.
_MARK_AT_LINE = re.compile(r"(?:^|(?<=\r))[\ufeff\x0c]+", re.MULTILINE)
_HIGH = re.compile(rb"[\x80-\xff]")
_LINE_END = re.compile(rb"[\r\n]+")
_LONG_LINE = 1 << 16
_LATIN_LETTERS = set("éèàùçâêîôûäöüßñáíóúëïœæøåãõÄÖÜÉÈÀÇÑÁÍÓÚÊÎÔÂÅØÆ¿¡")
_LATIN_SIGNS = set("€£°–—’‘“”…«»®©™²³½¼¾×±µ§·•\u00a0\u202f¥")
# The five bytes that cp1252 leaves open are control characters in it, as browsers read them: no byte is lost.
_WINDOWS = "".join(bytes([b]).decode("cp1252", errors="ignore") or chr(b) for b in range(256))
_SINGLE_BYTE = ("cp1252", "mac_roman", "cp850", "cp1250", "cp1254")
_OWN_LETTERS = {
    "cp1250": frozenset("ąćęłńśźżčďěňřšťýžľĺŕőűĄĆĘŁŃŚŹŻČĎĚŇŘŠŤÝŮŽŐŰů"),
    "cp1254": frozenset("ğışĞİŞ"),
}
# Letters that words of each script are mostly made of, by the encoding; none but the right one shows them.
_RUSSIAN, _GREEK = frozenset("оеаинтсрвлкмдп"), frozenset("αοιετσνηυρπκόίά")
_SCRIPTS = {
    **dict.fromkeys(("cp1251", "koi8_r", "cp866", "iso8859_5", "mac_cyrillic"), _RUSSIAN),
    **dict.fromkeys(("cp1253", "cp737"), _GREEK),
}
_CASELESS = {
    "cp874": ("\u0e01-\u0e5b", frozenset("านรอกเงวมยลดทสคต่้ัิี")),
    "cp1255": ("\u05d0-\u05ea", frozenset("יוהלאתרבמשכ")),
    "cp1256": ("\u0621-\u064a", frozenset("اليمنورتبعةدسك")),
}
_USUAL = 0.45  # share of the usual letters in any text of some words
_FEWEST_LETTERS = 6  # one word of few letters can be anything
_SCRIPT_SIGNS = frozenset("№«»–—’“”…°€\u00a0")
_HEADING_LINES = 4
_KOREAN_WORD = 3  # bytes; two letters of a western word in a row are often a Korean syllable by accident


@dataclass(frozen=True)
class Decoded:
    """The text of a file, the encoding it was read with, and what had to be decided on the way."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def is_utf8(data: bytes | memoryview) -> bool:
    """Whether all bytes are valid UTF-8, looked at in pieces so that a large file is not copied."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    view = memoryview(data)
    try:
        for start in range(0, len(view), _CHUNK):
            decoder.decode(view[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def detect_encoding(data: bytes) -> str:
    """Name the encoding of `data`, as Python's codecs know it.

    >>> detect_encoding("日期,销量\\n2024-01-01,5\\n".encode("gb18030"))
    'gb18030'
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name
    wide = _utf16_without_bom(data[:_SAMPLE])
    if wide:
        return wide
    if is_utf8(data):
        return "utf-8"
    return _legacy(data)


def decode(data: bytes) -> Decoded:
    """Decode a whole file; lines in a second encoding are read by themselves and said in the notes.

    Byte order marks and NUL bytes are not text and are taken out. Never raises: a byte without a meaning in any encoding
    becomes U+FFFD and is counted in a note.
    """
    encoding = detect_encoding(data)
    notes: list[str] = []
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text, encoding, notes = _decode_damaged(data, encoding)
    if "\x00" in text:
        notes.append(f"{text.count(chr(0))} NUL characters were taken out")
        text = text.replace("\x00", "")
    if "\ufeff" in text or "\x0c" in text:
        text = _MARK_AT_LINE.sub("", text)
    return Decoded(text, _display_name(encoding), tuple(notes))


def _display_name(encoding: str) -> str:
    return {"utf-8-sig": "utf-8-bom"}.get(encoding, encoding)


def _utf16_without_bom(sample: bytes) -> str | None:
    """UTF-16 shows itself by NULs on one parity only: digits, separators and line ends are ASCII in every language."""
    if len(sample) < 4 or b"\x00" not in sample:
        return None
    even, odd = sample[0::2], sample[1::2]
    even_nul, odd_nul = even.count(0) / len(even), odd.count(0) / len(odd)
    if odd_nul > 0.15 and even_nul < 0.02:
        return "utf-16-le"
    if even_nul > 0.15 and odd_nul < 0.02:
        return "utf-16-be"
    return None


def _legacy(data: bytes) -> str:
    """Choose among the encodings from before UTF-8 by how well they explain the bytes above 0x7F."""
    sample = _high_lines(data)
    if _mostly_utf8(sample):
        return "utf-8"
    runs = re.findall(rb"[\x80-\xff]+", sample)
    high = b"".join(runs)
    double = {name: score for name, score in _double_byte_scores(sample).items() if score >= 0.7}
    if len(high) < _KOREAN_WORD * len(runs):
        double.pop("cp949", None)
    if len(high) < 1.5 * len(runs):
        # In these two the second byte of a character can be a letter of ASCII: a word has high bytes with gaps between them.
        double = {name: score for name, score in double.items() if name in ("shift_jis", "big5") and _in_words(sample, name)}
    best = max(double, key=lambda name: (_headings(_decode_lenient(sample, name)), double[name]), default="")
    script = _script(sample) if len(high) > 2.2 * len(runs) else ""
    more = _headings(_decode_lenient(sample, script)) - _headings(_decode_lenient(sample, best)) if script and best else 1
    if script and (more > 0 or (more == 0 and script in _SCRIPTS)):
        return script
    if best:
        return best
    if len(high) > 2.2 * len(runs) and sum(b >= 0xC0 for b in high) > 0.95 * len(high):
        return "cp1251"
    return max(_SINGLE_BYTE, key=lambda name: _single_byte_score(sample, name))


def _in_words(sample: bytes, name: str) -> bool:
    """Whether nearly all characters of two bytes stand beside others: single ones are accents of western words."""
    if not _decodes(sample, name):
        return False
    words = re.findall(r"[^\x00-\x7f年月日円]+", sample.decode(name))
    return sum(len(word) for word in words if len(word) > 1) > 0.9 * sum(map(len, words))


def _script(sample: bytes) -> str:
    """The single-byte encoding of another alphabet that makes words of the bytes; "" where none does."""
    texts = {name: _decode_lenient(sample, name) for name in (*_SCRIPTS, *_CASELESS)}
    scores = {name: _words_score(texts[name], letters) for name, letters in _SCRIPTS.items()}
    scores |= {name: _share_of(texts[name], *each) for name, each in _CASELESS.items()}
    likely = [name for name in scores if scores[name] > _USUAL]
    return max(likely, key=lambda name: (_headings(texts[name]), scores[name]), default="")


def _words_score(text: str, usual: frozenset[str]) -> float:
    """The same for an alphabet with capitals, which hardly ever stand after small letters."""
    turned = sum(a.islower() and b.isupper() and ord(b) > 0x7F for a, b in pairwise(text))
    own = "\u0400-\u045f" if usual is _RUSSIAN else "\u0386-\u03ce"
    return _share_of(text.lower(), own, usual) if turned <= 0.03 * sum(ord(c) > 0x7F for c in text) else 0.0


def _share_of(text: str, own: str, usual: frozenset[str]) -> float:
    """Share of the usual letters of a script among the signs beyond ASCII; 0 where many of those are none of its own."""
    high = "".join(c for c in text if ord(c) > 0x7F and c not in _SCRIPT_SIGNS)
    strangers = len(re.findall(f"[^{own}]", high))
    several = len(set(high)) >= _FEWEST_LETTERS
    return sum(c in usual for c in high) / len(high) if several and strangers <= 0.03 * len(high) else 0.0


def _high_lines(data: bytes) -> bytes:
    """The lines that have anything to decide, up to the sample's size."""
    picked: list[bytes] = []
    size = position = 0
    while size <= _SAMPLE // 4 and (match := _HIGH.search(data, position)):
        start = max(data.rfind(b"\n", position, match.start()), data.rfind(b"\r", position, match.start()), position - 1) + 1
        end = _LINE_END.search(data, match.end(), match.end() + _LONG_LINE)
        stop = end.end() if end else _after_run(data, match.end() + _LONG_LINE)
        picked.append(data[max(start, match.start() - _LONG_LINE) : stop])
        size, position = size + len(picked[-1]), stop
    return b"".join(picked)


def _after_run(data: bytes, position: int) -> int:
    """The next place that is no part of a character of several bytes."""
    match = re.compile(rb"[\x00-\x2f]").search(data, position)
    return match.end() if match else len(data)


def _mostly_utf8(sample: bytes) -> bool:
    """Several well-formed multi-byte sequences can hardly be an accident, even when a damaged byte stands beside them."""
    good = len(_WELL_FORMED.findall(sample))
    text = sample.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    return good > 0 and good >= 2 * bad


def _double_byte_scores(sample: bytes) -> dict[str, float]:
    """Share of characters among the everyday ones of each double-byte encoding; 0 where it cannot decode the sample."""
    scores: dict[str, float] = {}
    for name, common in _DOUBLE:
        wide = [c for c in _decode_lenient(sample, name) if ord(c) > 0x7F and c not in "\u00a0\u202f"]
        if name == "gb18030" and _decodes(sample, name):
            # Rare characters take four bytes that hardly stand so by accident: they speak for it, not against.
            wide = [c for c in wide if len(c.encode(name)) < 4] or wide
        if name == "shift_jis" and sum("\uff61" <= c <= "\uff9f" for c in wide) > 0.8 * len(wide):
            wide = []  # hardly anything but syllables of one byte: western capitals with accents
        scores[name] = sum(map(common, wide)) / len(wide) if wide else 0.0
    return scores


def _decode_lenient(sample: bytes, name: str) -> str:
    return sample.decode(name, errors="replace")


def _common_gb(char: str) -> bool:
    raw = char.encode("gb2312", errors="replace")
    return len(raw) == 2 and (0xB0 <= raw[0] <= 0xD7 or raw[0] in (0xA1, 0xA3, 0xA8))


def _common_big5(char: str) -> bool:
    raw = char.encode("big5", errors="replace")
    return len(raw) == 2 and (0xA4 <= raw[0] <= 0xC6 or raw[0] == 0xA1)


def _common_korean(char: str) -> bool:
    return "\uac00" <= char <= "\ud7a3"


def _common_sjis(char: str) -> bool:
    return "\u3041" <= char <= "\u30ff" or "\uff61" <= char <= "\uff9f" or _is_first_level(char)


def _common_eucjp(char: str) -> bool:
    return "\u3041" <= char <= "\u30ff" or _is_first_level(char)


def _is_first_level(char: str) -> bool:
    """Whether a character is one of the everyday ones of Japanese."""
    raw = char.encode("shift_jis", errors="replace")
    return len(raw) == 2 and 0x88 <= raw[0] <= 0x97


def _headings(text: str) -> int:
    """How many cells of the first lines are headings that merchants use: the wrong encoding makes none."""
    lines = re.split(r"[\r\n]+", text[:20_000])[:_HEADING_LINES]
    cells = {cell.strip(" \"'") for line in lines for cell in re.split(r"[,;\t|]", line)}
    return sum(names_role(cell) for cell in cells if any(ord(c) > 0x7F for c in cell))


def _single_byte_score(sample: bytes, name: str) -> float:
    """Letters and signs that western merchants write count for, anything else against; the first of equals wins."""
    text = sample.decode(name, errors="replace")
    high = [c for c in text if ord(c) > 0x7F]
    own = _OWN_LETTERS.get(name, frozenset())
    gain = sum(1.0 if c in _LATIN_LETTERS or c in own else 0.6 if c in _LATIN_SIGNS else -1.0 for c in high)
    # A sign of money stands at a digit; a letter there is a sign that was misread.
    gain += 2 * len(re.findall(r"[€£¥]\s?\d|\d\s?[€£¥]", text))
    inside = len(re.findall(r"[A-Za-z][^\x00-\x7f\w][a-z]", text)) - text.count("’")
    shouting = sum(c.isupper() for c in re.findall(r"(?<=[a-zß-ÿ])([^\x00-\x7f])", text))
    return gain - 2 * max(0, inside) - 2 * shouting + 2 * _headings(text)


_DOUBLE: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("gb18030", _common_gb),
    ("big5", _common_big5),
    ("shift_jis", _common_sjis),
    ("cp949", _common_korean),
    ("euc_jp", _common_eucjp),
)


def _decode_damaged(data: bytes, encoding: str) -> tuple[str, str, list[str]]:
    """Line by line: good lines as they are, the others in the best legacy encoding."""
    base = encoding if encoding in ("utf-8", "utf-8-sig", "gb18030", "big5", "shift_jis", "cp949", "euc_jp") else "utf-8"
    if encoding.startswith("utf-16") and len(data) % 2:
        text = data[:-1].decode(encoding, errors="replace")
        return text, encoding, ["the file ends in the middle of a character, which was left out"]
    if encoding in ("utf-16", "utf-32", "utf-16-le", "utf-16-be"):
        text = data.decode(encoding, errors="replace")
        return text, encoding, [f"{text.count(chr(0xFFFD))} damaged characters are shown as \ufffd"]
    if encoding == "cp1252":
        return codecs.charmap_decode(data, "strict", _WINDOWS)[0], encoding, []
    if encoding in _SINGLE_BYTE or encoding in _SCRIPTS or encoding in _CASELESS:
        return data.decode(encoding, errors="replace"), encoding, []
    parts, second, odd = [], "", 0
    for line in data.splitlines(keepends=True):
        try:
            parts.append(line.decode(base))
        except UnicodeDecodeError:
            second = second or _second_encoding(data, base)
            parts.append(_decode_line(line, second))
            odd += 1
    note = f"{odd} lines are not {_display_name(base)}; they were read as {second}"
    return "".join(parts), base, [note]


def _second_encoding(data: bytes, base: str) -> str:
    bad = [line for line in data.splitlines(keepends=True) if not _decodes(line, base)]
    sample = b"".join(bad[:2000])
    if base.startswith("utf-8"):
        sample = _WELL_FORMED.sub(b"", sample)
        scores = {name: score for name, score in _double_byte_scores(sample).items() if score >= 0.85 and name != "cp949"}
        if scores and len(re.findall(rb"[\x80-\xff]{4,}", sample)):
            return max(scores, key=lambda name: scores[name])
    return max(_SINGLE_BYTE, key=lambda name: _single_byte_score(sample, name))


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _decode_line(line: bytes, second: str) -> str:
    """One damaged byte among good UTF-8 must not garble its neighbours: only the bad bytes take the second encoding."""
    pieces: list[str] = []
    rest = line
    while rest:
        try:
            return "".join(pieces) + rest.decode("utf-8")
        except UnicodeDecodeError as error:
            pieces.append(rest[: error.start].decode("utf-8"))
            stop = _bad_run(rest, error.start, second)
            pieces.append(rest[error.start : stop].decode(second, errors="replace"))
            rest = rest[stop:]
    return "".join(pieces)


def _bad_run(line: bytes, start: int, second: str) -> int:
    if second in _SINGLE_BYTE:
        return start + 1
    match = re.compile(rb"(?:[\x80-\xff][\x40-\xff])+").match(line, start)
    return match.end() if match else start + 1
