"""Which Jira site an address leads to, by the id that the site tells everybody without a credential.

Source of Cloud's id: https://support.atlassian.com/jira/kb/retrieve-my-atlassian-sites-cloud-id
That Data Center tells an id at `/rest/applinks/1.0/manifest` was seen in tools that read it there; the
vendor does not say so.
"""

import re

from jira_client import parse
from jira_client.errors import AnswerLost, ConnectFailed, JiraError, TooLarge
from jira_client.protocol import Request
from jira_client.resources.caller import Caller
from jira_client.values import Deployment, SiteIdentity

# Where each deployment tells its id, and under which name: see the sources above
_TOLD = {
    Deployment.CLOUD: ("/_edge/tenant_info", "cloudId"),
    Deployment.DATA_CENTER: ("/rest/applinks/1.0/manifest", "id"),
}
_GATEWAY = re.compile(r"/ex/jira/([0-9A-Fa-f-]{36})$")


class Site:
    """The identity of the instance itself.

    Cloud has a cloud id (`/_edge/tenant_info`, undocumented and long stable; at the gateway it stands in
    the path). Data Center has the id of its application links (`/rest/applinks/1.0/manifest`), which
    stays when the host is renamed; a restored copy of its database carries the same one.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def identity(self, likely: Deployment | None = None) -> SiteIdentity | None:
        """The site's cloud id, or its application id on Data Center, in small letters.

        None where neither address tells one, as where a proxy hides both. `likely` is the deployment
        that the site was last seen to be, whose address is asked first. Raises ConnectFailed,
        AnswerLost.
        """
        if named := _GATEWAY.search(self._caller.transport.base_url.rstrip("/")):
            return SiteIdentity(Deployment.CLOUD, named[1].lower())
        kinds = [Deployment.CLOUD, Deployment.DATA_CENTER]
        for kind in sorted(kinds, key=lambda kind: kind != likely):
            if found := self._told(*_TOLD[kind], kind):
                return found
        return None

    def _told(self, path: str, name: str, kind: Deployment) -> SiteIdentity | None:
        try:
            found = self._caller.call(Request("GET", path, anonymous_ok=True))
        except TooLarge:
            return None  # whatever that is, it names no site
        except (ConnectFailed, AnswerLost):
            raise
        except JiraError:
            return None  # not of this kind, or hidden: either way it is not told
        told = parse.text(found.get(name)) if isinstance(found, dict) else ""
        return SiteIdentity(kind, told.lower()) if told else None
