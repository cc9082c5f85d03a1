"""The end of a history: rest, and three judgements, none of which may rest on the next.

First as things are, while some issues are still away and Jira's clock may be wrong; then when Jira's
people have brought everything back; both before any full comparison. Then a comparison runs, and must
find nothing to mend. Nothing heals the connection but its own workers: what a person has to do is done
by the console's pages (tests.soak.person) and counted.
"""

from __future__ import annotations

import time
from pathlib import Path

from connections.models import MappedProject
from planning.models import Change, Link
from sync.models import Shadow
from sync.runs import project_runs
from tests.soak.checker import secrets_in, unread, violations, writes
from tests.soak.hands import Hands
from tests.soak.mended import mended, picture
from tests.soak.person import Person
from tests.soak.waiting import hints_waiting, restless, time_passes
from tests.soak.workers import Workers
from tests.sync.world import World

ROUNDS_OF_REST = 60
LATE = 0.5  # seconds in which what killed workers had sent arrives at Jira


class Restless(AssertionError):
    """Something never came to rest."""


class Judging:
    def __init__(self, world: World, hands: Hands, person: Person, workers: Workers) -> None:
        self.world, self.hands, self.person, self.workers = world, hands, person, workers

    def judge(self, folder: Path) -> list[str]:
        self.world.mend()
        time.sleep(LATE)
        self._rest(all_here=False)
        self._note_misdated()
        found = self._told("as it is")
        self.hands.all_back()
        self.person.decide_conflicts()
        self.person.replay_failed()
        self._rest(all_here=True)
        self._note_misdated()
        before, changes = writes(self.world), Change.objects.count()
        self._turn()
        found += self._told("all back")
        if writes(self.world) != before or Change.objects.count() != changes:
            found.append(f"I4: {writes(self.world) - before} writes after everything was at rest")
        self._note_unread()
        seen = picture(self.world)
        self._compare()
        found += mended(seen, picture(self.world), self.hands.written)
        self.hands.written.unheard.clear()  # the comparison has seen who is there
        self.hands.written.came_back.clear()
        self.hands.written.misdated.clear()
        found += self._told("compared")
        return found + secrets_in(self.world, [p for p in folder.iterdir() if p.is_file()])

    def _note_misdated(self) -> None:
        """An issue that was updated before it was made, or before one of a lower number was made, was so
        under a clock that was put back."""
        site, latest, found = self.world.handle.site, None, set()
        with site.lock:
            for one in sorted(site.issues.values(), key=lambda one: one.id):
                latest = max(one.created, latest or one.created)
                if one.updated < latest:
                    found.add(str(one.id))
        heard = self.hands.ways.hears and not self.hands.lost_webhooks()
        self.hands.written.misdated = set() if heard else found

    def _note_unread(self) -> None:
        """Of the fields that came back, those that nobody has read since."""
        pairs = Shadow.objects.filter(connection=self.world.connection)
        written = self.hands.written
        written.came_back = unread({pair.remote_id: pair for pair in pairs}, written)

    def _told(self, when: str) -> list[str]:
        found = violations(self.world, self.hands.written, self.hands.ways)
        return [f"{one} ({when})" for one in found]

    def _turn(self) -> None:
        time_passes(self.hands.ways)
        self.workers.work(seconds=20.0)
        self.person.confirm_deletions()
        self.person.look_at_connection()

    def _rest(self, *, all_here: bool) -> None:
        """Until nothing is under way; `all_here`: else what waits for an issue that is away may wait."""
        quiet = 0
        for _ in range(ROUNDS_OF_REST):
            self._turn()
            rows = restless()
            if not all_here:
                away = self.hands.written.away
                links = Link.objects.filter(source__remote_id__in=away) | Link.objects.filter(
                    target__remote_id__in=away
                )
                rows = rows.exclude(item__remote_id__in=away).exclude(link__in=links)
            # Twice, since a second look at what is absent comes a turn after the first.
            quiet = 0 if rows.exists() or hints_waiting() else quiet + 1
            if quiet == 2:
                return
        left = restless().values_list(
            "kind", "state", "code", "message", "item__shadow__absence", "item__sync_detail"
        )
        row = self.person.connection()
        raise Restless(
            f"changes never came to rest: {list(left[:5])}; the connection is {row.health}, held for "
            f"“{row.site_doubt}”: {row.diagnosis}"
        )

    def _compare(self) -> None:
        for project in MappedProject.objects.filter(connection=self.world.connection):
            project_runs.request(project, "reconcile")
        for _ in range(3):
            self._turn()
