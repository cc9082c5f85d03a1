"""Faults of a proxy before Jira, which change a request before Jira sees it.

It must not know who asks or what is asked.
"""

from dataclasses import replace

from .faults import Faults
from .wire import Request


def altered(faults: Faults, request: Request) -> Request:
    """The request as it reaches Jira."""
    headers = dict(request.headers)
    if faults.take("no_authorization", request):
        headers.pop("authorization", None)
    if faults.take("browser_agent", request):
        headers["user-agent"] = "Mozilla/5.0 (rewritten by a proxy)"
        headers.pop("x-atlassian-token", None)
    return request if headers == request.headers else replace(request, headers=headers)


def repeated(faults: Faults, request: Request) -> bool:
    """Whether a proxy sends the request twice."""
    return faults.take("request_doubled", request) is not None
