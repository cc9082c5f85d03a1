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
from pathlib import Path
from typing import Any

from django.db import Error, connections

from accounts.models import Role, User
from connections.models import Connection, MappedProject
from sync.webhook import webhooks
from tests.soak.another import another_jira
from tests.soak.door import open_door
from tests.soak.hands import Hands
from tests.soak.hooks import console
from tests.soak.judging import Judging, Restless
from tests.soak.person import Person
from tests.soak.provoking import JOBS, provoked
from tests.soak.restoring import restored_jira
from tests.soak.setting import ask_for_conflicts, map_features, map_own_fields, map_teams
from tests.soak.waiting import time_passes
from tests.soak.ways import Ways, by_seed
from tests.soak.weather import Weather
from tests.soak.workers import Workers
from tests.sync.world import build

SOURCE = Path(__file__).resolve().parents[2] / "sync"
TRIES_OF_A_POINT = 8
MOST_ROUNDS = 4  # times the kills asked for, until every fault has struck


class History:
    def __init__(
        self, flavour: str, seed: int, folder: Path, *, restart: str = "", ways: Ways | None = None
    ) -> None:
        self.flavour, self.seed, self.folder, self.restart = flavour, seed, folder, restart
        self.ways = ways or by_seed(seed)
        self.rng = random.Random(seed)  # noqa: S311  # to be repeated, not to be secret
        self.kills: Counter[str] = Counter()

    def run(self, *, kills: int, points: Sequence[str]) -> dict[str, Any]:
        """`points`: crash points at each of which a worker is to die, as far as these ways pass them."""
        began = time.monotonic()
        with ExitStack() as stack:
            door = stack.enter_context(open_door(self.flavour, service_admin=self.ways.hears))
            stack.enter_context(console())
            name = uuid.uuid4().hex[:8]  # of a run of many, each history has its own
            person = User.objects.create_user(f"rte-{name}", role=Role.RTE)
            self.world = build(
                door.handle, person, team_name=f"Team {name}", deletion_policy="delete"
            )
            map_features(self.world)
            webhooks.register(self.world.connection)  # by polling alone, the account may not
            self.workers = Workers(self.folder / "workers.log")
            stack.callback(self.workers.close)
            self.hands = Hands(self.world, self.rng, self.ways)
            self.person = Person(self.world, self.rng)
            self.weather = Weather(self.world, self.rng, self.ways)
            for point in filter(self.ways.passes, points):
                self._die_at(point)
            self._set_the_scene()
            self._rounds(kills)
            found = self._other_jiras(door)
            found += Judging(self.world, self.hands, self.person, self.workers).judge(self.folder)
            if not found:  # else the rows stay, for whoever looks for why
                MappedProject.objects.filter(connection=self.world.connection).delete()
                Connection.objects.filter(pk=self.world.connection.pk).delete()
        return {
            "seed": self.seed,
            "flavour": self.flavour,
            "ways": str(self.ways),
            "actions": self.hands.count,
            "killed": dict(self.kills),
            "struck": dict(self.weather.struck),
            "person": dict(self.person.deeds),
            "seconds": round(time.monotonic() - began, 1),
            "violations": found,
        }

    def _set_the_scene(self) -> None:
        """What differs from history to history: who decides a conflict, and whether issues name teams."""
        ask_for_conflicts(self.world, ("jira_wins", "ask", "board_wins")[self.seed // 3 % 3])
        if self.seed // 9 % 2:
            map_teams(self.hands)
        map_own_fields(self.hands)

    def _die_at(self, point: str) -> None:
        """Rounds with every kind of change until a worker has died there."""
        for _ in range(TRIES_OF_A_POINT):
            self.person.confirm_deletions()
            self.hands.act(2, calm=True)
            self.hands.act_by_every_verb()
            time_passes(self.ways)
            with provoked(point, self.hands):
                time_passes(self.ways)
                killed = self.workers.work(point, 10.0, job=JOBS.get(point, "work"))
            if killed:
                self.kills[point] += 1
                return
        raise Restless(f"no worker ever passed the crash point {point}")

    def _rounds(self, kills: int) -> None:
        """As many as workers are to be killed; of a long history, more where some fault has not struck
        by then.
        """
        long = kills >= 2 * len(self.weather.faults)
        most = kills * MOST_ROUNDS if long else kills
        while (done := self.kills["at random"]) < kills or (self.weather.unmet and done < most):
            self._round()
            self.weather.judge()
        if long and self.weather.unmet:
            raise Restless(f"these faults never struck: {self.weather.unmet}")

    def _round(self) -> None:
        self.person.confirm_deletions()
        if self.rng.random() < 0.3:
            self.person.decide_conflicts(most=1)
        self.hands.act(self.rng.randint(2, 6))
        if self.rng.random() < 0.4:
            self.hands.act_on_both()
        if self.rng.random() < 0.6:
            self.weather.turn()
        time_passes(self.ways)
        # On a machine so busy that no fault meets a worker, each may live longer than the last.
        soon = self.rng.uniform(0.01, 0.35) * 2 ** min(self.weather.missed, 5)
        killed = self.workers.work("-", 3.0 + soon, kill_after=soon)
        self.kills["at random"] += 1
        self.kills["while at work"] += killed
        if self.restart and (self.kills["at random"] % 20 == 10):
            self._restart()
        if self.rng.random() < 0.5:
            self.world.mend()

    def _other_jiras(self, door: Any) -> list[str]:
        """A round of its own: another Jira at the address, or the same one put back to yesterday."""
        self.world.mend()
        if self.seed % 2:
            return restored_jira(self.hands, self.person, self._work)
        return another_jira(door, self.hands, self.person, self._work)

    def _work(self) -> None:
        time_passes(self.ways)
        self.workers.work(seconds=10.0)
        self.person.confirm_deletions()

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


def crash_points() -> list[str]:
    """Every point that the code names, read from the code, so that none is forgotten. Those of a move to
    another Jira are not the soak's, which has one: tests/sync/site_move/test_killed.py dies at each."""
    names: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        names |= set(
            re.findall(r"(?<![\w.])(?:crash\.)?point\(\"([a-z_.]+)\"\)", path.read_text("utf-8"))
        )
    return sorted(name for name in names if not name.startswith("move."))
