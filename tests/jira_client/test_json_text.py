"""JSON with characters that no database holds is read, with marks where they stood."""

from __future__ import annotations

import pytest

from jira_client import json_text


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (rb'{"a": "x\u0000y"}', {"a": "x\ufffdy"}),
        (rb'["cut \ud83d"]', ["cut \ufffd"]),
        (rb'["\udc00 tail", "whole \ud83d\ude00"]', ["\ufffd tail", "whole \U0001f600"]),
        (rb'{"n\u0000": [1, 2.5, null, true]}', {"n\ufffd": [1, 2.5, None, True]}),
        (rb'["C:\\u0000"]', ["C:\\u0000"]),  # a backslash, and five letters
    ],
)
def test_each_lost_character_is_one_mark(body: bytes, value: object):
    assert json_text.loads(body) == value


@pytest.mark.parametrize(
    "body", [b"{", rb'["\u00"]', rb'["\u0000", NaN]', b"[NaN]", b'"\xff\\u0000"']
)
def test_what_is_no_json_is_refused(body: bytes):
    with pytest.raises(ValueError):  # JSON's and UTF-8's errors have no other parent
        json_text.loads(body)


def test_without_end_is_no_crash():
    with pytest.raises((ValueError, RecursionError)):
        json_text.loads(rb'["\u0000",' + b"[" * 200_000)
