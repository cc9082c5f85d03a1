"""The pages that docstrings name are those of the vendor's own document: each group and each call in it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.jira_client.openapi import documents
from tests.vendor_data import vendor_data

ROOT = Path(__file__).resolve().parents[2]
_PAGE = re.compile(r"/cloud/jira/\w+/rest/(?:v3/)?(api-group-[\w-]+)/(?:#(api-rest-[\w-]+))?")


def named() -> set[tuple[str, str]]:
    """Page and place on it of every address in the client and the sandbox."""
    files = [
        path for name in ("jira_client", "jira_sandbox") for path in (ROOT / name).rglob("*.py")
    ]
    return {found for path in files for found in _PAGE.findall(path.read_text("utf-8"))}


def documented() -> set[tuple[str, str]]:
    return {
        (f"api-group-{_slug(tag)}", place)
        for document in documents(vendor_data() / "openapi")
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if isinstance(operation, dict)
        for tag in operation.get("tags", ())
        for place in ("", f"api-{_slug(re.sub('[{}]', '', path))}-{method}")
    }


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def test_every_page_that_is_named_is_documented() -> None:
    pages = named()
    assert len(pages) > 40
    assert pages - documented() == set()
