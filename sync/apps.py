from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync"

    def ready(self) -> None:
        from connections.cockpit import cockpit
        from connections.health import site_identity
        from connections.setup import deletion
        from sync.runs import restore_comparison
        from sync.schedule import tasks  # noqa: F401  # registers them: pages wake them by name
        from sync.status import connection_deletion, traffic

        deletion.counters.append(connection_deletion.counts)
        deletion.farewells.append(connection_deletion.say)
        cockpit.flows.append(traffic.flows_of)
        site_identity.before_accepting.append(restore_comparison.must_be_compared)
