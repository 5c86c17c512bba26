"""Processes die at the worst time: nothing that was acknowledged is lost, no page is a 500."""

import os
import signal
import time
from pathlib import Path

import pytest

SITE, ADMINISTRATOR = "yunxiao", "13494400001"
BACK_WITHIN = 60.0  # seconds


# Names nobody shares: the form would ask whether somebody is there already.
@pytest.mark.parametrize(
    ("victim", "name"),
    [
        ("gunicorn", "端木守仁"),
        ("config.worker", "公冶守礼"),
        ("bin/postgres", "澹台守信"),
    ],
)
def test_a_killed_process_comes_back_and_nothing_is_lost(visit, network, victim, name):
    clerk = visit(SITE)
    clerk.sign_in(ADMINISTRATOR)
    person = clerk.add_person(name)
    killed = find(network.pid, victim)
    os.kill(killed, signal.SIGKILL)

    # Requests go on while the process is away. Refused is honest too: nobody is there.
    statuses: list[int] = []
    until = time.monotonic() + BACK_WITHIN
    while time.monotonic() < until:
        statuses.append(clerk.status_of(person))
        if statuses[-3:] == [200] * 3 and find(network.pid, victim) not in {0, killed}:
            break
        time.sleep(0.2)
    assert set(statuses) <= {0, 200, 503}
    assert statuses[-3:] == [200] * 3
    assert find(network.pid, victim) not in {0, killed}
    assert name in clerk.open(person).locator("h1").inner_text()


def find(parent: int, word: str) -> int:
    """Return the process that ``parent`` started with ``word`` in its command line, or 0."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            above = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if above == parent and word in command:
            return int(folder.name)
    return 0
