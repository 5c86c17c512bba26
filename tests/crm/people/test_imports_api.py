"""A file of people over REST: from sending it to taking it back, in the steps of the pages."""

import io
import uuid

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.roles import Role
from audit.models import AuditEntry
from crm.people.choices import FactKind, Status
from crm.people.extra_fields import add_field
from crm.people.importing import batches
from crm.people.models import ImportBatch, ImportRow, Person
from crm.people.services import set_status
from crm.people.values import DocumentValues
from tenants.context import inside
from tests.crm.people.test_api import send, with_token
from tests.crm.people.test_import import HEADINGS, line, workbook
from tests.factories import people
from tests.factories.people import NOW, resident_id

API = "/api/v1/imports/"


@pytest.fixture
def api(north):
    return with_token(north, Role.CLERK)


@pytest.fixture
def upload(api, work_off, tmp_path):
    """Give a function that sends rows as a file and lets the job look at it."""

    def take_in(*rows, headings=HEADINGS):
        data = workbook(tmp_path / "名册.xlsx", headings, *rows).read_bytes()
        with work_off():
            answer = api.post(API, {"file": SimpleUploadedFile("名册.xlsx", data)})
        assert answer.status_code == 201, answer.content
        return f"{API}{answer.json()['id']}/"

    return take_in


@pytest.fixture
def do(api, work_off):
    """Give a function that takes a step and lets its job run; it returns the import after that."""

    def step(place, verb, body=None):
        with work_off():
            answer = send(api, "post", f"{place}{verb}/", body or {})
        assert answer.status_code == 200, answer.content
        return api.get(place).json()

    return step


def test_a_program_brings_a_file_to_the_register_and_takes_it_back(api, upload, do):
    people.person(
        full_name="曾庆红", note="", documents=(DocumentValues(number=resident_id(sequence=8)),)
    )
    place = upload(line(1), line(2, 姓名="欧阳震华"), line(3, 常用电话="13800"), line(4), line(1))
    assert api.get(place).json()["state"] == "planned"
    (sheet,) = api.get(f"{place}sheets/").json()
    assert sheet["mapping"]["家庭住址"] == "address"
    assert resident_id(sequence=2) not in str(sheet), "cells are shown masked"

    found = do(place, "check")
    assert (found["state"], found["counts"]["error"], found["counts"]["create"]) == (
        "checked",
        1,
        2,
    )
    assert found["job"]["state"] == "done"
    asked = api.get(f"{place}questions/").json()
    (trouble,) = [each for each in asked["problems"] if each["severity"] == "error"]
    assert (trouble["field"], trouble["rows"], trouble["first_rows"]) == ("常用电话", 1, [5])
    assert {"code", "detail", "field"} <= set(trouble)
    assert (asked["undecided"], asked["going_in"]) == (1, 3)

    rows = api.get(f"{place}rows/", {"show": "decide"}).json()
    (row,) = rows["results"]
    assert row["allowed_decisions"] == ["", "update", "skip"]
    assert (row["matches"][0]["row"], row["matches"][0]["evidence"][0]) == (3, "same_paper")
    do(place, "decide", {"decisions": [{"row": row["id"], "decision": "skip"}]})
    assert Person.objects.count() == 1

    done = do(place, "run")
    assert (done["state"], done["counts"]["outcome_created"]) == ("done", 2)
    assert Person.objects.count() == 3
    created = api.get(f"{place}rows/", {"outcome": "created"}).json()
    assert {row["person"] for row in created["results"]} <= {
        str(pk) for pk in Person.objects.values_list("pk", flat=True)
    }

    file = send(api, "post", f"{place}file/", {})
    sheet = openpyxl.load_workbook(io.BytesIO(file.content)).active
    assert sheet.cell(1, sheet.max_column).value == "错误信息"
    assert AuditEntry.objects.filter(action="person.import_download").count() == 1

    assert do(place, "undo")["state"] == "undone"
    assert Person.objects.count() == 1
    assert [each["name"] for each in api.get(API).json()["results"]] == ["名册.xlsx"]


