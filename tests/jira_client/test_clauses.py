"""A person's filter stays inside of the brackets it is set in, and is read in time linear to its length."""

from __future__ import annotations

import contextlib
import time

import pytest

from jira_client.jql import NotAClause, check_clause, without_order


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("labels = a) OR (project = PAY", "closed that was not opened"),
        (")(", "closed that was not opened"),
        ("(labels = a", "opened and not closed"),
        ("labels = a ORDER BY rank", "Leave out ORDER BY"),
        ("labels = a order\n\tby rank", "Leave out ORDER BY"),
        ("(labels = a ORDER BY rank)", "Leave out ORDER BY"),
        ('summary ~ "a', "quote is opened"),
        ("summary ~ 'a", "quote is opened"),
        ('"', "quote is opened"),
        (r'summary ~ "a\"', "quote is opened"),
        (r"summary ~ \"a) OR (b\"", "backslash"),
        (r"summary ~ \') OR (a = \'", "backslash"),
        ("labels = a\x00", "cannot be seen"),
        ("labels = a\u202e", "cannot be seen"),
    ],
)
def test_what_would_leave_is_refused(text: str, why: str) -> None:
    with pytest.raises(NotAClause, match=why):
        check_clause(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "labels = a AND (b = c OR d in (1, 2))",
        'summary ~ "a) OR (b" AND component = "x"',
        "summary ~ 'it) ORDER BY rank'",
        r'summary ~ "a \" ) order by" AND x = 1',
        'reporter in membersOf("jira-users") AND "Story Points" > 3',
        "order = by AND orders by_x = 1 AND border by1",
        "Größe = 3\nAND labels = b",
    ],
)
def test_what_stays_inside_is_taken(text: str) -> None:
    check_clause(text)


@pytest.mark.parametrize(
    "unit", ["order by ", "(", "()", '"', "'\"", "\\", '"\\', "order ", "a", " ", '" order by ']
)
def test_twice_as_much_takes_about_twice_as_long(unit: str) -> None:
    """Counted in steps of a clock that other work may disturb: so the best of several, and generously."""

    def seconds(times: int) -> float:
        text, best = unit * times, float("inf")
        for _ in range(5):
            begun = time.process_time()
            without_order(text)
            with contextlib.suppress(NotAClause):
                check_clause(text)
            best = min(best, time.process_time() - begun)
        return best

    assert seconds(40_000) < 12 * max(seconds(10_000), 0.002), "four times as much"


def test_the_first_order_ends_the_query() -> None:
    assert without_order("a = 1 ORDER BY b order by c") == "a = 1"
