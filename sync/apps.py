from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync"

    def ready(self) -> None:
        from connections import cockpit, deletion
        from sync import farewell, flows, tasks  # noqa: F401  # registers the tasks: pages wake them by name

        deletion.counters.append(farewell.counts)
        deletion.farewells.append(farewell.say)
        cockpit.flows.append(flows.flows_of)
