"""What a person has to do at the console, by the functions of its pages; each deed is counted."""

from __future__ import annotations

import random
from collections import Counter

from django.utils import timezone

from almconnect.lib.api import Refused
from connections.health import site_identity
from connections.models import Connection, Health, SiteDoubt
from connections.probes import checkup
from planning.models import Change, ChangeKind, ChangeState
from sync.inbound import mass_deletion_guard
from sync.models import Brake, Conflict, Delivery, DeliveryState, Run
from sync.pairs import conflicts
from sync.runs import project_runs, restore_comparison
from sync.status import replay
from tests.sync.world import World

REFUSED = "refused"  # Change.code
OVER = (
    "gone",
    "not_mapped",
)  # the item went meanwhile: the page says so, and nothing is left to decide


class Person:
    def __init__(self, world: World, rng: random.Random) -> None:
        self.world, self.rng = world, rng
        self.deeds: Counter[str] = Counter()

    def confirm_deletions(self) -> None:
        """The delete brakes ask where much goes at once: these were meant."""
        for row in Brake.objects.filter(connection=self.world.connection, decided=None):
            mass_deletion_guard.decide(row.pk, "delete", actor=self.world.person)
            self.deeds["brake decided"] += 1

    def decide_conflicts(self, most: int = 1000) -> None:
        mine = Conflict.objects.filter(shadow__connection=self.world.connection, resolved=None)
        for row in mine.order_by("shadow__item__summary", "field")[:most]:
            take = self.rng.choice(("board", "jira"))
            try:
                conflicts.resolve(row.pk, take, actor=self.world.person)
            except Refused as refusal:
                if refusal.code not in OVER:
                    raise
                self.deeds["conflict was over"] += 1
            else:
                self.deeds["conflict decided"] += 1

    def look_at_connection(self) -> None:
        """“Test connection”, where it was stopped. Edits under a clock that went wrong may look as if
        Jira had been put back: then a person says that it is right as it is."""
        row = self.connection()
        if row.site_doubt == SiteDoubt.RESTORED:
            self.accept_restore()
        elif row.health == Health.STOPPED:
            checkup.run(row, actor=self.world.person)
            self.deeds["connection tested"] += 1

    def accept_restore(self) -> None:
        """Both sides are compared first, as often as a Jira in bad weather makes it need."""
        while not restore_comparison.is_compared(self.connection()):
            for run in restore_comparison.compare(self.connection()):
                Run.objects.filter(pk=run.pk).update(due=timezone.now())
                while project_runs.work(run.pk):
                    pass
        site_identity.accept_restore(self.connection(), right="jira", actor=self.world.person)
        self.deeds["restore accepted"] += 1

    def replay_failed(self) -> None:
        """Deliveries that were given up, and edits that Jira refused, once more."""
        failed = Delivery.objects.filter(
            connection=self.world.connection, state=DeliveryState.FAILED
        )
        self.deeds["delivery replayed"] += replay.replay_deliveries(failed, actor=self.world.person)
        parked = Change.objects.filter(
            project__connection=self.world.connection,
            kind=ChangeKind.EDIT,
            state=ChangeState.PARKED,
            code=REFUSED,
            item__deleted=None,
        )
        self.deeds["edit replayed"] += replay.replay_changes(parked, actor=self.world.person)
        self.deeds = +self.deeds

    @property
    def held_for(self) -> str:
        return str(SiteDoubt(doubt)) if (doubt := self.connection().site_doubt) else ""

    def connection(self) -> Connection:
        return Connection.objects.get(pk=self.world.connection.pk)
