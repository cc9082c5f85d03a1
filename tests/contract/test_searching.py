"""Searching in the deployment's own style: pages, ids, counts, times, and what is no JQL."""

from datetime import UTC, datetime, timedelta

import pytest

from jira_client import jql
from jira_client.client import JiraClient
from jira_client.errors import Invalid
from tests.contract.places import Place


def test_every_page_is_found_once(client: JiraClient, place: Place) -> None:
    made = {place.new(f"page {number}", labels=[place.mark]).id for number in range(7)}
    scope = f'project = "{place.project.key}" AND labels = "{place.mark}"'
    place.wait_for("the index", lambda: set(client.search.ids(scope)) == made)
    everything = [one.id for one in client.search.all(scope, ("summary",), limit=3)]
    assert (len(everything), set(everything)) == (7, made)
    place.wait_for("the count", lambda: client.search.count(scope) == 7)


def test_what_changed_since_a_time_in_the_accounts_zone(client: JiraClient, place: Place) -> None:
    zone = client.myself().time_zone
    made = place.new("just now")

    def since(minutes: int) -> list[str]:
        moment = jql.moment(datetime.now(UTC) + timedelta(minutes=minutes), zone)
        asked = f'project = "{place.project.key}" AND updated >= {moment}'
        return [issue.id for issue in client.search.page(asked, ("id",)).issues]

    place.wait_for("the index", lambda: made.id in since(-2))
    assert made.id not in since(+2)


def test_what_is_no_jql_is_refused(client: JiraClient) -> None:
    with pytest.raises(Invalid):
        client.search.page("nonsense ==", ("id",))
