"""One history: rounds of edits, a fault and a worker that dies; then rest, and the judgement."""

from __future__ import annotations

import random
import re
import shlex
import subprocess
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import Error, connections
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Role, User
from connections.models import Connection, MappedProject
from jira_sandbox.serving import running
from planning.models import Change, ChangeKind, ChangeState
from sync import brake, importing, mapped, webhooks
from sync.models import Brake, Delivery, Lease, Run, Shadow
from sync.states import UNDER_WAY
from tests.soak.checker import secrets_in, violations, writes
from tests.soak.hands import Hands
from tests.soak.hooks import console
from tests.soak.provoking import JOBS, provoked
from tests.soak.weather import FAULTS, Weather
from tests.soak.workers import Workers
from tests.sync.world import World, build

SOURCE = Path(__file__).resolve().parents[2] / "sync"
ROUNDS_OF_REST = 60
TRIES_OF_A_POINT = 8
MOST_ROUNDS = 4  # times the kills asked for, until every fault has struck


class Restless(AssertionError):
    """Something never came to rest."""


class History:
    def __init__(self, flavour: str, seed: int, folder: Path, *, restart: str = "") -> None:
        self.flavour, self.seed, self.folder, self.restart = flavour, seed, folder, restart
        self.rng = random.Random(seed)  # noqa: S311  # to be repeated, not to be secret
        self.kills: Counter[str] = Counter()

    def run(self, *, kills: int, points: Sequence[str]) -> dict[str, Any]:
        """`points`: crash points at each of which a worker is to die."""
        began = time.monotonic()
        with ExitStack() as stack:
            handle = stack.enter_context(running(flavour=self.flavour, service_admin=True))
            stack.enter_context(console())
            name = uuid.uuid4().hex[:8]  # of a run of many, each history has its own
            person = User.objects.create_user(f"rte-{name}", role=Role.RTE)
            self.world = build(handle, person, team_name=f"Team {name}", deletion_policy="delete")
            map_features(self.world)
            webhooks.register(self.world.connection)
            self.workers = Workers(self.folder / "workers.log")
            stack.callback(self.workers.close)
            self.hands = Hands(self.world, self.rng)
            self.weather = Weather(self.world, self.rng)
            for point in points:
                self._die_at(point)
            self._rounds(kills)
            found = self._rest()
            MappedProject.objects.filter(connection=self.world.connection).delete()
            Connection.objects.filter(pk=self.world.connection.pk).delete()
        return {
            "seed": self.seed,
            "flavour": self.flavour,
            "actions": self.hands.count,
            "killed": dict(self.kills),
            "struck": dict(self.weather.struck),
            "seconds": round(time.monotonic() - began, 1),
            "violations": found,
        }

    def _die_at(self, point: str) -> None:
        """Rounds with every kind of change until a worker has died there."""
        for _ in range(TRIES_OF_A_POINT):
            self._confirm_deletions()
            self.hands.act(2, calm=True)
            self.hands.act_by_every_verb()
            self._make_due()
            with provoked(point, self.hands):
                self._make_due()
                killed = self.workers.work(point, 10.0, job=JOBS.get(point, "work"))
            if killed:
                self.kills[point] += 1
                return
        raise Restless(f"no worker ever passed the crash point {point}")

    def _rounds(self, kills: int) -> None:
        """As many as workers are to be killed; of a long history, more where some fault has not struck
        by then.
        """
        long = kills >= 2 * len(FAULTS)
        most = kills * MOST_ROUNDS if long else kills
        while (done := self.kills["at random"]) < kills or (self.weather.unmet and done < most):
            self._round()
            self.weather.judge()
        if long and self.weather.unmet:
            raise Restless(f"these faults never struck: {self.weather.unmet}")

    def _round(self) -> None:
        self._confirm_deletions()
        self.hands.act(self.rng.randint(2, 6))
        if self.rng.random() < 0.6:
            self.weather.turn()
        self._make_due()
        # On a machine so busy that no fault meets a worker, each may live longer than the last.
        soon = self.rng.uniform(0.01, 0.35) * 2 ** min(self.weather.missed, 5)
        killed = self.workers.work("-", 3.0 + soon, kill_after=soon)
        self.kills["at random"] += 1
        self.kills["while at work"] += killed
        if self.restart and (self.kills["at random"] % 20 == 10):
            self._restart()
        if self.rng.random() < 0.5:
            self.world.mend()

    def _restart(self) -> None:
        connections.close_all()
        subprocess.run(shlex.split(self.restart), check=True, timeout=60, capture_output=True)
        for _ in range(100):
            try:
                Connection.objects.exists()
            except Error:
                connections.close_all()
                time.sleep(0.1)
            else:
                self.kills["database restarted"] += 1
                return
        raise Restless("the database did not come back")

    # ── Rest and judgement ───────────────────────────────────────────────────────────────────────
    def _make_due(self) -> None:
        """As if the time had passed that leases, retries and pauses still wait: nobody is at work now."""
        now = timezone.now()
        Lease.objects.update(until=now, owner="")
        Change.objects.filter(state__in=UNDER_WAY).update(due=now)
        Delivery.objects.filter(state="waiting").update(due=now)
        Run.objects.filter(state__in=("waiting", "running")).update(due=now)
        MappedProject.objects.update(poll_due=now)
        Connection.objects.update(call_after=None, health="ok")
        # Absence counts when it was seen twice, with time between.
        earlier = now - timedelta(minutes=30)
        Shadow.objects.exclude(absent_since=None).update(absent_since=earlier)
        Shadow.objects.exclude(older_since=None).update(older_since=earlier)
        Shadow.objects.exclude(look_due=None).update(look_due=now)
        Shadow.objects.exclude(deleted_there=None).update(deleted_there=earlier)

    def _confirm_deletions(self) -> None:
        """The delete brakes ask where much goes at once: these were meant."""
        for row in Brake.objects.filter(decided=None):
            brake.decide(row.pk, "delete", actor=self.world.person)

    def _rest(self) -> list[str]:
        self.world.mend()
        self.hands.all_back()
        time.sleep(0.5)  # what killed workers had sent has arrived by now
        for _ in range(ROUNDS_OF_REST):
            self._make_due()
            self.workers.work(seconds=20.0)
            self._confirm_deletions()
            if not restless().exists():
                break
        else:
            left = restless().values_list(
                "kind", "state", "code", "message", "item__shadow__absence", "item__sync_detail"
            )
            raise Restless(f"changes never came to rest: {list(left[:5])}")
        for _ in range(3):
            importing.request(self.world.project, "reconcile")
            self._make_due()
            self.workers.work(seconds=30.0)
            self._confirm_deletions()
        before, changes = writes(self.world), Change.objects.count()
        for _ in range(2):
            self._make_due()
            self.workers.work(seconds=20.0)
        found = violations(self.world, self.hands.written)
        if writes(self.world) != before or Change.objects.count() != changes:
            found.append(f"I4: {writes(self.world) - before} writes after everything was at rest")
        return found + secrets_in(self.world, [p for p in self.folder.iterdir() if p.is_file()])


def restless() -> QuerySet[Change]:
    """What must come to rest by itself. A link waits for an item that Jira refused, as does a person."""
    refused = Change.objects.filter(kind=ChangeKind.CREATE, state=ChangeState.PARKED).values("item")
    rows = Change.objects.filter(state__in=UNDER_WAY)
    links = rows.filter(kind__in=(ChangeKind.LINK, ChangeKind.UNLINK))
    waiting = links.filter(Q(item__in=refused) | Q(link__target__in=refused))
    return rows.exclude(pk__in=waiting.values("pk"))


def map_features(world: World) -> None:
    """The project of the features, whose children are in the project that people work in here."""
    _, run = mapped.map_project(world.connection, "ART", actor=world.person)
    while importing.work(run.pk):
        pass


def crash_points() -> list[str]:
    """Every point that the code names, read from the code, so that none is forgotten. Those of a move to
    another Jira are not the soak's, which has one Jira: tests/sync/moving/test_killed.py dies at each."""
    names: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        names |= set(
            re.findall(r"(?<![\w.])(?:crash\.)?point\(\"([a-z_.]+)\"\)", path.read_text("utf-8"))
        )
    return sorted(name for name in names if not name.startswith("move."))
