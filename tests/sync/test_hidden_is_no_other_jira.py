"""Which Jira it is, where most of its issues are not shown: hidden or deleted is no sign of another one.

A copy of a Jira lacks what was made after it was taken, and shows all that is older. Somebody's hiding or
deleting leaves no such line.
"""

from __future__ import annotations

import pytest

from connections.access.gateway import SiteDoubted
from connections.models import Connection, SiteDoubt
from jira_sandbox.model.issues import Issue
from sync.models import Shadow
from sync.pairs import site_proof
from tests.sync.world import World


@pytest.fixture
def paired(world: World) -> list[Issue]:
    """The issues that the board knows, in the order of their making."""
    world.poll()
    known = Shadow.objects.values_list("remote_id", flat=True)
    issues = [world.handle.site.issues[int(one)] for one in known]
    assert len(issues) > 6
    return sorted(issues, key=lambda one: (one.created, one.id))


def hide(issues: list[Issue]) -> None:
    """From the account, by an issue security that Jira's admin alone passes."""
    for one in issues:
        one.seen_by = frozenset({"admin"})


def doubted(world: World) -> Connection:
    """Its address, proxy or account was changed, so that it is to be proven again."""
    Connection.objects.update(site_doubt=SiteDoubt.UNPROVEN)
    site_proof.forget()
    return Connection.objects.get(pk=world.connection.pk)


def goes_on(world: World) -> bool:
    with site_proof.proven(doubted(world)):
        pass
    return Connection.objects.get(pk=world.connection.pk).site_doubt == ""


def held_for(world: World) -> str:
    with pytest.raises(SiteDoubted):
        goes_on(world)
    return str(Connection.objects.get(pk=world.connection.pk).site_doubt)


@pytest.mark.parametrize("tells", [True, False], ids=["it tells", "it does not tell"])
def test_most_issues_were_hidden(world: World, paired: list[Issue], tells: bool) -> None:
    """All but the two that were made last: a copy would have lost those first."""
    if not tells:
        world.handle.site.identity = ""
    hide(paired[:-2])
    assert goes_on(world)


def test_all_issues_were_hidden(world: World, paired: list[Issue]) -> None:
    """Cloud's id is of one site alone. A Data Center's may be its copy's, so that one is asked again."""
    hide(paired)
    if world.connection.deployment == "cloud":
        assert goes_on(world)
    else:
        assert held_for(world) == SiteDoubt.UNPROVEN


def test_a_copy_that_was_taken_earlier_is_held(world: World, paired: list[Issue]) -> None:
    world.handle.site.identity = ""
    for number, one in enumerate(paired):
        one.created = one.created.replace(microsecond=number * 1000)
        Shadow.objects.filter(remote_id=one.id).update(remote_created=one.created)
    hide(paired[2:])
    assert held_for(world) == SiteDoubt.ANOTHER


def test_a_number_given_out_again_is_told_as_a_restore(world: World, paired: list[Issue]) -> None:
    """Not as another Jira, from which there would be no way out at this address."""
    paired[-1].created = paired[-1].created.replace(year=paired[-1].created.year - 1)
    if world.connection.deployment == "cloud":
        world.handle.site.identity = ""
    assert held_for(world) == SiteDoubt.RESTORED
