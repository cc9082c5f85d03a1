"""A changelog tells each version that comes or goes; what the field held is worked out from the issue."""

from __future__ import annotations

from typing import Any

from jira_client import parse
from jira_client.webhook import told_change

Pair = tuple[str, str] | None
R1, R2, R3 = ("1", "R1"), ("2", "R2"), ("3", "R3")


def line(old: Pair, new: Pair, *, cloud: bool = True) -> dict[str, Any]:
    (a, b), (c, d) = old or (None, None), new or (None, None)
    more = {"fieldId": "fixVersions"} if cloud else {}
    return {"field": "Fix Version", "from": a, "fromString": b, "to": c, "toString": d, **more}


def changes(now: list[tuple[str, str]], *entries: list[dict[str, Any]]) -> list[Any]:
    histories = [{"id": str(n), "items": items} for n, items in enumerate(entries, 1)]
    fields = {"fixVersions": [{"id": id, "name": name} for id, name in now]}
    found = parse.issue(
        {"id": "9", "key": "A-9", "fields": fields, "changelog": {"histories": histories}}
    )
    return [
        (item.old_names, item.new_names)
        for history in found.history
        for item in history.items
        if item.field == "Fix Version"
    ]


def test_each_change_has_all_names_before_and_after():
    assert changes([R1, R3], [line(None, R2)], [line(R2, None), line(None, R3)]) == [
        (("R1",), ("R1", "R2")),
        (("R1", "R2"), ("R1", "R3")),
    ]


def test_a_server_that_tells_no_ids_of_fields_is_read_alike():
    assert changes([R1], [line(None, R1, cloud=False)]) == [((), ("R1",))]


def test_a_renamed_version_is_the_same_one():
    assert changes([("1", "R1 final")], [line(None, R1)], [line(R2, None)]) == [
        (("R2",), ("R1 final", "R2")),
        (("R1 final", "R2"), ("R1 final",)),
    ]


def test_changes_that_were_read_later_than_the_issue_are_as_they_were_made():
    assert changes([], [line(None, R1)], [line(R1, R2)]) == [
        ((), ("R1",)),
        (("R1",), ("R2",)),
    ]


def test_of_a_field_that_was_not_read_the_lines_stay():
    row = {"id": "1", "items": [line(None, R1)]}
    found = parse.issue({"id": "9", "key": "A-9", "fields": {}, "changelog": {"histories": [row]}})
    (item,) = found.history[0].items
    assert (item.new_text, item.new_names) == ("R1", None)


def test_a_webhook_tells_the_whole_too():
    body = (
        b'{"webhookEvent":"jira:issue_updated","timestamp":1700000000000,'
        b'"issue":{"id":"9","fields":{"fixVersions":[{"id":"1","name":"R1"},{"id":"2","name":"R2"}]}},'
        b'"changelog":{"id":"5","items":[{"field":"Fix Version","fieldId":"fixVersions","from":null,'
        b'"fromString":null,"to":"2","toString":"R2"}]}}'
    )
    change = told_change(body)
    assert change is not None
    assert change.items[0].new_names == ("R1", "R2")
