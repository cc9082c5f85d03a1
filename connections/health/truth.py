"""How a connection, and a project on it, stands: the one place that decides the words.

Pages and messages say these sentences and no others, so that none promises that Jira hears of an edit
while the connection is paused, held or stopped. Reads the rows that it is given; asks nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from connections.models import (
    Connection,
    Direction,
    Health,
    Lifecycle,
    MappedProject,
    MovePart,
    SiteDoubt,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """`reads`: what changes in Jira reaches the board now. `writes`: what changes here reaches Jira now.

    `short` is for headings and badges, `words` is a whole sentence or two: what stands in the way, and
    what ends it. Both are empty where nothing does.
    """

    code: str
    reads: bool
    writes: bool
    short: str = ""
    words: str = ""

    @property
    def moves(self) -> bool:
        return self.reads and self.writes


_LIVE = Standing("live", reads=True, writes=True)


def of_connection(connection: Connection) -> Standing:
    """What people decided comes first, then which Jira it is, then the account, then the network."""
    name = {"name": connection.name}
    if connection.move_part:
        return _in_a_move(connection)
    if connection.lifecycle == Lifecycle.DRAFT:
        return _still(
            "draft",
            _("Not set up yet"),
            _("The connection %(name)s is not set up yet. Changes are kept here until it is.")
            % name,
        )
    if connection.lifecycle == Lifecycle.PAUSED:
        return _still(
            "paused",
            _("Paused"),
            _(
                "The connection %(name)s is paused. Changes are kept here and go to Jira when somebody "
                "resumes it."
            )
            % name,
        )
    if connection.site_doubt:
        return _doubted(connection)
    if connection.health == Health.STOPPED:
        return _still(
            "stopped",
            _("Stopped: Jira does not accept the credentials"),
            _(
                "The connection %(name)s is stopped, since Jira does not accept its credentials: "
                "changes are kept here and go to Jira when it is authenticated again."
            )
            % name,
        )
    if connection.is_held:
        return Standing(
            "account_pending",
            True,
            False,
            _("Held: another account authorised"),
            _(
                "%(who)s authorised the connection %(name)s too: changes are kept here until somebody "
                "decides which account it acts as. What changes in Jira still comes in."
            )
            % {**name, "who": connection.pending_name or connection.pending_id},
        )
    network = _of_network(connection)
    return _quiet(connection) if connection.is_quiet and network.reads else network


def _quiet(connection: Connection) -> Standing:
    ends = connection.quiet_ends
    told = {
        "name": connection.name,
        "until": formats.date_format(timezone.localtime(ends), "j M H:i") if ends else "",
        "why": f" ({connection.quiet_reason})" if connection.quiet_reason else "",
    }
    words = _(
        "The connection %(name)s writes nothing to Jira until %(until)s%(why)s: changes are kept here and "
        "go to Jira after that. What changes in Jira still comes in."
    )
    return Standing("quiet", True, False, _("Quiet until %(until)s") % told, words % told)


def _in_a_move(connection: Connection) -> Standing:
    name = {"name": connection.name}
    if connection.move_part == MovePart.COMPARING:
        words = _(
            "The connection %(name)s was moved to another Jira and is compared with it: changes are kept "
            "here and go to Jira when that is done. What changes in Jira comes in."
        )
        short = _("Moved to another Jira: being compared")
        return Standing("comparing", True, False, short, words % name)
    if connection.move_part == MovePart.MOVING:
        short = _("Being moved to another Jira")
        words = _(
            "The connection %(name)s is being moved to another Jira: changes are kept here and go there "
            "when that is done."
        )
        return _still("moving", short, words % name)
    short = _("Kept for the way back of a move")
    words = _("The connection %(name)s is kept for the way back of a move and does nothing.")
    return _still("kept", short, words % name)


def _doubted(connection: Connection) -> Standing:
    name = {"name": connection.name}
    match connection.site_doubt:
        case SiteDoubt.ANOTHER:
            short = _("Held: this is another Jira")
            words = _(
                "The connection %(name)s leads to another Jira than the one whose issues it holds: "
                "changes are kept here until its address is put back, or it is moved to that Jira."
            )
        case SiteDoubt.RESTORED:
            short = _("Held: Jira was put back to an earlier state")
            words = _(
                "Jira behind the connection %(name)s seems to have been put back to an earlier state: "
                "changes are kept here until somebody says that it is right as it is."
            )
        case _:
            short = _("Held: to be proven that it is the same Jira")
            words = _(
                "The address of the connection %(name)s changed: changes are kept here until it is "
                "proven that this is the same Jira as before."
            )
    return _still(connection.site_doubt, short, words % name)


def _of_network(connection: Connection) -> Standing:
    name = {"name": connection.name}
    if connection.health == Health.FAILING:
        what = str((connection.diagnosis or {}).get("what") or "")
        words = _(
            "Jira cannot be worked with at present: changes are kept here and tried again by themselves."
        )
        return _still("failing", _("Jira does not answer as it should"), f"{words} {what}".strip())
    if connection.call_after is not None and connection.call_after > timezone.now():
        words = _(
            "Jira asked %(name)s to wait: changes are kept here and go on by themselves after that."
        )
        return _still("asked_to_wait", _("Jira asked to wait"), words % name)
    return _LIVE


def of_project(project: MappedProject | None) -> Standing:
    """Of an item's project; None for an item that belongs to none."""
    if project is None:
        words = _("It belongs to no mapped project, so it stays on the board.")
        return _still("local_only", _("On the board only"), words)
    found = of_connection(project.connection)
    own = _of_direction(project)
    if own is None or not (found.reads or found.writes):
        return found
    if (found.reads and not own.reads) or (found.writes and not own.writes):
        words = " ".join(word for word in (found.words, own.words) if word)
        reads, writes = found.reads and own.reads, found.writes and own.writes
        return Standing(own.code, reads, writes, own.short, words)
    return found


