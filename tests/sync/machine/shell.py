"""Any history of people, faults and crashes, played on the real database and a real Jira's manners.

The clock is moved, not waited for. Webhooks travel by the machine's hand: late, twice, in any order,
or never. What is asserted at the end is what the soak asserts (tests/soak/checker.py).
"""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from typing import Any, ClassVar

import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from accounts.models import Role, User
from almconnect.lib.api import Refused
from connections.access import gateway
from connections.budget import rate_budget
from connections.models import Connection
from jira_sandbox.model.site import Event
from jira_sandbox.server import running
from jira_sandbox.webhooks.payloads import payload
from planning.models import Change, WorkItem
from sync.inbound import drain, polls
from sync.outbound import send_changes
from sync.pairs.states import UNDER_WAY
from sync.runs import project_runs
from sync.webhook import inbox
from tests.soak.checker import violations, writes
from tests.soak.hands import Hands
from tests.sync.conftest import Killed
from tests.sync.machine.dying import DEATHS, at_point, emptied, needed
from tests.sync.world import World, build

FAULTS: tuple[tuple[str, Any], ...] = (
    ("rate_limit", 1),
    ("error", 500),
    ("error", 503),
    ("answer_lost", True),
    ("answer_html", True),
    ("request_lost", True),
    ("login_page", True),
    ("truncated", True),
    ("garbage", True),
)
BOTH = ("edit_board", "edit_jira")
VERBS = (*BOTH, *BOTH, "create_board", "create_jira", "link_board", "unlink_board", "rank_board",
         "plan_board", "plan_jira", "delete_board", "delete_jira", "comment_board", "comment_board",
         "recomment_board", "uncomment_board", "comment_jira", "recomment_jira",
         "uncomment_jira")  # fmt: skip
WORKERS = ("push", "push", "drain", "poll", "reconcile")
MOST_DELETED = 3  # in Jira: the delete brake is proven elsewhere
TURNS = 40
# A seed, so that what is drawn does not depend on how many rows there happen to be.
CHANCE = st.integers(0, 2**16).map(random.Random)


def death() -> st.SearchStrategy[tuple[str, str]]:
    """Who dies, and where. Each worker as often, however many points it passes."""
    return st.one_of(*(st.tuples(st.just(who), st.sampled_from(at)) for who, at in DEATHS.items()))


