"""What the faults of faults.py do to a request: answers instead of work, and answers that suffer.

Everything here happens outside the site's lock, `suffered` after the commit. It must not know which
handler works.
"""

import time

from .faults import Faults
from .refusal import ConnectionLost, Refusal
from .wire import Request, Response, html

LOGIN_PAGE = (
    "<!doctype html><html><head><title>Log in - Single Sign-On</title></head><body><form "
    "method='post' action='/sso/login'><input name='username'><input name='password' "
    "type='password'></form></body></html>"
)
NO_JSON = b"\x00\x8b\x1f JFIF is no JSON either \xff\xfe" * 4


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
        if fault.word:
            headers.append(("RateLimit-Reason", fault.word))
        raise Refusal(429, "Rate limit exceeded.", headers=headers)
    if fault := faults.take("error", request):
        status = int(fault.number) or 500
        raise Refusal(status, "Internal server error" if status == 500 else "Unavailable")
    if faults.take("login_page", request):
        return html(LOGIN_PAGE)
    return None


def suffered(faults: Faults, request: Request, response: Response) -> Response:
    """What is left of the answer once the work is done. Raises ConnectionLost."""
    if faults.take("answer_lost", request):
        raise ConnectionLost
    if faults.take("answer_html", request):
        return html("<html><head><title>502 Bad Gateway</title></head></html>", 502)
    if faults.take("garbage", request):
        return Response(200, NO_JSON)
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
