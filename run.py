#!/usr/bin/env python3
"""Run ALM Connect from a checkout: `./run.py demo`, `serve`, `test`, `quick`, `manage …`, `check`…

Needs Python 3.11 or later and nothing else. Makes the environment in `.venv` beside this file from
the hash-pinned lock, then hands over to it. Must not import anything of the project: it runs before
anything is installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME, TESTING = "requirements.lock", "requirements-test.lock"
USAGE = """\
Usage: ./run.py COMMAND [OPTIONS]

  demo    the console with two small Jiras to try it on; prints the address and a one-time login
  serve   the console alone; its first start prints a one-time setup link
            both: --port N  --host ADDRESS  --data DIR  --reset (demo)  --json
  manage  manage.py inside the environment: ./run.py manage [--data DIR] COMMAND …
  test    the whole suite; further words go to pytest
  quick   within a minute: the tests of what you changed, or of a PACKAGE, without the slow ones
  check   all that CI runs: commits, docstrings, format, lint, types, imports, migrations, deployment, tests
  bench   the benchmarks: ./run.py bench [NAME …]
  soak    random edits, faults and killed workers: ./run.py soak [--minutes N] [--seed N]
"""


class CannotPrepare(Exception):
    """The environment cannot be made; the message says what to do."""


def main(words: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  (people start this file with whatever they have)
        print(f"ALM Connect needs Python 3.11 or later; this is {platform.python_version()}.")
        return 2
    command, rest = (words[0], words[1:]) if words else ("", [])
    locks = {"demo": RUNTIME, "serve": RUNTIME, "manage": RUNTIME}
    locks |= dict.fromkeys(("test", "quick", "check", "bench", "soak"), TESTING)
    if command not in locks:
        print(USAGE, file=sys.stdout if command in {"-h", "--help", "help"} else sys.stderr)
        return 0 if command in {"-h", "--help", "help"} else 2
    if command == "check" and (unknown := sorted({*rest} - {"--no-tests"})):
        print(f"check takes --no-tests alone, not {' '.join(unknown)}.", file=sys.stderr)
        return 2
    try:
        prepare(locks[command])
    except CannotPrepare as problem:
        print(problem, file=sys.stderr)
        return 1
    if command == "check":
        return check(rest)
    os.chdir(ROOT)
    os.execve(PYTHON, [str(PYTHON), *COMMANDS[command](rest)], environment())  # noqa: S606
    return 0


def environment() -> dict[str, str]:
    """What the commands run in: our variables as they are, and no one else's Python set-up."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    paths = f"{VENV / 'bin'}{os.pathsep}{kept.get('PATH', os.defpath)}"
    return kept | {"VIRTUAL_ENV": str(VENV), "PATH": paths, "PYTHONPATH": str(ROOT)}


# ── The commands ─────────────────────────────────────────────────────────────────────────────────
def pytest_words(rest: list[str]) -> list[str]:
    """All tests on three processes, one file on one of them, slow ones first; or what was asked for.

    Three also where there are two cores: what is slow starts processes and browsers, and waits for them.
    """
    whole = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
    slowest = ["--durations", "25", "--durations-min", "5"]
    return ["-m", "pytest", *(rest or [*whole, *slowest])]


def manage_words(rest: list[str]) -> list[str]:
    data = None
    if rest[:1] == ["--data"] and len(rest) > 1:
        data, rest = rest[1], rest[2:]
    elif rest and rest[0].startswith("--data="):
        data, rest = rest[0].partition("=")[2], rest[1:]
    if data:
        os.environ["ALMCONNECT_DATA_DIR"] = str(Path(data).expanduser().resolve())
    address = Path(os.environ.get("ALMCONNECT_DATA_DIR") or ROOT / "var") / "address"
    if address.is_file():  # where the demo or `serve` of this data folder answers
        os.environ.setdefault("ALMCONNECT_BASE_URL", address.read_text(encoding="utf-8").strip())
    return ["manage.py", *rest]


COMMANDS = {
    "demo": lambda rest: ["-m", "almconnect.launcher", "demo", *from_here(rest)],
    "serve": lambda rest: ["-m", "almconnect.launcher", "serve", *from_here(rest)],
    "manage": manage_words,
    "test": pytest_words,
    "bench": lambda rest: ["-m", "benchmarks", *rest],
    "quick": lambda rest: ["-m", "tools.quick", *rest],
    "soak": lambda rest: ["-m", "tests.soak", *rest],
}


def from_here(rest: list[str]) -> list[str]:
    """The same words with `--data` made absolute: it is meant from where the person stands."""
    words = list(rest)
    for place, word in enumerate(words):
        if word == "--data" and place + 1 < len(words):
            words[place + 1] = str(Path(words[place + 1]).expanduser().resolve())
        elif word.startswith("--data="):
            words[place] = "--data=" + str(Path(word.partition("=")[2]).expanduser().resolve())
    return words


