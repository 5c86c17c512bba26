"""`./run`: a whole environment or a sentence, never a traceback."""

import importlib.machinery
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from config import environment, serve
from config.errors import StartError
from config.supervisor import StopRequested

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run() -> ModuleType:
    """`./run`, imported as a module."""
    loader = importlib.machinery.SourceFileLoader("qiaojia_run", str(ROOT / "run"))
    spec = importlib.util.spec_from_loader("qiaojia_run", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def venv(run: ModuleType, tmp_path: Path) -> Path:
    """A folder that looks like a whole environment without the developers' tools."""
    folder = tmp_path / "venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    (folder / "pyvenv.cfg").write_text("")
    (folder / run.STAMP).write_text(run.digest() + " run")
    return folder


def test_it_is_short_and_needs_the_standard_library_only(run: ModuleType) -> None:
    assert len((ROOT / "run").read_text("utf-8").splitlines()) <= 300
    subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "run"), "--help"], check=True, capture_output=True
    )


def test_a_stamped_environment_is_used_as_it_is(run: ModuleType, venv: Path) -> None:
    assert run.is_ready(str(venv), False)
    assert not run.is_ready(str(venv), True)


def test_a_changed_lock_file_asks_for_a_new_environment(
    run: ModuleType, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "digest", lambda: "another")
    assert not run.is_ready(str(venv), False)


def test_an_environment_whose_python_went_away_is_not_ready(run: ModuleType, venv: Path) -> None:
    (venv / "bin" / "python").unlink()
    assert not run.is_ready(str(venv), False)


def test_a_half_made_environment_is_made_anew(
    run: ModuleType, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (venv / run.STAMP).unlink()
    (venv / run.MAKING).write_text("")
    (venv / "rubbish").write_text("")
    monkeypatch.setattr(run, "sync", lambda *args: None)
    run.make(str(venv), developer=False)
    assert not (venv / "rubbish").exists()
    assert run.is_ready(str(venv), False)


def test_a_folder_with_other_files_is_never_touched(run: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("")
    with pytest.raises(run.StartError, match="Set QIAOJIA_VENV to an empty folder"):
        run.make(str(tmp_path), developer=False)
    assert (tmp_path / "letter").exists()


def test_missing_venv_gets_a_sentence(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(run.StartError, match=r"apt install python3\.11-venv"):
        run.check_parts()


def test_an_older_python_gets_a_sentence(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "WANTED", (3, 99))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(run.StartError, match=r"Python 3\.11 is needed"):
        run.use_python()


def test_a_folder_that_cannot_be_written_gets_a_sentence(run: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(run.StartError, match="cannot be written"):
        run.prepare(str(tmp_path / "file" / "venv"), developer=False)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("error: Failed to write: No space left on device (os error 28)", "The disk is full"),
        ("Temporary failure in name resolution", "pypi.org"),
        ("error: Request failed after 3 retries\n dns error", "pypi.org"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES".lower(), "its hash differs"),
        ("Hash mismatch for `django==5.2.19`", "its hash differs"),
        ("× Failed to build `x`\n gcc: command not found", "no compiler"),
        ("error: failed to create directory: Permission denied (os error 13)", "cannot be written"),
        ("something new", "something new"),
    ],
)
def test_what_went_wrong_is_said_in_a_sentence(run: ModuleType, output: str, sentence: str) -> None:
    assert sentence in run.explain(output, "Installing the packages")


def test_a_busy_port_gets_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=rf"Port {port} is busy.*PORT=\d+ \./run"):
            serve.free_addresses(port)


@pytest.mark.parametrize("text", ["eight", "0", "65536", "-1"])
def test_a_port_that_is_none_gets_a_sentence(text: str) -> None:
    with pytest.raises(StartError, match="PORT must be a number"):
        environment.read_port({"PORT": text})


def test_two_servers_on_one_data_folder_are_refused(tmp_path: Path) -> None:
    with serve.only_server(tmp_path, 8000):
        assert environment.running_server(tmp_path) == {"pid": os.getpid(), "port": 8000}
        with pytest.raises(StartError, match="already runs"), serve.only_server(tmp_path, 8001):
            pass
    with pytest.raises(StopRequested), serve.only_server(tmp_path, 8000):
        raise StopRequested
    assert environment.running_server(tmp_path) == {}


def test_a_secret_stays_the_same_and_private(tmp_path: Path) -> None:
    secret = environment.keep_secret(tmp_path, "secret-key")
    assert secret == environment.keep_secret(tmp_path, "secret-key")
    assert len(secret) >= 50
    assert (tmp_path / "secrets" / "secret-key").stat().st_mode & 0o777 == 0o600


def test_only_the_provisioner_gets_the_provisioning_login(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "a", "DATABASE_ADMIN_URL": "b", "QIAOJIA_DEMO_PASSWORD": "c"}
    privileged = {
        child.name
        for child in serve.children(given, tmp_path)
        if "DATABASE_ADMIN_URL" in child.environment
    }
    assert privileged == {"provisioner"}
    assert not any(
        "QIAOJIA_DEMO_PASSWORD" in c.environment for c in serve.children(given, tmp_path)
    )


def test_the_greeting_names_addresses_and_accounts() -> None:
    prepared: list[dict[str, Any]] = [
        {"addresses": [{"name": "平台", "url": "http://localhost:8000"}]},
        {"accounts": [{"role": "administrator", "phone": "13800000000", "password": "secret"}]},
    ]
    text = serve.describe("noise\n" + "\n".join(json.dumps(line) for line in prepared))
    assert "http://localhost:8000" in text
    assert "administrator  13800000000  secret" in text


def test_one_url_without_the_other_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db/qiaojia")
    monkeypatch.delenv("DATABASE_ADMIN_URL", raising=False)
    with pytest.raises(StartError, match="DATABASE_ADMIN_URL is not"):
        serve.serve()
