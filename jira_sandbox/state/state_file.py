"""Writing the state file: soon after a change, whole or not at all, and once more at the end."""

import json
import os
import threading
from pathlib import Path

from ..app import furnish
from ..model.site import Site
from .dump import dumped
from .load import load


def restored(path: Path, flavour: str, version: int, context: str) -> Site:
    """A site out of the file. Raises ValueError where it does not fit or is no JSON."""
    site = Site(flavour, version, context)
    furnish(site)
    load(site, json.loads(path.read_text("utf-8")))
    return site


def save(site: Site, path: Path) -> None:
    """Replaces the file in one step, readable by its owner only: it holds credentials."""
    with site.lock:
        text = json.dumps(dumped(site), ensure_ascii=False, separators=(",", ":"))
    new = path.with_name(path.name + ".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


class StateFile:
    """Saves at most once a `pause` while writes come in. Ends with `site.close()`."""

    def __init__(self, site: Site, path: Path, pause: float = 1.0) -> None:
        self._site = site
        self._path = path
        self._pause = pause
        self._seen = -1
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jira-sandbox-state")
        self._thread.start()
        site.closers.append(self.close)

    def _run(self) -> None:
        while not self._end.wait(self._pause):
            self._save()

    def _save(self) -> None:
        seen = self._site.writes
        if seen != self._seen:
            save(self._site, self._path)
            self._seen = seen

    def close(self) -> None:
        self._end.set()
        self._thread.join()
        self._save()
