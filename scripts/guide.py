"""Build the user guide of `docs/` into `site/`; the app serves it at /guide/ from its next start on.

    python scripts/guide.py [FOLDER]

Needs the development dependencies. The build is strict: a broken link, a page outside of the menu or a docstring that cannot
be read ends it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "site"
# Material prints a notice about the next MkDocs at every build; only our own pages are of interest here.
QUIET = {"NO_MKDOCS_2_WARNING": "1"}


def build(folder: Path = SITE) -> int:
    """Build the guide; returns the exit status of MkDocs."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean", "--quiet", "--site-dir", str(folder)]
    return subprocess.run(command, cwd=ROOT, check=False, env=os.environ | QUIET).returncode


def main() -> int:
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else SITE
    status = build(folder)
    if status == 0:
        print(f"The guide is in {folder}; a running app shows it after its next start.")
    return status


if __name__ == "__main__":
    sys.exit(main())
