"""What the RTE Cockpit shows of each connection: is it flowing, and what is to be done next.

What waits and what is stuck is asked of the sync by way of `flows`, which almconnect/apps.py fills;
nothing here reads its rows. Everything is derived at the moment of looking; it must not write.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from connections.cockpit.topology import Picture, draw
from connections.health import expiry, truth
from connections.models import Connection, Health, Lifecycle, MappedProject


@dataclass(frozen=True, slots=True)
class Equality:
    """What the newest statements of a connection's projects say together: of `items` work items `equal` are
    equal on both sides. `taken`: when the oldest of them was made; `address`: where one names what is not.
    """

    items: int
    equal: int
    taken: datetime
    address: str


@dataclass(frozen=True, slots=True)
class Flow:
    """What the sync knows of a connection. `per_hour`: changes in and out of the last 24 hours."""

    waiting_in: int = 0
    waiting_out: int = 0
    oldest_seconds: float | None = None
    parked: int = 0
    conflicts: int = 0
    per_hour: tuple[int, ...] = ()
    parked_address: str = ""
    conflicts_address: str = ""
    equality: Equality | None = None


# Each answers {connection id: Flow} for the connections shown.
flows: list[Callable[[list[Connection]], dict[uuid.UUID, Flow]]] = []
# What is shown of a project; its maps and facts are long.
_PROJECT = ("connection", "key", "name", "direction")


@dataclass(frozen=True, slots=True)
class Action:
    """The one thing to do next, and where. `tone` is danger, warning or info."""

    words: str
    address: str
    button: str
    tone: str = "warning"


@dataclass(frozen=True, slots=True)
class Card:
    connection: Connection
    standing: truth.Standing
    flow: Flow
    action: Action | None
    projects: list[MappedProject] = field(default_factory=list)

    # In words here, not by blocks in the template: a page shows them a hundred times.
    @property
    def account(self) -> str:
        name = self.connection.account_name
        return _("as %(name)s") % {"name": name} if name else ""

    @property
    def waiting(self) -> str:
        counts = {"incoming": self.flow.waiting_in, "outgoing": self.flow.waiting_out}
        return _("%(incoming)s in, %(outgoing)s out") % counts

    @property
    def day(self) -> str:
        total = sum(self.flow.per_hour)
        return ngettext("%(n)s change", "%(n)s changes", total) % {"n": total}

    @property
    def equality(self) -> str:
        """How many items are equal on both sides; empty where no statement was made."""
        row = self.flow.equality
        if row is None:
            return ""
        counts = {"equal": intcomma(row.equal), "items": intcomma(row.items)}
        if row.equal == row.items:
            return ngettext("all of %(items)s item", "all of %(items)s items", row.items) % counts
        return _("%(equal)s of %(items)s items") % counts

    @property
    def address(self) -> str:
        return _page_of(self.connection)

    @property
    def spark(self) -> str:
        """The points of a line over 24 hours, 120 wide and 24 high, for an SVG polyline."""
        counts = self.flow.per_hour
        top = max(counts, default=0)
        if not top:
            return ""
        step = 120 / max(len(counts) - 1, 1)
        return " ".join(
            f"{number * step:.1f},{23 - 22 * count / top:.1f}"
            for number, count in enumerate(counts)
        )

    @property
    def is_ill(self) -> bool:
        """Whether somebody has to do something before all flows again."""
        still = not self.standing.moves and self.standing.code not in _BY_ITSELF
        return still or self.connection.state == Health.WARNING

    @property
    def ends(self) -> bool:
        """Whether something of it ends soon, or certificates are not verified now."""
        return not self.connection.checks_tls or bool(expiry.warnings_of(self.connection))


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the cockpit; `headline` states the conclusion."""

    cards: list[Card]
    headline: str
    tone: str

    @property
    def picture(self) -> Picture:
        return draw(self.cards)


def look() -> Board:
    connections = list(Connection.objects.defer("public_key"))
    known = _flows(connections)
    projects: dict[uuid.UUID, list[MappedProject]] = {row.pk: [] for row in connections}
    for project in MappedProject.objects.only(*_PROJECT):
        if project.connection_id in projects:  # else that came a moment ago
            projects[project.connection_id].append(project)
    cards = []
    for row in connections:
        flow, mapped = known.get(row.pk, Flow()), projects[row.pk]
        standing = truth.of_connection(row)
        action = next_action(row, standing, flow, mapped=bool(mapped))
        cards.append(Card(row, standing, flow, action, mapped))
    return Board(cards, *_headline(cards))