def check(rest: list[str]) -> int:
    """Every gate, one after the other, all of them even if one fails; `--no-tests` leaves pytest out."""
    deploy = {
        "ALMCONNECT_BASE_URL": "https://alm.example.com",
        "ALMCONNECT_DATA_DIR": str(VENV / "check-data"),
    }
    gates: list[tuple[str, list[str], dict[str, str]]] = [
        ("commits", ["tools/commits.py"], {}),
        ("docstrings", ["tools/docstrings.py"], {}),
        ("format", ["-m", "ruff", "format", "--check", "."], {}),
        ("lint", ["-m", "ruff", "check", "."], {}),
        ("types", ["-m", "mypy", "."], {}),
        ("imports", ["-c", "from importlinter.cli import lint_imports_command as c; c()"], {}),
        ("migrations", ["manage.py", "makemigrations", "--check", "--dry-run"], deploy),
        ("deployment", ["manage.py", "check", "--deploy", "--fail-level", "WARNING"], deploy),
    ]
    if "--no-tests" not in rest:
        gates.append(("tests", pytest_words([]), {}))
    failed = []
    for name, words, extra in gates:
        print(f"── {name}", flush=True)
        if subprocess.run([PYTHON, *words], cwd=ROOT, env=environment() | extra).returncode:
            failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "all gates passed", flush=True)
    return 1 if failed else 0


# ── The environment ──────────────────────────────────────────────────────────────────────────────
def prepare(lock: str) -> None:
    """`.venv` with everything `lock` names. Does nothing where its stamp says that it is so."""
    if stamped(lock):
        return
    with alone():
        if stamped(lock):  # another run.py made it while we waited
            return
        if not same_python():
            make_environment()
        install(lock)
        stamp_of(lock).write_text(fingerprint(lock), encoding="ascii")


@contextmanager
def alone() -> Iterator[None]:
    """One run.py at a time changes the environment; the lock is on the folder, so no file is left."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def stamp_of(lock: str) -> Path:
    return VENV / f"installed-{lock}.sha256"


def fingerprint(lock: str) -> str:
    try:
        return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
    except OSError as problem:
        raise CannotPrepare(f"{lock} cannot be read; is this a whole checkout? {problem}") from None


def stamped(lock: str) -> bool:
    stamp = stamp_of(lock)
    return same_python() and stamp.exists() and stamp.read_text("ascii") == fingerprint(lock)


def this_python() -> str:
    return f"{sys.implementation.name} {platform.python_version()} {platform.machine()} {VENV}"


def same_python() -> bool:
    """Whether `.venv` was finished, by this Python, in this very place (scripts hold its path)."""
    mark = VENV / "python.txt"
    return PYTHON.exists() and mark.exists() and mark.read_text("utf-8") == this_python()


def make_environment() -> None:
    say(f"Making the environment in {VENV} …")
    shutil.rmtree(VENV, ignore_errors=True)
    # Without pip: the wheel under tools/ installs, alike everywhere; a bare Debian has no ensurepip.
    base = getattr(sys, "_base_executable", None) or sys.executable
    step([base, "-m", "venv", "--without-pip", str(VENV)], "The environment cannot be made")
    (VENV / "python.txt").write_text(this_python(), encoding="utf-8")


def install(lock: str) -> None:
    """Install exactly what `lock` names, each file proven by its hash; by uv where it can."""
    say(f"Installing what {lock} names (once; a minute or two) …")
    file = str(ROOT / lock)
    if uv := shutil.which("uv"):
        words = [uv, "pip", "install", "-q", "--python", str(PYTHON), "--require-hashes"]
        if subprocess.run([*words, "--only-binary", ":all:", "-r", file]).returncode == 0:
            return
        say("uv could not install it; trying pip …")
    wheels = sorted((ROOT / "tools").glob("pip-*.whl"))
    if not wheels:
        raise CannotPrepare("tools/ lacks its pip wheel; is this a whole checkout?")
    pip = [str(PYTHON), f"{wheels[-1]}/pip", "--disable-pip-version-check", "install", "-q"]
    flags = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-input"]
    step([*pip, *flags, "-r", file], "The packages cannot be installed")


def step(words: list[str], failure: str) -> None:
    """Run one command; standard output goes to standard error, which `--json` keeps for itself."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    code = subprocess.run(words, stdout=sys.stderr, env=clean).returncode
    if code:
        raise CannotPrepare(
            f"{failure} (exit {code}); the lines above say why. "
            "Check the network and the disk, then start again."
        )


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
