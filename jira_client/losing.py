"""What happened to an answer that did not come whole, read from beneath the libraries' wrappers.

Their own errors hold the request with its credentials, so none of them goes further than here.
"""

import requests
from urllib3.exceptions import HTTPError

from jira_client.errors import ConnectionDropped


def root_of(error: BaseException) -> BaseException:
    """What happened beneath the libraries' wrappers; the error itself where it has none."""
    while isinstance(error, requests.RequestException | HTTPError):
        inside = [getattr(error, "reason", None), *error.args]
        beneath = [one for one in inside if isinstance(one, BaseException)]
        if not beneath:
            break
        error = beneath[0]
    return error


def dropped(root: BaseException) -> ConnectionDropped:
    """The connection ended early, or what came is no HTTP."""
    # RemoteDisconnected is both: the end came where an answer should have begun.
    if not isinstance(root, OSError) or isinstance(root, requests.RequestException):
        return ConnectionDropped(
            "The answer is not HTTP. Check the port of the Instance URL and the proxy before Jira."
        )
    return ConnectionDropped(
        "The connection to Jira ended before the answer came. Try again; if it stays so, look at "
        "the proxy or firewall between this server and Jira."
    )
