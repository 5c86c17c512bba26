import threading
import time
import uuid

from common import ids
from common.ids import uuid7


def test_an_id_is_a_version_seven_uuid_of_this_moment():
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert before <= made.int >> 80 <= after + 1


def test_ids_only_grow_even_when_the_clock_is_set_back(monkeypatch):
    first = uuid7()
    monkeypatch.setattr(ids.time, "time_ns", lambda: 1_000_000_000_000_000_000)
    later = [uuid7() for _ in range(100)]
    assert [first, *later] == sorted([first, *later])


def test_a_full_counter_moves_on_to_the_next_millisecond(monkeypatch):
    uuid7()
    monkeypatch.setattr(ids, "_last_ms", ids._last_ms + 60_000)
    monkeypatch.setattr(ids, "_counter", (1 << 42) - 2)
    made = [uuid7() for _ in range(3)]
    assert made == sorted(set(made))


def test_threads_never_share_an_id():
    made: list[uuid.UUID] = []

    def work() -> None:
        own = [uuid7() for _ in range(2_000)]
        assert own == sorted(own)
        made.extend(own)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8_000
