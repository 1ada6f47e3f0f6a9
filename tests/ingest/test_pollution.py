"""The reader on broken files: every single flaw in every place, and a sample of pairs."""

import pytest

from tests.ingest.pollute import encodable, is_exact, pairs, singles


@pytest.mark.parametrize(("name", "doc"), [pytest.param(n, d, id=n) for n, d in singles() if encodable(d)])
def test_single_flaw(name: str, doc: object) -> None:
    assert is_exact(doc), name  # type: ignore[arg-type]


def test_pairs_of_flaws() -> None:
    files = [(name, doc) for name, doc in pairs(300, seed=5) if encodable(doc)]
    wrong = [name for name, doc in files if not is_exact(doc)]
    assert len(wrong) <= 0.08 * len(files), wrong
