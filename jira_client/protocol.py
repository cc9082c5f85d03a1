"""The client without its wire: a request in, a wire request out; an answer in, JSON or error out.

No sockets, no clock, no signing. What Jira's refusals mean is in `refusal`.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/
As whom an answer was given (X-Seraph-LoginReason): https://developer.atlassian.com/server/jira/platform/basic-authentication/
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import quote

import orjson

from jira_client import json_text
from jira_client.errors import (
    AnonymousAnswer,
    Invalid,
    JiraError,
    NotFound,
    NotJson,
    PermissionRefused,
)
from jira_client.page import looks_like_login, page_title
from jira_client.redirects import redirected
from jira_client.refusal import refusal
from outgoing.wire import WireRequest, WireResponse

# Refusals that say nothing about the login, so that they may come from there not being one.
_PLAIN = (Invalid, PermissionRefused, NotFound)
Param = str | int | bool | Sequence[str | int] | None


class Expect(StrEnum):
    """What a successful answer holds."""

    JSON = "json"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Request:
    """A call to Jira.

    path: a template, `/rest/api/2/issue/{issue}`, filled from `args`. params: query; None is left
    out, a sequence is joined by commas as Jira reads lists. json: the body; not sent when None.
    form: a form-encoded body instead. file: name and content of a file, sent as a browser's form sends
    it. writes: whether the call changes Jira; by default judged
    by the method. anonymous_ok: an answer as nobody is fine.
    """

    method: str
    path: str
    args: Mapping[str, str | int] = field(default_factory=dict)
    params: Mapping[str, Param] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    file: tuple[str, bytes] | None = None
    expect: Expect = Expect.JSON
    writes: bool | None = None
    anonymous_ok: bool = False

    @property
    def changes(self) -> bool:
        """Whether losing the answer would leave Jira's state unknown."""
        if self.writes is not None:
            return self.writes
        return self.method not in ("GET", "HEAD", "OPTIONS")


def encode(request: Request) -> WireRequest:
    """The request as it will be sent, still without authentication. Raises ValueError."""
    headers: dict[str, str] = {}
    body: bytes | None = None
    if request.json is not None:
        body = orjson.dumps(request.json)
        headers["Content-Type"] = "application/json"
    elif request.form is not None:
        body = encode_query(request.form).encode("ascii")
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    elif request.file is not None:
        body, headers["Content-Type"] = _as_form_data(*request.file)
    query = encode_query(request.params)
    path = fill(request.path, request.args)
    return WireRequest(
        method=request.method,
        target=f"{path}?{query}" if query else path,
        headers=headers,
        body=body,
        template=request.path,
        writes=request.changes,
    )


def _as_form_data(name: str, content: bytes) -> tuple[bytes, str]:
    """The body of a form with one file in it, and its content type. Raises ValueError for a name that would
    change the form's shape.
    """
    if any(char in name for char in '"\r\n'):
        raise ValueError("A file's name must not hold quotation marks or line ends.")
    boundary = uuid.uuid4().hex
    while boundary.encode() in content:
        boundary = uuid.uuid4().hex
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def fill(template: str, args: Mapping[str, str | int]) -> str:
    """A path with its values. Raises ValueError for a value that would change the path's shape."""
    values: dict[str, str] = {}
    for name, value in args.items():
        text = str(value)
        # An empty id would turn "delete this issue" into a call on the collection.
        if text.strip() in ("", ".", ".."):
            raise ValueError(f"{name!r} must not be empty in {template}")
        values[name] = quote(text, safe="")
    return template.format(**values)


def encode_query(params: Mapping[str, Param]) -> str:
    """A query, percent-encoded as OAuth signs it: a space is %20, never a plus; lists joined by commas."""
    parts: list[str] = []
    for name, value in params.items():
        if value is None:
            continue
        if isinstance(value, bool):
            text = "true" if value else "false"
        elif isinstance(value, str | int):
            text = str(value)
        else:
            text = ",".join(str(item) for item in value)
        parts.append(f"{quote(name, safe='')}={quote(text, safe='')}")
    return "&".join(parts)


def read(request: Request, response: WireResponse, *, signed_in: bool = True) -> Any:
    """The JSON value of a good answer, None where nothing is expected.

    Raises the JiraError that the answer amounts to. `signed_in` tells that credentials were sent:
    an answer as nobody is then an error, however good it looks.
    """
    try:
        if 300 <= response.status < 400:
            raise redirected(response, fill(request.path, request.args))
        named = signed_in and not request.anonymous_ok
        if response.status >= 400:
            error = refusal(response, writes=request.changes)
            # As nobody, everything is missing or forbidden: that must not pass for the truth.
            raise _as_nobody(response) or error if named and type(error) in _PLAIN else error
        if named and (nobody := _as_nobody(response)):
            raise nobody
        return _content(request, response)
    except JiraError as error:
        if 200 <= response.status < 300:
            # Jira may have carried it out and the answer was replaced on its way.
            error.outcome_unknown = request.changes
        error.located(request.method, request.path)
        raise


def _content(request: Request, response: WireResponse) -> Any:
    body = response.body.strip()
    if not body:
        if request.expect is Expect.NOTHING:
            return None
        if response.status == 204:
            return None
        raise NotJson(
            "Jira answered with nothing where data was expected. Check the Instance URL and the "
            "proxy before Jira.",
            kind="empty",
            status=response.status,
        )
    if body[:1] == b"<":
        raise _page(response)
    if request.expect is Expect.NOTHING and "json" not in response.headers.get("content-type", ""):
        return None
    try:
        return json_text.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotJson(
            "Jira's answer is not JSON. Check the Instance URL and the proxy before Jira.",
            status=response.status,
            seen={"content type": response.headers.get("content-type", "none")[:80]},
        ) from error


def _page(response: WireResponse) -> NotJson:
    title = page_title(response.body)
    if looks_like_login(response.body):
        words = (
            "A login page came instead of Jira's API: a single sign-on or proxy stands before "
            "Jira. Let this server reach Jira's REST API past it."
        )
        kind = "login_page"
    else:
        words = (
            "A web page came instead of Jira's API. Check that the Instance URL is Jira's own, "
            "with its context path."
        )
        kind = "html"
    seen = {"page title": title} if title else {}
    return NotJson(words, kind=kind, status=response.status, seen=seen)


def _as_nobody(response: WireResponse) -> AnonymousAnswer | None:
    reason = response.headers.get("x-seraph-loginreason", "")
    name = response.headers.get("x-ausername", "")
    if name != "anonymous" and "AUTHENTICATED_FAILED" not in reason:
        return None
    return AnonymousAnswer(
        "Jira answered, but as to nobody: it ignored the credentials. Check user name and secret; "
        "on Jira Cloud the secret is an API token. With OAuth, authenticate again.",
        status=response.status,
        seen={"login reason": reason[:60]} if reason else {"user": name},
    )
