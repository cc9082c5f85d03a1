"""Which handler answers which method and path. It must not know what the handlers do."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .model.people import User
from .model.projects import Project
from .model.site import Site
from .refusal import Refusal
from .wire import Request, Response


@dataclass(slots=True)
class Call:
    """One request on its way to its handler: who asks, of which Jira, with which path words."""

    site: Site
    request: Request
    user: User | None = None
    args: dict[str, str] = field(default_factory=dict)
    template: str = ""

    @property
    def api(self) -> str:
        """`2` or `3`: the version in the path (3 writes and reads rich documents)."""
        return self.args.get("api", "2")

    @property
    def actor(self) -> User:
        """The person asking. Raises Refusal 401 for an anonymous request."""
        if self.user is None:
            raise Refusal(
                401, "You do not have the permission to see the specified issue. Login Required"
            )
        return self.user

    def one(self, name: str, default: str = "") -> str:
        return self.request.params.get(name, [default])[0]

    def many(self, name: str) -> list[str]:
        """Every value of a parameter, repeated or separated by commas."""
        values = self.request.params.get(name, [])
        return [part for value in values for part in value.split(",") if part]

    def number(self, name: str, default: int, most: int | None = None) -> int:
        """A number from the query. Raises Refusal 400 where it is none."""
        text = self.one(name, str(default))
        try:
            value = int(text)
        except ValueError as error:
            raise Refusal(400, f"The value of '{name}' must be a number.") from error
        return value if most is None else min(value, most)

    def flag(self, name: str) -> bool:
        return self.one(name).lower() == "true"

    def json_object(self) -> dict[str, Any]:
        """The body as an object. Raises Refusal 400 for anything else."""
        value = self.request.json()
        if not isinstance(value, dict):
            raise Refusal(400, "The request body must be a JSON object.")
        return value

    def part(self, body: dict[str, Any], name: str) -> dict[str, Any]:
        """An object inside the body, empty where absent. Raises Refusal 400 for anything else."""
        value = body.get(name) or {}
        if not isinstance(value, dict):
            raise Refusal(400, f"'{name}' must be an object.")
        return value

    def url(self, path: str) -> str:
        return self.site.base_url + path

    def rest(self, path: str) -> str:
        return f"{self.site.base_url}/rest/api/{self.api}/{path}"

    def demand(self, permission: str, project: Project | None = None,
               status: int = 403, message: str = "") -> None:  # fmt: skip
        """Raises Refusal where the permission is not held."""
        if not self.site.may(self.user, permission, project):
            raise Refusal(
                status if self.user else 401,
                message or "You do not have permission to perform this operation.",
            )


Handler = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    template: str
    pattern: re.Pattern[str]
    handler: Handler
    only: str


class Router:
    """Routes in the order they were added; `{name}` matches one path segment."""

    def __init__(self) -> None:
        self._routes: dict[int, list[Route]] = {}

    def add(self, method: str, template: str, handler: Handler, only: str = "") -> None:
        """`only` keeps a route to one flavour: cloud or datacenter."""
        template = template.rstrip("/")
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template) + "/?")
        route = Route(method, template, pattern, handler, only)
        self._routes.setdefault(template.count("/"), []).append(route)

    def api(self, method: str, template: str, handler: Handler, only: str = "") -> None:
        """A route below `/rest/api/{api}`."""
        self.add(method, "/rest/api/{api}" + template, handler, only)

    def agile(self, method: str, template: str, handler: Handler, only: str = "") -> None:
        self.add(method, "/rest/agile/1.0" + template, handler, only)

    def find(self, method: str, path: str, flavour: str) -> tuple[Route, dict[str, str]]:
        """The route and its path words. Raises Refusal 404 or 405."""
        others = False
        for route in self._routes.get(path.rstrip("/").count("/"), ()):
            found = route.pattern.fullmatch(path)
            if not found or (route.only and route.only != flavour):
                continue
            args = found.groupdict()
            if args.get("api") not in (None, "2", "latest", "3"):
                continue
            if args.get("api") == "3" and flavour != "cloud":
                continue
            if args.get("api") == "latest":
                args["api"] = "3" if flavour == "cloud" else "2"
            if route.method == method or (method == "HEAD" and route.method == "GET"):
                return route, args
            others = True
        if others:
            raise Refusal(405, f"The method {method} is not allowed here.", shape="message")
        raise Refusal(404, f"null for uri: {path}", shape="message")
