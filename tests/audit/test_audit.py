"""The chain in the database: appended in order, read back, shown to whom it concerns."""

import datetime as dt
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from audit import selectors
from audit.chain import BEGINNING
from audit.context import set_request_context
from audit.models import AuditAnchor, AuditEntry, Outcome
from audit.selectors import Filter, Place
from audit.services import (
    Event,
    anchor_day,
    check_chain,
    hashed_changes,
    record,
    record_many,
    record_refusal,
)
from audit.verify import Kind
from common.ids import uuid7
from tenants.context import inside, on_platform
from tenants.ownership import owner_connection

NOON = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


def record_views(count, **kwargs):
    return record_many([Event(action="person.view", **kwargs) for _ in range(count)], now=NOON)


def test_entries_count_from_one_without_a_gap(north, clerk):
    record(action="person.view", by=clerk, now=NOON)
    record_views(3)
    record_refusal(action="person.reveal", by=clerk, now=NOON)

    assert list(AuditEntry.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4, 5]
    assert selectors.find_tampering() == []


def test_an_entry_says_who_in_which_role_from_which_network(north, clerk):
    with set_request_context(ip="203.0.113.77"):
        first = record(action="person.view", by=clerk, now=NOON)
    with set_request_context(ip="::ffff:203.0.113.77", role="lawyer"):
        second = record(action="person.view", by=clerk, now=NOON)
    guest = record(action="session.start", outcome=Outcome.REFUSED, now=NOON)

    assert (first.actor_name, first.actor_role, first.ip) == ("林晓梅", "clerk", "203.0.113.0/24")
    assert (second.actor_role, second.ip) == ("lawyer", "203.0.113.0/24")
    assert (guest.actor_key, guest.actor_role, guest.ip) == (None, "", "")


def test_what_comes_back_from_the_database_has_the_hash_it_went_in_with(north, clerk):
    record(
        action="person.edit",
        by=clerk,
        object_type="people.person",
        object_key=uuid7(),
        person_key=uuid7(),
        fields=["phone", "address"],
        reason="换手机号 “核对” \\ \U00020bb7 é e\u0301 \u2028",
        detail={"b": [1, None, True, 10**20], "a": {"吗": '\u0001 "x"'}, 7: "seven"},
        hidden_until=NOON.astimezone(dt.timezone(dt.timedelta(hours=8))),
        now=NOON.replace(microsecond=123456),
    )

    assert selectors.find_tampering() == []


@pytest.mark.parametrize("value", [1.5, float("nan"), NOON, b"x"])
def test_a_detail_that_would_not_come_back_the_same_is_refused(north, value):
    with pytest.raises((TypeError, ValueError)):
        record(action="person.edit", detail={"x": value}, now=NOON)


def test_what_is_rolled_back_leaves_no_entry(north):
    with transaction.atomic():
        record(action="person.edit", now=NOON)
        transaction.set_rollback(True)

    assert selectors.chain_head() == BEGINNING


def test_a_refusal_is_not_recorded_inside_work_that_is_rolled_back(north):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        record_refusal(action="person.edit", now=NOON)


def test_hashed_changes_name_columns_and_hide_values(north):
    changes = hashed_changes(
        place="p1",
        before={"phone": "+8613800005678", "address": "鼓浪屿", "note": None},
        after={"phone": "+8613800005679", "address": "鼓浪屿", "note": "x"},
    )

    assert changes.keys() == {"phone", "note"}
    assert changes["note"][0] is None
    assert "5678" not in str(changes)
    assert changes["phone"][0] != changes["phone"][1]


def test_each_site_has_its_own_chain(north, south):
    record_views(2)
    with inside(south):
        assert record(action="person.view", now=NOON).seq == 1
        assert selectors.find_tampering() == []


# --- Six ways to tamper (attack 24), as the owner of the database could -------------------------


@pytest.fixture
def chain(sites, db):
    """Five entries and an anchor, on a connection that may do anything; all is rolled back."""
    with owner_connection(), transaction.atomic():
        connection.set_schema(sites["north"].schema_name)
        record_views(5, reason="window visit")
        anchor_day(now=NOON)
        yield run
        transaction.set_rollback(True)


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def findings():
    return [(finding.kind, finding.seq) for finding in selectors.find_tampering()]


def test_an_edited_row_is_found(chain):
    chain("UPDATE audit_auditentry SET reason = 'nothing to see' WHERE seq = 3")
    assert findings() == [(Kind.CHANGED, 3)]


