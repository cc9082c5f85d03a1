"""A Jira for benchmarks: asyncio, a set latency, generated issues of an honest size.

Run: python -m benchmarks._server [--flavour cloud|datacenter] [--latency MS] [--issues N] [--projects N]
    [--tls FILE] [--fault-rate PART] [--per-second N]

Prints {"url": …} and serves until it is ended. It answers what the product and its alternatives ask,
quickly, so that a figure measures them and not this; the sandbox is the one that behaves like Jira.
An issue with all fields is about 5 KB, with fewer it is as small as they are. Loopback only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Iterable
from email.utils import formatdate
from http import HTTPStatus
from pathlib import Path
from typing import Any

from benchmarks import _tls
from benchmarks._issues import FIRST
from benchmarks._jira import Jira

HOST = "127.0.0.1"


class Talk(asyncio.Protocol):
    """HTTP/1.1 with keep-alive; one request after another on a connection."""

    def __init__(self, jira: Jira) -> None:
        self.jira, self.buffer = jira, b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, rest = self.buffer.partition(b"\r\n\r\n")
            found = re.search(rb"\r\ncontent-length: *(\d+)", head.lower())
            length = int(found[1]) if found else 0
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            self.respond(head, rest[:length])

    def respond(self, head: bytes, body: bytes) -> None:
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
        status, payload = self.jira.answer(method, target, body)
        kind = "text/html" if payload[:1] == b"<" else "application/json"
        later = "Retry-After: 1\r\n" if status == 429 else ""
        lines = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {kind};charset=UTF-8\r\n"
            f"Date: {formatdate(usegmt=True)}\r\nX-AUSERNAME: svc-alm\r\n{later}"
            f"Content-Length: {len(payload)}\r\n\r\n"
        )
        answer = lines.encode() + payload
        wait = 0.0 if target.startswith("/bench/") else self.jira.latency
        if wait:
            asyncio.get_running_loop().call_later(wait, self.write, answer)
        else:
            self.write(answer)

    def write(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)


async def serve(options: Any) -> None:
    jira = Jira(options.flavour, options.issues, options.projects)
    jira.latency = options.latency / 1000
    jira.faults.set(options.fault_rate, options.per_second)
    trust = _tls.context(HOST, options.tls) if options.tls else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Talk(jira), HOST, 0, ssl=trust)
    scheme = "https" if trust else "http"
    jira.url = f"{scheme}://{HOST}:{server.sockets[0].getsockname()[1]}"
    print(json.dumps({"url": jira.url, "first": FIRST}), flush=True)
    await server.serve_forever()


def main(words: Iterable[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flavour", default="cloud", choices=("cloud", "datacenter"))
    parser.add_argument("--latency", type=float, default=0, help="milliseconds a call")
    parser.add_argument("--issues", type=int, default=1000)
    parser.add_argument("--projects", type=int, default=1)
    parser.add_argument("--tls", type=Path, help="https; writes the certificate to this file")
    parser.add_argument("--fault-rate", type=float, default=0, help="part of the calls, 0 to 1")
    parser.add_argument("--per-second", type=float, default=0, help="calls answered, 0: all")
    asyncio.run(serve(parser.parse_args(list(words))))


if __name__ == "__main__":
    main(sys.argv[1:])
