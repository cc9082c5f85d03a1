"""What the person, or a script, is told once the installation is ready."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

NAMES = {"cloud": "Jira Cloud (sandbox)", "datacenter": "Jira Data Center (sandbox)"}


@dataclass(frozen=True, slots=True)
class Ready:
    """`accounts` is what each sandbox said of its people: made up, the same in every demo. `tls_urls`
    are second doors, whose certificates can be switched on the sandbox's page of faults.
    """

    url: str
    login_url: str
    data: str
    sandboxes: dict[str, str]
    accounts: dict[str, Any]
    notice: str = ""
    tls_urls: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    def as_text(self) -> str:
        lines = ["", f"  ALM Connect      {self.url}"]
        if self.login_url:
            what = "Sign in (once)" if self.sandboxes else "Set up (once)"
            lines.append(f"  {what:16} {self.login_url}")
        for name, address in self.sandboxes.items():
            lines += ["", f"  {NAMES.get(name, name)}: {address}"]
            if door := self.tls_urls.get(name):
                lines.append(f"      by TLS, with certificates to switch: {door}")
            lines += [f"      {row}" for row in _rows(self.accounts.get(name, {}))]
        if self.notice:
            lines += ["", f"  Note: {self.notice}"]
        lines += ["", f"  Data and logs in {self.data}. Ctrl-C stops everything.", ""]
        return "\n".join(lines)


def _rows(accounts: dict[str, Any]) -> list[str]:
    rows = []
    for who, fields in accounts.items():
        if isinstance(fields, dict):
            said = ", ".join(f"{name} {value}" for name, value in fields.items() if value)
            rows.append(f"{who.replace('_', ' ')}: {said}")
    return rows
