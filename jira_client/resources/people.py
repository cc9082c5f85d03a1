"""Users: finding them, and naming them in a field.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-user-search/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from jira_client import parse
from jira_client.protocol import Param, Request
from jira_client.resources.caller import Caller
from jira_client.values import Person

_MOST = 50  # as many as Jira gives by default: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-user-search/


class People:
    """Jira's users, as far as the account may see them."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def search(self, query: str, project: str | None = None) -> list[Person]:
        """Up to 50 users whose name or e-mail address matches.

        With a project key, those to whom an issue of the project can be assigned. Cloud takes the
        words as `query`, Data Center as `username`. Raises JiraError.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-user-search/#api-rest-api-3-user-search-get
        With a project: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-user-search/#api-rest-api-3-user-assignable-search-get
        """
        flavour = self._caller.flavour
        params: dict[str, Param] = {flavour.person_query: query, "maxResults": _MOST}
        path = f"{flavour.api}/user/search"
        if project:
            path = f"{flavour.api}/user/assignable/search"
            params["project"] = project
        found = self._caller.call(Request("GET", path, params=params))
        return [parse.person(row) for row in parse.rows(found)]

    def person_value(self, person_id: str | None) -> dict[str, str] | None:
        """What to write into a user field: `{"accountId": …}` on Cloud, `{"name": …}` on Data Center.

        None for no person, which empties the field. Raises JiraError where the deployment is not known
        yet and Jira does not tell it.

        Source: https://developer.atlassian.com/cloud/jira/platform/deprecation-notice-user-privacy-api-migration-guide/
        """
        return {self._caller.flavour.person_key: person_id} if person_id else None
