"""Every address of the console, composed from the apps' own lists. Nothing is decided here.

Machines' addresses come first, so that no app's pattern can shadow them.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

import accounts.api
import connections.rest.api
import planning.api
import sync.rest.api
from almconnect import health, metrics, system
from almconnect.lib.api_calls import Api

api = Api(
    title="ALM Connect",
    version="1",
    urls_namespace="api",
    docs_url="/docs",
    openapi_url="/openapi.json",
)
for router in (
    accounts.api.router,
    connections.rest.api.router,
    planning.api.router,
    sync.rest.api.router,
):
    api.add_router("", router)

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("system/", system.system, name="system"),
    path("api/v1/", api.urls),
    path("", include("accounts.urls")),
    path("", include("connections.urls")),
    path("", include("planning.urls")),
    path("", include("sync.urls")),
]

handler500 = "almconnect.lib.incident.server_error"
