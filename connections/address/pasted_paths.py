"""What of a pasted address's path is the context path, and what a page of Jira behind it.

People paste what their browser shows. Jira Cloud has no context path, but its newer pages begin with
`/jira`, which on Data Center is the commonest context path: only the segment that follows tells them
apart. It must not resolve or connect.
"""

from __future__ import annotations

from jira_client.cloud_address import gateway_path, is_site_host

# First segments of Jira's own pages, on either deployment: what stands before them is the context path.
_PAGES = frozenset(
    {
        *(
            "browse",
            "rest",
            "secure",
            "plugins",
            "projects",
            "issues",
            "servicedesk",
            "wiki",
            "people",
        ),
        *(
            "filters",
            "dashboards",
            "dashboard",
            "boards",
            "activity",
            "downloads",
            "download",
            "images",
        ),
        *(
            "s",
            "si",
            "sr",
            "_edge",
            "gateway",
            "login",
            "logout",
            "jira-software",
            "portfolio",
            "tempo",
        ),
    }
)
# What follows `/jira` on Cloud alone. `projects` and `servicedesk` follow Data Center's context path too.
_OF_CLOUD = frozenset(
    {
        *(
            "software",
            "core",
            "work",
            "dashboards",
            "your-work",
            "for-you",
            "people",
            "filters",
            "plans",
        ),
        *("settings", "apps", "boards", "discovery", "ops", "polaris", "marketplace", "whats-new"),
        *("teams", "goals", "forms", "assets", "spaces", "starred", "recent", "notifications"),
    }
)


def context(path: str, host: str) -> str:
    """The context path, without a slash at its end; empty where there is none.

    `path` as pasted, `host` in lower case. A gateway's `/ex/jira/<cloudId>` stays.
    """
    if kept := gateway_path(path):
        return kept
    if is_site_host(host):
        return ""
    segments = [one for one in path.split("/") if one]
    if _is_cloud_page(segments):
        return ""
    kept_segments: list[str] = []
    for segment in segments:
        if _is_page(segment):
            break
        kept_segments.append(segment)
    return "".join(f"/{segment}" for segment in kept_segments)


def _is_page(segment: str) -> bool:
    low = segment.lower()
    return low in _PAGES or low.partition(";")[0].endswith((".jsp", ".jspa", ".html", ".action"))


def _is_cloud_page(segments: list[str]) -> bool:
    """Whether this is one of Cloud's pages under `/jira`, at an address of the customer's own."""
    low = [one.lower() for one in segments]
    if low[:1] != ["jira"] or len(low) < 2:
        return False
    if low[1] in _OF_CLOUD:
        return True
    # A list of projects, or a service project; Data Center has these below `/projects/KEY` only.
    return low[1:] == ["projects"] or low[1:3] == ["servicedesk", "projects"]
