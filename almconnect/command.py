"""The one entry, as `almconnect` and as `manage.py`: the console's own commands, and Django's.

Roles replace this process by the very command that the demo runs, so that signals reach it directly.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from almconnect.launcher import roles
from almconnect.lib.env import EnvironmentInvalid

USAGE = """\
Usage: {called} COMMAND

  init [FOLDER]        write secrets/ and .env for docker compose; keeps what exists
  migrate              bring the database up to date (all other roles wait for it)
  web | worker | beat  run one role in the foreground
  healthy ROLE         exit 0 if that role on this host lives (for health checks)
  doctor               look at everything and name the fix
  backup FILE          one archive of the database, while it runs; without the encryption keys
  restore FILE         a backup into an empty installation: [--keys FILE] with the old keys
  setup                print the one-time setup link, if nobody can sign in yet

Any other command is one of Django's: `{called} help` lists them.
"""


def main() -> None:
    sys.exit(run(sys.argv[1:]))


def run(words: list[str], called: str = "almconnect") -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "almconnect.settings")
    command = words[0] if words else ""
    if command in {"", "-h", "--help"}:
        sys.stdout.write(USAGE.format(called=called))
        return 0 if command else 2
    own = OWN.get(command)
    try:
        return own(words[1:]) if own else manage(words, called)
    except EnvironmentInvalid as problem:
        sys.stderr.write(f"{problem}\n")
        return 2


def manage(words: list[str], called: str = "almconnect") -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line([called, *words])
    return 0


def become(command: list[str]) -> int:
    import almconnect.settings  # noqa: F401  (a wrong variable is one sentence here, a traceback there)

    os.execv(command[0], command)  # noqa: S606  (the command is our own)


def web(words: list[str]) -> int:
    host = os.environ.get("ALMCONNECT_WEB_HOST", "127.0.0.1")
    return become(roles.web(host, int(os.environ.get("ALMCONNECT_WEB_PORT", "8000"))))


def init(words: list[str]) -> int:
    from pathlib import Path

    from almconnect.setup_files import write

    for line in write(Path(words[0] if words else ".")):
        sys.stdout.write(line + "\n")
    return 0


def healthy(words: list[str]) -> int:
    """Web: asked over HTTP. Worker and beat: by the age of their heartbeat on this host."""
    role = words[0] if words else ""
    if role == "web":
        from almconnect.launcher.readiness import Readiness

        port = int(os.environ.get("ALMCONNECT_WEB_PORT", "8000"))
        return 0 if Readiness("127.0.0.1", port).reached() else 1
    from almconnect import heartbeat

    return 0 if heartbeat.alive(role, here=True) else 1


def doctor(words: list[str]) -> int:
    import django

    django.setup()
    from almconnect.doctor import examine

    findings = examine()
    for finding in findings:
        sys.stdout.write(finding.line() + "\n")
    return 1 if any(finding.failed for finding in findings) else 0


def backup(words: list[str]) -> int:
    from pathlib import Path

    import django

    if len(words) != 1:
        sys.stderr.write("Name the file to write: backup FILE\n")
        return 2
    django.setup()
    from almconnect.backup import write

    count = write(Path(words[0]).resolve())
    sys.stdout.write(
        f"{count} rows are in {words[0]}. The encryption keys are not: keep them apart.\n"
    )
    return 0


def restore(words: list[str]) -> int:
    import argparse
    from pathlib import Path

    import django

    parser = argparse.ArgumentParser("restore")
    parser.add_argument("file", type=Path)
    parser.add_argument("--keys", type=Path, help="a file that holds the old encryption keys")
    wanted = parser.parse_args(words)
    django.setup()
    from almconnect.old_keys import ask, keep
    from almconnect.restore import CannotRestore, read

    try:
        keys = ask(wanted.keys)
        done = read(wanted.file)
    except CannotRestore as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stdout.write(f"{done.rows} rows are restored; {done.credentials} credentials open.\n")
    sys.stdout.write(keep(keys))
    return 0


def setup(words: list[str]) -> int:
    from almconnect.first_link import main as print_link

    print_link()
    return 0


def migrate(words: list[str]) -> int:
    return manage(["migrate", "--noinput", *words])


OWN: dict[str, Callable[[list[str]], int]] = {
    "init": init,
    "web": web,
    "worker": lambda words: become(roles.worker()),
    "beat": lambda words: become(roles.beat()),
    "healthy": healthy,
    "doctor": doctor,
    "backup": backup,
    "restore": restore,
    "setup": setup,
    "migrate": migrate,
}


if __name__ == "__main__":
    main()