class ShellMachine(RuleBasedStateMachine):
    flavour = "cloud"
    died: ClassVar[Counter[str]] = Counter()  # by worker

    @initialize(
        policy=st.sampled_from(["jira_wins", "board_wins", "ask"]),
        deletes=st.sampled_from(["delete", "unlink"]),
    )
    def begin(self, policy: str, deletes: str) -> None:
        self.stack = ExitStack()
        self.clock = self.stack.enter_context(time_machine.travel(datetime.now(UTC)))
        self.stack.enter_context(emptied())
        handle = self.stack.enter_context(running(flavour=self.flavour))
        self.transit: list[bytes] = []
        handle.site.listeners.append(self._heard)
        person = User.objects.create_user("rte", role=Role.RTE)
        self.world = build(handle, person, deletion_policy=deletes, conflict_policy=policy)
        self.stack.callback(forget, self.world)
        self.hands = Hands(self.world, random.Random(0))  # noqa: S311
        self.transit.clear()

    def _heard(self, event: Event) -> None:
        body = payload(self.world.handle.site, event) if hasattr(self, "world") else {}
        self.transit.append(json.dumps(body).encode())

    # ── People ───────────────────────────────────────────────────────────────────────────────────
    @rule(verb=st.sampled_from(VERBS), chance=CHANCE)
    def act(self, verb: str, chance: random.Random) -> None:
        if verb == "delete_jira" and len(self.hands.written.jira_deleted) >= MOST_DELETED:
            return
        self.hands.count += 1
        self.hands.rng = chance
        getattr(self.hands, verb)()

    @rule(chance=CHANCE)
    def set_status_on_board(self, chance: random.Random) -> None:
        rows = list(WorkItem.objects.filter(deleted=None).order_by("summary", "pk"))
        word = chance.choice(sorted(self.world.project.status_map))
        with suppress(Refused):  # its form would say so to the person
            self.world.edit(chance.choice(rows), status=word)

    @rule(chance=CHANCE)
    def take_a_step_in_jira(self, chance: random.Random) -> None:
        key = self.hands.issue().key
        path = f"/rest/api/2/issue/{key}/transitions"
        offered = self.world.jira("GET", f"{path}?expand=transitions.fields")["transitions"]
        plain = [
            step["id"]
            for step in offered
            if not any(field["required"] for field in step["fields"].values())
        ]
        if plain:
            self.world.jira("POST", path, transition={"id": chance.choice(plain)})

    # ── Webhooks, and time ───────────────────────────────────────────────────────────────────────
    @rule(how=st.sampled_from(["in order", "doubled", "reordered", "lost"]), chance=CHANCE)
    def deliver(self, how: str, chance: random.Random) -> None:
        if how == "lost":
            self.transit.clear()
        if how == "reordered":
            chance.shuffle(self.transit)
        self._hand_in(2 if how == "doubled" else 1)

    def _hand_in(self, times: int = 1) -> None:
        bodies, self.transit = self.transit, []
        for body in bodies * times:
            inbox.accept(self.world.connection.webhook_token, {}, body)

    @rule(seconds=st.sampled_from([1, 10, 40, 90, 400]))
    def wait(self, seconds: int) -> None:
        self.clock.shift(seconds)

    @rule(seconds=st.sampled_from([0, 30]))
    def lag(self, seconds: int) -> None:
        self.world.fault("search_lag", seconds or None)

    # ── Workers ──────────────────────────────────────────────────────────────────────────────────
    @rule(who=st.sampled_from(WORKERS))
    def work(self, who: str) -> None:
        self.clock.shift(0.01)
        if who == "push":
            send_changes.send_slice(self.world.connection.pk)
        elif who == "drain":
            drain.drain(self.world.connection.pk)
        elif who == "poll":
            polls.poll(self.world.project.pk)
        else:
            run = project_runs.request(self.world.project, "reconcile")
            for _ in range(50):
                if not project_runs.work(run.pk):
                    return

    @rule(
        who=st.sampled_from(WORKERS),
        fault=st.sampled_from(FAULTS),
        times=st.integers(1, 3),
        writes_only=st.booleans(),
    )
    def work_on_a_bad_day(
        self, who: str, fault: tuple[str, Any], times: int, writes_only: bool
    ) -> None:
        path = "/issue$|/issue/|issueLink" if writes_only else None
        self.world.fault(fault[0], fault[1], times=times, path=path)
        self.work(who)
        self.world.fault(fault[0], None)

    @rule(death=death(), chance=CHANCE)
    def die_at(self, death: tuple[str, str], chance: random.Random) -> None:
        who, _ = death

        def killed() -> None:
            self.died[who] += 1
            raise Killed

        self.be_at(death, killed, chance)

    @rule(death=death(), verb=st.sampled_from(BOTH), chance=CHANCE)
    def act_in_the_middle(self, death: tuple[str, str], verb: str, chance: random.Random) -> None:
        self.be_at(death, lambda: self.act(verb, chance), chance)

    def be_at(
        self, death: tuple[str, str], do: Callable[[], object], chance: random.Random
    ) -> None:
        """`do` it when the worker comes to the point, if it does: it is given a reason to."""
        who, point = death
        self.act(needed(who, point), chance)
        if who == "drain":
            self._hand_in()
        with at_point(point, do), suppress(Killed):
            self.work(who)

    # ── Rest, and judgement ──────────────────────────────────────────────────────────────────────
    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        with self.stack:
            self.world.mend()
            self.come_to_rest()
            before, changes = writes(self.world), Change.objects.count()
            for _ in range(2):
                self.turn()
            found = violations(self.world, self.hands.written)
            if (writes(self.world), Change.objects.count()) != (before, changes):
                found.append("I4: it went on writing after everything was at rest")
            assert not found

    def come_to_rest(self) -> None:
        for number in itertools.count():
            self.turn()
            waiting = Change.objects.filter(state__in=UNDER_WAY)
            if number >= 2 and not waiting.exists():
                return
            left = list(waiting.values_list("kind", "state", "message"))
            assert number < TURNS, f"I1: never at rest: {left}"

    def turn(self) -> None:
        """A while later; a person has pressed “Test the connection” where it had stopped."""
        self.clock.shift(400)
        Connection.objects.update(call_after=None, health="ok")
        for _ in range(3):
            self._hand_in()
            for who in ("drain", "push", "push"):
                self.work(who)
        self.work("poll")
        self.work("reconcile")
        self.work("push")


def forget(world: World) -> None:
    world.session.close()
    gateway.forget(world.connection.pk)
    rate_budget.forget()


class OnDataCenter(ShellMachine):
    flavour = "datacenter"