def _page_of(row: Connection) -> str:
    return f"{_list_address()}{row.pk}/"


@cache
def _list_address() -> str:
    """Reversed once, not for each of a hundred connections."""
    return reverse("connections:list")


def next_action(
    row: Connection, standing: truth.Standing, flow: Flow, *, mapped: bool
) -> Action | None:
    """The first thing that stands in the way, or None. `mapped`: has it a mapped project?"""
    page = _page_of(row)
    if row.lifecycle == Lifecycle.DRAFT:
        address = reverse("connections:edit", args=[row.pk])
        return Action(standing.words, address, _("Go on with the setup"), "info")
    if not standing.moves:
        button = _BUTTONS.get(standing.code, _("See what to do"))
        tone = "info" if standing.code in _BY_ITSELF else "danger"
        return Action(standing.words, page, str(button), tone)
    if row.health == Health.WARNING:
        what = (row.diagnosis or {}).get("what") or row.clock_note or _("The last call failed.")
        return Action(str(what), page, _("See what to do"), "danger")
    if flow.conflicts:
        words = ngettext("%(n)d conflict waits.", "%(n)d conflicts wait.", flow.conflicts)
        return Action(words % {"n": flow.conflicts}, flow.conflicts_address or page, _("Decide"))
    if flow.parked:
        words = ngettext("%(n)d change is parked.", "%(n)d changes are parked.", flow.parked)
        return Action(words % {"n": flow.parked}, flow.parked_address or page, _("Look at it"))
    if ending := expiry.warnings_of(row):
        first = ending[0]
        if first.kind in {"token", "secret"}:
            address = reverse("connections:reauthenticate", args=[row.pk])
            return Action(first.words, address, _("Re-authenticate"), first.tone)
        return Action(first.words, page, _("See what to do"), first.tone)
    if not mapped:
        return Action(_("No project is mapped yet."), page, _("Map a project"), "info")
    return None


def _flows(shown: list[Connection]) -> dict[uuid.UUID, Flow]:
    found: dict[uuid.UUID, Flow] = {}
    for ask in flows:
        found.update(ask(shown))
    return found


def _headline(cards: list[Card]) -> tuple[str, str]:
    if not cards:
        return _("Connect your board to Jira"), "info"
    live = [card for card in cards if card.connection.lifecycle != Lifecycle.DRAFT]
    ill = [card for card in live if card.is_ill]
    if ill:
        words = ngettext("%(n)d connection needs you", "%(n)d connections need you", len(ill))
        return words % {"n": len(ill)}, "danger"
    if not live:
        return _("Finish setting up your connection"), "info"
    stuck = sum(card.flow.parked + card.flow.conflicts for card in live)
    if stuck:
        words = ngettext(
            "Flowing, with %(n)d change to decide", "Flowing, with %(n)d changes to decide", stuck
        )
        return words % {"n": stuck}, "warning"
    if all(card.connection.lifecycle == Lifecycle.PAUSED for card in live):
        return _("Everything is paused"), "info"
    waiting = sum(card.standing.code == "asked_to_wait" for card in live)
    if waiting:
        words = ngettext(
            "%(n)d connection waits, as its Jira asked",
            "%(n)d connections wait, as their Jiras asked",
            waiting,
        )
        return words % {"n": waiting}, "info"
    paused = sum(card.standing.code == "paused" for card in live)
    if paused:
        words = ngettext(
            "Flowing, with %(n)d connection paused",
            "Flowing, with %(n)d connections paused",
            paused,
        )
        return words % {"n": paused}, "info"
    if any(card.projects for card in live):
        return _("Everything is flowing"), "success"
    return _("Connected. Map a project next"), "info"


# What stands in the way → the button that leads to its end; of all others: see what to do
_BUTTONS = {
    "paused": _lazy("Resume"),
    "account_pending": _lazy("Decide"),
    "asked_to_wait": _lazy("See how long"),
}
_BY_ITSELF = {"paused", "asked_to_wait", "moving", "comparing", "kept"}  # wanted, or over by itself
