"""The thin reference of the imports: requests, ten threads, the same fields as ours, a bare upsert.

What a project could be read and stored with if nothing had to be mapped, merged or restarted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests

from benchmarks import _environment

FIELDS = (
    "project", "issuetype", "status", "updated", "issuelinks", "summary", "description", "labels",
    "priority", "assignee", "reporter", "parent", "customfield_10020", "customfield_10019",
    "customfield_10016", "customfield_10042",
)  # fmt: skip
COLUMNS = ("id", "key", "summary", "description", "status", "type", "points", "labels", "updated")
AT_ONCE = 100
Rows = list[tuple[Any, ...]]
Post = Callable[[str, dict[str, Any]], Any]


def read_all(url: str, put: Callable[[Rows], object]) -> None:
    """Every issue, a hundred a call, ten calls side by side; each hundred is put as it comes."""
    session = requests.Session()
    session.auth = (_environment.USER, _environment.TOKEN)
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=10))
    cloud = session.get(f"{url}/rest/api/2/serverInfo").json()["deploymentType"] == "Cloud"
    query = f"project = {_environment.PROJECT}"

    def post(path: str, body: dict[str, Any]) -> Any:
        answer = session.post(f"{url}/rest/api/2/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def page(start: int) -> Any:
        body = {"jql": query, "startAt": start, "maxResults": AT_ONCE, "fields": list(FIELDS)}
        return post("search", body)["issues"]

    def bulk(part: list[str]) -> Any:
        return post("issue/bulkfetch", {"issueIdsOrKeys": part, "fields": list(FIELDS)})["issues"]

    with ThreadPoolExecutor(10) as pool:
        if cloud:
            ids = _ids(post, query)
            pages = pool.map(bulk, [ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)])
        else:
            total = post("search", {"jql": query, "maxResults": 0})["total"]
            pages = pool.map(page, range(0, total, AT_ONCE))
        for issues in pages:
            put([_row(issue) for issue in issues])


def _ids(post: Post, query: str) -> list[str]:
    found: list[str] = []
    token = None
    while True:
        body = {"jql": query, "maxResults": 5000, "fields": ["id"]}
        answer = post("search/jql", body | ({"nextPageToken": token} if token else {}))
        found += [issue["id"] for issue in answer["issues"]]
        token = answer.get("nextPageToken")
        if not token:
            return found


def _row(issue: dict[str, Any]) -> tuple[Any, ...]:
    fields = issue["fields"]
    return (
        issue["id"], issue["key"], fields["summary"], fields["description"],
        fields["status"]["name"], fields["issuetype"]["name"], fields["customfield_10016"],
        json.dumps(fields["labels"]), fields["updated"],
    )  # fmt: skip


def table(folder: Path, database: str) -> Callable[[Rows], object]:
    """A bare table of nine columns, and what upserts rows into it, committed each time."""
    create = f"CREATE TABLE bare ({', '.join(f'{c} text' for c in COLUMNS)}, PRIMARY KEY (id))"
    if database:
        import psycopg

        there = psycopg.connect(database, autocommit=True)
        there.execute(create)
        into = _upsert("%s")

        def put_there(rows: Rows) -> object:
            with there.transaction(), there.cursor() as cursor:
                cursor.executemany(into, rows)
            return None

        return put_there
    import sqlite3

    here = sqlite3.connect(folder / "bare.sqlite3")
    here.execute("PRAGMA journal_mode=WAL")
    here.execute("PRAGMA synchronous=NORMAL")
    here.execute(create)
    upsert = _upsert("?")

    def put_here(rows: Rows) -> object:
        with here:
            return here.executemany(upsert, rows)

    return put_here


def _upsert(mark: str) -> str:
    changes = ", ".join(f"{c} = excluded.{c}" for c in COLUMNS[1:])
    marks = ", ".join([mark] * len(COLUMNS))
    insert = f"INSERT INTO bare VALUES ({marks})"  # noqa: S608  (words of this file)
    return f"{insert} ON CONFLICT (id) DO UPDATE SET {changes}"
