"""Issues: reading one or many, creating, editing, moving through the workflow, deleting.

Writes go through the v2 API on both deployments, so that text is wiki markup on both. Nothing is
repeated here: a lost answer raises with `outcome_unknown`.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from jira_client import parse
from jira_client.errors import NotFound
from jira_client.protocol import Expect, Param, Request
from jira_client.resources import properties as entity
from jira_client.resources.bulk_create import create_many, creation
from jira_client.resources.caller import Caller, chunks, pages, side_by_side
from jira_client.resources.comments import completed
from jira_client.resources.lookup import by_ids
from jira_client.resources.ranking import rank
from jira_client.values import (
    Created,
    CreateFailure,
    Fetched,
    History,
    Issue,
    RankFailure,
    Transition,
)

# The most issues of one bulk read, and changes of one page of a changelog: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
_AT_ONCE = 100


class Issues:
    """Everything about issues but searching and linking."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get(
        self,
        id_or_key: str,
        fields: Sequence[str],
        properties: Sequence[str] = (),
        *,
        history: bool = False,
    ) -> Issue:
        """One issue with these fields and entity properties.

        Its changes come too where `history` asks for them. A key that the issue had before it was
        moved finds it too; the answer carries the new key. Raises JiraError; NotFound where the issue
        is missing or invisible.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-get
        """
        params: dict[str, Param] = {
            "fields": tuple(fields),
            "properties": tuple(properties) or None,
            "expand": "changelog" if history else None,
        }
        answer = self._caller.call(self._request("GET", {"issue": id_or_key}, params=params))
        return completed(self._caller, (parse.issue(parse.mapping(answer)),), fields)[0]

    def fetch(
        self,
        ids: Sequence[str],
        fields: Sequence[str],
        properties: Sequence[str] = (),
        *,
        history: bool = False,
    ) -> Fetched:
        """Many issues by id, a hundred a call, several calls side by side.

        Their changes come too where `history` asks for them. Deployments without a bulk read are asked
        by a search for the ids. `missing`: those that are not there or not visible. Ask by id: an
        issue asked for by the key it had before a move comes back under its new key and counts as
        missing. Raises JiraError.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-bulkfetch-post
        """
        wanted = list(dict.fromkeys(ids))
        parts = list(chunks(wanted, _AT_ONCE))
        found: list[Issue] = []
        for part in side_by_side(
            self._caller, lambda some: self._fetch_part(some, fields, properties, history), parts
        ):
            found.extend(part)
        here = {issue.id for issue in found} | {issue.key for issue in found}
        return Fetched(tuple(found), tuple(one for one in wanted if one not in here))

    def create(
        self,
        fields: Mapping[str, Any],
        update: Mapping[str, Any] | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> Created:
        """Creates an issue and returns its id and key.

        `fields` are set and `update` holds operations, by field id; `properties` are entity properties
        by name. Jira knows no idempotency key: where the error says `outcome_unknown`, look the issue
        up before sending again. Raises JiraError; Invalid where Jira refuses the content.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-post
        """
        path = f"{self._caller.flavour.api}/issue"
        body = creation({"fields": fields, "update": update, "properties": properties})
        answer = parse.mapping(self._caller.call(Request("POST", path, json=body)))
        return Created(parse.text(answer.get("id")), parse.text(answer.get("key")))

    def create_many(self, items: Sequence[Mapping[str, Any]]) -> list[Created | CreateFailure]:
        """Creates issues, 50 a call, and returns what became of each, in the order sent.

        Each item holds `fields` and perhaps `update` and `properties`. Raises JiraError where a call
        fails as a whole; the error's `partial` holds the results of the calls before it.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-bulk-post
        """
        return create_many(self._caller, items)

    def edit(
        self,
        id_or_key: str,
        fields: Mapping[str, Any] | None = None,
        update: Mapping[str, Any] | None = None,
    ) -> None:
        """Sets fields and applies operations, by field id; no field may be in both.

        Transitions are not made like this. Raises JiraError; Invalid where Jira refuses the content,
        ConflictRefused where somebody changes the issue at the same moment.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-put
        """
        parts = {"fields": fields, "update": update}
        body = {name: dict(part) for name, part in parts.items() if part}
        self._do("PUT", {"issue": id_or_key}, body=body)

    def delete(self, id_or_key: str, delete_subtasks: bool = False) -> None:
        """Deletes an issue, for good.

        Raises JiraError; Invalid where it has sub-tasks that are not to go too.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-delete
        """
        self._do("DELETE", {"issue": id_or_key}, params={"deleteSubtasks": delete_subtasks})

    def transitions(self, id_or_key: str) -> list[Transition]:
        """The transitions that this account can make on the issue now.

        Each comes with the fields of its screen. Raises JiraError; NotFound where the issue is missing
        or invisible.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-transitions-get
        """
        request = self._request(
            "GET", {"issue": id_or_key}, "/transitions", params={"expand": "transitions.fields"}
        )
        answer = parse.mapping(self._caller.call(request))
        return [parse.transition(row) for row in parse.rows(answer.get("transitions") or [])]

    def transition(
        self, id_or_key: str, transition_id: str, fields: Mapping[str, Any] | None = None
    ) -> None:
        """Makes a transition, and sets the fields of its screen.

        Raises JiraError; Invalid where the transition is not open or a field is missing, ConflictRefused,
        WorkflowInvalid.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-transitions-post
        """
        body: dict[str, Any] = {"transition": {"id": transition_id}}
        if fields:
            body["fields"] = dict(fields)
        self._do("POST", {"issue": id_or_key}, "/transitions", body=body)

    def set_property(self, id_or_key: str, key: str, value: Any) -> None:
        """Stores an entity property, as `properties.set_property`. Raises JiraError.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-properties/
        """
        entity.set_property(self._caller, id_or_key, key, value)

    def get_property(self, id_or_key: str, key: str) -> Any:
        """The value of an entity property, None where the issue has none of this name.

        Raises JiraError; NotFound where the issue itself is missing or invisible.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-properties/
        """
        return entity.get_property(self._caller, id_or_key, key)

    def changelog(self, id_or_key: str, since: datetime | None = None) -> list[History]:
        """The changes of an issue, oldest first, those after `since` where it is given (an aware moment).

        Cloud has them on pages of their own; Data Center gives all of them with the issue. Raises
        JiraError; NotFound where the issue is missing or invisible.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-changelog-get
        """
        if self._caller.flavour.changelog_paged:
            request = self._request("GET", {"issue": id_or_key}, "/changelog")
            found: Any = list(pages(self._caller, request, _AT_ONCE, "values"))
        else:
            params: dict[str, Param] = {"fields": "id", "expand": "changelog"}
            answer = self._caller.call(self._request("GET", {"issue": id_or_key}, params=params))
            log = parse.mapping(parse.mapping(answer).get("changelog") or {})
            found = log.get("histories")
        changes = parse.in_order(found)
        return [one for one in changes if not since or not one.created or one.created > since]

    def rank(
        self,
        ids: Sequence[str],
        before: str | None = None,
        after: str | None = None,
        rank_field: str | None = None,
    ) -> list[RankFailure]:
        """Puts issues, in this order, before or after another one.

        Returns those that Jira left where they were. Raises JiraError, and ValueError unless just one
        of `before` and `after` is given. See `ranking.rank`.

        Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-issue/#api-rest-agile-1-0-issue-rank-put
        """
        return rank(self._caller, ids, before, after, rank_field)

    def _fetch_part(
        self, ids: Sequence[str], fields: Sequence[str], properties: Sequence[str], history: bool
    ) -> tuple[Issue, ...]:
        expand = ("changelog",) if history else ()
        if not self._caller.flavour.bulk_fetch:
            found = by_ids(self._caller, ids, fields, expand)
            return entity.with_properties(self._caller, found, properties)
        body: dict[str, Any] = {"issueIdsOrKeys": list(ids), "fields": list(fields)}
        if properties:
            body["properties"] = list(properties)
        if expand:
            body["expand"] = list(expand)
        path = f"{self._caller.flavour.api}/issue/bulkfetch"
        answer = parse.mapping(self._caller.call(Request("POST", path, json=body, writes=False)))
        found = parse.issues(parse.rows(answer.get("issues") or []))
        # Not absent, only not read this time: they must not count as missing.
        failed = [parse.text(row.get("id")) for row in parse.rows(answer.get("issueErrors") or [])]
        left = [one for one in failed if one]
        found = completed(self._caller, found, fields)
        return found + tuple(self._one_by_one(left, fields, properties, history))

    def _one_by_one(
        self, ids: Sequence[str], fields: Sequence[str], properties: Sequence[str], history: bool
    ) -> list[Issue]:
        found = []
        for one in ids:
            try:
                found.append(self.get(one, fields, properties, history=history))
            except NotFound:
                continue
        return found

    def _request(
        self,
        method: str,
        args: Mapping[str, str],
        suffix: str = "",
        params: Mapping[str, Param] | None = None,
    ) -> Request:
        path = f"{self._caller.flavour.api}/issue/{{issue}}{suffix}"
        return Request(method, path, args, params=params or {})

    def _do(
        self,
        method: str,
        args: Mapping[str, str],
        suffix: str = "",
        *,
        params: Mapping[str, Param] | None = None,
        body: Any = None,
    ) -> None:
        path = f"{self._caller.flavour.api}/issue/{{issue}}{suffix}"
        self._caller.call(
            Request(method, path, args, params or {}, json=body, expect=Expect.NOTHING)
        )
