"""What slow senders cost everybody else: p50 and p99 of health, a page and a webhook.

Run: python -m benchmarks.slow_senders [--senders N] [--seconds N] [--json FILE]. A slow sender opens a
request, sends one byte of its body and then one each five seconds; half go to the sign-in page, half to a
webhook's address. `/livez` touches nothing; the page is the one to sign in; the webhook is stored.
"""

from __future__ import annotations

import argparse
import json
import socket
import tempfile
import threading
import time
from pathlib import Path

from benchmarks._installation import installed
from benchmarks.webhooks import ask, body


def slow(port: int, path: str) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port), timeout=30)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 1000\r\n\r\na"
    one.sendall(head.encode())
    return one


def measure(port: int, hook: str, seconds: float) -> dict[str, list[float]]:
    kinds = {
        "livez": ("GET", "/livez"),
        "page": ("GET", "/account/login/"),
        "webhook": ("POST", hook),
    }
    found: dict[str, list[float]] = {name: [] for name in kinds}
    until, number = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        for name, (method, path) in kinds.items():
            number += 1
            data = body(number) if method == "POST" else None
            began = time.perf_counter()
            status = ask(port, method, path, data)
            found[name].append((time.perf_counter() - began) * 1000)
            assert status in (200, 204), (name, status)
    return found


def told(found: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    rows = {}
    for name, times in found.items():
        times.sort()
        rows[name] = {"p50": times[len(times) // 2], "p99": times[int(len(times) * 0.99)]}
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--senders", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, installed(Path(folder), "", "web") as console:
        made = console.session.post(
            f"{console.url}/api/v1/connections",
            json={"name": "Slow", "base_url": "http://127.0.0.1:9", "auth_method": "oauth1"},
            timeout=30,
        ).json()
        hook = "/hooks/jira/" + made["webhook"]["url"].rpartition("/")[2]
        rows = {"alone": told(measure(console.port, hook, wanted.seconds))}
        over, open_ones = threading.Event(), []
        for number in range(wanted.senders):
            open_ones.append(slow(console.port, "/account/login/" if number % 2 else hook))

        def drip() -> None:
            while not over.wait(5):
                for number, one in enumerate(open_ones):
                    try:
                        one.sendall(b"a")
                    except OSError:
                        one.close()
                        open_ones[number] = slow(
                            console.port, "/account/login/" if number % 2 else hook
                        )

        dripping = threading.Thread(target=drip)
        dripping.start()
        rows["beside slow senders"] = told(measure(console.port, hook, wanted.seconds))
        over.set()
        dripping.join()
    for case, kinds in rows.items():
        for name, row in kinds.items():
            print(f"{case:22} {name:8} p50 {row['p50']:7.1f} ms   p99 {row['p99']:7.1f} ms")
    if wanted.json:
        wanted.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
