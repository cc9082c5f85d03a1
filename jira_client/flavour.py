"""What Cloud and Data Center do differently, as one table of capabilities.

The rest of the client asks this table and never asks "is it Cloud?". It must not do I/O; `flavour_of`
reads an answer that is already here.

The resources name the page of each difference between the deployments. These depend on Data Center's
version; that webhooks are others from 10 on is in `resources.webhooks`.

Source of create metadata by issue type, from 8.4: https://confluence.atlassian.com/jiracore/createmeta-rest-endpoint-to-be-removed-975040986.html
Personal access tokens, from 8.14: https://confluence.atlassian.com/enterprise/using-personal-access-tokens-1026032365.html
Incoming links by OAuth 2.0, from 8.22: https://confluence.atlassian.com/jiracore/eap-documentation-jira-oauth-2-0-provider-api-1108486402.html
OAuth 1.0a deprecated, from 9.16: https://docs.atlassian.com/jira-software/REST/9.16.0
A search window of 10,000, from 10: https://support.atlassian.com/jira/kb/handling-jql-rest-api-searching-exceeding-max_result_window-in-jira
Basic off at first, from 11: https://confluence.atlassian.com/enterprise/disabling-basic-authentication-1044776464.html
"""

from dataclasses import dataclass

from jira_client.values import Deployment, ServerInfo

# Where the two APIs begin, on both deployments: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
# and https://docs.atlassian.com/jira-software/REST/server/
API = "/rest/api/2"
AGILE = "/rest/agile/1.0"
_NEWEST_KNOWN = (10, 3, 0)  # what a Data Center counts as that does not tell its version


@dataclass(frozen=True, slots=True)
class Flavour:
    """The capabilities of one deployment and version.

    `internal_notes_told`: a comment of a service project says by itself whether customers see it.
    `content_by_call`: a call of the API gives an attachment's content; else the page that people use does.
    `search_style`: "token" (Cloud `/search/jql`) or "offset" (`/search`).
    `project_style`: "paged" or "array". `createmeta_style`: "named" (Cloud), "values" (8.4 and
    later) or "legacy" (before). `webhook_style`: "cloud", "classic" or "jira10".
    `parent_style`: "parent" or "epic_link". `person_key`: how a user is named in a value.
    """

    deployment: Deployment
    version_numbers: tuple[int, ...]
    search_style: str
    project_style: str
    createmeta_style: str
    webhook_style: str
    webhooks_signed: bool
    person_key: str
    person_query: str
    parent_style: str
    bulk_permission_check: bool
    internal_notes_told: bool
    content_by_call: bool
    permission_keys_required: bool
    bulk_fetch: bool
    approximate_count: bool
    reconcile: bool
    sprint_strings: bool
    pat: bool
    oauth2: bool
    oauth1: bool
    oauth1_deprecated: bool
    basic_default_off: bool
    basic_takes: str
    username_header: bool
    changelog_paged: bool
    search_window: int | None
    api: str = API
    agile: str = AGILE

    @property
    def is_cloud(self) -> bool:
        """Whether it is Cloud, for words shown to people; decide by the capabilities above instead."""
        return self.deployment is Deployment.CLOUD

    @classmethod
    def for_deployment(
        cls, deployment: Deployment, version_numbers: tuple[int, ...] = ()
    ) -> "Flavour":
        """The capabilities of a deployment; a Data Center of unknown version counts as a recent one."""
        if deployment is Deployment.CLOUD:
            return _cloud(version_numbers)
        return _data_center(version_numbers)


def flavour_of(server_info: ServerInfo) -> Flavour:
    """The capabilities of the instance that gave this server info."""
    return Flavour.for_deployment(server_info.deployment, server_info.version_numbers)


def _cloud(version_numbers: tuple[int, ...]) -> Flavour:
    return Flavour(
        deployment=Deployment.CLOUD,
        version_numbers=version_numbers,
        search_style="token",
        project_style="paged",
        createmeta_style="named",
        webhook_style="cloud",
        webhooks_signed=True,
        person_key="accountId",
        person_query="query",
        parent_style="parent",
        bulk_permission_check=True,
        internal_notes_told=True,
        content_by_call=True,
        permission_keys_required=True,
        bulk_fetch=True,
        approximate_count=True,
        reconcile=True,
        sprint_strings=False,
        pat=False,
        oauth2=True,
        oauth1=True,
        oauth1_deprecated=True,
        basic_default_off=False,
        basic_takes="API token",
        username_header=False,
        changelog_paged=True,
        search_window=None,
    )


def _data_center(version_numbers: tuple[int, ...]) -> Flavour:
    version = version_numbers or _NEWEST_KNOWN
    ten = version >= (10,)
    return Flavour(
        deployment=Deployment.DATA_CENTER,
        version_numbers=version_numbers,
        search_style="offset",
        project_style="array",
        createmeta_style="values" if version >= (8, 4) else "legacy",
        webhook_style="jira10" if ten else "classic",
        webhooks_signed=ten,
        person_key="name",
        person_query="username",
        parent_style="epic_link",
        bulk_permission_check=False,
        internal_notes_told=False,
        content_by_call=False,
        permission_keys_required=False,
        bulk_fetch=False,
        approximate_count=False,
        reconcile=False,
        sprint_strings=True,
        pat=version >= (8, 14),
        oauth2=version >= (8, 22),
        oauth1=True,
        oauth1_deprecated=version >= (9, 16),
        basic_default_off=version >= (11,),
        basic_takes="password",
        username_header=True,
        changelog_paged=False,
        search_window=10_000 if ten else None,
    )
