"""A process of its own that calls Jira through the gateway for some seconds, and says how it went.

Run: python -m tests.process.calling PURPOSE SECONDS PAUSE. Prints one line of JSON: calls answered,
refusals (429) that Jira gave, and the longest wait for one answer in seconds.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "almconnect.settings")


def main(purpose: str, seconds: float, pause: float) -> None:
    import django

    django.setup()
    from connections.access import gateway
    from connections.budget.rate_budget import Purpose
    from connections.models import Connection
    from jira_client.errors import RateLimited

    statuses: list[int | None] = []
    gateway.observers.append(lambda _key, seen: statuses.append(seen.status))
    jira = gateway.jira_for(Connection.objects.get(), purpose=Purpose(purpose))
    until = time.monotonic() + seconds

    def call(_: int) -> float:
        longest = 0.0
        while time.monotonic() < until:
            began = time.monotonic()
            try:
                jira.myself()
            except RateLimited:
                time.sleep(0.2)
                continue
            longest = max(longest, time.monotonic() - began)
            time.sleep(pause)
        return longest

    with ThreadPoolExecutor(10 if purpose == "bulk" else 1) as pool:
        longest = max(pool.map(call, range(10 if purpose == "bulk" else 1)))
    print(
        json.dumps(
            {"answered": statuses.count(200), "refused": statuses.count(429), "longest": longest}
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))
