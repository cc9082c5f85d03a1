"""The transport: the channel to a Jira, with the headers that Jira wants and the client's own errors.

A replayed OAuth signature is a refused one, so nothing is sent twice; a session's cookie would win over the
credentials of a call, so none is kept. The channel sees to both. It must not know what Jira's answers mean.

Source of the header X-Atlassian-Token: https://support.atlassian.com/atlassian-cloud/kb/xsrf-check-failed-when-calling-cloud-apis
Data Center: https://confluence.atlassian.com/jirakb/rest-api-calls-with-a-browser-user-agent-header-may-fail-csrf-checks-802591455.html
A session's precedence over credentials: https://developer.atlassian.com/server/jira/platform/cookie-based-authentication/
"""

from jira_client.errors import JiraError, as_jira_error
from jira_client.ratelimit import RATE_HEADERS
from outgoing.channel import Channel
from outgoing.errors import CallFailed


class Transport(Channel):
    """Sends requests to one Jira, as a channel does.

    Raises NotJira where the base URL is no http(s) address, ProxyFailed where the proxy's is none,
    TlsFailed where the CA bundle or fingerprint is unreadable. `send` raises ConnectFailed or AnswerLost;
    `certificate` ConnectFailed, or NotJira where the address has no TLS. All are of `jira_client.errors`.

    Jira takes a request that looks like a browser's for a forged one: the header X-Atlassian-Token says
    that it is none, and so does the channel's User-Agent.
    """

    fixed_headers = {**Channel.fixed_headers, "X-Atlassian-Token": "no-check"}
    budget_headers = RATE_HEADERS

    def error_for(self, failure: CallFailed) -> JiraError:
        """The failure as an error of the client's tree."""
        return as_jira_error(failure)
