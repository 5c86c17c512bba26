"""Two records of one person, for tests of merging, and what the tables say afterwards."""

import datetime as dt

from django.apps import apps
from django.db import connection

from crm.people.choices import (
    ContactKind,
    DocumentKind,
    HouseholdRole,
    IdentityCode,
    IdentityState,
    KinBasis,
    KinCode,
    KinLink,
    MembershipKind,
    Precision,
    ResidenceRight,
    StayPurpose,
)
from crm.people.duplicates.scanning import scan
from crm.people.merging import services
from crm.people.models import (
    Consent,
    Household,
    HouseholdMember,
    IdentityGround,
    IdentityStep,
    Kinship,
    MergeOperation,
    OverseasKin,
    Person,
    Stay,
)
from crm.people.values import ContactValues, DocumentValues, IdentityValues, PhoneValues
from tests.factories import people
from tests.factories.people import NOW, resident_id

LATER = NOW + dt.timedelta(days=1)
BORN = dt.date(1958, 3, 2)


def register(full_name="曾庆红", **given) -> Person:
    plain = {"documents": (), "phones": (), "identities": (), "birth_date": BORN}
    return people.person(**plain | {"full_name": full_name} | given)


def merge(kept, gone, *, by, sides=None, now=LATER, **more) -> MergeOperation:
    return services.merge_people(
        kept_id=kept.pk, kept_version=kept.version, gone_id=gone.pk, gone_version=gone.version,
        sides=sides or {}, by=by, now=now, **more,
    )  # fmt: skip


def every_row() -> dict[str, list[str]]:
    """Return all rows of all tables of people as the database writes them, bytes in hex."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_app_config("people").get_models():
            if model is not MergeOperation:
                table = model._meta.db_table
                cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
                found[table] = sorted(row for (row,) in cursor.fetchall())
    return found


def full_pair() -> tuple[Person, Person]:
    """Return two records of one person with everything a record can have, some of it twice."""
    born = {"birth_date": BORN, "birth_precision": Precision.DAY}
    number = resident_id(BORN)
    one = register(
        documents=(DocumentValues(number=number),
                   DocumentValues(kind=DocumentKind.PASSPORT, number="E12345678")),
        phones=(PhoneValues(number="13800138000"), PhoneValues(number="13800138001")),
        contacts=(ContactValues(kind=ContactKind.WECHAT, value="zengqh58"),),
        identities=(IdentityValues(code=IdentityCode.RETURNED, country="ID"),),
        note="儿子在新加坡", facts={"occupation": "retired"}, **born,
    )  # fmt: skip
    other = register(
        "曾慶紅",
        documents=(DocumentValues(number=f"{number[:6]}{number[8:17]}"),),
        phones=(PhoneValues(number="13800138000"), PhoneValues(number="13800138002")),
        contacts=(ContactValues(kind=ContactKind.WECHAT, value="zengqh58"),
                  ContactValues(kind=ContactKind.EMAIL, value="zeng@example.org")),
        identities=(IdentityValues(code=IdentityCode.RETURNED, country="MY"),
                    IdentityValues(code=IdentityCode.RELATIVE)),
        former_names=("曾小红",), note="听力不好", address="厦门市湖里区1号",
        facts={"occupation": "worker", "period": "LQ"}, **born,
    )  # fmt: skip
    child, sibling, parent = register("李一"), register("李二"), register("李三")
    when = {"created_at": NOW}
    household = Household.objects.create(
        label="曾家", sort_key="zeng", updated_at=NOW, address="榕荫里12号", **when
    )
    elsewhere = Household.objects.create(label="女儿家", sort_key="li", updated_at=NOW, **when)
    for person, home, primary in ((one, household, False), (other, household, True),
                                  (other, elsewhere, True)):  # fmt: skip
        HouseholdMember.objects.create(
            household=home, person=person, role=HouseholdRole.OTHER, is_primary=primary,
            kind=MembershipKind.LIVING, **when,
        )  # fmt: skip
    blood = {"basis": KinBasis.BLOOD, **when}
    for person in (one, other):
        Kinship.objects.create(person=child, relative=person, link=KinLink.PARENT, **blood)
        Stay.objects.create(
            person=person, country="ID", begins_on=dt.date(1980, 1, 1),
            ends_on=dt.date(1990, 1, 1), right=ResidenceRight.LEGAL,
            purpose=StayPurpose.SETTLED, **when,
        )  # fmt: skip
        Consent.objects.create(
            person=person, purpose="register", wording="1", data_classes=["name"],
            given_by="self", channel="paper", given_on=dt.date(2026, 1, 1), **when,
        )  # fmt: skip
    Kinship.objects.create(person=other, relative=parent, link=KinLink.PARENT, **blood)
    first, second = sorted([other, sibling], key=lambda person: person.pk)
    Kinship.objects.create(person=first, relative=second, link=KinLink.SIBLING, **blood)
    abroad = OverseasKin.objects.create(
        person=other, relation=KinCode.SIBLING, country="ID", has_agreed=True, name="曾小明", **when
    )
    for person in (one, other):
        identity = person.identities.get(code=IdentityCode.RETURNED)
        IdentityStep.objects.create(
            identity=identity, to_state=IdentityState.SELF_DECLARED, happened_on=BORN, **when
        )
        IdentityGround.objects.create(
            identity=identity, kinship=child.kin.get(relative=person), **when
        )
    relation = other.identities.get(code=IdentityCode.RELATIVE)
    IdentityGround.objects.create(identity=relation, overseas_kin=abroad, **when)
    scan(now=NOW)
    return Person.objects.get(pk=one.pk), Person.objects.get(pk=other.pk)
