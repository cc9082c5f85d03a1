"""Mounts the routes of the OAuth provider. The consent page is in pages/consent.py."""

from collections.abc import Callable

from ..model.site import Site
from ..routing import Call, Handler, Router
from ..wire import Request, Response
from .problems import Problem
from .provider import Provider


def provider_of(site: Site) -> Provider:
    """The site's provider; made on first use."""
    made: Provider = site.parts.setdefault("oauth", Provider(site))
    return made


def _guarded(pick: Callable[[Provider], Callable[[Request], Response]]) -> Handler:
    def handler(call: Call) -> Response:
        provider = provider_of(call.site)
        try:
            return pick(provider)(call.request)
        except Problem as problem:
            return problem.response(call.site.base_url)

    return handler


def mount(router: Router) -> None:
    request_token = _guarded(lambda provider: provider.request_token)
    access_token = _guarded(lambda provider: provider.access_token)
    for method in ("GET", "POST"):
        router.add(method, "/plugins/servlet/oauth/request-token", request_token)
        router.add(method, "/plugins/servlet/oauth/access-token", access_token)
