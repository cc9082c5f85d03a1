"""Failures between us and Jira: `outgoing`'s, each as an error of this tree too.

What each is, its slug and its kinds are said in `outgoing.errors`. A failure of the channel becomes its
twin here by `as_jira_error`, so that whoever calls Jira catches JiraError and nothing else.

Source: none; there is no rule about Jira here.
"""

from jira_client.errors.answers import NotJira
from jira_client.errors.base import JiraError
from outgoing import errors as outgoing


class ConnectFailed(outgoing.ConnectFailed, JiraError):
    """No connection to Jira came about, so nothing was sent."""


class DnsFailed(outgoing.DnsFailed, ConnectFailed):
    """Jira's host name has no address."""


class ConnectionRefused(outgoing.ConnectionRefused, ConnectFailed):
    """Nobody listens at Jira's address, or there is no route to it."""


class ConnectTimedOut(outgoing.ConnectTimedOut, ConnectFailed):
    """The attempt to connect to Jira got no answer in time."""


class AddressRefused(outgoing.AddressRefused, ConnectFailed):
    """Our own policy does not let the console call Jira's address."""


class ProxyFailed(outgoing.ProxyFailed, ConnectFailed):
    """The connection's proxy did not take us to Jira, so nothing reached Jira; `kind` says why."""


class TlsFailed(outgoing.TlsFailed, ConnectFailed):
    """The encrypted connection to Jira could not be trusted; `kind` says why."""


class AnswerLost(outgoing.AnswerLost, JiraError):
    """The request went out to Jira and no whole answer came back."""


class ReadTimedOut(outgoing.ReadTimedOut, AnswerLost):
    """No answer of Jira's, or not the whole of it, in time."""


class ConnectionDropped(outgoing.ConnectionDropped, AnswerLost):
    """The connection to Jira ended before the answer began or while it came; `reused`: an idle one."""


class Truncated(outgoing.Truncated, AnswerLost):
    """Jira's answer is shorter than it said it would be."""


class TooLarge(outgoing.TooLarge, AnswerLost):
    """Jira's answer is larger than we accept."""


_TWINS: dict[type[outgoing.CallFailed], type[JiraError]] = {
    outgoing.ConnectFailed: ConnectFailed,
    outgoing.DnsFailed: DnsFailed,
    outgoing.ConnectionRefused: ConnectionRefused,
    outgoing.ConnectTimedOut: ConnectTimedOut,
    outgoing.AddressRefused: AddressRefused,
    outgoing.ProxyFailed: ProxyFailed,
    outgoing.TlsFailed: TlsFailed,
    outgoing.AnswerLost: AnswerLost,
    outgoing.ReadTimedOut: ReadTimedOut,
    outgoing.ConnectionDropped: ConnectionDropped,
    outgoing.Truncated: Truncated,
    outgoing.TooLarge: TooLarge,
}


def as_jira_error(failure: outgoing.CallFailed) -> JiraError:
    """The same failure as an error of this tree; one that is of it already is returned as it is."""
    if isinstance(failure, JiraError):
        return failure
    if isinstance(failure, outgoing.UrlUnusable):
        return NotJira(f"The Instance URL cannot be used. {failure}", seen=failure.seen)
    error = _TWINS[type(failure)](str(failure))
    # A twin is of the failure's own class, so it has each of its attributes.
    vars(error).update(vars(failure))
    return error
