"""The embedded PostgreSQL 18 that serves a demonstration on a bare machine.

We start the wheel's programs ourselves: its own ``get_server`` runs initdb with ``trust``,
loosens the mode of parent folders and gives up after ten seconds. This cluster listens on a
socket in a private folder only. The user who runs it, and root, become ``postgres`` by peer;
everybody else needs a password.

Whoever uses the cluster holds a shared lock on it (`Cluster.running`), so a command that started
the server leaves it on when somebody else joined meanwhile; the last one out stops it. Locks end
with their process, so a killed one leaves nothing to clean up.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from config.errors import StartError
from config.places import MAJOR_VERSION, Places, find_places, find_socket_folder

# Figures: handbook, performance 4. Creating a schema of 60 tables takes thousands of locks; after
# a crash, fsync of a million files took 104 s and syncfs 1.2 s.
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "cluster_name": "qiaojia",
    "max_connections": "100",
    "shared_buffers": "192MB",
    "max_locks_per_transaction": "1024",
    "recovery_init_sync_method": "syncfs",
    "jit": "off",
    "autovacuum_max_workers": "5",
    "autovacuum_naptime": "60s",
    "autovacuum_vacuum_cost_limit": "2000",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The log must not hold what people typed: neither statements nor the rows that broke a rule.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
LOG_LIMIT = 10_000_000  # bytes; then one older log is kept
SAY_EVERY = 5.0  # seconds between two lines while the server recovers


class Cluster:
    """One PostgreSQL cluster below ``data_dir``.

    Args:
        data_dir: made when missing; under root the cluster may be elsewhere (`config.places`).
        settings: change or add to `SETTINGS`, for tests.
        say: gets a line when something takes long.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        settings: Mapping[str, str] | None = None,
        say: Callable[[str], None] = print,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.settings = SETTINGS | dict(settings or {})
        self.say = say
        self._process: subprocess.Popen[bytes] | None = None

    @cached_property
    def places(self) -> Places:
        """Where everything is; the first use makes folders and, under root, the system user."""
        return find_places(self.data_dir)

    @cached_property
    def socket(self) -> Path:
        """The folder of the server's socket."""
        return find_socket_folder(self.places)

    @property
    def admin_url(self) -> str:
        """The superuser's URL; works for the cluster's user and root only, by peer."""
        return self.url("postgres", "postgres")

    def url(self, user: str, dbname: str, password: str | None = None) -> str:
        """Return a libpq URL for one login."""
        secret = f":{quote(password, safe='')}" if password else ""
        host = quote(str(self.socket), safe="")
        return f"postgresql://{quote(user, safe='')}{secret}@/{quote(dbname, safe='')}?host={host}"

    def is_running(self) -> bool:
        """Say whether the server's process lives, ready or not."""
        return self._postmaster() is not None

    def start(self) -> bool:
        """Start the server unless it runs, and wait until it answers, however long that takes.

        Returns:
            Whether this call started it.

        Raises:
            StartError: it cannot start; the text says what to do.
        """
        with self._locked("postgres.lock", fcntl.LOCK_EX):
            started = not self.is_running()
            if started:
                self._end_leftovers()
                self._create()
                self._check_version()
                self._configure()
                self._spawn()
            self._wait_until_ready()
        return started

    def stop(self) -> None:
        """Stop the server cleanly: open transactions are rolled back, nothing is lost."""
        with self._locked("postgres.lock", fcntl.LOCK_EX):
            pid = self._postmaster()
            if pid is None:
                return
            os.kill(pid, signal.SIGINT)  # PostgreSQL's "fast" shutdown
            said = time.monotonic()
            while self.is_running() or self._works_here(str(pid)):  # the pid file goes first
                time.sleep(0.02)
                if time.monotonic() - said > SAY_EVERY:
                    said = time.monotonic()
                    self.say("The database is still writing its last changes.")

    @contextmanager
    def running(self) -> Iterator["Cluster"]:
        """Hold the cluster up for the length of the block; the last user out stops it."""
        with self._locked("postgres.users", fcntl.LOCK_SH) as users:
            self.start()
            try:
                yield self
            finally:
                fcntl.flock(users, fcntl.LOCK_UN)
                with suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()

    # --- The first start -----------------------------------------------------------------------

    def _create(self) -> None:
        """Run initdb beside the final place, so that a killed one leaves no half cluster."""
        if self.places.data.exists():
            return
        self.say("Creating the database.")
        half = self.places.home / "postgres.new"
        if half.exists():
            shutil.rmtree(half)
        half.mkdir(mode=0o700)
        if self.places.owner.is_somebody_else:
            os.chown(half, self.places.owner.uid, self.places.owner.gid)
        self._run(
            "initdb",
            [
                f"--pgdata={half}",
                "--username=postgres",
                "--auth-local=peer",
                "--auth-host=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                # Byte order needs no reindex when the system's libc is renewed.
                "--locale-provider=builtin",
                "--no-instructions",
            ],
        )
        half.rename(self.places.data)

    def _check_version(self) -> None:
        """Refuse a cluster that another major version made."""
        found = (self.places.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != str(MAJOR_VERSION):
            raise StartError(
                f"{self.places.data} was made by PostgreSQL {found}; this is {MAJOR_VERSION}. "
                "Export the sites with the older version (./run export_tenant), move the folder "
                "away and import them here."
            )

    def _configure(self) -> None:
        """Write our settings and rules anew at every start, so that an update reaches them."""
        names = {self.places.owner.name, "root"}
        lines = [f"{name} = '{value}'" for name, value in self.settings.items()]
        self._write("qiaojia.conf", lines)
        self._write(
            "pg_hba.conf",
            [
                "local all         postgres peer map=adm",
                "local replication postgres peer map=adm",
                "local all         all      scram-sha-256",
            ],
        )
        self._write("pg_ident.conf", [f'adm "{name}" postgres' for name in sorted(names)])
        self._write("postgresql.conf", ["include = 'qiaojia.conf'"])

    def _write(self, name: str, lines: list[str]) -> None:
        path = self.places.data / name
        path.write_text("\n".join(["# Written by Qiaojia at every start.", *lines, ""]), "utf-8")
        if self.places.owner.is_somebody_else:
            os.chown(path, self.places.owner.uid, self.places.owner.gid)
        path.chmod(0o600)

    # --- Processes -----------------------------------------------------------------------------

    def _spawn(self) -> None:
        log = self.places.log
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        with open(log, "ab", opener=_private) as output:
            # A session of its own: neither Ctrl-C nor the end of this process reaches it.
            self._process = subprocess.Popen(
                [self.places.binaries / "postgres", "-D", self.places.data, "-k", self.socket],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **self._as_owner(),
            )

    def _wait_until_ready(self) -> None:
        """Wait for pg_isready: after a crash this may take minutes, and giving up helps nobody."""
        began = said = time.monotonic()
        command = [str(self.places.binaries / "pg_isready"), "-q", "-t3", "-h", str(self.socket)]
        while subprocess.run(command, check=False, cwd="/").returncode != 0:
            if not self.is_running():
                raise StartError(
                    f"The database did not start. The end of {self.places.log}:\n{self._log_end()}"
                )
            if time.monotonic() - said > SAY_EVERY:
                said = time.monotonic()
                self.say(f"The database is recovering ({said - began:.0f} s).")
            time.sleep(0.05)

    def _postmaster(self) -> int | None:
        """Return the server's process, if the one named in postmaster.pid really is ours."""
        if self._process is not None:
            if self._process.poll() is None:
                return self._process.pid  # its pid file may not be written yet
            self._process = None
        try:
            first = (self.places.data / "postmaster.pid").read_text("ascii").split("\n", 1)[0]
        except FileNotFoundError:
            return None
        except PermissionError as exc:
            raise StartError(
                f"{self.places.data} belongs to another user. Start as that user, or set "
                "QIAOJIA_DATA_DIR to a folder of your own."
            ) from exc
        return int(first) if first.isdecimal() and self._works_here(first) else None

    def _works_here(self, pid: str) -> bool:
        """Say whether a process works in our data folder, as every PostgreSQL process does."""
        try:
            return Path("/proc", pid, "cwd").readlink() == self.places.data.resolve()
        except OSError:
            return False

    def _end_leftovers(self) -> None:
        """Clear what a killed server left: its children end by themselves, its pid file does not.

        Removing postmaster.pid is safe only when no process of that cluster lives: two servers on
        one folder would destroy it.
        """
        if not self.places.data.exists():
            return
        deadline = time.monotonic() + 5
        while left := [p.name for p in Path("/proc").iterdir() if self._works_here(p.name)]:
            if time.monotonic() > deadline:
                for pid in left:
                    with suppress(ProcessLookupError):
                        os.kill(int(pid), signal.SIGKILL)
            time.sleep(0.05)
        (self.places.data / "postmaster.pid").unlink(missing_ok=True)

    def _run(self, what: str, arguments: list[str]) -> None:
        """Run a program of the server as its owner, and turn a failure into a sentence."""
        command = [str(self.places.binaries / what), *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, **self._as_owner()
        )
        if done.returncode != 0:
            hint = (
                "The disk is full: free about 1 GB and start again."
                if "No space left" in done.stderr
                else f"It said:\n{done.stderr.strip()[-800:]}"
            )
            raise StartError(f"The database could not be created ({what}). {hint}")

    def _as_owner(self) -> dict[str, Any]:
        """Return how to start a program as the cluster's owner, in a plain environment."""
        owner = self.places.owner
        plain: dict[str, Any] = {
            "cwd": "/",
            "umask": 0o077,
            "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        }
        if owner.is_somebody_else:
            plain |= {"user": owner.uid, "group": owner.gid, "extra_groups": []}
        return plain

    def _log_end(self) -> str:
        with suppress(OSError):
            return "\n".join(self.places.log.read_text("utf-8", "replace").splitlines()[-6:])
        return ""

    @contextmanager
    def _locked(self, name: str, kind: int) -> Iterator[IO[str]]:
        """Hold a lock file; it opens by itself when its process ends."""
        try:
            file = (self.places.home / name).open("a")
        except OSError as exc:
            raise StartError(
                f"{exc.filename} cannot be written: {exc.strerror}. Start as the user who owns "
                "it, or set QIAOJIA_DATA_DIR to a folder of your own."
            ) from exc
        with file:
            fcntl.flock(file, kind)
            yield file


def _private(path: str, flags: int) -> int:
    """Open a file that only we may read."""
    return os.open(path, flags, 0o600)
