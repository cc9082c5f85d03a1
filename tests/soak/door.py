"""The address of Jira, behind which another Jira may stand from now on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from jira_sandbox.app import create_app
from jira_sandbox.model.site import Site
from jira_sandbox.seed import seeded
from jira_sandbox.server import Handle, Server, bound, opened


@dataclass(frozen=True, slots=True)
class Door:
    server: Server
    handle: Handle

    @contextmanager
    def leading_to(self, other: Site) -> Iterator[None]:
        """For a while the same address leads to this other Jira. Call it while nobody is at work."""
        ours, self.server.app = self.server.app, create_app(other)
        try:
            yield
        finally:
            self.server.app = ours


@contextmanager
def open_door(flavour: str, *, service_admin: bool) -> Iterator[Door]:
    """A sandbox in a thread of this process, and its door. Ends with the block."""
    site = seeded(flavour, service_admin=service_admin)
    server, handle = bound(site)
    thread = opened(server, 0.02)
    try:
        yield Door(server, handle)
    finally:
        server.end()
        thread.join(5)
        site.close()
