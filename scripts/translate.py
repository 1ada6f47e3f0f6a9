"""Keep the translations of the app in step with what it says.

Usage::

    python scripts/translate.py update   # put new sentences into every catalogue, take out what is said no more
    python scripts/translate.py check    # name what is missing, stale or has other holes; exit 1 if anything is

A sentence is any literal of `pages/`, `ui/` or `forecasting/` that reads like one. What changes in an f-string is a hole with a
name, `f"{len(skus)} of {shop}"` being "{skus} of {shop}"; what only a condition decides gives a sentence for each case.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import product
from math import prod
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from ui.phrases import ENDS, HOLE, LOCALES

ROOT = Path(__file__).resolve().parent.parent
TERMS = LOCALES / "terms.txt"
UNSEEN = (
    "forecasting/cli.py", "forecasting/exchange.py", "forecasting/ingest/words/vocabulary.py",
    "forecasting/ingest/words/languages.py", "forecasting/ingest/meaning/platforms.py",
    "forecasting/ingest/reading/numberformats.py", "forecasting/ingest/words/products.py", "forecasting/ingest/reading/text.py",
    "forecasting/ingest/cells/datetext.py",
    "forecasting/store/migrations", "ui/headers.py", "ui/language.py", "ui/phrases.py", "ui/tables.py",
)  # fmt: skip
"""Files whose texts nobody reads on the screen."""
_MOST_CASES = 12
_PLAIN = (
    "len", "str", "escape", "plain", "round", "int", "abs", "max", "min", "sum", "repr", "capitalize", "lower", "t", "sentence",
)  # fmt: skip
"""Functions that say nothing of what they are given."""
_NO_SENTENCE = re.compile(
    r"^[\w./-]*/[\w./-]*$|^--|__|^\W*[a-z_]+=|https?:|class=|<svg|@media|\\[dwsb]|\(\?|var\(|^(SELECT|CREATE|INSERT|UPDATE) "
    r"|^tuple\[|\| None$|^x unified$|^(workflow|calendars|pd)\.|scope=\"|aria-|^import |^from [\w.{}]+ import|\nimport "
    r"|^'self'|@|unnamed|HttpOnly|Secure$|^(day tag|month monat|week woche)|hh:mm|^account \{|\} profiles$|^\"\"\""
    r"|:root|documentElement|^[xy] domain$"
)
_MARKUP = re.compile(r":material/\w+:|%\{[^}]*\}|</?[a-z]+[^>]*>|\{\w+\}")


class Hole(str):
    """A changing part of a sentence, by its name."""

    __slots__ = ()


Case = tuple[str, ...]
"""One thing that an expression can say: literal text and holes."""


def sentences(source: str) -> Iterator[str]:
    """The sentences of one file.

    >>> list(sentences("st.caption(f\\"{len(skus)} of {shop} {'are' if many else 'is'} known.\\")"))
    ['{skus} of {shop} are known.', '{skus} of {shop} is known.']
    """
    tree = ast.parse(source)
    unseen = set(_unseen(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) == "count" and len(node.args) == 2:
            yield from _counted(node.args[1])
        if id(node) not in unseen and isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
            for case in _cases(node):
                text = _template(case)
                yield from filter(_is_said, _one_by_one(text) if _is_said(text) else [])


def _one_by_one(text: str) -> list[str]:
    """A text with holes sentence by sentence, as the app looks for it: a hole may hold whole sentences."""
    if not HOLE.search(text):
        return [text]
    apart = re.sub(r"^(\{(?:said|told|source)\}) +(?=[A-Z“{])|(?<=[.!?])\{\w+\}(?: +|$)", r"\1\n", text)
    return [piece.strip() for piece in ENDS.split(apart)]


def _counted(noun: ast.expr) -> Iterator[str]:
    """`words.count(number, noun)` says one of two things for each noun."""
    for case in _cases(noun):
        text = "".join(case)
        if not any(isinstance(piece, Hole) for piece in case):
            plural = f"{text[:-1]}ies" if re.search(r"[^aeo]y$", text) else f"{text}s"
            yield from (f"{{n}} {text}", f"{{n}} {plural}")


def _unseen(tree: ast.AST) -> Iterator[int]:
    """Docstrings, names that a module offers, parts of what is looked at as a whole, and what is only logged."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)
        elif isinstance(node, ast.arg | ast.AnnAssign | ast.FunctionDef):
            kind = node.returns if isinstance(node, ast.FunctionDef) else node.annotation
            yield from map(id, ast.walk(kind)) if kind is not None else ()
        elif isinstance(node, ast.Assign) and any(_name(target) == "all" for target in node.targets):
            yield from map(id, ast.walk(node))
        elif isinstance(node, ast.JoinedStr):
            yield from _inside(node)
        elif isinstance(node, ast.BinOp) and _is_text(node):
            yield from (id(inner) for inner in ast.walk(node) if inner is not node)
        elif isinstance(node, ast.Call) and _name(getattr(node.func, "value", node)) in ("log", "re", "sa"):
            yield from map(id, ast.walk(node))


def _inside(node: ast.JoinedStr) -> Iterator[int]:
    for value in node.values:
        yield id(value)
        if isinstance(value, ast.FormattedValue):
            if value.format_spec is not None:
                yield from map(id, ast.walk(value.format_spec))
            if isinstance(value.value, ast.IfExp | ast.BoolOp | ast.JoinedStr):
                yield from map(id, ast.walk(value))


def _is_text(node: ast.BinOp) -> bool:
    ends = (node.left, node.right)
    return isinstance(node.op, ast.Add) and any(
        isinstance(end, ast.JoinedStr) or (isinstance(end, ast.Constant) and isinstance(end.value, str)) for end in ends
    )


