"""JSON of boards and of their configuration into values.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/
"""

from collections.abc import Mapping
from typing import Any

from jira_client.parse.plain import mapping, rows, text, whole
from jira_client.values import Board, BoardColumn, BoardConfiguration


def board(value: Mapping[str, Any]) -> Board:
    """A board with its type and, where Jira says it (Cloud), the project where it is located.

    The project's id and key are empty elsewhere.
    """
    location = value.get("location")
    where = location if isinstance(location, Mapping) else {}
    return Board(
        whole(value.get("id")) or 0,
        text(value.get("name")),
        text(value.get("type")),
        text(where.get("projectId")),
        text(where.get("projectKey")),
    )


def board_configuration(value: Mapping[str, Any]) -> BoardConfiguration:
    """How a board estimates and ranks, its filter and its columns. Raises NotJira.

    A board that does not estimate has no estimation field. The rank field's number becomes its id in the
    REST API, `customfield_…`.

    Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/#api-rest-agile-1-0-board-boardid-configuration-get
    """
    estimation = value.get("estimation") or {}
    ranking = value.get("ranking") or {}
    field_id = mapping(mapping(estimation).get("field") or {}).get("fieldId")
    rank_id = whole(mapping(ranking).get("rankCustomFieldId"))
    columns = mapping(value.get("columnConfig") or {}).get("columns") or []
    filter_id = mapping(value.get("filter") or {}).get("id")
    return BoardConfiguration(
        id=whole(value.get("id")) or 0,
        estimation_field=text(field_id) or None,
        rank_field=f"customfield_{rank_id}" if rank_id else None,
        filter_id=text(filter_id) or None,
        columns=tuple(
            BoardColumn(
                text(column.get("name")),
                tuple(text(row.get("id")) for row in rows(column.get("statuses") or [])),
            )
            for column in rows(columns)
        ),
    )