def test_what_was_edited_since_keeps_an_import_unless_a_part_is_asked_for(api, upload, do):
    place = upload(line(1), line(2, 姓名="欧阳震华"))
    do(place, "check")
    do(place, "run")
    edited = Person.objects.get(full_name="欧阳震华")
    set_status(person_id=edited.pk, version=edited.version, status=Status.MOVED, by=None, now=NOW)

    refused = send(api, "post", f"{place}undo/", {})
    assert refused.status_code == 409
    assert [(each["code"], each["field"]) for each in refused.json()] == [
        ("import_edited", None), ("changed_since", "rows.0.4"),
    ]  # fmt: skip
    assert Person.objects.count() == 2
    assert do(place, "undo", {"is_partial": True})["state"] == "undone"
    assert list(Person.objects.all()) == [edited]
    (kept,) = api.get(f"{place}rows/", {"show": "kept"}).json()["results"]
    assert (kept["row"], kept["reason"]) == (4, "changed_since")


def test_somebody_completed_and_edited_since_is_named_as_well(api, upload, do):
    known = people.person(note="", documents=(DocumentValues(number=resident_id(sequence=2)),))
    place = upload(line(1))
    do(place, "check")
    assert do(place, "run")["counts"]["outcome_updated"] == 1
    known.refresh_from_db()
    set_status(person_id=known.pk, version=known.version, status=Status.MOVED, by=None, now=NOW)
    refused = send(api, "post", f"{place}undo/", {})
    assert [each["field"] for each in refused.json()] == [None, "rows.0.3"]


def test_columns_and_repairs_are_corrected_one_by_one(api, upload, do):
    place = upload([*line(1, 性别="女性"), "会养蜂"], headings=[*HEADINGS, "积分"])
    answer = {"sheets": [{"sheet": 0, "mapping": {"积分": "note"}}]}
    do(place, "check", answer)
    asked = api.get(f"{place}questions/").json()
    classes = {repair["code"]: repair["is_refused"] for repair in asked["repairs"]}
    assert set(classes.values()) == {False}
    assert do(place, "check", {"repairs": {"code_word": "refuse"}})["counts"]["error"] == 1
    again = api.get(f"{place}questions/").json()
    assert {"code_word"} == {
        group["repair"] for group in again["problems"] if group["severity"] == "error"
    }
    # The column stays as corrected, and the class can be accepted after all.
    assert api.get(f"{place}sheets/").json()[0]["mapping"]["积分"] == "note"
    assert "error" not in do(place, "check", {"repairs": {"code_word": "accept"}})["counts"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sheets": [{"sheet": 7}]}, "sheets.0.sheet"),
        ({"sheets": [{"sheet": 0, "mapping": {"没有": "note"}}]}, "sheets.0.mapping.没有"),
        ({"sheets": [{"sheet": 0, "mapping": {"备注": "x"}}]}, "sheets.0.mapping.备注"),
        (
            {"sheets": [{"sheet": 0, "mapping": {"备注": "full_name"}}]},
            "sheets.0.mapping.备注",
        ),
        ({"sheets": [{"sheet": 0, "mapping": {"姓名": ""}}]}, "sheets.0.mapping"),
        (
            {"sheets": [{"sheet": 0, "settings": {"census_year": "1"}}]},
            "sheets.0.settings.census_year",
        ),
        ({"sheets": [{"sheet": 0, "settings": {"century": "18"}}]}, "sheets.0.settings.century"),
        ({"repairs": {"x": "accept"}}, "repairs.x"),
        ({"repairs": {"age": "perhaps"}}, "repairs.age"),
    ],
)
def test_a_wrong_correction_names_its_place(api, upload, body, field):
    place = upload(line(1))
    refused = send(api, "post", f"{place}check/", body)
    assert refused.status_code == 422, refused.content
    problems = refused.json()
    named = problems if isinstance(problems, list) else [problems]
    assert [each["field"] for each in named] == [field]
    assert api.get(place).json()["state"] == "planned"


def test_a_decision_that_does_not_fit_names_its_field(api, upload, do):
    place = upload(line(1))
    do(place, "check")
    row = ImportRow.objects.get()
    for key in (row.pk, uuid.uuid4()):
        body = {"decisions": [{"row": str(key), "decision": "update"}]}
        refused = send(api, "post", f"{place}decide/", body)
        assert (refused.status_code, refused.json()["field"]) == (422, "decisions")
    assert send(api, "post", f"{place}decide/", {"decisions": []}).status_code == 422


def test_a_step_out_of_turn_is_refused(api, upload, do):
    place = upload(line(1))
    for verb in ("run", "undo", "go-on"):
        refused = send(api, "post", f"{place}{verb}/", {})
        assert (refused.status_code, refused.json()["code"]) == (422, "import_state"), verb
    assert api.delete(place).status_code == 204
    assert not ImportBatch.objects.exists()


