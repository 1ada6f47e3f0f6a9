"""What kind of file the bytes are, whatever the name says, and the files inside archives.

Everything that is no table is refused here in one sentence, before any parser sees it. Archives are never written to disk.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from forecasting.core.errors import FileUnreadable

MAX_UNPACKED = 2 << 30
MAX_MEMBERS = 1000
_DEFLATE_LIMIT = 1032  # deflate cannot pack better than 1032 to 1, so a smaller product needs no counting
_NEEDED = "a spreadsheet is needed: CSV, TSV, XLSX, XLS, ODS, Parquet, or a ZIP of them"

_NOT_TABLES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"BM", "a BMP image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"OggS", "a sound file"),
    (b"ID3", "a sound file"),
    (b"RIFF", "a media file"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
)
_PICKLE = re.compile(rb"\x80[\x02-\x05](?:\x95|[c\]}(K\x8c])")
_OTHER_TEXTS = (
    (re.compile(rb"\[\s*[\[{\]]|\{\s*(?:\"[^\"]*\"\s*:|\})"), "JSON"),
    (
        re.compile(rb"(?:--[^\n]*\n\s*|/\*.*?\*/;?\s*)*(?:INSERT INTO|CREATE TABLE|DROP TABLE|SET NAMES)\s", re.I | re.S),
        "a database script (SQL)",
    ),
    (re.compile(rb"<\?xml\b"), "XML"),
    (
        re.compile(rb"MIME-Version:|Content-Type: multipart/|Return-Path:|Received: ", re.I),
        "an e-mail or a web archive (MHTML)",
    ),
)
# What zipfile and its decompressors raise on damaged bytes.
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    NotImplementedError,
    EOFError,
    RuntimeError,
    ValueError,
    OSError,
    LookupError,
)
_BMP = re.compile(rb"BM.{4}\x00\x00\x00\x00", re.DOTALL)


@dataclass(frozen=True)
class Member:
    """One file that can hold tables: `kind` is text, html, xmlss, workbook or parquet."""

    name: str
    data: bytes
    kind: str


def open_container(data: bytes, name: str) -> Iterator[Member]:
    """Yield the readable files in `data`, unpacking archives in memory.

    Raises FileUnreadable, in one sentence, for an empty file, an image, a program, a pickle, a locked or damaged archive, one
    that unpacks to more than 2 GiB, and one whose members try to leave their folder.
    """
    yield from _open(data, name, depth=0)


def _open(data: bytes, name: str, depth: int) -> Iterator[Member]:
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise FileUnreadable(f"{name} is empty: {_NEEDED}; export it again with at least one row")
    _refuse_other_kinds(data, name)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        yield from _open_zip(data, name, depth)
    elif data[257:262] == b"ustar":
        yield from _open_tar(data, name, depth)
    elif data.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")):
        yield from _open(_decompress(data, name), _inner_name(name), depth + 1)
    else:
        yield Member(name, data, _kind_of_single(data, name))


def _refuse_other_kinds(data: bytes, name: str) -> None:
    for magic, what in _NOT_TABLES:
        if data.startswith(magic) and (magic != b"BM" or _BMP.match(data)) and not _is_text(data, magic):
            raise FileUnreadable(f"{name} is {what}, not a table: {_NEEDED}")
    if _PICKLE.match(data):
        raise FileUnreadable(f"{name} is a Python pickle, which can run programs and is never opened: {_NEEDED}")
    if data[4:8] == b"ftyp":
        raise FileUnreadable(f"{name} is a video, not a table: {_NEEDED}")


def _is_text(data: bytes, magic: bytes) -> bool:
    """A CSV may begin with the letters of a magic number ("ID3", "BM", "RIFF"): text stays text."""
    head = data[:4096]
    return magic.isalnum() and not re.search(rb"[\x00-\x08\x0e-\x1f]", head)


def _kind_of_single(data: bytes, name: str) -> str:  # noqa: PLR0911 - one line for each kind
    if data.startswith(b"PAR1"):
        return "parquet"
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "workbook"
    if data[:2] == b"\x09\x08" or data[:4] in (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00"):
        return "workbook"
    head = data[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head and head.startswith(b"<?xml"):
        return "xmlss"
    if re.match(rb"<(?:!doctype html|html|table|head|body|meta|style|div)\b", head):
        return "html"
    if head.startswith(b"<?xml") and b"<table" in data[: 1 << 20].lower():
        return "html"
    _refuse_binary(data, name)
    _refuse_other_texts(data, name)
    return "text"


def _refuse_other_texts(data: bytes, name: str) -> None:
    """Text in a form that is no table; its commas would be taken for those of a CSV."""
    head = data[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    what = next((what for pattern, what in _OTHER_TEXTS if pattern.match(head)), None)
    if what:
        raise FileUnreadable(f"{name} is {what}, not a table: {_NEEDED}")


def _refuse_binary(data: bytes, name: str) -> None:
    """Control characters that no text uses, in number, are the mark of a binary file; Hive parts cells with the first one."""
    sample = data[: 1 << 16]
    control = len(re.findall(rb"[\x02-\x08\x0e-\x1a\x7f]", sample))
    if control > max(8, 0.03 * len(sample)):
        raise FileUnreadable(f"{name} is binary data that no spreadsheet program writes: {_NEEDED}")


def _inner_name(name: str) -> str:
    return re.sub(r"\.(gz|gzip|bz2|xz)$", "", name, flags=re.IGNORECASE)


def _decompress(data: bytes, name: str) -> bytes:
    source = io.BytesIO(data)
    opened: BinaryIO
    if data.startswith(b"\x1f\x8b"):
        opened = gzip.GzipFile(fileobj=source)  # type: ignore[assignment]
    elif data.startswith(b"BZh"):
        opened = bz2.BZ2File(source)  # type: ignore[assignment]
    else:
        opened = lzma.LZMAFile(source)  # type: ignore[assignment]  # noqa: SIM115 - it has no file behind it
    try:
        return _read_bounded(opened, name)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise FileUnreadable(f"{name} is a damaged archive ({error}): pack or download it again") from error


def _read_bounded(opened: BinaryIO, name: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := opened.read(1 << 22):
        size += len(chunk)
        if size > MAX_UNPACKED:
            raise FileUnreadable(f"{name} unpacks to more than 2 GiB: send the table itself, or in smaller files")
        parts.append(chunk)
    return b"".join(parts)


def _open_zip(data: bytes, name: str, depth: int) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except ZIP_ERRORS as error:
        raise FileUnreadable(f"{name} is a damaged archive or workbook ({error}): save or download it again") from error
    names = {info.filename for info in infos}
    try:
        what = _office_kind(archive, names)
    except ZIP_ERRORS as error:
        raise FileUnreadable(f"{name} is a damaged archive or workbook ({error}): save or download it again") from error
    _check_size(archive, infos, len(data), name)
    if what == "workbook":
        yield Member(name, data, "workbook")
    elif what:
        raise FileUnreadable(f"{name} is {what}, not a table: {_NEEDED}")
    else:
        yield from _open_members(archive, infos, name, depth)


def _office_kind(archive: zipfile.ZipFile, names: set[str]) -> str | None:
    if any(n.lower().startswith("xl/") and "workbook" in n.lower() for n in names):
        return "workbook"
    if "mimetype" in names:
        with archive.open("mimetype") as opened:
            mime = opened.read(200)
        return "workbook" if b"opendocument.spreadsheet" in mime else "an office document without a spreadsheet"
    if any(n.startswith("word/") for n in names):
        return "a Word document"
    if any(n.startswith("ppt/") for n in names):
        return "a presentation"
    if any(n.startswith("Index/") and n.endswith(".iwa") for n in names):
        return "an Apple Numbers document (export it as CSV or XLSX)"
    return None


def _check_size(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    """Declared sizes can lie: when the packed size leaves room for a bomb, what comes out is counted."""
    if len(infos) > 20 * MAX_MEMBERS:
        raise FileUnreadable(f"{name} holds {len(infos)} files: send the tables themselves, at most {MAX_MEMBERS}")
    if sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise FileUnreadable(f"{name} unpacks to more than 2 GiB: send the table itself, or in smaller files")
    if packed * _DEFLATE_LIMIT <= MAX_UNPACKED:
        return
    total = 0
    for info in infos:
        if info.flag_bits & 1:
            continue
        try:
            with archive.open(info) as opened:
                while chunk := opened.read(1 << 22):
                    total += len(chunk)
                    if total > MAX_UNPACKED:
                        raise FileUnreadable(f"{name} unpacks to more than 2 GiB: send the table itself, or in smaller files")
        except ZIP_ERRORS as error:
            raise FileUnreadable(f"{name} is a damaged archive or workbook ({error}): save or download it again") from error


def _open_members(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], name: str, depth: int) -> Iterator[Member]:
    if depth >= 3:
        raise FileUnreadable(f"{name} holds archives within archives within archives: send the tables themselves")
    wanted = [info for info in infos if not info.is_dir() and not _is_litter(info.filename)]
    if len(wanted) > MAX_MEMBERS:
        raise FileUnreadable(f"{name} holds {len(wanted)} files: send the tables themselves, at most {MAX_MEMBERS}")
    if not wanted:
        raise FileUnreadable(f"{name} is an archive without a file in it: {_NEEDED}")
    for info in wanted:
        yield from _open_member(archive, info, name, depth)


def _open_tar(data: bytes, name: str, depth: int) -> Iterator[Member]:
    """The files of a TAR archive, in memory; links in it are refused."""
    if depth >= 3:
        raise FileUnreadable(f"{name} holds archives within archives within archives: send the tables themselves")
    found = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for info in archive:
                if info.isdir() or _is_litter(info.name):
                    continue
                found += 1
                _check_path(info.name, name, is_link=not info.isfile())
                opened = archive.extractfile(info)
                content = opened.read() if opened else b""
                yield from _open(content, f"{name}/{info.name}", depth + 1)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise FileUnreadable(f"{name} is a damaged archive ({error}): pack or download it again") from error
    if not found:
        raise FileUnreadable(f"{name} is an archive without a file in it: {_NEEDED}")


def _check_path(inner: str, name: str, is_link: bool) -> None:
    if inner.startswith("/") or re.match(r"^[A-Za-z]:", inner) or ".." in inner.split("/"):
        raise FileUnreadable(f"{name} holds a file that points outside the archive ({inner!r}): pack it again without paths")
    if is_link:
        raise FileUnreadable(f"{name} holds a link ({inner!r}) in place of a file: pack the file itself")


def _open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, depth: int) -> Iterator[Member]:
    inner = info.filename.replace("\\", "/")
    _check_path(inner, name, is_link=stat.S_ISLNK(info.external_attr >> 16))
    if info.flag_bits & 1:
        raise FileUnreadable(f"{name} is locked with a password: unpack it first, or pack it without one")
    try:
        with archive.open(info) as opened:
            content = _read_bounded(opened, name)  # type: ignore[arg-type]
    except ZIP_ERRORS as error:
        raise FileUnreadable(f"{name} is a damaged archive at {inner} ({error}): pack or download it again") from error
    yield from _open(content, f"{name}/{inner}", depth + 1)


def _is_litter(path: str) -> bool:
    """What file managers leave in archives."""
    last = path.replace("\\", "/").rsplit("/", 1)[-1]
    return "__MACOSX/" in path or last.startswith("._") or last.lower() in (".ds_store", "thumbs.db", "desktop.ini")