def of_direction(project: MappedProject) -> list[str]:
    """What people decided for the project alone, in a sentence; empty where it goes both ways."""
    own = _of_direction(project)
    return [own.words] if own else []


def _of_direction(project: MappedProject) -> Standing | None:
    key = {"key": project.key}
    match project.direction:
        case Direction.PAUSED:
            words = _(
                "The project %(key)s is paused. Changes are kept here and go to Jira when somebody "
                "resumes it."
            )
            return _still("project_paused", _("Paused"), words % key)
        case Direction.FROM_JIRA:
            words = _("%(key)s is synced from Jira only, so nothing is sent there.")
            return Standing("from_jira", True, False, _("From Jira only"), words % key)
        case Direction.TO_JIRA:
            words = _("%(key)s is synced to Jira only, so what changes there stays there.")
            return Standing("to_jira", False, True, _("To Jira only"), words % key)
    return None


def on_its_way(project: MappedProject | None) -> str:
    """Of a change that waits: that it is on its way, or what it waits for."""
    found = of_project(project)
    return _("A change is on its way to Jira.") if found.writes else found.words


def saved(project: MappedProject | None, *, waits: bool = True) -> str:
    """After an edit was saved here. `waits`: whether anything of it is to go to Jira."""
    done = _("Saved.")
    if not waits:
        return done
    found = of_project(project)
    return f"{done} {_('Jira hears of it in a moment.') if found.writes else found.words}"


def with_wait(project: MappedProject | None, words: str) -> str:
    """`words` say what was done here; after them, what keeps it from Jira, where anything does."""
    found = of_project(project)
    return words if project is None or found.writes else f"{words} {found.words}"


def will_be_read(project: MappedProject, words: str) -> str:
    """`words` say that issues are read now; where nothing can be read now, what stands in the way."""
    found = of_project(project)
    if found.reads:
        return words
    return f"{_('Saved.')} {_('Nothing is read from Jira at present.')} {found.words}"


def sent_again(projects: Iterable[MappedProject], words: str) -> str:
    """`words` say that something is sent now; where it cannot be, what it waits for, each said once."""
    why = dict.fromkeys(
        found.words for found in map(of_project, projects) if not found.writes and found.words
    )
    return " ".join(why) if why else words


def _still(code: str, short: str, words: str) -> Standing:
    return Standing(code, reads=False, writes=False, short=short, words=words)
