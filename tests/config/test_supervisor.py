"""The supervisor: what dies comes back, and nothing outlives it. Real processes throughout."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.supervisor import Child, Supervisor

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    """import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('up', flush=True); time.sleep(60)""",
]
# A child with a child of its own, like a web server with its workers; prints both numbers.
PARENT = [
    sys.executable,
    "-c",
    """import os, subprocess, sys; child = subprocess.Popen(['sleep', '60'])
print('pids', os.getpid(), child.pid, flush=True); child.wait()""",
]
SUPERVISE = """
import os, sys
from config.supervisor import Child, StopRequested, Supervisor
supervisor = Supervisor(lambda line: print(line, flush=True))
try:
    with supervisor.on_duty():
        try:
            supervisor.add(Child("sleeper", sys.argv[1:], os.environ))
            print("child", supervisor.pids()["sleeper"], flush=True)
            supervisor.run()
        finally:
            supervisor.stop()
except StopRequested:
    print("stopped", flush=True)
"""


@pytest.fixture
def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _wait(is_so: Callable[[], bool], turn: Callable[[], object] = lambda: None) -> None:
    deadline = time.monotonic() + 8
    while not is_so():
        assert time.monotonic() < deadline, "waited too long"
        turn()
        time.sleep(0.02)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_killed_child_is_started_again(environment: dict[str, str]) -> None:
    lines: list[str] = []
    supervisor = Supervisor(lines.append)
    supervisor.add(Child("sleeper", SLEEPER, environment))
    try:
        first = supervisor.pids()["sleeper"]
        os.kill(first, signal.SIGKILL)
        _wait(lambda: supervisor.pids().get("sleeper", first) != first, supervisor.turn)
        _wait(lambda: "sleeper     | up" in lines)
        assert any("killed by SIGKILL" in line for line in lines)
    finally:
        supervisor.stop()


def test_a_child_that_keeps_dying_is_started_ever_more_slowly(environment: dict[str, str]) -> None:
    lines: list[str] = []
    supervisor = Supervisor(lines.append)
    supervisor.add(Child("broken", [sys.executable, "-c", "raise SystemExit(3)"], environment))
    ended: Callable[[], list[str]] = lambda: [line for line in lines if "ended" in line]  # noqa: E731
    try:
        _wait(lambda: len(ended()) == 3, supervisor.turn)
    finally:
        supervisor.stop()
    assert [line.rpartition(" in ")[2] for line in ended()] == ["0.2 s", "0.4 s", "0.8 s"]
    assert "exit code 3" in ended()[0]


def test_the_workers_of_a_killed_child_go_with_it(environment: dict[str, str]) -> None:
    lines: list[str] = []
    supervisor = Supervisor(lines.append)
    supervisor.add(Child("parent", PARENT, environment))
    try:
        _wait(lambda: bool(lines))
        parent, grandchild = (int(word) for word in lines[0].split()[-2:])
        os.kill(parent, signal.SIGKILL)
        _wait(lambda: not _lives(grandchild), supervisor.turn)
    finally:
        supervisor.stop()


def test_children_stop_in_order_and_a_stubborn_one_is_killed(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.supervisor.STOP_WITHIN", 0.3)
    lines: list[str] = []
    supervisor = Supervisor(lines.append)
    supervisor.add(Child("late", SLEEPER, environment, stage=1))
    supervisor.add(Child("stubborn", STUBBORN, environment))
    _wait(lambda: len(lines) == 2)
    pids = list(supervisor.pids().values())
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 3
    assert not any(_lives(pid) for pid in pids)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_cleanly(
    environment: dict[str, str], number: signal.Signals
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, *SLEEPER],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline().split()[1])
        assert "up" in process.stdout.readline()
        process.send_signal(number)
        assert process.stdout.read().endswith("stopped\n")
    assert process.returncode == 0
    assert not _lives(child)


def test_a_killed_supervisor_leaves_no_orphans(environment: dict[str, str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, *SLEEPER],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline().split()[1])
        assert "up" in process.stdout.readline()
        process.kill()
    _wait(lambda: not _lives(child))


def test_ctrl_c_reaches_only_the_supervisor(environment: dict[str, str]) -> None:
    supervisor = Supervisor(lambda line: None)
    supervisor.add(Child("sleeper", SLEEPER, environment))
    try:
        pid = supervisor.pids()["sleeper"]
        assert os.getpgid(pid) == pid != os.getpgid(0)
    finally:
        supervisor.stop()


def test_the_watch_is_asked_at_every_turn() -> None:
    turns: list[int] = []
    supervisor = Supervisor(lambda line: None, watch=lambda: turns.append(1))
    supervisor.turn()
    supervisor.turn()
    assert len(turns) == 2
