"""`./run`: the whole network on one machine, supervised."""

import errno
import fcntl
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.embedded import Cluster
from config.environment import RUNNING_FILE, complete, data_dir, databases, read_port
from config.errors import StartError
from config.places import make_folder
from config.supervisor import Child, StopRequested, Supervisor

READY_WITHIN = 90.0  # seconds until we stop waiting for the web server to say it is ready
PYTHON = [sys.executable, "-P", "-m"]


def serve() -> int:
    """Run everything until Ctrl-C or SIGTERM; return the exit code.

    Raises:
        StartError: something outside the program stands in the way.
    """
    port = read_port(os.environ)
    data = data_dir()
    cluster = Cluster(data, say=say)
    if os.environ.get("DATABASE_URL") and not os.environ.get("DATABASE_ADMIN_URL"):
        raise StartError(
            "DATABASE_URL is set and DATABASE_ADMIN_URL is not. ./run migrates and creates sites, "
            "so set both (see .env.example), or neither to use the embedded PostgreSQL."
        )
    is_embedded = not os.environ.get("DATABASE_URL")
    supervisor = Supervisor(say, watch=keep_up(cluster) if is_embedded else None)
    try:
        with supervisor.on_duty(), only_server(data, port):
            addresses = free_addresses(port)
            environment = complete({**os.environ, "PORT": str(port)}, data)
            environment["QIAOJIA_BIND"] = ",".join(addresses)
            with databases(environment, cluster) as environment:
                try:
                    welcome = prepare(environment)
                    for child in children(environment, data):
                        supervisor.add(child)
                    wait_until_ready(supervisor, port)
                    say(welcome)
                    supervisor.run()
                finally:
                    supervisor.stop()
    except StopRequested:
        pass
    say("Stopped.")
    return 0


def children(environment: Mapping[str, str], data: Path) -> list[Child]:
    """Return the processes of the network. Only the provisioner may make roles and schemas."""
    usual = {
        name: value
        for name, value in environment.items()
        if name not in {"DATABASE_ADMIN_URL", "QIAOJIA_DEMO_PASSWORD"}
    }
    admin = {**usual, "DATABASE_ADMIN_URL": environment["DATABASE_ADMIN_URL"]}
    web = [*PYTHON, "gunicorn", "--config=python:config.gunicorn_conf", "config.wsgi:application"]
    return [
        # The web's processes count requests together, in files that each start empties.
        Child("web", web, {**usual, "PROMETHEUS_MULTIPROC_DIR": str(data / "metrics")}),
        Child("scheduler", [*PYTHON, "config.scheduler"], usual),
        Child("worker", [*PYTHON, "config.worker", "default"], usual, stage=1),
        Child("provisioner", [*PYTHON, "config.worker", "provisioning"], admin, stage=1),
    ]


def prepare(environment: Mapping[str, str]) -> str:
    """Migrate, load the demonstration network into an empty database, collect static files.

    Returns:
        What to tell the person at the terminal when everything runs.
    """
    say("Preparing the database.")
    manage = [*PYTHON, "config.manage"]
    # Side by side: the static files need no database.
    with subprocess.Popen(
        [*manage, "collectstatic", "--no-input", "--verbosity=0"],
        env=environment,
        stdin=subprocess.DEVNULL,
    ) as static:
        done = subprocess.run(
            [*manage, "prepare", "--json"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if static.wait() != 0:
            raise StartError("The static files could not be collected; the lines above say why.")
    if done.returncode != 0:
        raise StartError("The database could not be prepared; the lines above say why.")
    return describe(done.stdout)


def describe(lines: str) -> str:
    """Turn what `prepare --json` prints into a greeting.

    Each line is an object that may hold ``addresses``, a list of ``{"name", "url"}``, and
    ``accounts``, a list of flat objects such as ``{"site", "role", "phone", "password"}``.
    Other lines are left out.
    """
    addresses: list[dict[str, Any]] = []
    accounts: list[dict[str, Any]] = []
    for line in lines.splitlines():
        if line.startswith("{"):
            found = json.loads(line)
            addresses += found.get("addresses", [])
            accounts += found.get("accounts", [])
    text = ["", "侨家 is running. Open one of these addresses:"]
    text += [f"  {address['url']:<40} {address.get('name', '')}" for address in addresses]
    if accounts:
        text += ["", "Demonstration accounts:"]
        text += ["  " + "  ".join(str(value) for value in account.values()) for account in accounts]
    return "\n".join([*text, "", "Ctrl-C stops everything.", ""])


def keep_up(cluster: Cluster) -> Callable[[], None]:
    """Return what starts the database again after it was killed, and goes on trying."""
    again_at = 0.0

    def watch() -> None:
        nonlocal again_at
        if cluster.is_running() or time.monotonic() < again_at:
            return
        say("database    | ended; starting again")
        try:
            cluster.start()
        except StartError as exc:
            say(f"database    | {exc}")
            again_at = time.monotonic() + 10

    return watch


def free_addresses(port: int) -> list[str]:
    """Return the loopback addresses to listen on: browsers may take localhost for either.

    Raises:
        StartError: another program listens there, or the port is not ours to open.
    """
    addresses = []
    for family, host, text in [
        (socket.AF_INET, "127.0.0.1", "127.0.0.1"),
        (socket.AF_INET6, "::1", "[::1]"),
    ]:
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
                probe.listen(1)
        except OSError as exc:
            if exc.errno == errno.EADDRINUSE:
                raise StartError(
                    f"Port {port} is busy: another program listens there. Stop it, or choose "
                    f"another port: PORT={port + 1 if port < 65535 else 8001} ./run"
                ) from exc
            if exc.errno == errno.EACCES:
                raise StartError(
                    f"Port {port} may be opened by root only. Choose another: PORT=8001 ./run"
                ) from exc
            if family == socket.AF_INET:
                raise StartError(f"{host} cannot be used: {exc.strerror}.") from exc
            continue  # no IPv6 here
        addresses.append(f"{text}:{port}")
    return addresses


@contextmanager
def only_server(data: Path, port: int) -> Iterator[None]:
    """Hold the data folder for this server: two on the same data would run every job twice.

    Raises:
        StartError: one runs already.
    """
    make_folder(data)
    path = data / RUNNING_FILE
    try:
        file = path.open("a+", encoding="ascii")
    except OSError as exc:
        raise StartError(
            f"The folder {data} cannot be written: {exc.strerror}. Set QIAOJIA_DATA_DIR to a "
            "folder you own."
        ) from exc
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            file.seek(0)
            raise StartError(
                f"侨家 already runs on the data in {data} ({file.read().strip()}). Use it, stop it "
                "first, or set QIAOJIA_DATA_DIR to another folder."
            ) from exc
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "port": port}))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def wait_until_ready(supervisor: Supervisor, port: int) -> None:
    """Take the supervisor's turns until the web server says that it is ready."""
    deadline = time.monotonic() + READY_WITHIN
    while not is_ready(port):
        supervisor.turn()
        if time.monotonic() > deadline:
            say("The web server is not ready yet; the lines above say why. Still trying.")
            return
        time.sleep(0.2)


def is_ready(port: int) -> bool:
    """Ask ``/readyz`` once."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def say(text: str) -> None:
    """Print a line at once, from any thread."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
