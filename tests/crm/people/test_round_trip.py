"""A list that was taken along goes back in and changes nothing, whatever stood in it."""

import dataclasses
import datetime as dt
from collections import defaultdict

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from crm.people import extra_fields
from crm.people.cells import join, split
from crm.people.choices import (
    ContactKind,
    DocumentKind,
    ExportFormat,
    FactKind,
    IdentityCode,
    Precision,
    Sex,
)
from crm.people.errors import InvalidPersonError
from crm.people.exporting import requests
from crm.people.facts import CATALOGUE, choices_of, words_of
from crm.people.languages import LANGUAGES
from crm.people.models import OverseasKin, Person, PersonChange
from crm.people.selectors import people_with_parts, values_of
from crm.people.services import add_person
from crm.people.values import (
    ContactValues,
    DocumentValues,
    IdentityValues,
    PersonValues,
    PhoneValues,
)
from tests.factories.exports import taken_along, taken_in
from tests.factories.people import NOW, resident_id
from tests.fixtures_accounts import make_account


@pytest.fixture(autouse=True)
def no_files_yet(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def chief(north, monkeypatch):
    monkeypatch.setattr(requests, "ALONE_UP_TO", 10_000)
    return make_account(Role.ADMINISTRATOR, name="陈主任")


def everything_of(person):
    """Return what the import can know of somebody, without the days of other identities."""
    back = {IdentityCode.RETURNED, IdentityCode.RETURNED_STUDENT}
    values = values_of(person)
    identities = [
        (one.code, one.country, (one.since, one.since_precision) if one.code in back else None)
        for one in values.identities
    ]
    papers = [(one.kind, one.country, one.number.reveal()) for one in person.documents.all()]
    phones = [(one.number.reveal(), one.extension) for one in person.phones.all()]
    contacts = [(one.kind, one.value.reveal()) for one in person.contacts.all()]
    kin = [(one.relation, one.country) for one in person.overseas_kin.all()]
    address = person.address.reveal() if person.address else ""
    plain = dataclasses.replace(values, documents=(), phones=(), contacts=(), identities=())
    return (
        plain,
        sorted(identities, key=str),
        sorted(papers),
        phones,
        sorted(contacts),
        kin,
        address,
    )


# Property: what was written is read to the letter.

# What spreadsheets, totals, remarks and repairs would trip over.
_AWKWARD = [
    "=1+1", "'=1+1", "''@x", "'twas", "＋一", "-", "同上", "合计", "备注：", "无", "不详", "#N/A",
    "王芳（小）", "陈、林", "欧阳 震华", "007", "1.10105E+17", "㐂一", "𠮷田", "Nguyễn Văn A",
    "Mª José O'Neill", "已故", "12/5", "a;b,c|d", '"', "_x000D_", "１２３", "D’Souza",
]  # fmt: skip
_PLAIN_TEXT = st.text(
    st.characters(categories=("L", "N", "P", "S"), exclude_characters="*"), min_size=1, max_size=12
)
_TEXT = st.one_of(st.sampled_from(_AWKWARD), _PLAIN_TEXT)
_NOTE = st.lists(st.one_of(_TEXT, st.just("")), max_size=4).map("\n".join)
_COUNTRY = st.sampled_from(["ID", "MY", "HK", "WS", "AS", "SJ", "GB", "KR", "TW", "US", "CD"])
_SOME_COUNTRY = st.one_of(st.just(""), _COUNTRY)
_DAY = st.dates(dt.date(1900, 1, 1), dt.date(2025, 12, 31))
_PARTIAL = st.one_of(st.none(), st.tuples(_DAY, st.sampled_from(Precision)))
_PHONES = st.lists(
    st.sampled_from(
        ["13800138000", "0592-2211222", "020-83331234转801", "+62 812-3456-7890", "+1 415 555 2671",
         "+85291234567", "+886 912 345 678", "+44 20 7946 0958"]
    ),
    unique=True, max_size=3,
)  # fmt: skip
_OWN_FIELDS = {
    "x_1": FactKind.TEXT, "x_2": FactKind.CHOICE, "x_3": FactKind.NUMBER, "x_4": FactKind.FLAG
}  # fmt: skip


def _document(serial):
    """Return papers of every kind, sound and unsound, each nobody else's."""
    number = st.integers(0, 899_999).map(lambda offset: serial * 1_000_000 + offset + 10_000_000)
    digits = number.map(lambda one: f"{one % 100_000_000:08}")
    return st.one_of(
        digits.map(lambda one: DocumentValues(kind=DocumentKind.PASSPORT, number=f"E{one}")),
        st.tuples(digits, _COUNTRY).map(
            lambda pair: DocumentValues(
                kind=DocumentKind.PASSPORT, number=f"K{pair[0]}", country=pair[1]
            )
        ),
        digits.map(
            lambda one: DocumentValues(
                kind=DocumentKind.HOME_RETURN_PERMIT, number=f"H{one}", issuing_place="福建"
            )
        ),
        digits.map(lambda one: DocumentValues(kind=DocumentKind.TAIWAN_PERMIT, number=one)),
        digits.map(
            lambda one: DocumentValues(kind=DocumentKind.OTHER, number=f"甲 {one}", country="TH")
        ),
        # A number whose check digit is wrong, as it stands on the paper.
        digits.map(lambda one: DocumentValues(number=f"35020319491{one[:7]}")),
    )


def _fact(fact):
    words = list(words_of(fact))
    if fact.kind in {FactKind.CHOICE, FactKind.FLAG}:
        return st.sampled_from([*choices_of(fact), *words])
    given_by_kind = {
        FactKind.COUNTRY: _COUNTRY,
        FactKind.DATE: st.sampled_from(["1958", "1958-03", "1958-03-09"]),
        FactKind.YEAR: st.just("1958"),
        FactKind.NUMBER: st.sampled_from(["3.50", "007", "0"]),
        FactKind.TEXT: _TEXT,
    }
    return st.one_of(given_by_kind[fact.kind], st.sampled_from(words))


_FACTS = st.fixed_dictionaries(
    {},
    optional={code: _fact(fact) for code, fact in CATALOGUE.items()}
    | {
        "x_1": _TEXT, "x_2": st.sampled_from(["常来", "不常来"]), "x_3": st.just("12"),
        "x_4": st.sampled_from(["yes", "no", "unknown"]),
    },
)  # fmt: skip


@st.composite
def _person(draw, serial):
    born = draw(_PARTIAL)
    identities = draw(st.lists(st.sampled_from(IdentityCode), unique=True, max_size=4))
    documents = draw(st.lists(_document(serial), max_size=3, unique_by=lambda one: one.kind))
    if draw(st.booleans()) and born is None:
        documents.append(DocumentValues(number=resident_id(sequence=serial * 2)))
    sinces = [draw(_PARTIAL) for _one in identities]
    return PersonValues(
        full_name=draw(_TEXT),
        former_names=tuple(draw(st.lists(_TEXT, max_size=2))),
        other_names=tuple(draw(st.lists(_TEXT, max_size=2))),
        surname_reading=draw(st.sampled_from(["", "zeng", "ou yang"])),
        sex=draw(st.sampled_from(Sex)) if not documents else Sex.UNKNOWN,
        birth_date=born[0] if born else None,
        birth_precision=born[1] if born else None,
        nationality=draw(_SOME_COUNTRY),
        region_code=draw(st.sampled_from(["", "350000", "350203"])),
        address=draw(st.one_of(st.just(""), _TEXT)),
        languages=tuple(draw(st.lists(st.sampled_from(list(LANGUAGES)), unique=True, max_size=3))),
        facts=draw(_FACTS),
        note=draw(_NOTE),
        documents=tuple(documents),
        phones=tuple(PhoneValues(number=one) for one in draw(_PHONES)),
        contacts=draw(
            st.sampled_from(
                [
                    (),
                    (ContactValues(kind=ContactKind.WECHAT, value="=abc-1"),),
                    (
                        ContactValues(kind=ContactKind.EMAIL, value="Lin+1@example.org"),
                        ContactValues(kind=ContactKind.QQ, value="12345"),
                        ContactValues(kind=ContactKind.ADDRESS_ABROAD, value="Via Roma 1、2楼"),
                        ContactValues(kind=ContactKind.ADDRESS_ABROAD, value="12 High St"),
                    ),
                ]
            )
        ),
        identities=tuple(
            IdentityValues(
                code=code, country=draw(_SOME_COUNTRY), since=since[0] if since else None,
                since_precision=since[1] if since else None,
            )
            for code, since in zip(identities, sinces, strict=True)
        ),
    )  # fmt: skip


_CROWD = st.tuples(*[_person(serial) for serial in range(1, 7)])


@pytest.mark.parametrize("file_format", ExportFormat)
def test_exporting_and_importing_changes_nothing_whoever_is_on_record(chief, tmp_path, file_format):
    for code, kind in _OWN_FIELDS.items():
        options = ["常来", "不常来"] if kind is FactKind.CHOICE else []
        field = extra_fields.add_field(
            label=f"自设{code}", kind=kind, options=options, by=None, now=NOW
        )
        assert field.code == code

    @settings(
        max_examples=5, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip
    @given(_CROWD)
    def check(crowd):
        with transaction.atomic():
            for values in crowd:
                try:
                    person = add_person(values=values, by=None, now=NOW).person
                except InvalidPersonError:
                    continue  # two of the texts came to the same once they were clean
                OverseasKin.objects.create(person=person, relation="SIB", created_at=NOW)
                OverseasKin.objects.create(
                    person=person, relation="PAR", country="MY", created_at=NOW
                )
            before = list(Person.objects.order_by("id").values())
            assume(before)
            path = taken_along(chief, tmp_path / "list", file_format=file_format)
            assert taken_in(path) == [("skip", [])] * len(before)
            assert list(Person.objects.order_by("id").values()) == before
            assert not PersonChange.objects.filter(cause="import").exists()
            assert OverseasKin.objects.count() == 2 * len(before)

            # On a register where nobody is yet, the same people come of it.
            then = defaultdict(list)
            for person in people_with_parts():
                then[person.full_name].append(everything_of(person))
            Person.objects.all().delete()
            taken_in(path)
            for person in people_with_parts():
                assert everything_of(person) in then[person.full_name]
            transaction.set_rollback(True)

    check()


@given(st.lists(_TEXT.map(lambda text: text.replace("\n", "")).filter(bool)))
def test_what_is_joined_comes_apart_again(parts):
    assert split(join(parts)) == parts