def test_a_deleted_row_is_found(chain):
    chain("DELETE FROM audit_auditentry WHERE seq = 3")
    assert findings() == [(Kind.MISSING, 3)]


def test_an_inserted_row_is_found(chain):
    chain("UPDATE audit_auditentry SET seq = seq + 100 WHERE seq > 2")
    chain("UPDATE audit_auditentry SET seq = seq - 99 WHERE seq > 100")
    chain(
        "INSERT INTO audit_auditentry SELECT (json_populate_record(a, json_build_object("
        "'id', gen_random_uuid(), 'seq', 3, 'reason', 'forged'))).*"
        " FROM audit_auditentry a WHERE seq = 2"
    )
    assert findings()[0] == (Kind.CHANGED, 3)


def test_swapped_rows_are_found(chain):
    chain("UPDATE audit_auditentry SET seq = 99 WHERE seq = 2")
    chain("UPDATE audit_auditentry SET seq = 2 WHERE seq = 4")
    chain("UPDATE audit_auditentry SET seq = 4 WHERE seq = 99")
    assert findings() == [(Kind.CHANGED, 2), (Kind.CHANGED, 4)]


def test_a_tail_cut_off_is_found(chain):
    chain("DELETE FROM audit_auditentry WHERE seq > 3")
    assert findings() == [(Kind.CUT, 4)]


def test_a_tail_cut_off_and_written_anew_is_found(chain):
    chain("DELETE FROM audit_auditentry WHERE seq > 3")
    record_views(4)
    assert findings() == [(Kind.REPLACED, 5)]


def test_the_check_is_recorded_with_what_it_found(chain):
    chain("UPDATE audit_auditentry SET reason = 'x' WHERE seq = 2")
    check_chain(now=NOON)
    entry = selectors.last_check("audit.check")

    assert entry.detail == {"checked": 5, "found": [["changed", 2]]}


def test_a_check_of_the_newest_entries_trusts_the_ones_before(chain):
    chain("UPDATE audit_auditentry SET reason = 'x' WHERE seq = 2")

    assert selectors.find_tampering(newest=3) == []
    assert len(selectors.find_tampering(newest=4)) == 1
    assert len(selectors.find_tampering(newest=99)) == 1


def test_a_schema_copied_under_anothers_keys_is_not_whole(chain, sites):
    """Attack 26, for the chain: rows without the key that made them prove nothing."""
    north, south = sites["north"].schema_name, sites["south"].schema_name
    chain(f'INSERT INTO "{south}".audit_auditentry SELECT * FROM "{north}".audit_auditentry')
    connection.set_schema(south)

    assert [kind for kind, _seq in findings()] == [Kind.CHANGED] * 5


# --- Rights below the application ---------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditentry SET reason = ''",
        "DELETE FROM audit_auditentry",
        "TRUNCATE audit_auditentry",
        "DROP TABLE audit_auditentry",
        "ALTER TABLE audit_auditentry DISABLE TRIGGER ALL",
        "UPDATE public.audit_anchor SET seq = 1",
        "DELETE FROM public.audit_anchor",
        "TRUNCATE public.audit_anchor",
    ],
)
@pytest.mark.parametrize("where", ["site", "platform"])
def test_nobody_who_serves_people_can_change_the_record(north, where, statement):
    with inside(north) if where == "site" else on_platform():
        record(action="person.view", now=NOON)
        anchor_day(now=NOON)
        refused = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
        with refused, transaction.atomic():
            run(statement)


def test_the_platform_cannot_read_a_sites_record(north):
    with on_platform(), pytest.raises(ProgrammingError, match="permission denied"):
        run(f'SELECT * FROM "{north.schema_name}".audit_auditentry')


def test_a_site_sees_and_adds_only_its_own_anchors(north, south):
    record_views(2)
    mine = anchor_day(now=NOON)
    with inside(south):
        assert not AuditAnchor.objects.exists()
        foreign = AuditAnchor(
            schema_name=north.schema_name, day=NOON + DAY, seq=1, mac=b"x" * 32, at=NOON
        )
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            foreign.save(force_insert=True)
    with on_platform():
        assert AuditAnchor.objects.get(schema_name=north.schema_name).seq == mine.seq == 2


def test_a_day_is_anchored_once_by_chinas_calendar(north):
    assert anchor_day(now=NOON) is None
    record_views(1)
    first = anchor_day(now=NOON)
    record_views(1)

    assert anchor_day(now=NOON).pk == first.pk
    assert first.day == dt.date(2026, 3, 2)
    assert anchor_day(now=NOON + 12 * HOUR).day == dt.date(2026, 3, 3)
    assert selectors.find_tampering() == []


