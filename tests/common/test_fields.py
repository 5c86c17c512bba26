"""Sealed columns, over a scratch table in SQLite: the rules are the same on every database."""

import copy
import json
import pickle
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.exceptions import FieldError, ValidationError
from django.core.validators import RegexValidator
from django.db import connections, models
from django.db.models import F, Value
from django.forms import modelform_factory
from django.template import Context, Engine
from django.test.utils import isolate_apps

from common import fields as fields_module
from common.crypto import TamperedError
from common.fields import BlindIndexField, EncryptedTextField, Masked, UnboundValueError
from common.ids import uuid7
from common.keys import KeyDestroyedError, Keystore
from common.masking import mask_id_number

NUMBER = "11010519491231002X"
OTHER = "440524188001010014"
MASK = "110***********002X"


class ScratchManager(models.Manager):
    def get_queryset(self):
        return super().get_queryset().using("scratch")


with isolate_apps("common"):

    class Paper(models.Model):
        id = models.UUIDField(primary_key=True, default=uuid7)
        title = models.CharField(max_length=20, default="", blank=True)
        number = EncryptedTextField(
            mask=mask_id_number, validators=[RegexValidator(r"^[0-9X]+$", "digits only")]
        )
        note = EncryptedTextField(null=True, blank=True)
        number_index = BlindIndexField(null=True, editable=False)

        objects = ScratchManager()

        class Meta:
            app_label = "common"

        def __str__(self) -> str:
            return self.title


@pytest.fixture
def store(tmp_path) -> Keystore:
    store = Keystore.create_master(tmp_path / "keys")
    store.create("t_north")
    store.create("t_south")
    return store


@pytest.fixture(autouse=True)
def schema(monkeypatch, store, settings, django_db_blocker) -> Iterator[list[str]]:
    """Stand in schema t_north; whoever changes the item stands elsewhere."""
    where = ["t_north"]
    settings.CIPHER_SUITE = 1
    monkeypatch.setattr(fields_module, "keystore", lambda: store)
    monkeypatch.setattr(fields_module, "current_schema", lambda: where[0])
    scratch = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "OPTIONS": {}}
    connections.settings["scratch"] = connections.settings["default"] | scratch
    with django_db_blocker.unblock():
        with connections["scratch"].schema_editor() as editor:
            editor.create_model(Paper)
        yield where
        connections["scratch"].close()
    del connections["scratch"]
    del connections.settings["scratch"]


def stored(paper: Paper, column: str = "number") -> bytes:
    """Return what the database holds."""
    with connections["scratch"].cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM common_paper WHERE id = %s", [paper.pk.hex])
        return bytes(cursor.fetchone()[0])


def reread(paper: Paper) -> Paper:
    return Paper.objects.get(pk=paper.pk)


def make(**values) -> Paper:
    return Paper.objects.create(**({"number": NUMBER} | values))


def test_a_saved_value_comes_back_and_the_database_holds_a_record():
    paper = make()
    assert reread(paper).number.reveal() == NUMBER
    record = stored(paper)
    assert len(record) == 48
    assert NUMBER.encode() not in record


def test_every_way_to_print_it_shows_the_mask():
    for paper in (Paper(number=NUMBER), make(), reread(make())):
        value = paper.number
        template = Engine().from_string("{{ paper.number }}|{{ paper.number|upper }}")
        assert str(value) == f"{value}" == "%s" % value == MASK  # noqa: UP031
        assert f"{value:>20}" == f"  {MASK}"
        assert template.render(Context({"paper": paper})) == f"{MASK}|{MASK}"
        assert MASK in repr(value)
        assert NUMBER not in f"{paper.__dict__} {vars(paper)!r} {value!r}"


def test_serializers_get_no_clear_text():
    value = make().number
    with pytest.raises(TypeError):
        json.dumps({"number": value})
    with pytest.raises(TypeError):
        pickle.dumps(value)
    assert Paper._meta.get_field("number").value_to_string(make()) == MASK


