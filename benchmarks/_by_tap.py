"""tap-jira (Singer) reading issues into a file of JSON lines, as its targets are fed.

Run by `benchmarks._external_contestants` with a Python that has tap-jira: `_by_tap.py URL SINCE
CERTIFICATE`. It speaks only https; SINCE is the first `updated` to read. Of its streams the issues are
selected, with every field that its schema knows. Prints its seconds, issues and peak memory as JSON.
Imports nothing of the project.
"""
# mypy: ignore-errors

import json
import resource
import sys
import time
from pathlib import Path

import requests
import singer
import tap_jira
from tap_jira.context import Context
from tap_jira.http import Client

URL, SINCE, CERTIFICATE = sys.argv[1:4]
CONFIG = {
    "start_date": SINCE,
    "username": "svc-alm@example.com",
    "password": "benchmark",
    "base_url": URL,
    "user_agent": "benchmark",
}


class Trusting(requests.Session):
    """The tap sends prepared requests, for which requests looks at no REQUESTS_CA_BUNDLE."""

    def __init__(self):
        super().__init__()
        self.verify = CERTIFICATE


def catalog():
    """What `tap-jira --discover` writes, with the issues selected."""
    Context.client = Client(CONFIG)
    found = tap_jira.discover().to_dict()
    for stream in found["streams"]:
        if stream["tap_stream_id"] == "issues":
            for entry in stream["metadata"]:
                entry["metadata"]["selected"] = True
    return found


def written(name, content):
    Path(name).write_text(json.dumps(content), "utf-8")
    return name


requests.Session = Trusting
# Its working folder is thrown away.
shown, config = written("catalog.json", catalog()), written("config.json", CONFIG)
sys.argv = ["tap-jira", "--config", config, "--properties", shown]
told = sys.stdout
began, cpu = time.perf_counter(), time.process_time()
records = Path("records.jsonl")
with records.open("w", encoding="utf-8") as sys.stdout:
    tap_jira.main()
seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
with records.open(encoding="utf-8") as lines:
    issues = sum(1 for line in lines if singer.parse_message(line).asdict()["type"] == "RECORD")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(
    json.dumps({"seconds": seconds, "cpu_seconds": cpu, "issues": issues, "peak_mb": peak}),
    file=told,
)
