"""Whether an address alone shows that it is Jira Cloud: a site's own host, or Atlassian's gateway to it.

At the gateway the site's id stands in the path: `https://api.atlassian.com/ex/jira/<cloudId>`. Links that
people click never lead there.

Source: https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
That sites have the names in `SITE_HOSTS` was seen; the vendor does not say so in one place.
"""

import re
from urllib.parse import urlsplit

# https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
GATEWAY = "https://api.atlassian.com/ex/jira/"
SITE_HOSTS = (".atlassian.net", ".jira.com", ".jira-dev.com")
_GATEWAY_PATH = re.compile(r"^/ex/jira/[A-Za-z0-9-]{1,60}")


def is_site_host(host: str) -> bool:
    """Whether this host can only be a site of Jira Cloud."""
    return host.lower().endswith(SITE_HOSTS)


def gateway_path(path: str) -> str:
    """The gateway's part of an address's path, `/ex/jira/<cloudId>`; empty where it is no gateway."""
    found = _GATEWAY_PATH.match(path)
    return found[0] if found else ""


def is_gateway(url: str) -> bool:
    """Whether calls at this base URL go through Atlassian's gateway, or through one like it."""
    parts = _parts(url)
    return parts is not None and bool(gateway_path(parts[1]))


def is_cloud_address(url: str) -> bool:
    """Whether the address alone says that it is Jira Cloud."""
    parts = _parts(url)
    return parts is not None and (is_site_host(parts[0]) or bool(gateway_path(parts[1])))


def _parts(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts.hostname or "", parts.path
