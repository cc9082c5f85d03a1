"""Why an answer did not come whole: the cause beneath the errors of the HTTP libraries.

Their own errors hold the request with its credentials, so none of them goes further than here.

Source: none; there is no rule about Jira here.
"""

import http.client

import requests
from urllib3.exceptions import HTTPError

from outgoing.errors import ConnectionDropped, TlsFailed

_TLS_ALERT = "\x15\x03"  # how a record of TLS begins that tells of an error


def root_of(error: BaseException) -> BaseException:
    """The cause beneath the libraries' errors; the error itself where it wraps none."""
    while isinstance(error, requests.RequestException | HTTPError):
        inside = [getattr(error, "reason", None), *error.args]
        beneath = [one for one in inside if isinstance(one, BaseException)]
        if not beneath:
            break
        error = beneath[0]
    return error


def dropped(root: BaseException, host: str) -> ConnectionDropped | TlsFailed:
    """The error for a connection that ended early, or that brought no HTTP but an alert of TLS."""
    if isinstance(root, http.client.BadStatusLine) and str(root.args[0]).startswith(_TLS_ALERT):
        return TlsFailed("The port wants https, and was called by http.", kind="wanted")
    # RemoteDisconnected is both: the end came where an answer should have begun.
    if not isinstance(root, OSError) or isinstance(root, requests.RequestException):
        return ConnectionDropped(
            f"The answer is not HTTP. Check the port of {host} and the proxy before it."
        )
    return ConnectionDropped(
        f"The connection to {host} ended before the answer came. Try again; if it stays so, look at "
        "the proxy or firewall on the way."
    )