def _cases(node: ast.AST) -> list[Case]:  # noqa: PLR0911 - one for each kind of expression
    """All that an expression can say."""
    match node:
        case ast.Constant(value=str(text)):
            return [(text,)]
        case ast.JoinedStr(values=values):
            return _side_by_side([_cases(value) for value in values])
        case ast.FormattedValue(value=value) if isinstance(value, ast.IfExp | ast.BoolOp | ast.JoinedStr):
            return _cases(value)
        case ast.FormattedValue(value=value):
            return [(Hole(_name(value)),)]
        case ast.IfExp(body=body, orelse=orelse):
            return [*_cases(body), *_cases(orelse)]
        case ast.BinOp(left=left, right=right) if _is_text(node):
            return _side_by_side([_cases(left), _cases(right)])
        case ast.BoolOp(op=ast.Or(), values=values):
            return [case for value in values for case in _cases(value)]
    return [(Hole(_name(node)),)]


def _side_by_side(parts: list[list[Case]]) -> list[Case]:
    if prod(map(len, parts)) > _MOST_CASES:
        parts = [part if len(part) == 1 else [(Hole("case"),)] for part in parts]
    return [tuple(piece for part in chosen for piece in part) for chosen in product(*parts)]


def _name(node: ast.AST) -> str:  # noqa: PLR0911 - one for each kind of expression
    """A word for a changing part, from the expression that makes it."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").lower() or "value"
        case ast.Subscript(slice=ast.Constant(value=str(key))) if key.isidentifier():
            return key.lower()
        case ast.Subscript(value=value):
            return _name(value)
        case ast.BinOp(left=left, right=right):
            return _name(right if isinstance(left, ast.Constant) else left)
        case ast.Call(func=func, args=args):
            name = _name(func)
            if name in _PLAIN:
                return _name(args[0] if args else func.value if isinstance(func, ast.Attribute) else func)
            return "list" if name == "join" else name
    return "value"


def _template(case: Case) -> str:
    """A case as text, with every hole under a name of its own."""
    seen: dict[str, int] = {}
    text = ""
    for piece in case:
        if isinstance(piece, Hole):
            seen[piece] = seen.get(piece, 0) + 1
            text += f"{{{piece}{seen[piece] if seen[piece] > 1 else ''}}}"
        else:
            text += piece
    return text.strip()


def _is_said(text: str) -> bool:
    """Whether a literal is something that people read: words with a space between them, or one with a capital."""
    bare = _MARKUP.sub(" ", text).strip()
    if _NO_SENTENCE.search(text) or not re.search(r"[A-Za-z]{2,}", bare):
        return False
    if " " in text:
        return bool(re.search(r"[a-z]{2,}", bare)) and not re.fullmatch(r"[\w-]+( \{?[\d.]+\}?)+", text)
    return bool(re.fullmatch(r"[A-Z][a-z]+(-[a-z]+)?[.:…]?", bare))


def said() -> dict[str, set[str]]:
    """Everything that the app says, each with the files that say it; single words are in `terms.txt`."""
    found: dict[str, set[str]] = {}
    for folder in ("pages", "ui", "forecasting"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(UNSEEN):
                for text in sentences(path.read_text(encoding="utf-8")):
                    found.setdefault(text, set()).add(name)
    for line in TERMS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            found.setdefault(line, set()).add("ui/locale/terms.txt")
    return found


def catalogues() -> Iterator[tuple[Path, Catalog]]:
    """Every catalogue with its file."""
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/shelfcast.po")):
        with path.open("rb") as file:
            yield path, read_po(file, locale=path.parts[-3])


def updated(old: Catalog, sentences: dict[str, set[str]]) -> Catalog:
    """A catalogue of exactly these sentences, with the translations that there are."""
    new = Catalog(locale=old.locale, header_comment=old.header_comment, fuzzy=False, project="Shelfcast")
    for text in sorted(sentences, key=lambda text: (min(sentences[text]), text)):
        known = old.get(text)
        new.add(text, known.string if known else "", locations=[(min(sentences[text]), 0)])
    return new


def problems(catalog: Catalog, sentences: Iterable[str]) -> Iterator[str]:
    """What is wrong with a catalogue, a line each."""
    wanted, known = set(sentences), {str(message.id): str(message.string) for message in catalog if message.id}
    yield from (f"missing: {text}" for text in sorted(wanted) if not known.get(text))
    yield from (f"said no more: {text}" for text in sorted(set(known) - wanted))
    for text, translation in sorted(known.items()):
        if translation and not _same_holes(set(HOLE.findall(text)), set(HOLE.findall(translation))):
            yield f"other holes: {text} -> {translation}"


def _same_holes(english: set[str], translation: set[str]) -> bool:
    """Nothing may be lost but a word that the English repeats, such as "{noun} by {noun2}"."""
    return translation <= english and {name.rstrip("23") for name in english} == {name.rstrip("23") for name in translation}


def main(arguments: list[str] | None = None) -> int:
    """Update or check all catalogues."""
    parser = argparse.ArgumentParser(description="Keep the translations in step with what the app says.")
    parser.add_argument("what", choices=["update", "check"])
    what, found, wrong = parser.parse_args(arguments).what, said(), 0
    for path, old in catalogues():
        catalog = updated(old, found) if what == "update" else old
        if what == "update":
            with path.open("wb") as file:
                write_po(file, catalog, width=120, include_lineno=False)
        for problem in problems(catalog, found):
            wrong += 1
            print(f"{path.relative_to(ROOT)}: {problem}")
    print(f"{len(found)} sentences, {wrong} to be looked at")
    return 1 if wrong and what == "check" else 0


if __name__ == "__main__":
    sys.exit(main())
