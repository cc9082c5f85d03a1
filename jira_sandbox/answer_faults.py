"""Faults of answers: some answers come in place of work, some are spoilt after the work is done.

Everything here happens outside the site's lock, `suffered` after the commit. It must not know which
handler works.
"""

import json
import time
from urllib.parse import quote

from .authentication import failure
from .faults import Fault, Faults
from .model.site import Site
from .oauth.problems import Problem
from .refusal import ConnectionLost, Refusal
from .wire import Request, Response, html, parse_pairs

LOGIN_PAGE = (
    "<!doctype html><html><head><title>Log in - Single Sign-On</title></head><body><form "
    "method='post' action='/sso/login'><input name='username'><input name='password' "
    "type='password'></form></body></html>"
)
SOME_PAGE = (
    "<!doctype html><html><head><title>Welcome to the intranet</title></head><body><p>It works."
    "</p></body></html>"
)
NO_JSON = b"\x00\x8b\x1f JFIF is no JSON either \xff\xfe" * 4
TOKENS = "/plugins/servlet/oauth/"


def instead(faults: Faults, request: Request) -> Response | None:
    """An answer instead of working, or None. Waits where slowness is on.

    Raises Refusal, or ConnectionLost for a request that never arrives.
    """
    if fault := faults.take("slow", request):
        time.sleep(fault.number / 1000)
    if faults.take("request_lost", request):
        raise ConnectionLost
    if fault := faults.take("rate_limit", request):
        headers = [("Retry-After", str(int(fault.number) or 1)), ("X-RateLimit-Remaining", "0")]
        if fault.second:
            headers.append(("RateLimit-Reason", fault.second))
        raise Refusal(429, "Rate limit exceeded.", headers=headers)
    if fault := faults.take("error", request):
        status = int(fault.number) or 500
        raise Refusal(status, "Internal server error" if status == 500 else "Unavailable")
    if faults.take("no_software", request) and request.path.startswith("/rest/agile/"):
        raise Refusal(404, f"null for uri: {request.path}", shape="message")
    if faults.take("write_ignored", request):
        return Response(204)
    if fault := faults.take("refused", request):
        raise Refusal(400, str(fault.value))
    if faults.take("not_licensed", request):
        return unlicensed(faults.site)
    if fault := faults.take("oauth_problem", request):
        return told(fault, faults.site)
    return elsewhere(faults, request)


def elsewhere(faults: Faults, request: Request) -> Response | None:
    """Something other than Jira's API answers."""
    fault = faults.take("access_proxy", request)
    if fault and request.header(fault.first) != fault.second:
        to = f"https://access.example.com/login?back={quote(request.path, safe='')}"
        return Response(302, b"", "text/html;charset=UTF-8", [("Location", to)])
    if fault := faults.take("redirect", request):
        query = f"?{request.query}" if request.query else ""
        to = f"{str(fault.value).rstrip('/')}{request.path}{query}"
        return Response(301, b"", "text/html;charset=UTF-8", [("Location", to)])
    if fault := faults.take("login_redirect", request):
        to = str(fault.value) if fault.value is not True else "https://sso.example.com/login"
        return Response(302, b"", "text/html;charset=UTF-8",
                        [("Location", f"{to}?back={quote(request.path, safe='')}")])  # fmt: skip
    if faults.take("login_page", request):
        return html(LOGIN_PAGE)
    if faults.take("html_page", request):
        return html(SOME_PAGE)
    if faults.take("empty", request):
        return Response(200)
    if fault := faults.take("huge", request):
        filling = "x" * int(fault.number * 1_000_000)
        return Response(200, json.dumps({"filling": filling}).encode())
    return None


def unlicensed(site: Site) -> Response:
    """An account without application access. Seraph's word is known, Cloud's sentence is not."""
    if site.cloud:
        raise Refusal(403, "The user is not licensed to use Jira.")
    answer = failure(403, "AUTHORISATION_FAILED")
    answer.headers.append(("X-Seraph-LoginReason", "AUTHORISATION_FAILED"))
    return answer


def told(fault: Fault, site: Site) -> Response:
    """A problem of the OAuth provider, in the place that the fault names."""
    return Problem(fault.first).response(site.base_url, fault.second or "both")


def suffered(faults: Faults, request: Request, response: Response) -> Response:
    """What is left of the answer once the work is done. Raises ConnectionLost."""
    if faults.take("answer_lost", request):
        raise ConnectionLost
    if faults.take("answer_html", request):
        return html("<html><head><title>502 Bad Gateway</title></head></html>", 502)
    if faults.take("garbage", request):
        return Response(200, NO_JSON)
    if request.path.startswith(TOKENS) and (fault := faults.take("oauth_answer", request)):
        lacking = "oauth_callback_confirmed" if fault.value == "unconfirmed" else "oauth_token"
        pairs = [(name, text) for name, text in parse_pairs(response.body) if name != lacking]
        response.body = "&".join(f"{name}={quote(text)}" for name, text in pairs).encode()
    if fault := faults.take("truncated", request):
        return cut(response, announced=fault.value != "json")
    return response


def cut(response: Response, announced: bool) -> Response:
    """Half of the answer; `announced`: its length says that there was more.

    Raises ConnectionLost for an answer without a body, since nothing of it could be missing.
    """
    if not response.body:
        raise ConnectionLost
    if announced:
        response.headers.append(("Content-Length", str(len(response.body))))
    response.body = response.body[: len(response.body) // 2]
    return response
