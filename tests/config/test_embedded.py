"""The embedded PostgreSQL: made once, private, and up again after any kill."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.embedded import Cluster
from config.errors import StartError
from config.places import (
    LONGEST_SOCKET_FOLDER,
    Owner,
    Places,
    claim_folder,
    find_binaries,
    find_socket_folder,
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running cluster of its own; pytest's folders are 0700, so root's goes to /var/lib."""
    made = Cluster(tmp_path_factory.mktemp("cluster") / "data", settings={"shared_buffers": "16MB"})
    try:
        made.start()
        yield made
        made.stop()
        assert not made.is_running()
    finally:
        shutil.rmtree(made.places.home)


def _ask(cluster: Cluster, question: str) -> object:
    with psycopg.connect(cluster.admin_url, autocommit=True) as connection:
        row = connection.execute(question).fetchone()  # type: ignore[call-overload]
        return row and row[0]


def _postmaster(cluster: Cluster) -> int:
    return int((cluster.places.data / "postmaster.pid").read_text().split()[0])


def test_it_is_postgresql_18_with_our_settings(cluster: Cluster) -> None:
    assert str(_ask(cluster, "SHOW server_version")).startswith("18.")
    assert _ask(cluster, "SHOW max_locks_per_transaction") == "1024"
    assert _ask(cluster, "SHOW recovery_init_sync_method") == "syncfs"
    assert _ask(cluster, "SHOW jit") == "off"
    assert _ask(cluster, "SHOW fsync") == "on"
    assert _ask(cluster, "SHOW server_encoding") == "UTF8"
    assert _ask(cluster, "SHOW listen_addresses") == ""


def test_a_second_start_joins_the_first(cluster: Cluster) -> None:
    assert Cluster(cluster.data_dir).start() is False


def test_a_login_needs_its_password(cluster: Cluster) -> None:
    with psycopg.connect(cluster.admin_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE somebody LOGIN PASSWORD 'r/i@g:ht'")
    with psycopg.connect(cluster.url("somebody", "postgres", "r/i@g:ht")) as connection:
        assert connection.info.user == "somebody"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(cluster.url("somebody", "postgres", "wrong"))


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user needs root")
def test_another_user_of_the_machine_does_not_reach_it(cluster: Cluster) -> None:
    psql = str(cluster.places.binaries / "psql")
    tried = subprocess.run(
        [psql, cluster.admin_url, "-c", "SELECT 1"],
        user=65534,
        group=65534,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode != 0
    assert "Permission denied" in tried.stderr


def test_the_folders_are_private(cluster: Cluster) -> None:
    for folder in (cluster.socket, cluster.places.data):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.stat().st_uid == cluster.places.owner.uid


def test_what_was_committed_survives_kill_9(cluster: Cluster) -> None:
    with psycopg.connect(cluster.admin_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS answer")
    before = _postmaster(cluster)
    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while cluster.is_running() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert cluster.start() is True
    assert _postmaster(cluster) != before
    assert _ask(cluster, "SELECT answer FROM kept") == 7


def test_a_pid_file_that_names_a_stranger_is_stale(cluster: Cluster) -> None:
    cluster.stop()
    (cluster.places.data / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert not cluster.is_running()
    assert cluster.start() is True


def test_the_last_user_out_stops_it(cluster: Cluster) -> None:
    cluster.stop()
    with cluster.running():
        with Cluster(cluster.data_dir).running() as second:
            assert second.is_running()
        assert cluster.is_running()
    assert not cluster.is_running()
    cluster.start()


def test_a_cluster_of_another_version_gets_a_sentence(cluster: Cluster) -> None:
    cluster.stop()
    version = cluster.places.data / "PG_VERSION"
    version.write_text("16\n")
    try:
        with pytest.raises(StartError, match="made by PostgreSQL 16; this is 18"):
            cluster.start()
    finally:
        version.write_text("18\n")
        cluster.start()


def test_a_killed_initdb_leaves_no_half_cluster(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "data", settings={"shared_buffers": "16MB"})
    half = cluster.places.home / "postgres.new"
    half.mkdir()
    (half / "rubbish").write_text("")
    try:
        cluster.start()
        cluster.stop()
        assert not half.exists()
    finally:
        shutil.rmtree(cluster.places.home)


def test_the_server_outlives_the_process_that_started_it(cluster: Cluster) -> None:
    cluster.stop()
    program = (
        "import sys, pathlib; from config.embedded import Cluster; "
        "Cluster(pathlib.Path(sys.argv[1])).start()"
    )
    roots = os.pathsep.join(path for path in sys.path if path)
    subprocess.run(
        [sys.executable, "-c", program, str(cluster.data_dir)],
        check=True,
        env={**os.environ, "PYTHONPATH": roots},
    )
    assert cluster.is_running()


def test_a_long_path_gets_a_short_socket_folder(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 60) / ("y" * 60)
    long.mkdir(parents=True)
    me = Owner(os.geteuid(), os.getegid(), "me")
    folder = find_socket_folder(Places(me, long, find_binaries()))
    try:
        assert len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    finally:
        folder.rmdir()


@pytest.mark.parametrize("trap", ["link", "open"])
def test_a_socket_folder_laid_by_somebody_else_is_refused(tmp_path: Path, trap: str) -> None:
    folder = tmp_path / "socket"
    if trap == "link":
        (tmp_path / "target").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "target")
    else:
        folder.mkdir()
        folder.chmod(0o777)
    with pytest.raises(StartError, match="must be a folder of the user"):
        claim_folder(folder, Owner(os.geteuid(), os.getegid(), "me"))


def test_a_data_folder_that_cannot_be_made_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartError, match="Set QIAOJIA_DATA_DIR"):
        Cluster(tmp_path / "file" / "data").start()
