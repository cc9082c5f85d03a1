"""The WSGI application: what happens to a request from its first byte to its answer.

Order: what a proxy does, who is asking, faults, rate limit, route, handler inside the site's lock,
faults after the commit. It must not know what handlers do.
"""

import logging
from collections.abc import Callable, Iterable
from email.utils import format_datetime
from functools import cache
from typing import Any

from . import answer_faults, control, request_faults, service_tokens
from .authentication import Identity, identify
from .faults import Faults
from .limits import Limits
from .model.site import Site
from .oauth import mount as oauth
from .oauth.mount import provider_of
from .oauth2 import server as oauth2
from .oauth2.register import register_of
from .pages import admin, app_consent, applinks, apps, consent, home, login, work
from .pages import faults as fault_page
from .pages import roles as role_page
from .pages import tokens as token_page
from .refusal import ConnectionLost, Refusal
from .rest import (
    attachments,
    board_moves,
    boards,
    comments,
    issue_archive,
    issue_subresources,
    issues,
    link_types,
    links,
    metadata,
    people,
    project_admin,
    projects,
    roles,
    search,
    sprints,
    tokens,
    versions,
    webhooks,
)
from .routing import Call, Router
from .sessions import Sessions
from .webhooks.delivery import Delivery
from .webhooks.register import Hooks
from .wire import Environ, Request, Response, answer, html, request_from

logger = logging.getLogger(__name__)
StartResponse = Callable[..., Any]
WRITES = ("POST", "PUT", "DELETE")
MODULES = (
    people, projects, versions, roles, project_admin, metadata, issue_archive, issues, links, link_types,
    issue_subresources, comments, attachments, search, boards, board_moves, sprints, webhooks, tokens,
    oauth, control, consent, login, home, applinks, admin, work, fault_page, role_page, token_page,
    oauth2, app_consent, apps,
)  # fmt: skip


def create_app(site: Site) -> Callable[[Environ, StartResponse], Iterable[bytes]]:
    """The WSGI application of one Jira."""
    furnish(site)
    return Application(site, all_routes())


@cache
def all_routes() -> Router:
    """Every route there is: the same for each site, and never changed."""
    router = Router()
    for module in MODULES:
        module.mount(router)
    return router


def furnish(site: Site) -> None:
    """Gives a site the parts that are no model: sessions, OAuth, faults, limits, webhooks."""
    if "webhooks" in site.parts:
        return
    site.parts["sessions"] = Sessions(site)
    provider_of(site)
    register_of(site)
    faults = site.parts["faults"] = Faults(site)
    site.parts["limits"] = Limits(site)
    hooks = site.parts["webhooks"] = Hooks(site)
    site.parts["delivery"] = Delivery(site, hooks, faults)


class Application:
    """Runs requests of one site against one table of routes."""

    def __init__(self, site: Site, router: Router) -> None:
        self.site = site
        self.router = router

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        response = self.respond(environ)
        headers = [("Content-Type", response.content_type)] if response.body else []
        headers += response.headers
        if self.site.skew:
            headers.append(("Date", format_datetime(self.site.now(), usegmt=True)))
        start_response(response.status_line, headers)
        return [response.body]

    def respond(self, environ: Environ) -> Response:
        return self.answered(environ, self.site.context)

    def answered(self, environ: Environ, context: str) -> Response:
        """The answer to a request below this context path."""
        try:
            request = request_from(environ, context)
            return self.handled(request)
        except Refusal as refusal:
            return refused(refusal)
        except ConnectionLost:
            raise
        except Exception:
            logger.exception("The sandbox failed on a request.")
            return answer({"errorMessages": ["Internal server error"], "errors": {}}, 500)

    def kept_out(self, request: Request, operation: str) -> Response | None:
        """The answer to a caller for whom this operation is not open; None where it is."""
        if service_tokens.is_open(self.site, request):
            return oauth2.kept_out(self.site, request)
        return answer({"message": "Not open to service accounts.", "status-code": 403}, 403)

    def identity_of(self, request: Request) -> Identity:
        return identify(self.site, request)

    def handled(self, request: Request) -> Response:
        faults: Faults = self.site.parts["faults"]
        if faults.any:
            request = request_faults.altered(faults, request)
            if request_faults.repeated(faults, request):
                self.judged(request)
        return self.judged(request)

    def judged(self, request: Request) -> Response:
        identity = Identity()
        try:
            with self.site.lock:
                identity = self.identity_of(request)
            response = self.routed(request, identity)
        except Refusal as refusal:
            response = refused(refusal)
        told = {name for name, _ in response.headers}
        response.headers += [pair for pair in identity.headers if pair[0] not in told]
        if response.status == 401 and not any(n == "WWW-Authenticate" for n, _ in response.headers):
            realm = f'OAuth realm="{self.site.base_url}"'
            response.headers.append(("WWW-Authenticate", realm))
        return response

    def routed(self, request: Request, identity: Identity) -> Response:
        site = self.site
        faults: Faults = site.parts["faults"]
        limits: Limits = site.parts["limits"]
        if faults.any and (instead := answer_faults.instead(faults, request)) is not None:
            return instead
        if identity.answer is not None:
            return identity.answer
        if request.path.startswith("/rest/"):
            identity.headers += limits.charge(identity.user)
        forbid_browsers(request)
        route, args = self.router.find(request.method, request.path, site.flavour)
        if (instead := self.kept_out(request, f"{route.method} {route.template}")) is not None:
            return instead
        call = Call(site, request, identity.user, args, route.template)
        with site.lock:
            site.calls[f"{route.method} {route.template}"] += 1
            response = route.handler(call)
            site.writes += request.method in WRITES
        return answer_faults.suffered(faults, request, response) if faults.any else response


def forbid_browsers(request: Request) -> None:
    """Jira's XSRF check. Raises Refusal 403 for a browser writing without its token."""
    if (
        request.method in WRITES
        and request.path.startswith("/rest/")
        and request.header("user-agent").startswith("Mozilla/")
        and request.header("x-atlassian-token").lower() not in ("no-check", "nocheck")
    ):
        raise Refusal(403, "XSRF check failed", shape="text")


def refused(refusal: Refusal) -> Response:
    """The answer of a refusal, in the shape it asks for."""
    if refusal.shape == "text":
        text = " ".join(refusal.messages).encode()
        return Response(refusal.status, text, "text/plain;charset=UTF-8", list(refusal.headers))
    if refusal.shape == "html":
        return html(" ".join(refusal.messages), refusal.status, refusal.headers)
    response = answer(refusal.body(), refusal.status)
    response.headers += refusal.headers
    return response
