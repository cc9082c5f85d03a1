"""Delivering webhooks right after the commit, by a few threads, with retries.

It runs outside the site's lock. Only loopback addresses are called unless the operator said
otherwise, since a sandbox must not become somebody's request forger.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks
"""

import hashlib
import heapq
import hmac
import http.client
import ipaddress
import itertools
import json
import socket
import threading
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..faults import Faults
from ..model.site import Event, Site
from .payloads import payload
from .register import Attempt, Hook, Hooks

AGAIN = {408, 409, 425, 429}
WORKERS = 4
TIMEOUT = 20.0
REORDER_WAIT = 1000


@dataclass(order=True, slots=True)
class Job:
    """One delivery waiting for its time."""

    due: float
    number: int
    hook: Hook = field(compare=False)
    url: str = field(compare=False)
    body: bytes = field(compare=False)
    headers: dict[str, str] = field(compare=False)
    attempt: Attempt = field(compare=False)
    before: "Job | None" = field(compare=False, default=None)
    """A job that this one overtook: it goes as soon as this one has been tried."""


class Delivery:
    """Builds bodies at commit and sends them soon after. `backoff` holds seconds per retry."""

    def __init__(self, site: Site, hooks: Hooks, faults: Faults) -> None:
        self.site = site
        self.hooks = hooks
        self.faults = faults
        self.backoff: tuple[float, ...] = (0.5, 1, 2, 4, 8)
        self.anywhere = False
        self.through: tuple[str, int] | None = None  # where to connect, whatever address is named
        self._jobs: list[Job] = []
        self._held: dict[int, Job] = {}
        self._numbers = itertools.count()
        self._ready = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._ended = False
        site.listeners.append(self.heard)
        site.closers.append(self.close)

    # -- at commit

    def heard(self, event: Event) -> None:
        """Builds the body once per event and queues it for every hook that wants it."""
        wanting = self.hooks.wanting(event)
        if not wanting or self.faults.take("webhooks_off"):
            return
        text = json.dumps(payload(self.site, event), ensure_ascii=False, separators=(",", ":"))
        for hook in wanting:
            if self.faults.take("webhooks_lost"):
                continue
            for _ in range(2 if self.faults.take("webhooks_doubled") else 1):
                self._queue(hook, event, b"" if hook.exclude_body else text.encode())

    def _queue(self, hook: Hook, event: Event, body: bytes) -> None:
        attempt = Attempt(self.site.now(), event.name)
        hook.log.appendleft(attempt)
        delay = self.faults.take("webhooks_slow")
        due = time.monotonic() + (delay.number / 1000 if delay else 0)
        headers = {"Content-Type": "application/json; charset=utf-8",
                   "User-Agent": "Atlassian HttpClient sandbox"}  # fmt: skip
        if hook.secret:
            digest = hmac.new(hook.secret.encode(), body, hashlib.sha256).hexdigest()
            headers["X-Hub-Signature"] = f"sha256={digest}"
        if self.site.cloud:
            headers["X-Atlassian-Webhook-Identifier"] = str(uuid.uuid4())
            headers["X-Atlassian-Webhook-Flow"] = "Primary"
        job = Job(due, next(self._numbers), hook, self._address(hook, event), body, headers,
                  attempt)  # fmt: skip
        if fault := self.faults.take("webhooks_reordered"):
            job = self._overtaking(job, fault.number or REORDER_WAIT)
        self._put(job)

    def _overtaking(self, job: Job, milliseconds: float) -> Job:
        """The job, before the one of its webhook that is held back; else held back itself."""
        with self._ready:
            held = self._held.pop(job.hook.id, None)
            if held is not None and held in self._jobs:  # otherwise it waited too long and went
                self._jobs.remove(held)
                heapq.heapify(self._jobs)
                job.before = held
                return job
            job.due += milliseconds / 1000
            self._held[job.hook.id] = job
            return job

    def _address(self, hook: Hook, event: Event) -> str:
        """URL variables filled in; Cloud says who triggered it."""
        url = hook.url
        if event.issue is not None:
            for name, value in (("key", event.issue.key), ("id", str(event.issue.id))):
                url = url.replace("${issue." + name + "}", value)
                url = url.replace("{issue." + name + "}", value)
        if self.site.cloud and event.actor is not None:
            url += ("&" if "?" in url else "?") + f"triggeredByUser={event.actor.account_id}"
        return url

    # -- afterwards

    def _put(self, job: Job) -> None:
        with self._ready:
            heapq.heappush(self._jobs, job)
            while len(self._threads) < WORKERS and not self._ended:
                thread = threading.Thread(target=self._work, name="jira-sandbox-webhooks",
                                          daemon=True)  # fmt: skip
                self._threads.append(thread)
                thread.start()
            self._ready.notify()

    def _next(self) -> Job | None:
        with self._ready:
            while not self._ended:
                wait = self._jobs[0].due - time.monotonic() if self._jobs else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._jobs)
                self._ready.wait(wait)
        return None

    def _work(self) -> None:
        while (job := self._next()) is not None:
            self._deliver(job)
            if (overtaken := job.before) is not None:
                job.before = None
                overtaken.due = time.monotonic()
                self._put(overtaken)

    def _deliver(self, job: Job) -> None:
        if job.hook.id not in self.hooks.known:
            return
        started = time.monotonic()
        job.attempt.tries += 1
        try:
            status = self.send(job)
            job.attempt.answer = str(status)
            again = status >= 500 or status in AGAIN
        except (OSError, http.client.HTTPException, ValueError) as error:
            job.attempt.answer = f"{type(error).__name__}: {error}"
            again = not isinstance(error, ValueError)
        job.attempt.milliseconds = int((time.monotonic() - started) * 1000)
        if again and job.attempt.tries <= len(self.backoff):
            job.due = time.monotonic() + self.backoff[job.attempt.tries - 1]
            if self.site.cloud:
                job.headers["X-Atlassian-Webhook-Retry"] = str(job.attempt.tries)
                job.headers["X-Atlassian-Webhook-Flow"] = "Secondary"
            self._put(job)

    def send(self, job: Job) -> int:
        """The status of one POST. Raises OSError, HTTPException, or ValueError if refused."""
        parts = urlsplit(job.url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        headers = job.headers
        if self.through is not None:
            # In a container of its own "127.0.0.1" is another place than for the people who typed it.
            headers = {**headers, "Host": parts.netloc.rpartition("@")[2]}
            host, port = self.through
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]
        beyond = self.anywhere or self.through is not None
        if not beyond and not ipaddress.ip_address(str(address)).is_loopback:
            raise ValueError("The sandbox delivers to loopback addresses only.")
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        connection = kind(host, port, timeout=TIMEOUT)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, job.body, headers)
            answer = connection.getresponse()
            answer.read(65536)
            return answer.status
        finally:
            connection.close()

    def close(self) -> None:
        """Ends the threads; what still waits is not sent."""
        with self._ready:
            self._ended = True
            self._ready.notify_all()
        for thread in self._threads:
            thread.join(2)
