import os
import stat
import threading
from pathlib import Path

import pytest

from common import keys
from common.keys import (
    KeyDestroyedError,
    KeyMissingError,
    Keystore,
    KeystoreError,
    MasterKeyError,
    Suite,
)


@pytest.fixture
def store(tmp_path: Path) -> Keystore:
    return Keystore.create_master(tmp_path / "keys")


def test_a_key_is_made_once(store):
    made = store.create("t_north")
    assert store.create("t_north") == made == Keystore(store.folder).current("t_north")
    assert made.key_id == 1


def test_files_are_for_their_owner_only(store):
    store.create("t_north")
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    for path in store.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert {path.name for path in store.folder.iterdir()} == {"master.key", "t_north.1.key"}


def test_the_master_key_is_never_replaced(store):
    before = (store.folder / "master.key").read_bytes()
    with pytest.raises(FileExistsError):
        Keystore.create_master(store.folder)
    assert (store.folder / "master.key").read_bytes() == before
    assert len(list(store.folder.iterdir())) == 1


def test_schemas_and_purposes_have_different_keys(store):
    north, south = store.create("t_north"), store.create("t_south")
    secrets = [north.encryption, north.index, north.audit, south.encryption, south.index]
    assert len(set(secrets)) == 5
    assert north.encryption_sm4 not in north.encryption


def test_secrets_are_not_printed(store):
    key = store.create("t_north")
    assert repr(key.encryption) not in repr(key)
    assert repr(key.index) not in repr(key)


def test_rotation_keeps_old_records_readable_and_indexes_stable(store):
    first = store.create("t_north")
    second = store.rotate("t_north")
    assert store.current("t_north") == second
    assert store.data_key("t_north", 1) == first
    assert second.key_id == 2
    assert second.encryption != first.encryption
    assert (second.index, second.audit) == (first.index, first.audit)


def test_another_process_sees_a_rotation_when_it_meets_the_new_key(store):
    store.create("t_north")
    other = Keystore(store.folder)
    assert other.current("t_north").key_id == 1
    second = store.rotate("t_north")
    assert other.data_key("t_north", 2) == second


def test_a_record_holds_one_byte_for_the_key_so_there_are_255(store, monkeypatch):
    monkeypatch.setattr(keys, "_LAST_KEY_ID", 2)
    store.create("t_north")
    store.rotate("t_north")
    with pytest.raises(KeystoreError, match="2 key versions"):
        store.rotate("t_north")


def test_the_index_suite_of_a_schema_outlives_a_change_of_settings(store):
    store.create("t_north")
    sm = Keystore(store.folder, Suite.SM)
    assert sm.current("t_north").index_suite is Suite.AES
    assert sm.create("t_south").index_suite is Suite.SM
    assert sm.rotate("t_north").index_suite is Suite.AES


def test_what_is_missing_is_said(store):
    with pytest.raises(KeyMissingError, match="t_north"):
        store.current("t_north")
    store.create("t_north")
    with pytest.raises(KeyMissingError, match="7"):
        store.data_key("t_north", 7)
    with pytest.raises(KeyMissingError):
        Keystore(store.folder).rotate("t_south")


def test_a_destroyed_key_is_gone_and_its_name_is_spent(store):
    store.create("t_north")
    store.rotate("t_north")
    store.destroy("t_north")
    for attempt in (store.create, store.current, store.rotate):
        with pytest.raises(KeyDestroyedError):
            attempt("t_north")
    assert not list(store.folder.glob("*.?.key"))
    store.destroy("t_north")


def test_a_destruction_that_was_cut_short_is_final_and_can_be_finished(store):
    store.create("t_north")
    (store.folder / "t_north.destroyed").touch()  # killed right after the tombstone
    with pytest.raises(KeyDestroyedError):
        Keystore(store.folder).current("t_north")
    Keystore(store.folder).destroy("t_north")
    assert not (store.folder / "t_north.1.key").exists()


def test_a_destroyed_key_leaves_other_processes_within_thirty_seconds(store, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(keys.time, "monotonic", lambda: now)
    store.create("t_north")
    other = Keystore(store.folder)
    other.current("t_north")
    store.destroy("t_north")
    other.current("t_north")
    now += 30
    with pytest.raises(KeyDestroyedError):
        other.current("t_north")


def test_racing_processes_agree_on_one_key(store):
    found = []

    def work() -> None:
        found.append(Keystore(store.folder).create("t_north"))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(key == found[0] for key in found)


def test_nothing_half_written_ever_bears_the_name(store, monkeypatch):
    def killed(source: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(keys.os, "link", killed)
    with pytest.raises(KeyboardInterrupt):
        store.create("t_north")
    monkeypatch.undo()
    assert store.create("t_north").key_id == 1


def test_another_master_key_is_a_sentence(store, tmp_path):
    store.create("t_north")
    other = Keystore.create_master(tmp_path / "other")
    (store.folder / "master.key").unlink()
    os.link(other.folder / "master.key", store.folder / "master.key")
    with pytest.raises(MasterKeyError, match="another master key"):
        Keystore(store.folder).current("t_north")
    assert ["another master key" in problem for problem in store.problems()] == [True]


def test_a_wrapped_key_does_not_fit_another_schema_or_version(store):
    store.create("t_north")
    for name in ("t_south.1.key", "t_north.2.key"):
        os.link(store.folder / "t_north.1.key", store.folder / name)
    with pytest.raises(MasterKeyError):
        store.current("t_south")
    with pytest.raises(MasterKeyError):
        store.data_key("t_north", 2)


def test_a_missing_or_damaged_master_key_is_a_sentence(store):
    store.create("t_north")
    path = store.folder / "master.key"
    path.unlink()
    with pytest.raises(MasterKeyError, match="QIAOJIA_KEY_DIR"):
        Keystore(store.folder).current("t_north")
    path.write_bytes(b"short")
    with pytest.raises(MasterKeyError, match="5 bytes"):
        Keystore(store.folder).current("t_north")
    assert len(store.problems()) == 1


def test_a_folder_open_to_others_is_a_problem(store):
    store.create("t_north")
    assert store.problems() == []
    store.folder.chmod(0o755)
    assert "chmod" in store.problems()[0]


@pytest.mark.parametrize("name", ["../x", "T_north", "", "a/b", "t_north.1", "a|b"])
def test_a_schema_name_cannot_lead_out_of_the_folder(store, name):
    with pytest.raises(ValueError, match="not a schema name"):
        store.create(name)
