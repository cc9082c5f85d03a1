from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync"

    def ready(self) -> None:
        from connections import cockpit, deletion, site_identity
        from sync import (
            farewell,
            flows,
            tasks,  # noqa: F401  # registers them: pages wake them by name
        )
        from sync.runs import restore_comparison

        deletion.counters.append(farewell.counts)
        deletion.farewells.append(farewell.say)
        cockpit.flows.append(flows.flows_of)
        site_identity.before_accepting.append(restore_comparison.must_be_compared)
