"""The cockpit's picture: Jira sites on the left, the console, mapped projects on the right.

Geometry only: boxes and lines in the units of the drawing. What it shows is said in words too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from connections.models import Direction, Health, Lifecycle

if TYPE_CHECKING:
    from connections.cockpit.cockpit import Card
    from connections.models import MappedProject

ROW = 54  # height of a box and the gap below it
WIDTH = 220
LEFT, RIGHT = 10, 530
HUB_LEFT, HUB_RIGHT = 300, 460
MOST = 8  # boxes on one side; more are counted in words
LONGEST = 28  # letters that fit into a box


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    words: str
    quiet: str
    width: int = WIDTH

    @property
    def text_x(self) -> int:
        return self.x + 12

    @property
    def text_y(self) -> int:
        return self.y + 17

    @property
    def quiet_y(self) -> int:
        return self.y + 32


@dataclass(frozen=True, slots=True)
class Line:
    """`kind`: on, off (paused, draft) or ill."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Picture:
    boxes: list[Box]
    lines: list[Line]
    height: int
    spoken: str

    @property
    def hub_y(self) -> int:
        return self.height // 2 - 26

    @property
    def hub_text_y(self) -> int:
        return self.height // 2 + 5


def draw(cards: list[Card]) -> Picture:
    """The picture of these connections."""
    shown = cards[: MOST + 1]
    sites = [(_short(c.connection.name), _short(c.connection.base_url), _kind(c)) for c in shown]
    projects = [(project, card) for card in cards for project in card.projects]
    rows = max(1, min(len(cards), MOST), min(len(projects), MOST + 1))
    height = rows * ROW + 10
    middle = height // 2
    boxes, lines = [], []
    for side, found in ((LEFT, sites), (RIGHT, _capped(projects))):
        top = middle - len(found) * ROW // 2 + 7
        for number, (words, quiet, kind) in enumerate(found):
            y = top + number * ROW
            boxes.append(Box(side, y, words, quiet))
            lines.append(Line(_curve(side, y + 20, middle), kind))
    spoken = "; ".join(f"{c.connection.name}: {len(c.projects)} {_('projects')}" for c in cards)
    return Picture(boxes, lines, height, spoken)


def _curve(side: int, y: int, middle: int) -> str:
    if side == LEFT:
        return f"M{LEFT + WIDTH} {y} C{LEFT + WIDTH + 40} {y} {HUB_LEFT - 40} {middle} {HUB_LEFT} {middle}"
    return f"M{HUB_RIGHT} {middle} C{HUB_RIGHT + 40} {middle} {RIGHT - 40} {y} {RIGHT} {y}"


def _capped(found: list[tuple[MappedProject, Card]]) -> list[tuple[str, str, str]]:
    shown = [
        (
            _short(f"{project.key} {project.name}"),
            str(project.get_direction_display()),
            "off" if project.direction == Direction.PAUSED else _kind(card),
        )
        for project, card in found[:MOST]
    ]
    if len(found) <= MOST:
        return shown
    more = len(found) - MOST
    return [*shown, (_("and %(n)d more") % {"n": more}, "", "on")]


def _kind(card: Card) -> str:
    if card.connection.lifecycle != Lifecycle.ACTIVE:
        return "off"
    return "ill" if card.connection.health in {Health.STOPPED, Health.FAILING} else "on"


def _short(text: str) -> str:
    text = text.removeprefix("https://").removeprefix("http://")
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
