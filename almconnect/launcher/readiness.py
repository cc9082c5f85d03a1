"""Asks the web process whether it is ready, and remembers what was wrong. Never leaves this machine."""

from __future__ import annotations

import http.client
import json


class Readiness:
    """`/readyz` of the web process that listens on `host` and `port`."""

    def __init__(self, host: str, port: int) -> None:
        self._address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
        self._port = port
        self._said = ""

    def reached(self) -> bool:
        connection = http.client.HTTPConnection(self._address, self._port, timeout=5)
        try:
            # Whatever name the console is known by, it answers this one (settings.ALLOWED_HOSTS).
            connection.request("GET", "/readyz", headers={"Host": f"127.0.0.1:{self._port}"})
            answer = connection.getresponse()
            self._said = answer.read(20_000).decode(errors="replace")
        except (OSError, http.client.HTTPException):
            self._said = ""
            return False
        finally:
            connection.close()
        return answer.status == 200

    def why_not(self) -> str:
        """The parts that failed, in words; what there is of an answer otherwise."""
        try:
            checks = json.loads(self._said)["checks"]
        except (ValueError, KeyError, TypeError):
            return "It gave no answer." if not self._said else "It answered something else."
        return " ".join(part["reason"] for part in checks.values() if part["state"] == "failed")
