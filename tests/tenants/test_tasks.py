"""Attack 3 (task without or with wrong tenant) and the outbox."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import dramatiq
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError
from dramatiq.message import Message
from structlog.testing import capture_logs

from accounts.models import CacheEntry, SchemaMarker
from common.errors import DomainError
from tenants.context import current_schema, inside, on_platform
from tenants.models import TenantState
from tenants.tasks import (
    UnknownTaskError,
    WrongSchemaError,
    any_schema_actor,
    enqueue,
    enqueue_for,
    platform_actor,
    setup_broker,
    tenant_actor,
    waiting_messages,
)
from tests.fixtures_tasks import queued, run

ran: list[tuple[str, str]] = []


@tenant_actor("tests.note_schema")
def note_schema(*, expected: str = "") -> None:
    ran.append((current_schema(), expected))


@platform_actor("tests.note_platform")
def note_platform() -> None:
    ran.append((current_schema(), "public"))


@any_schema_actor("tests.note_anywhere", while_suspended=True)
def note_anywhere() -> None:
    ran.append((current_schema(), ""))


@tenant_actor("tests.refuse")
def refuse() -> None:
    raise DomainError("no")


@tenant_actor("tests.stumble")
def stumble() -> None:
    raise ValueError("an accident")


@pytest.fixture(autouse=True)
def forget() -> None:
    ran.clear()


def message(name: str, **options: object) -> Message:
    return setup_broker().get_actor(name).message_with_options(**options)


def test_a_task_runs_in_the_tenant_that_sent_it(work_off, north, south):
    with work_off():
        enqueue("tests.note_schema", expected=north.schema_name)
        with inside(south):
            enqueue("tests.note_schema", expected=south.schema_name)

    assert ran == [(north.schema_name,) * 2, (south.schema_name,) * 2]
    assert current_schema() == north.schema_name


def test_the_platform_sends_into_a_tenant(work_off, platform, sites):
    with work_off():
        enqueue_for(sites["south"], "tests.note_schema")
        enqueue("tests.note_platform")

    assert [schema for schema, _expected in ran] == [sites["south"].schema_name, "public"]


def test_a_rollback_leaves_no_message(north):
    with transaction.atomic():
        enqueue("tests.note_schema")
        transaction.set_rollback(True)
    assert queued() == []

    with transaction.atomic():
        key = enqueue("tests.note_schema")
    assert [str(key)] == [found.message_id for found in queued()]
    assert waiting_messages([key]) == {key}


def test_a_tenant_cannot_send_to_another(north, south):
    with pytest.raises(WrongSchemaError):
        enqueue_for(south, "tests.note_schema")


def test_a_tenant_sees_only_its_own_messages(north, south):
    key = enqueue("tests.note_schema")
    with inside(south):
        assert waiting_messages([key]) == set()
    with on_platform():
        assert waiting_messages([key]) == set()


@pytest.mark.parametrize("stamp", ["south", "public", None])
def test_a_forged_stamp_is_refused_by_the_database(north, south, stamp):
    schema = south.schema_name if stamp == "south" else stamp
    insert = (
        "INSERT INTO dramatiq.queue (message_id, state, message) VALUES (%s, 'queued',"
        " jsonb_build_object('options', jsonb_build_object('schema_name', %s::text)))"
    )
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(insert, [uuid4(), schema])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"schema_name": None},
        {"schema_name": "public"},
        {"schema_name": "pg_catalog"},
        {"schema_name": 7},
        {"schema_name": "t_00000000"},
        {"schema_name": 't_0"; DROP'},
    ],
)
def test_a_message_without_a_fitting_stamp_never_runs(north, put_back_here, options):
    run(message("tests.note_schema", **options))

    assert ran == []
    assert current_schema() == north.schema_name


def test_a_message_without_a_stamp_is_put_aside_with_an_alarm(north):
    with capture_logs() as logs:
        assert run(message("tests.note_schema")).failed
    assert [line["log_level"] for line in logs] == ["critical"]


def test_a_task_of_the_platform_never_runs_in_a_tenant(north):
    with pytest.raises(WrongSchemaError):
        enqueue("tests.note_platform")

    assert run(message("tests.note_platform", schema_name=north.schema_name)).failed
    assert ran == []


def test_an_actor_that_our_decorators_never_saw_does_not_run(north):
    @dramatiq.actor(actor_name="tests.foreign", broker=setup_broker())
    def foreign() -> None:
        ran.append(("ran", ""))

    with pytest.raises(WrongSchemaError):
        setup_broker().enqueue(foreign.message())
    assert run(foreign.message_with_options(schema_name=north.schema_name)).failed
    assert ran == []


def test_a_schema_that_says_another_name_is_not_worked_in(north, monkeypatch):
    monkeypatch.setattr(
        SchemaMarker.objects, "values_list", lambda *_args, **_options: ["t_somebodyelse"]
    )
    assert run(message("tests.note_schema", schema_name=north.schema_name)).failed
    assert ran == []


def test_a_lost_database_keeps_the_task_from_running(north, monkeypatch):
    def lost(*_args: object, **_options: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(SchemaMarker.objects, "values_list", lost)
    monkeypatch.setattr(setup_broker(), "enqueue", lambda *_args, **_options: None)
    from tenants.tasks import TenantLookupError

    with pytest.raises(TenantLookupError):
        run(message("tests.note_schema", schema_name=north.schema_name))
    assert ran == []


def set_state(tenant, state: TenantState) -> None:
    with on_platform():
        type(tenant).objects.filter(pk=tenant.pk).update(state=state)


def test_a_suspended_sites_task_waits_and_upkeep_runs(work_off, north):
    set_state(north, TenantState.SUSPENDED)
    with work_off():
        enqueue("tests.note_schema")
        enqueue("tests.note_anywhere")

    assert ran == [(north.schema_name, "")]
    [waiting] = queued()
    assert waiting.actor_name == "tests.note_schema"
    assert "retries" not in waiting.options


@pytest.mark.parametrize("state", [TenantState.ARCHIVED, TenantState.DELETED])
def test_a_closed_sites_task_ends(work_off, north, state):
    set_state(north, state)
    with work_off():
        enqueue("tests.note_anywhere")
    assert (ran, queued()) == ([], [])


@pytest.mark.parametrize("value", [uuid4(), 1.5, {"a": 1}, ["a"], b"a", "许文辉", "x" * 201])
def test_only_keys_and_numbers_and_dates_can_be_sent(north, value):
    with pytest.raises(TypeError, match="expected"):
        enqueue("tests.note_schema", expected=value)


def test_an_unknown_task_is_refused_at_once(north):
    with pytest.raises(UnknownTaskError):
        enqueue("tests.nobody_declared_this")


def test_an_answer_is_not_tried_again_and_an_accident_is(north, put_back_here):
    enqueue("tests.refuse")
    enqueue("tests.stumble")
    first, second = queued()
    with pytest.raises(DomainError):
        run(first)
    with pytest.raises(ValueError):
        run(second)

    assert [found.options.get("retries") for found in queued()] == [None, 1]


def test_400_tasks_of_four_threads_never_meet_the_wrong_tenant(sites, django_db_blocker):
    """Attack 3: mixed tenants, injected crashes, messages without a stamp."""
    schemas = [site.schema_name for site in sites.values()]
    wrong: list[str] = []
    done = threading.Semaphore(0)

    @tenant_actor("tests.hammer", max_retries=0)
    def hammer(*, expected: str, crash: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user::text, current_schema()::text")
            seen = {*cursor.fetchone(), current_schema()}
        marked = set(SchemaMarker.objects.values_list("schema_name", flat=True))
        if seen | marked != {expected}:
            wrong.append(expected)
        done.release()
        if crash == 1:
            raise RuntimeError("an injected crash")
        if crash == 2:
            with transaction.atomic():
                CacheEntry.objects.raw("SELECT nonsense").iterator().__next__()
        if crash == 3:
            # A task that goes elsewhere and does not come back.
            connection.set_schema_to_public()

    dice = random.Random(3)
    messages = []
    for _number in range(400):
        schema = dice.choice(schemas)
        stamped = {} if dice.random() < 0.1 else {"schema_name": schema}
        kwargs = {"expected": schema, "crash": dice.choice([0, 0, 1, 2, 3])}
        messages.append(message("tests.hammer", kwargs=kwargs, **stamped))
    tenantless = sum("schema_name" not in found.options for found in messages)

    def work(found: Message) -> bool:
        with django_db_blocker.unblock():
            try:
                return run_in_thread(found)
            finally:
                connection.close()

    with ThreadPoolExecutor(4) as pool:
        skipped = sum(pool.map(work, messages))

    assert wrong == []
    assert skipped == tenantless > 0
    assert sum(iter(lambda: done.acquire(blocking=False), False)) == 400 - tenantless


def run_in_thread(found: Message) -> bool:
    """Run a message; return whether it was put aside without having run."""
    try:
        return run(found).failed
    except Exception:
        return False
    finally:
        assert current_schema() == "public"
