from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync"

    def ready(self) -> None:
        from connections import deletion
        from sync import farewell

        deletion.counters.append(farewell.counts)
        deletion.farewells.append(farewell.say)
