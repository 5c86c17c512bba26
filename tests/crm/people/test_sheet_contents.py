"""What a printed sheet says beyond name and papers, masked and in full."""

import pytest

from accounts.roles import Role
from audit.models import AuditEntry
from crm.people import extra_fields
from crm.people.choices import ContactKind, FactKind
from crm.people.models import OverseasKin
from crm.people.values import ContactValues
from tests.crm.people.test_sheets import print_person, text_of
from tests.factories import people
from tests.factories.people import NOW
from tests.fixtures_accounts import make_account


@pytest.fixture
def clerk(north):
    return make_account(Role.CLERK)


def test_contacts_particulars_and_relatives_abroad_stand_on_the_sheet(clerk):
    field = extra_fields.add_field(label="爱好", kind=FactKind.TEXT, by=None, now=NOW)
    person = people.person(
        contacts=(ContactValues(kind=ContactKind.WECHAT, value="linxy1996"),),
        facts={
            "occupation": "retired",
            "left": "1958-03",
            "ethnic_group": "12",
            field.code: "下棋",
        },
        languages=("cmn", "nan"),
    )
    OverseasKin.objects.create(person=person, relation="SIB", country="ID", created_at=NOW)
    masked = text_of(print_person(person, clerk), clerk)
    for shown in ("微信", "退休", "1958-03", "闽南语", "兄弟姐妹", "印度尼西亚"):
        assert shown in masked
    for hidden in ("linxy1996", "侗族", "下棋"):
        assert hidden not in masked
    clear = text_of(print_person(person, clerk, is_clear=True, reason="办证"), clerk)
    for shown in ("linxy1996", "侗族", "下棋"):
        assert shown in clear
    fields = AuditEntry.objects.filter(action="person.print").latest("at").fields
    assert {"contacts", "facts", "overseas_kin"} <= set(fields)
