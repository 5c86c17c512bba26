"""What every process of one installation is told: folders, addresses, secrets, databases.

`./run` needs no configuration: whatever the environment does not say gets a value here, and
what must stay the same from run to run is kept in the data folder.
"""

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from config.embedded import Cluster
from config.errors import StartError
from config.places import make_folder

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "qiaojia"
APPLICATION_LOGIN = "qiaojia_app"
RUNNING_FILE = "running.json"  # {"pid": …, "port": …}, locked while a server runs here


def data_dir() -> Path:
    """Return the folder of everything that stays."""
    return Path(os.environ.get("QIAOJIA_DATA_DIR") or ROOT / "var").absolute()


def read_port(environment: Mapping[str, str]) -> int:
    """Return PORT, or 8000.

    Raises:
        StartError: it is no port, or one that only root may open.
    """
    text = environment.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise StartError(f"PORT must be a number from 1 to 65535, not {text!r}: PORT=8001 ./run")
    return int(text)


def complete(given: Mapping[str, str], data: Path) -> dict[str, str]:
    """Return the environment with the values that nobody gave.

    A command beside a running server gets that server's address.
    """
    make_folder(data)
    environment = dict(given)
    port = given.get("PORT") or str(running_server(data).get("port", 8000))
    environment.setdefault("QIAOJIA_BASE_URL", f"http://localhost:{port}")
    if environment["QIAOJIA_BASE_URL"].startswith("http://localhost"):
        environment.setdefault("QIAOJIA_DEMO", "1")
    if environment.get("QIAOJIA_DEMO") == "1" and not environment.get("QIAOJIA_DEMO_PASSWORD"):
        # Short enough to type: it guards invented people on this machine only.
        environment["QIAOJIA_DEMO_PASSWORD"] = keep_secret(data, "demo-password", 9)
    environment.setdefault("QIAOJIA_KEY_DIR", str(data / "keys"))
    environment.setdefault("QIAOJIA_FILES_DIR", str(data / "files"))
    environment.setdefault("QIAOJIA_STATIC_ROOT", str(data / "static"))
    environment.setdefault("QIAOJIA_SECRET_KEY", keep_secret(data, "secret-key"))
    return environment


def keep_secret(data: Path, name: str, size: int = 48) -> str:
    """Return a random secret of ``size`` bytes, the same at every call, in a private file."""
    folder = data / "secrets"
    path = folder / name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            draft = folder / f"{name}.{os.getpid()}"
            with open(draft, "x", encoding="ascii", opener=_private) as file:
                file.write(secrets.token_urlsafe(size))
            try:
                os.link(draft, path)  # fails where another process was first; its secret counts
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text("ascii").strip()
    except OSError as exc:
        raise StartError(
            f"{exc.filename} cannot be used: {exc.strerror}. Set QIAOJIA_DATA_DIR to a folder "
            "you own."
        ) from exc


def running_server(data: Path) -> dict[str, int]:
    """Return the process and port of the server of this folder; empty when none ever ran."""
    try:
        found: dict[str, int] = json.loads((data / RUNNING_FILE).read_text("ascii"))
    except (OSError, ValueError):
        return {}
    return found


@contextmanager
def databases(environment: Mapping[str, str], cluster: Cluster) -> Iterator[dict[str, str]]:
    """Give the block an environment with both database URLs.

    The embedded server is used when neither is given, and runs for the length of the block
    unless it ran before.

    Raises:
        StartError: only DATABASE_ADMIN_URL is given.
    """
    has_url, has_admin = (
        bool(environment.get(name)) for name in ("DATABASE_URL", "DATABASE_ADMIN_URL")
    )
    if has_admin and not has_url:
        raise StartError(
            "DATABASE_ADMIN_URL is set and DATABASE_URL is not. Set both (see .env.example), or "
            "neither to use the embedded PostgreSQL."
        )
    if has_url:
        yield dict(environment)
        return
    with cluster.running():
        yield {**environment, **make_database(cluster)}


def make_database(cluster: Cluster) -> dict[str, str]:
    """Make our database if it is missing; return both URLs.

    The application's login appears in its URL with a password kept in the data folder; `prepare`
    creates it, as on any other server.
    """
    password = keep_secret(cluster.data_dir, "database-password")
    with psycopg.connect(cluster.admin_url, autocommit=True) as connection:
        if not connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
        ).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    return {
        "DATABASE_URL": cluster.url(APPLICATION_LOGIN, DATABASE, password),
        "DATABASE_ADMIN_URL": cluster.url("postgres", DATABASE),
    }


def _private(path: str, flags: int) -> int:
    """Open a file that only we may read."""
    return os.open(path, flags, 0o600)