def test_a_field_without_a_mask_shows_nothing():
    assert str(make(note="a secret").note) == "***"


def test_null_stays_null():
    paper = make(note=None)
    assert reread(paper).note is None
    assert list(Paper.objects.filter(note__isnull=True)) == [paper]


def test_a_value_can_be_changed_and_saving_again_keeps_it():
    paper = reread(make())
    paper.number = OTHER
    paper.save(update_fields=["number"])
    assert reread(paper).number.reveal() == OTHER
    again = reread(paper)
    before = stored(again)
    again.title = "new"
    again.save()
    assert stored(again) == before


def test_after_saving_the_clear_text_is_no_longer_in_memory():
    paper = make()
    assert isinstance(paper.__dict__["number"], bytes)
    assert paper.number.reveal() == NUMBER


def test_bulk_create_and_bulk_update_bind_each_value_to_its_row():
    papers = Paper.objects.bulk_create([Paper(number=f"{n}") for n in range(5)])
    assert [reread(paper).number.reveal() for paper in papers] == list("01234")
    for paper in papers:
        paper.number = f"new {paper.number.reveal()}"
        paper.note = "n" if paper.number.reveal() == "new 3" else None
    Paper.objects.bulk_update(papers, ["number", "note"])
    assert [reread(paper).number.reveal() for paper in papers] == [f"new {n}" for n in range(5)]
    assert reread(papers[3]).note.reveal() == "n"
    assert reread(papers[2]).note is None


@pytest.mark.parametrize("value", [NUMBER, b"bytes", Value(NUMBER), F("note")])
def test_update_without_a_row_is_refused(value):
    paper = make()
    before = stored(paper)
    with pytest.raises(UnboundValueError, match="save"):
        Paper.objects.filter(pk=paper.pk).update(number=value)
    assert stored(paper) == before


def test_update_with_the_value_of_another_row_is_refused():
    first, second = make(), make(number=OTHER)
    before = stored(second)
    for value in (first.number, reread(first).number):
        with pytest.raises(UnboundValueError):
            Paper.objects.filter(pk=second.pk).update(number=value)
    assert stored(second) == before


def test_update_may_empty_it():
    paper = make(note="n")
    Paper.objects.update(note=None)
    assert reread(paper).note is None


def test_deferred_columns_are_read_when_asked_for(django_assert_num_queries):
    pk = make(note="n").pk
    for paper in (Paper.objects.only("title").get(pk=pk), Paper.objects.defer("number").get(pk=pk)):
        assert "number" not in paper.__dict__
        with django_assert_num_queries(1, using="scratch"):
            assert paper.number.reveal() == NUMBER
        paper.save()
        assert reread(paper).number.reveal() == NUMBER


def test_refreshing_forgets_what_was_not_saved():
    paper = make()
    paper.number = OTHER
    paper.refresh_from_db()
    assert paper.number.reveal() == NUMBER
    Paper.objects.bulk_update([Paper(pk=paper.pk, number=OTHER)], ["number"])
    paper.refresh_from_db(fields=["number"])
    assert paper.number.reveal() == OTHER


def test_a_record_moved_to_another_row_does_not_open_and_cannot_be_saved():
    first, second = make(), make(number=OTHER)
    with connections["scratch"].cursor() as cursor:
        cursor.execute(
            "UPDATE common_paper SET number = %s WHERE id = %s", [stored(first), second.pk.hex]
        )
    moved = reread(second)
    for attempt in (moved.number.reveal, lambda: str(moved.number), moved.save):
        with pytest.raises(TamperedError):
            attempt()


def test_a_row_read_in_another_schema_does_not_open(schema):
    paper = make()
    schema[0] = "t_south"
    with pytest.raises(TamperedError):
        reread(paper).number.reveal()


