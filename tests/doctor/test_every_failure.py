"""Every failure that the doctor knows, provoked over HTTP on every Jira where it applies.

Each row must give its code, its sentence, a remedy that names who acts and where, a paragraph in the
troubleshooting guide, and never the credential.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from jira_client.diagnosis import Diagnosis, explain
from jira_client.errors import JiraError
from jira_client.keys import generate_key_pair
from tests.doctor import (
    answer_rows,
    consent_rows,
    content_rows,
    front_rows,
    login_rows,
    network_rows,
    oauth_rows,
    proxy_rows,
    tls_rows,
)
from tests.doctor.rows import Row
from tests.doctor.stage import FLAVOURS, Stage, staged

GUIDE = Path(__file__).resolve().parents[2] / "docs/troubleshooting.md"
PARAGRAPHS = dict(re.findall(r"^### ([a-z0-9-]+)\n\n(.+)$", GUIDE.read_text("utf-8"), re.MULTILINE))
ROWS: tuple[Row, ...] = (
    *network_rows.ROWS, *proxy_rows.ROWS, *answer_rows.ROWS, *login_rows.ROWS, *content_rows.ROWS,
    *oauth_rows.ROWS, *front_rows.ROWS, *tls_rows.ROWS, *consent_rows.ROWS,
)  # fmt: skip
CASES = [
    pytest.param(flavour, row, id=f"{flavour}-{row.code}{'-' + row.name if row.name else ''}")
    for row in ROWS
    for flavour in row.on
]


class Stages(dict[str, Stage]):
    """The running sandboxes, started on first need."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        super().__init__()
        self._stack, self._pair = stack, generate_key_pair()

    def __missing__(self, flavour: str) -> Stage:
        self[flavour] = self._stack.enter_context(staged(flavour, self._pair))
        return self[flavour]


@pytest.fixture(scope="module")
def stages() -> Iterator[Stages]:
    with contextlib.ExitStack() as stack:
        yield Stages(stack)


def diagnosed(stage: Stage, row: Row) -> Diagnosis:
    """What the doctor says to the failure that the row provokes."""
    try:
        with pytest.raises(JiraError) as caught:
            row.provoke(stage)
        entered = stage.entered_url
    finally:
        stage.clean()
    return explain(caught.value, entered_url=entered, server=stage.info(), account=stage.account)


@pytest.mark.parametrize(("flavour", "row"), CASES)
def test_failure(flavour: str, row: Row, stages: Stages) -> None:
    found = diagnosed(stages[flavour], row)
    assert found.code == row.code
    assert row.what in found.what
    assert found.what.endswith(".")
    assert [words for words in row.remedy if words not in found.remedy] == []
    assert found.remedy.endswith(".")
    assert set(row.seen) <= set(found.seen)
    assert found.anchor in PARAGRAPHS
    told = repr(found)
    assert not [secret for secret in ("-password", "-api-token", "oauth_token=") if secret in told]


def test_all_kinds_of_jira_are_in_the_table() -> None:
    assert {flavour for row in ROWS for flavour in row.on} == set(FLAVOURS)
