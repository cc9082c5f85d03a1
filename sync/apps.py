from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync"

    def ready(self) -> None:
        from connections import cockpit, deletion, site_identity
        from sync import (  # noqa: F401  # tasks: registers them, since pages wake them by name
            farewell,
            flows,
            restored,
            tasks,
        )

        deletion.counters.append(farewell.counts)
        deletion.farewells.append(farewell.say)
        cockpit.flows.append(flows.flows_of)
        site_identity.before_accepting.append(restored.must_be_compared)