def test_a_copied_row_is_not_saved_with_the_seal_of_its_original():
    paper = make()
    paper.pk = uuid7()
    paper._state.adding = True
    with pytest.raises(TamperedError):
        paper.save()


def test_a_value_given_to_another_row_is_sealed_for_that_row():
    first = reread(make())
    second = make(number=first.number)
    assert stored(first) != stored(second)
    assert reread(second).number.reveal() == NUMBER


def test_a_value_needs_the_key_of_its_row():
    paper = Paper(number=NUMBER)
    paper.pk = None
    with pytest.raises(UnboundValueError, match="primary key"):
        paper.number.sealed()


def test_its_own_mask_is_never_taken_for_a_value():
    paper = make()
    with pytest.raises(ValueError, match="mask"):
        paper.number = str(paper.number)
    assert paper.number.reveal() == NUMBER


@pytest.mark.parametrize("value", [5, b"x", object(), Value(NUMBER)])
def test_only_text_is_a_value(value):
    with pytest.raises(TypeError, match="takes text"):
        Paper(number=value)


@pytest.mark.parametrize("lookup", ["number", "number__in", "number__contains", "number__gt"])
def test_it_cannot_be_searched(lookup):
    with pytest.raises(FieldError):
        Paper.objects.filter(**{lookup: NUMBER}).exists()


def test_values_gives_the_record_and_no_clear_text():
    paper = make()
    assert Paper.objects.values_list("number", flat=True).get() == stored(paper)


def test_validators_see_the_clear_text():
    Paper(number=NUMBER).clean_fields()
    with pytest.raises(ValidationError, match="digits only"):
        Paper(number="not a number").clean_fields()
    with pytest.raises(ValidationError) as refused:
        Paper(number="").clean_fields()
    assert set(refused.value.error_dict) == {"number"}


def test_a_form_takes_clear_text():
    form_class = modelform_factory(Paper, fields=["number"])
    form = form_class({"number": OTHER}, instance=make())
    assert form.is_valid()
    form.save(commit=False).save(using="scratch")
    assert {paper.number.reveal() for paper in Paper.objects.all()} == {OTHER}
    assert NUMBER not in str(form_class(instance=make()))


def test_values_are_equal_to_each_other_and_never_to_text():
    assert make().number == make().number
    assert make().number != make(number=OTHER).number
    assert make().number != NUMBER
    assert (bool(make().number), bool(make(number="").number)) == (True, False)
    assert isinstance(make().number, Masked)


def test_an_instance_can_be_copied_and_pickled(monkeypatch):
    monkeypatch.setitem(apps.get_app_config("common").models, "paper", Paper)
    paper = make()
    for twin in (copy.deepcopy(paper), copy.copy(paper), pickle.loads(pickle.dumps(paper))):
        assert twin.number.reveal() == NUMBER


def test_both_suites_are_read_whichever_is_written(settings):
    old = make()
    settings.CIPHER_SUITE = 2
    new = make(number=OTHER)
    assert (stored(old)[0], stored(new)[0]) == (1, 2)
    assert reread(old).number.reveal() == NUMBER
    assert reread(new).number.reveal() == OTHER


def test_rotated_keys_seal_new_values_and_open_old_ones(store):
    old = make()
    store.rotate("t_north")
    new = make()
    assert (stored(old)[1], stored(new)[1]) == (1, 2)
    assert reread(old).number.reveal() == reread(new).number.reveal() == NUMBER


def test_without_the_key_nothing_is_left(store):
    paper = make()
    store.destroy("t_north")
    with pytest.raises(KeyDestroyedError):
        reread(paper).number.reveal()


def test_migrations_do_not_hold_the_mask():
    _name, path, args, kwargs = Paper._meta.get_field("number").deconstruct()
    assert (path, args) == ("common.fields.EncryptedTextField", [])
    assert "mask" not in kwargs
    assert Paper._meta.get_field("number_index").max_length == 16
