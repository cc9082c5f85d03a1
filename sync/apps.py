from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync"

    def ready(self) -> None:
        from sync.schedule import tasks  # noqa: F401  # registers them: pages wake them by name
