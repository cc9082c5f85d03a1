"""run.py before anything is installed: its words, its stamps, and what it says when it cannot go on."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The file as a module, at home in an empty folder."""
    spec = importlib.util.spec_from_file_location("run_under_test", ROOT / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    return module


def made(run: ModuleType, lock: str) -> None:
    (run.ROOT / lock).write_text("django==5.2 --hash=sha256:00\n")
    run.PYTHON.parent.mkdir(parents=True)
    run.PYTHON.touch()
    (run.VENV / "python.txt").write_text(run.this_python())
    run.stamp_of(lock).write_text(run.fingerprint(lock))


def test_it_imports_nothing_but_the_standard_library() -> None:
    code = "import sys, runpy; runpy.run_path('run.py', run_name='looked_at'); print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-I", "-S", "-c", code], cwd=ROOT, text=True)
    foreign = {name.partition(".")[0] for name in loaded.split()} - set(sys.stdlib_module_names)
    assert foreign <= {"__main__", "_distutils_hack"}


@pytest.mark.parametrize(("words", "code"), [(["help"], 0), ([], 2), (["dance"], 2)])
def test_an_unknown_word_gets_the_usage(run: ModuleType, words: list[str], code: int) -> None:
    assert run.main(words) == code
    assert not run.VENV.exists()


def test_check_runs_nothing_for_a_word_that_it_does_not_know(
    run: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["check", "--help"]) == 2
    assert "--no-tests" in capsys.readouterr().err
    assert not run.VENV.exists()


def test_a_stamped_environment_is_left_alone(run: ModuleType) -> None:
    made(run, "requirements.lock")
    before = sorted(run.VENV.rglob("*"))
    run.prepare("requirements.lock")
    assert sorted(run.VENV.rglob("*")) == before


def test_a_changed_lock_is_installed(run: ModuleType) -> None:
    made(run, "requirements.lock")
    (run.ROOT / "requirements.lock").write_text("django==5.3 --hash=sha256:00\n")
    assert not run.stamped("requirements.lock")


def test_an_environment_of_another_place_or_python_is_made_anew(run: ModuleType) -> None:
    made(run, "requirements.lock")
    (run.VENV / "python.txt").write_text("cpython 3.9.1 x86_64 /elsewhere/.venv")
    assert not run.stamped("requirements.lock")


def test_half_a_checkout_is_named(run: ModuleType) -> None:
    with pytest.raises(run.CannotPrepare, match="whole checkout"):
        run.prepare("requirements.lock")


def test_data_is_meant_from_where_the_person_stands(
    run: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALMCONNECT_DATA_DIR", "/elsewhere")
    assert run.from_here(["--data", "mine", "--json"]) == [
        "--data",
        str(tmp_path / "mine"),
        "--json",
    ]
    assert run.manage_words(["--data=mine", "migrate"]) == ["manage.py", "migrate"]
    assert os.environ["ALMCONNECT_DATA_DIR"] == str(tmp_path / "mine")


def test_links_of_manage_lead_to_where_that_installation_answers(
    run: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {})
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "address").write_text("http://127.0.0.1:8123")
    run.manage_words(["--data", str(tmp_path / "data"), "login_link", "--user", "anna"])
    assert os.environ["ALMCONNECT_BASE_URL"] == "http://127.0.0.1:8123"


def test_the_locks_hold_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        pins = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
        assert len(pins) > 50
        assert all(line.endswith("\\") for line in pins), "a pin without a hash"


def test_the_test_lock_holds_every_pin_of_the_runtime_lock() -> None:
    def pins(name: str) -> set[str]:
        lines = (ROOT / name).read_text().splitlines()
        return {line.split()[0] for line in lines if "==" in line and not line.startswith(" ")}

    assert pins("requirements.lock") <= pins("requirements-test.lock")
