"""The guide's table "See a failure live" names every failure, and only switches that exist."""

from __future__ import annotations

import re

from jira_client.diagnosis import oauth
from jira_sandbox.faults import KNOWN
from tests.doctor.test_every_failure import GUIDE, ROWS

TABLE = GUIDE.read_text("utf-8").partition("## See a failure live")[2]
LINES = re.findall(r"^\| (.+?) \| (.+) \|$", TABLE, re.MULTILINE)
# Provoked by the same switch as any other word.
ANY_WORD = {f"oauth_{word}" for word in (*oauth.WORDS, "problem")}


def test_every_failure_of_the_table_test_has_its_line() -> None:
    named = {code.strip().replace("-", "_") for codes, _ in LINES for code in codes.split(",")}
    assert {row.code for row in ROWS} - ANY_WORD - named == set()
    assert "any other word of OAuth" in dict(LINES)


def test_only_switches_that_exist_are_named() -> None:
    texts = [text for _, how in LINES for text in re.findall(r"`([a-z_]+)(?: [^`]*)?`", how)]
    assert len(texts) > 25
    assert [one for one in texts if one not in (*KNOWN, "myself")] == []
