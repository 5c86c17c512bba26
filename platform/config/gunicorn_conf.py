"""How the web server runs, under `./run` and in a container. Gunicorn reads these names.

Synchronous workers with threads; `reuse_port` because without it one worker can take nearly all
kept-open connections while the other idles (0.5 of the throughput). No preload: the queue's
connection pool does not survive a fork. (Handbook, performance 8 and 9.)
"""

import os
import shutil
from pathlib import Path
from typing import Any

import psycopg

from tenants.selftest import MixedSessionsError, check_sessions

bind = os.environ.get("QIAOJIA_BIND", "127.0.0.1:8000").split(",")
worker_class = "gthread"
workers = int(os.environ.get("QIAOJIA_WEB_WORKERS") or 2)
threads = 4
reuse_port = True
preload_app = False
graceful_timeout = 3
timeout = 60
keepalive = 5
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
control_socket_disable = True
# Requests are logged by our own middleware, which leaves personal data out.
accesslog = None
loglevel = "warning"


def on_starting(server: Any) -> None:
    """Refuse to serve where connections lose their tenant; see `tenants.selftest`.

    A database that cannot be asked yet is no reason: `/readyz` says so, and pages come later.
    """
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        # What processes of the last start counted would never go away.
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(mode=0o700)
    try:
        check_sessions(os.environ["DATABASE_URL"])
    except MixedSessionsError as exc:
        raise SystemExit(str(exc)) from exc
    except psycopg.Error as exc:
        server.log.warning("The isolation self-test could not run: %s", type(exc).__name__)


def child_exit(_server: Any, worker: Any) -> None:
    """Let the metrics of a worker that ended count no longer as live."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)
