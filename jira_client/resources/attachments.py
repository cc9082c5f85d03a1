"""Attachments: what a file is, and what is in it.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from typing import IO

from jira_client import parse
from jira_client.protocol import Param, Request
from jira_client.resources.caller import Caller
from jira_client.values import Attachment


class Attachments:
    """Files of issues, named by their ids."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get(self, attachment: str) -> Attachment:
        """What a file is: its name, size and type.

        Raises JiraError; NotFound where it is gone, or its issue is not visible.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/#api-rest-api-3-attachment-id-get
        """
        path = f"{self._caller.flavour.api}/attachment/{{id}}"
        return parse.attachment(
            parse.mapping(self._caller.call(Request("GET", path, {"id": attachment})))
        )

    def limit(self) -> int | None:
        """How many bytes a file may have in this Jira; None where it takes no files. Raises JiraError.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/#api-rest-api-3-attachment-meta-get
        """
        path = f"{self._caller.flavour.api}/attachment/meta"
        found = parse.mapping(self._caller.call(Request("GET", path)))
        return (parse.whole(found.get("uploadLimit")) or 0) if found.get("enabled") else None

    def add(self, issue: str, filename: str, content: bytes) -> Attachment:
        """Adds a file to an issue and returns it as Jira keeps it.

        Needs Create Attachments. Jira knows no idempotency key: where the error says `outcome_unknown`,
        look at the issue's files before sending it again. Raises JiraError, and ValueError for a name with
        quotation marks or line ends.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/#api-rest-api-3-issue-issueidorkey-attachments-post
        """
        path = f"{self._caller.flavour.api}/issue/{{issue}}/attachments"
        request = Request("POST", path, {"issue": issue}, file=(filename, content))
        (made,) = parse.rows(self._caller.call(request))
        return parse.attachment(made)

    def content(self, attachment: str, filename: str, sink: IO[bytes], most: int) -> None:
        """Writes what is in a file to `sink`, `most` bytes at most; the caller compares its size.

        Cloud would send to another host, and gives it itself where it is asked not to; on Data Center the
        address of people's pages gives it, to the same credentials, which was seen there and is in no
        document. A redirect is an error, so that credentials go nowhere else. Raises JiraError; TooLarge.

        Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/#api-rest-api-3-attachment-content-id-get
        """
        params: dict[str, Param] = {}
        path, args = "/secure/attachment/{id}/{name}", {"id": attachment, "name": filename}
        if self._caller.flavour.content_by_call:
            path = f"{self._caller.flavour.api}/attachment/content/{{id}}"
            args, params = {"id": attachment}, {"redirect": False}
        self._caller.download(Request("GET", path, args, params), sink, most)
