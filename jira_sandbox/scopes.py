"""Which scopes a token needs for which operation of Jira Cloud, as the vendor's documents say.

`scopes.tsv` has a line an operation: method and path, classic scopes (“-”: there are none), granular ones;
all of the one or all of the other are needed. What no document names is not open to tokens with scopes:
people say so of the webhooks of administrators.

Source: https://developer.atlassian.com/cloud/jira/platform/scopes-for-oauth-2-3LO-and-forge-apps/
Boards and sprints: https://developer.atlassian.com/cloud/jira/software/scopes-for-oauth-2-3LO-and-forge-apps/
"""

from collections.abc import Collection
from functools import cache
from pathlib import Path

Needs = tuple[frozenset[str] | None, frozenset[str]]  # classic and granular


@cache
def table() -> dict[str, Needs]:
    """Method and route → the scopes that it needs."""
    text = Path(__file__).with_suffix(".tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {
        name: (None if classic == "-" else frozenset(classic.split()), frozenset(granular.split()))
        for name, classic, granular in rows
    }


def allows(scopes: Collection[str], operation: str) -> bool:
    """Whether a token with these scopes may do it; one of which none are noted may do everything."""
    if not scopes:
        return True
    needs = table().get(operation)
    if needs is None:
        return False
    classic, granular = needs
    held = set(scopes)
    return (classic is not None and classic <= held) or granular <= held


def every_scope() -> tuple[str, ...]:
    """The fewest scopes that open all operations: the classic ones, and the granular ones of boards."""
    found: set[str] = set()
    for classic, granular in table().values():
        found |= granular if classic is None else classic
    return tuple(sorted(found))