def test_writers_at_once_leave_no_gap(sites, db):
    north = sites["north"]

    def write():
        try:
            with inside(north):
                for _ in range(10):
                    record(action="person.view", now=NOON)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with owner_connection():
        connection.set_schema(north.schema_name)
        try:
            assert selectors.chain_head().seq == 40
            assert selectors.find_tampering() == []
        finally:
            run("TRUNCATE audit_auditentry")


# --- The command --------------------------------------------------------------------------------


def test_the_command_says_that_a_chain_is_whole(north, capsys):
    record_views(3)
    call_command("verify_audit", "--tenant", "north")
    assert capsys.readouterr().out == "north: 3 entries, whole.\n"

    call_command("verify_audit", "--all")
    assert "platform: 0 entries, whole." in capsys.readouterr().out


def test_the_command_fails_with_a_sentence_on_tampering(north, capsys):
    entry = record_views(3)[-1]
    entry.pk, entry.seq = uuid7(), 5
    entry.save(force_insert=True)

    with pytest.raises(CommandError, match="not whole"):
        call_command("verify_audit", "--tenant", "north")
    assert "north: Entries 4 to 4 are missing." in capsys.readouterr().err
    with pytest.raises(CommandError, match="no site with the code 'nowhere'"):
        call_command("verify_audit", "--tenant", "nowhere")


# --- Reading ------------------------------------------------------------------------------------


def seqs(page):
    return [entry.seq for entry in page.entries]


def test_pages_lead_forth_and_back(north):
    record_views(7)
    for oldest_first in (False, True):
        wanted = Filter(oldest_first=oldest_first)
        order = list(range(1, 8)) if oldest_first else list(range(7, 0, -1))
        first = selectors.entry_page(wanted, size=3)
        second = selectors.entry_page(wanted, first.next, size=3)
        third = selectors.entry_page(wanted, second.next, size=3)
        back = selectors.entry_page(wanted, third.previous, size=3)
        start = selectors.entry_page(wanted, back.previous, size=3)

        assert seqs(first) + seqs(second) + seqs(third) == order
        assert seqs(back) == seqs(second)
        assert seqs(start) == seqs(first)
        assert first.previous is third.next is start.previous is None
    assert seqs(selectors.entry_page(Filter(), Place(1))) == []


def test_every_filter_narrows(north, clerk):
    person = uuid7()
    record(action="person.view", now=NOON - DAY)
    mine = record(
        action="person.edit",
        by=clerk,
        object_type="people.person",
        object_key=person,
        outcome=Outcome.REFUSED,
        now=NOON,
    )
    record(action="person.view", now=NOON + DAY)
    day = dt.date(2026, 3, 2)

    for wanted in (
        Filter(action="person.edit"),
        Filter(actor_key=clerk.pk),
        Filter(object_type="people.person", object_key=str(person)),
        Filter(outcome=Outcome.REFUSED),
        Filter(first_day=day, last_day=day),
    ):
        assert seqs(selectors.entry_page(wanted)) == [mine.seq]


def test_people_see_who_looked_and_nothing_about_others(north, clerk):
    me, other = uuid7(), uuid7()

    def look(verb="view", **kwargs):
        about = {"person_key": me, "object_type": "people.person", "object_key": me} | kwargs
        return record(action=f"person.{verb}", by=clerk, now=NOON, **about)

    look()
    look("reveal", fields=["address"], reason="核对地址", object_type="people.personphone")
    look("export", object_type="", object_key="")
    look("edit")
    look(person_key=other, object_key=other)
    look(object_key=other)
    look(outcome=Outcome.REFUSED)
    look("reveal", hidden_until=NOON + DAY)

    seen = selectors.who_looked(me, now=NOON).looks
    assert [look.verb for look in seen] == ["export", "reveal", "view"]
    assert (seen[1].actor_name, seen[1].roles, seen[1].reason) == ("林晓梅", ["clerk"], "核对地址")
    assert len(selectors.who_looked(me, now=NOON + DAY).looks) == 4


def test_a_list_is_one_query(north, django_assert_num_queries):
    record_views(5)
    with django_assert_num_queries(1):
        selectors.entry_page(Filter(action="person.view"))
    with django_assert_num_queries(1):
        selectors.who_looked(uuid7(), now=NOON)