def test_a_step_whose_job_failed_goes_on(api, upload, do):
    place = upload(line(1))
    ImportBatch.objects.update(state="uploaded", plan=None)
    assert api.get(place).json()["is_stuck"]
    assert do(place, "go-on")["state"] == "planned"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.exe", b"x", "file_kind"),
        ("a.csv", b"", "file_empty"),
        ("a.xlsx", b"\x89PNG" * 9, "file_no_table"),
    ],
)
def test_a_file_that_is_none_is_refused_at_its_field(api, name, data, code):
    refused = api.post(API, {"file": SimpleUploadedFile(name, data)})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        422, code, "file",
    )  # fmt: skip
    missing = api.post(API, {})
    assert (missing.status_code, missing.json()[0]["field"]) == (422, "file")
    assert send(api, "post", API, {"file": "x"}).status_code == 415


def test_a_picture_named_like_a_table_fails_with_a_sentence(api, work_off, monkeypatch):
    monkeypatch.setattr(batches, "OPENED_AT_ONCE", 0)
    with work_off():
        place = (
            f"{API}{api.post(API, {'file': SimpleUploadedFile('a.xlsx', b'GIF89a')}).json()['id']}/"
        )
    found = api.get(place).json()
    assert found["state"] == "failed"
    assert found["problem"]


def test_a_file_sent_twice_with_its_key_is_one_import(api, tmp_path):
    data = workbook(tmp_path / "a.xlsx", HEADINGS, line(1)).read_bytes() + bytes(3_000_000)

    def post(content):
        return api.post(
            API, {"file": SimpleUploadedFile("a.xlsx", content)},
            headers={"Idempotency-Key": "k1"},
        )  # fmt: skip

    first, again, other = post(data), post(data), post(data + b"x")
    assert first.status_code == 201, first.content
    assert again.json() == first.json()
    assert again["Idempotent-Replay"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert ImportBatch.objects.count() == 1


def test_who_may_not_import_and_who_is_of_another_site_finds_nothing(north, south, upload):
    place = upload(line(1))
    member = with_token(north, Role.MEMBER)
    with inside(south):
        stranger = with_token(south, Role.CLERK)
    for client, status in ((member, 403), (stranger, 404)):
        for verb in ("", "sheets/", "questions/", "rows/"):
            assert client.get(f"{place}{verb}").status_code == status, verb
        for verb in ("headings", "check", "run", "undo", "go-on", "file"):
            assert send(client, "post", f"{place}{verb}/", {}).status_code == status, verb
        assert client.delete(place).status_code == status
    assert member.get(API).status_code == 403
    assert stranger.get(API).json()["results"] == []


def test_headings_are_said_and_the_file_is_looked_at_again(api, upload, do):
    place = upload(line(1))
    (sheet,) = api.get(f"{place}sheets/").json()
    assert (sheet["header_rows"], sheet["is_corrected"]) == ([2], False)
    assert resident_id(sequence=2) not in str(sheet["preview"]), "the preview is masked"
    again = do(place, "headings", {"sheet": 0, "header_rows": [1, 2]})
    assert again["state"] == "planned"
    (sheet,) = api.get(f"{place}sheets/").json()
    assert (sheet["header_rows"], sheet["is_corrected"]) == ([1, 2], True)
    for body, field in (
        ({"sheet": 0, "header_rows": [0]}, "header_rows.0"),
        ({"sheet": 0, "header_rows": [1, 2, 3, 4]}, "header_rows"),
        ({"header_rows": [1]}, "sheet"),
        ({"sheet": 9, "header_rows": [1]}, "sheets"),
        ({"sheet": 0, "header_rows": [3], "start": 2}, "sheets"),
    ):
        refused = send(api, "post", f"{place}headings/", body)
        problems = refused.json()
        named = problems if isinstance(problems, list) else [problems]
        assert (refused.status_code, [each["field"] for each in named]) == (422, [field])


def test_what_a_column_can_mean_is_listed(api):
    own = add_field(label="侨校", kind=FactKind.TEXT, by=None, now=NOW)
    codes = {each["code"] for each in api.get(f"{API}fields/").json()}
    assert {"full_name", "id_number", "not_collected"} <= codes
    assert f"fact:{own.code}" in codes
