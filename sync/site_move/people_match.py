"""Who in the other Jira is whom here: by e-mail address where both sides show it, else by name."""

from __future__ import annotations

from django.db import transaction

from jira_client.client import JiraClient
from jira_client.errors import Gone, Invalid, NotFound, PermissionRefused
from jira_client.values import Person
from planning.models import WorkItem
from sync.core import site_match
from sync.core.site_match import Match, PersonFacts, Verdict
from sync.models import MoveKind, MoveRow, Shadow, SiteMove
from sync.outbound.people import PEOPLE
from sync.site_move import sides

AT_ONCE = 20
_CANNOT_SEARCH = (Invalid, NotFound, PermissionRefused, Gone)


def some(move: SiteMove, jira: JiraClient) -> bool:
    """Look for the next few; True if there may be more. Raises JiraError."""
    if not move.place.get("listed"):
        _list(move)
        return True
    rows = MoveRow.objects.filter(move=move, kind=MoveKind.PERSON, data__asked=False)
    part = list(rows.order_by("id")[:AT_ONCE])
    if not part:
        _tell_apart(move)
        return False
    old = sides.old_client(move.connection) if move.notes.get("old_read") else None
    for row in part:
        ours = PersonFacts(row.old_id, row.old_name, _mail(old, row.old_id, row.old_name))
        found = _find(jira, ours)
        row.verdict, row.why, row.data = found.verdict, found.why, {**row.data, "asked": True}
        if found.theirs is not None:
            row.new_id, row.new_name = found.theirs.id[:255], found.theirs.name[:300]
    MoveRow.objects.bulk_update(part, ["verdict", "why", "data", "new_id", "new_name"])
    return True


def _list(move: SiteMove) -> None:
    """A row for each, to be asked for; once, however often a worker dies here."""
    told = _told_by_jira(move)
    with transaction.atomic():
        MoveRow.objects.bulk_create(
            MoveRow(
                move=move,
                kind=MoveKind.PERSON,
                verdict=Verdict.MISSING,
                old_id=key[:255],
                old_name=name[:300],
                data={"asked": False, "typed": key not in told},
            )
            for key, name in sorted(people_of(move).items())
        )
        move.place = {"listed": True}
        move.save(update_fields=["place"])


def people_of(move: SiteMove) -> dict[str, str]:
    """Id → name of everybody whom items of the connection, or what was agreed of them, name."""
    found: dict[str, str] = {}
    items = WorkItem.objects.filter(project__connection=move.connection).order_by()
    for role in PEOPLE:
        named = items.exclude(**{f"{role}_id": ""}).values_list(f"{role}_id", f"{role}_name")
        for key, name in named.distinct():
            found[key] = name or found.get(key, "")
    return {**dict.fromkeys(_told_by_jira(move), ""), **found}


def _told_by_jira(move: SiteMove) -> set[str]:
    """Ids that the old Jira itself said of some issue; what else stands on an item was typed by hand."""
    pairs = Shadow.objects.filter(connection=move.connection).order_by()
    return {
        str(key)
        for role in PEOPLE
        for key in pairs.values_list(f"agreed__{role}", flat=True).distinct()
        if key
    }


def _mail(old: JiraClient | None, key: str, name: str) -> str:
    """As the old Jira shows it; empty where it does not, or nobody can be asked."""
    if old is None:
        return ""
    for word in dict.fromkeys(one for one in (key, name) if one):
        try:
            shown = old.people.search(word)
        except _CANNOT_SEARCH:
            return ""
        found = next((one for one in shown if key in (one.id, one.username)), None)
        if found is not None:
            return found.email or ""
    return ""


def _find(jira: JiraClient, ours: PersonFacts) -> Match[PersonFacts]:
    shown: dict[str, Person] = {}
    for word in dict.fromkeys(one for one in (ours.email, ours.name) if one):
        try:
            shown |= {one.id: one for one in jira.people.search(word)}
        except _CANNOT_SEARCH:
            why = "The account may not look for people there. Give it “Browse users and groups”."
            return Match(ours, Verdict.MISSING, why=why)
    return site_match.person(
        ours, [PersonFacts(one.id, one.name, one.email or "") for one in shown.values()]
    )


def _tell_apart(move: SiteMove) -> None:
    """Two here that would become one there are neither."""
    rows = list(MoveRow.objects.filter(move=move, kind=MoveKind.PERSON))
    taken: dict[str, list[MoveRow]] = {}
    for row in rows:
        if row.is_certain:
            taken.setdefault(row.new_id, []).append(row)
    both = [row for same in taken.values() if len(same) > 1 for row in same]
    for row in both:
        row.verdict, row.why = Verdict.UNCERTAIN, "Two here would become one there."
        row.new_id = row.new_name = ""
    MoveRow.objects.bulk_update(both, ["verdict", "why", "new_id", "new_name"])
