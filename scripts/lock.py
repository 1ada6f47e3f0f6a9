"""Renew ``requirements.lock`` and ``requirements-dev.lock`` from ``pyproject.toml`` (needs uv).

Usage::

    python scripts/lock.py              # keep every version that still fits, add what is new
    python scripts/lock.py --upgrade    # take the newest versions that fit

Both files hold hashes and markers for every system and Python that we support, so plain pip can install them:
``pip install --require-hashes -r requirements.lock``. The second file holds the first and the tools for tests.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Made by scripts/lock.py from pyproject.toml: do not edit.\n"


def compile_lock(uv: str, name: str, groups: list[str], options: list[str]) -> str:
    """Resolve the project with some dependency groups for all systems at once; return the lock's text."""
    command = [uv, "pip", "compile", "pyproject.toml", "--universal", "--generate-hashes", "--quiet"]
    command += ["--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links", "--output-file", name]
    for group in groups:
        command += ["--group", group]
    subprocess.run(command + options, cwd=ROOT, check=True)
    return (ROOT / name).read_text(encoding="utf-8")


def check(name: str, text: str) -> None:
    """Refuse a lock that ties its users to a place: an address, an index or a path."""
    for number, line in enumerate(text.splitlines(), start=1):
        if (
            "://" in line
            or " @ " in line
            or line.startswith(("-i ", "--index", "--extra-index", "--find-links", "-e ", "/", "."))
        ):
            raise SystemExit(f"{name}, line {number}: a lock must not name a place, found {line.strip()!r}.")


def main(arguments: list[str] | None = None) -> int:
    """Write both locks, the larger first, so that both agree on every version."""
    parser = argparse.ArgumentParser(description="Renew requirements.lock and requirements-dev.lock.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    options = parser.parse_args(arguments)
    uv = shutil.which("uv")
    if uv is None:
        raise SystemExit("scripts/lock.py needs uv: `.venv/bin/uv` is one, put its folder on PATH.")
    upgrade = ["--upgrade"] if options.upgrade else []
    locks = {
        "requirements-dev.lock": compile_lock(uv, "requirements-dev.lock", ["setup", "dev"], upgrade),
        "requirements.lock": compile_lock(
            uv, "requirements.lock", ["setup"], [*upgrade, "--constraint", "requirements-dev.lock"]
        ),
    }
    for name, text in locks.items():
        check(name, text)
        (ROOT / name).write_text(HEADER + text.removeprefix(HEADER), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
