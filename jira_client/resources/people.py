"""Users: finding them, and naming them in a field."""

from jira_client import parse
from jira_client.protocol import Param, Request
from jira_client.resources.caller import Caller
from jira_client.values import Person

_MOST = 50


class People:
    """Jira's users, as far as the account may see them."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def search(self, query: str, project: str | None = None) -> list[Person]:
        """Up to 50 users by name or e-mail; with a project key, those it can be assigned to."""
        flavour = self._caller.flavour
        params: dict[str, Param] = {flavour.person_query: query, "maxResults": _MOST}
        path = f"{flavour.api}/user/search"
        if project:
            path = f"{flavour.api}/user/assignable/search"
            params["project"] = project
        found = self._caller.call(Request("GET", path, params=params))
        return [parse.person(row) for row in parse.rows(found)]

    def person_value(self, person_id: str | None) -> dict[str, str] | None:
        """What to write into a user field; None takes the person out."""
        return {self._caller.flavour.person_key: person_id} if person_id else None
