"""What is written about a run as it goes on: its place, its counts, what it has to say at the end."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connections.models import MappedProject
from jira_client.errors import JiraError
from sync.core.retry import Verdict, backoff
from sync.models import Run, RunPart, RunState
from sync.outbox import change_queue
from sync.worker.failpoints import point
from sync.worker.retry_policy import is_passing

SAID = 20  # issues that the message of a run names
KNOWN = (
    200  # issues that are known by name, and tried again alone; if more fail, it is not for them
)


class Progress:
    """One slice's view of its run; `progressed` says that this slice came ahead."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.progressed = False
        self._since = time.monotonic()

    def start(self, clock: datetime, total: int) -> None:
        """`clock`: Jira's time now, from which on the project is polled if it was not before."""
        run, now = self.run, timezone.now()
        run.started, run.state, run.total = now, RunState.RUNNING, total
        run.cursor = {"phase": "listing", "since": clock.isoformat()}
        with transaction.atomic():  # it is started only once
            run.save(update_fields=["started", "state", "total", "cursor"])
            point("run.starting")
            MappedProject.objects.filter(pk=run.project_id, watermark=None).update(
                watermark=clock, poll_due=now
            )

    def save(self, **cursor: object) -> None:
        """Store the counts, and these parts of the place to go on from."""
        run, now = self.run, time.monotonic()
        spent = float(run.cursor.get("seconds", 0))
        if (cursor.get("phase") or run.phase) == "reading":
            spent += now - self._since
        self._since = now
        if cursor and run.cursor.get("phase") != cursor.get("phase", run.phase):
            self.progressed = True
        run.cursor = {**run.cursor, **cursor, "seconds": round(spent, 3)}
        if self.progressed or cursor:
            run.attempts, run.message = 0, ""  # what held it up is over
        run.save(update_fields=["done", "total", "cursor", "findings", "attempts", "message"])

    def count(self, name: str, count: int) -> None:
        """Add to one of the findings."""
        if count or name in ("created", "updated"):
            self.run.findings[name] = int(self.run.findings.get(name, 0)) + count

    def done(self, count: int) -> None:
        """So many issues more have been read, or could not be."""
        run = self.run
        run.done += count
        if run.total is not None:
            run.total = max(run.total, run.done)

    def name_failed(self, keys: Mapping[str, str]) -> dict[str, str]:
        """Count and name issues (id → key) on which we failed; those that are to be tried alone."""
        fresh = self._name("failed", list(keys.values()))
        return {issue: key for issue, key in keys.items() if key in fresh}

    def name_unreadable(self, ids: Sequence[str]) -> None:
        """Count and name issues that Jira could not answer for."""
        self._name("unreadable", ids)

    def _name(self, name: str, words: Sequence[str]) -> set[str]:
        """Count those that are not known yet; those that are from now on."""
        known = list(self.run.findings.get(f"{name}_issues", []))
        fresh = [word for word in words if word not in known]
        self.count(name, len(fresh))
        kept = fresh[: max(0, KNOWN - len(known))]
        if kept:
            self.run.findings[f"{name}_issues"] = known + kept
        return set(kept)

    def finish(self) -> None:
        """It is done, whatever was left out; that is said."""
        run, now = self.run, timezone.now()
        run.state, run.finished, run.cursor = RunState.FINISHED, now, {**run.cursor, "phase": ""}
        said = [run.message, self._unreadable(), self._failed()]
        run.message = " ".join(one for one in said if one)[:1000]
        later = now + timedelta(seconds=settings.RECONCILE_SECONDS)
        with transaction.atomic():  # one that is finished is never taken up again
            run.save(update_fields=["state", "finished", "cursor", "findings", "message"])
            RunPart.objects.filter(run=run).delete()
            point("run.finishing")
            MappedProject.objects.filter(pk=run.project_id).update(
                reconcile_due=later, poll_due=now
            )

    def _unreadable(self) -> str:
        count, names = self._left_out("unreadable")
        if not count:
            return ""
        return (
            f"Jira could not answer for {count} issues, even asked for one by one (ids {names}). They "
            "are tried again with the next full comparison."
        )

    def _failed(self) -> str:
        count, names = self._left_out("failed")
        if not count:
            return ""
        return (
            f"ALM Connect itself failed on {count} issues, not Jira: {names}. The others are in. These "
            "are tried again alone, and shown under Activity with the reason; report them with the "
            "details in the log."
        )

    def _left_out(self, name: str) -> tuple[int, str]:
        count = int(self.run.findings.get(name, 0))
        names = self.run.findings.get(f"{name}_issues", [])
        return count, ", ".join(names[:SAID]) + (" and others" if count > SAID else "")

    def stumble(self, error: Exception) -> None:
        """Later, from where it stopped; for good only where Jira refuses the question itself."""
        run = self.run
        attempts = 1 if self.progressed else run.attempts + 1
        never, delay = _judged(error, attempts)
        Run.objects.filter(pk=run.pk).update(
            state=RunState.FAILED if never else run.state,
            finished=timezone.now() if never else None,
            attempts=attempts,
            due=timezone.now() + timedelta(seconds=delay),
            message=str(error)[:1000],
        )
        if never:
            RunPart.objects.filter(run=run).delete()


def _judged(error: Exception, attempts: int) -> tuple[bool, float]:
    """Is it for good, and else how many seconds to wait."""
    if not isinstance(error, JiraError):
        return False, backoff(attempts, change_queue.chance())
    if is_passing(error):
        return False, backoff(attempts, change_queue.chance(), error.retry_after)
    decision = change_queue.judge(error, attempts)
    return decision.verdict is Verdict.NEVER, decision.delay or backoff(
        attempts, change_queue.chance()
    )
