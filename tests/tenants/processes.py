"""Processes of the product that a test starts, and what they leave in the queue."""

import os
import subprocess
import sys
from pathlib import Path

from django.db import connection

from tests.fixtures_tasks import as_worker

ROOT = Path(__file__).resolve().parents[2]


def start(workers: list[subprocess.Popen[str]], *command: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"}
    environment.pop("DATABASE_ADMIN_URL")
    worker = subprocess.Popen(
        [sys.executable, "-P", "-m", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    workers.append(worker)
    return worker


def clear_queue() -> None:
    """Remove every message, whoever it is for, and every worker."""
    with as_worker(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM dramatiq.queue; DELETE FROM dramatiq.worker")
