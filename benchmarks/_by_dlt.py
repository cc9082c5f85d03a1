"""dlt reading a project by Cloud's or Data Center's search and merging it into DuckDB.

Run by `benchmarks._external_contestants` with a Python that has dlt: `_by_dlt.py URL PROJECT`. Prints its
seconds, issues and peak memory as JSON. Imports nothing of the project.
"""
# mypy: ignore-errors

import json
import resource
import sys
import time

import dlt
from dlt.sources.helpers import requests

URL, PROJECT = sys.argv[1:3]


@dlt.resource(primary_key="id", write_disposition="merge", max_table_nesting=0)
def issues():
    cloud = requests.get(f"{URL}/rest/api/2/serverInfo").json()["deploymentType"] == "Cloud"
    query, token, start = f"project = {PROJECT}", None, 0
    while True:
        if cloud:
            body = {"jql": query, "maxResults": 100, "fields": ["*all"]}
            path, more = "search/jql", {"nextPageToken": token} if token else {}
        else:
            body = {"jql": query, "maxResults": 100, "fields": ["*all"]}
            path, more = "search", {"startAt": start}
        answer = requests.post(f"{URL}/rest/api/2/{path}", json=body | more).json()
        yield answer["issues"]
        start += len(answer["issues"])
        token = answer.get("nextPageToken")
        if (cloud and not token) or (not cloud and start >= answer["total"]):
            return


# Its working folder too is thrown away: dlt would otherwise go on from the run before.
pipeline = dlt.pipeline(
    "bench", pipelines_dir=".", destination=dlt.destinations.duckdb("bench.duckdb")
)
began, cpu = time.perf_counter(), time.process_time()
pipeline.run(issues())
seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
with pipeline.sql_client() as client:
    rows = client.execute_sql("SELECT count(*) FROM issues")[0][0]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "issues": rows, "peak_mb": peak}))
