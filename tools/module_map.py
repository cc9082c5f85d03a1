"""The map of all modules, one line each: `python tools/module_map.py` writes it into docs/architecture.md.

A line is the first sentence of the module's docstring, so that map and code cannot say different things; a
test holds the two together. Left out are migrations, and `__init__.py` and `apps.py` that say nothing.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- module map: written by tools/module_map.py -->", "<!-- end of the module map -->"
# In the order in which a reader meets them; imports go the other way
PACKAGES = (
    "sync", "planning", "connections", "accounts", "jira_client", "outgoing", "almconnect", "jira_sandbox",
)  # fmt: skip
_MAY_SAY_NOTHING = {"__init__.py", "apps.py"}


class NoDocstring(ValueError):
    """A module does not say what it is for; the message names it."""


def text() -> str:
    """The whole map as Markdown. Raises NoDocstring."""
    parts = [BEGIN, ""]
    for folder in folders():
        parts += _of_folder(folder)
    return "\n".join([*parts, END])


def folders() -> list[Path]:
    """Every folder that holds modules, package by package."""
    return [
        folder
        for package in PACKAGES
        for folder in sorted({path.parent for path in _modules(package)})
    ]


def _of_folder(folder: Path) -> list[str]:
    lines = [f"**`{folder.relative_to(ROOT)}/`** {said(folder / '__init__.py')}".rstrip(), ""]
    for path in sorted(folder.glob("*.py")):
        words = said(path)
        if words and path.name != "__init__.py":
            lines.append(f"- `{path.stem}` {words}")
        if not words and path.name not in _MAY_SAY_NOTHING:
            raise NoDocstring(f"{path.relative_to(ROOT)} does not say what it is for.")
    return [*lines, ""]


def _modules(package: str) -> list[Path]:
    found = (ROOT / package).rglob("*.py")
    return [path for path in found if "migrations" not in path.parts]


def said(path: Path) -> str:
    """The first sentence of its docstring; empty where it has none."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) if path.exists() else None
    paragraph = " ".join((text or "").split("\n\n")[0].split())
    return re.split(r"(?<=[.?!]) (?=[A-Z“`])", paragraph)[0]


def put_into(page: str, the_map: str) -> str:
    """`page` with the map between its two marks. Raises ValueError where they are not there."""
    before, mark, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (mark and end):
        raise ValueError(f"{PAGE.name} has no place for the map: {BEGIN} … {END}")
    return f"{before}{the_map}{after}"


def main() -> int:
    PAGE.write_text(put_into(PAGE.read_text("utf-8"), text()), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
