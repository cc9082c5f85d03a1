"""Every address of the console, composed from the apps' own lists. Nothing is decided here.

Machines' addresses come first, so that no app's pattern can shadow them.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
from ninja import NinjaAPI

from almconnect import health, metrics
from almconnect.lib.api import install_error_handlers

APPS = ("accounts", "connections", "planning", "sync")


def _exists(module: str) -> bool:
    return find_spec(module) is not None


api = NinjaAPI(
    title="ALM Connect",
    version="1",
    urls_namespace="api",
    docs_url="/docs",
    openapi_url="/openapi.json",
)
install_error_handlers(api)
for app in APPS:
    if _exists(f"{app}.api"):
        api.add_router("", import_module(f"{app}.api").router)

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/v1/", api.urls),
    *(path("", include(f"{app}.urls")) for app in APPS if _exists(f"{app}.urls")),
]

handler500 = "almconnect.lib.incident.server_error"
