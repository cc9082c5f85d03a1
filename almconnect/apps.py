"""The composition root as an app: the one list of what lower packages ask of higher ones.

Imports run one way, so `connections` cannot call `sync`. Where it has to, it keeps a list of functions
to call, and every entry of every such list is here. Must not decide anything.
"""

from __future__ import annotations

from django.apps import AppConfig


class AlmConnectConfig(AppConfig):
    name = "almconnect"

    def ready(self) -> None:
        """Fill the lists; the last app of INSTALLED_APPS, so that all models are there."""
        from almconnect import calls
        from connections.access import gateway
        from connections.cockpit import cockpit
        from connections.health import health, site_identity
        from connections.setup import change_over, deletion
        from sync.runs import restore_comparison
        from sync.status import connection_deletion, traffic

        gateway.observers.append(calls.own.note)  # every request to Jira is counted
        health.before_stopping.append(change_over.rescued)  # a second way in may take over
        cockpit.flows.append(traffic.flows_of)  # what waits and what is stuck, by connection
        site_identity.before_accepting.append(restore_comparison.must_be_compared)
        deletion.counters.append(connection_deletion.counts)  # what would go with a connection
        deletion.farewells.append(connection_deletion.say)  # its webhook in Jira goes first
