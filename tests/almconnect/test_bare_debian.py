"""A Debian with python3 and git and nothing more (no pip, no venv package): demo and tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.almconnect import clones

pytestmark = [pytest.mark.process, pytest.mark.slow, clones.needs_registry]
# How this machine reaches its registry: settings of its administrator, not of ours.
ADMINISTRATION = (
    "/etc/pip.conf",
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/ssl/certs/ca-certificates.crt",
)


def mirror() -> str:
    """Where this machine gets bookworm's packages from."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    sites = [line.split()[0] for line in listed.splitlines() if line.endswith(" bookworm")]
    if not sites:
        pytest.skip("this machine's package lists know no Debian 12")
    return sites[0]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        pytest.skip("needs root and debootstrap")
    folder = tmp_path_factory.mktemp("debian") / "root"
    packages = "python3,git,ca-certificates"
    subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={packages}", "bookworm", folder, mirror()],
        check=True,
        capture_output=True,
        timeout=280,
    )
    for path in ADMINISTRATION:
        if Path(path).exists():
            inside = folder / path.lstrip("/")
            inside.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, inside)
    return folder


@pytest.mark.timeout(900)
def test_the_demo_is_ready_and_tests_pass(root: Path) -> None:
    lacking = "import ensurepip"
    inside = subprocess.run(["chroot", root, "python3", "-c", lacking], capture_output=True)
    assert inside.returncode != 0, "this root is not bare"
    clones.clone(root / "srv" / "alm")
    environment = clones.newcomer(Path("/root"))
    told = clones.demo_is_ready(in_root(root, "demo", "--json"), env=environment)
    assert set(told["sandboxes"]) == {"cloud", "datacenter"}
    clones.tests_pass(in_root(root, "test"), env=environment)


def in_root(root: Path, *words: str) -> list[str]:
    """`run.py` with these words; a mount namespace of its own, so that /proc goes with the process."""
    script = 'mount -t proc proc "$0/proc" && exec chroot "$0" python3 /srv/alm/run.py "$@"'
    return ["unshare", "--mount", "sh", "-c", script, str(root), *words]
