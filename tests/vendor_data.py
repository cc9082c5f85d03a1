"""The vendor's documents and the recorded answers of real Jiras, which lie beside the repository.

A clone need not have `../shared/jira`: tests of what is in it skip then. Where the folder is there and
something of it is not, they skip too, with the reason; under ALMCONNECT_REQUIRE_SERVICES=1 they fail,
so that a proof cannot end without anybody noticing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import environment

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "jira"
# What must be in it: a file, or how many JSON files at least are below a folder.
WHOLE: dict[str, int | None] = {
    "oauth1_rsa_vectors.json": None,
    "openapi/cloud-platform-v3-2025-12.json": None,
    "openapi/cloud-software-2022-07.json": None,
    "recorded/rest-cloud-and-server": 22,
    "recorded/rest-server": 30,
    "recorded/rest-server-v2": 57,
    "recorded/webhooks-cloud-2020": 33,
    "recorded/webhooks-server-and-cloud": 28,
}


def lacking(folder: Path = FOLDER) -> list[str]:
    """What a folder that is there does not hold, in words."""
    found = []
    for name, least in WHOLE.items():
        path = folder / name
        there = len(list(path.rglob("*.json"))) if least else int(path.is_file())
        if there < (least or 1):
            found.append(f"{name}: {there} of {least or 1}")
    return found


def vendor_data(part: str = "", folder: Path = FOLDER) -> Path:
    """`vendor_data("openapi/….json")`: its path. Skips the test, or fails it, where it is not there."""
    path = folder / part
    if not folder.is_dir():
        pytest.skip("the vendor's data are not beside this repository (../shared/jira)")
    if missing := lacking(folder):
        words = f"../shared/jira is there and not whole: {', '.join(missing)}"
        if environment.REQUIRED:
            pytest.fail(words)
        if not path.exists():
            pytest.skip(words)
    return path


def recorded(*folders: str) -> list[Path]:
    """Every recorded file of these folders, or of all; none where the data are not here."""
    places = [FOLDER / "recorded" / name for name in folders] or [FOLDER / "recorded"]
    return [path for place in places for path in sorted(place.rglob("*.json"))]
