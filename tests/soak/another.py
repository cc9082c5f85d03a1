"""A round in which another Jira stands at the same address, with the same ids and other texts.

While the connection is held nothing may be written, nothing of the foreign Jira may be on the board,
nothing of ours in it. When the address leads back, a person tests the connection, and all goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps

from connections.models import SiteDoubt
from jira_sandbox.model.site import Site
from jira_sandbox.seed import seeded
from jira_sandbox.state.dump import dumped
from tests.soak.door import Door
from tests.soak.hands import Hands
from tests.soak.person import Person

CANARY = "Payroll"
APPS = ("planning", "sync")
UNREAD = ("sync.Delivery",)  # as they arrived: nothing of their bodies is ever taken
TURNS = 3  # of workers, while the address leads elsewhere


def another_jira(door: Door, hands: Hands, person: Person, work: Callable[[], None]) -> list[str]:
    """`work`: time passes, and a worker works until nothing is due. What broke, in words."""
    found: list[str] = []
    word = f"{CANARY} {hands.world.connection.pk.hex[:8]}"  # of this history alone
    with _foreign(hands, word) as other, door.leading_to(other):
        before = _content(other)
        for _ in range(TURNS):
            hands.act_on_board(4)
            work()
        if person.held_for != SiteDoubt.ANOTHER:
            found.append(f"another Jira: the connection is not held but “{person.held_for}”")
        if _content(other) != before:
            found.append("another Jira: something of ours was written into it")
        found += [f"another Jira: its text is in {where}" for where in on_board(word)]
    person.look_at_connection()
    work()
    if person.held_for:
        found.append(f"another Jira: the address leads back, and it is still “{person.held_for}”")
    return found


@contextmanager
def _foreign(hands: Hands, word: str) -> Iterator[Site]:
    """Somebody else's Jira, of either kind, made from the same seed: the ids are the same."""
    flavour = hands.rng.choice(("cloud", "datacenter"))
    other = seeded(flavour, service_admin=True)
    other.started_at("http://another.example")
    for issue in other.issues.values():
        issue.values["summary"] = f"{word} {issue.key}"
        issue.values["labels"] = (word.replace(" ", "-"),)
        issue.updated = other.now()
    try:
        yield other
    finally:
        other.close()


def _content(site: Site) -> dict[str, Any]:
    """All that it holds, but for who called."""
    with site.lock:
        return {name: value for name, value in dumped(site).items() if name != "oauth"}


def on_board(canary: str) -> list[str]:
    """The tables that hold this text, or its label, in any column of any row."""
    words = (canary, canary.replace(" ", "-"))
    return [
        model._meta.label
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        if model._meta.label not in UNREAD
        and any(word in str(row) for row in model._default_manager.values() for word in words)
    ]
