"""What a printed sheet says beyond name and papers, masked and in full."""

import pytest

from accounts.roles import Role
from audit.models import AuditEntry
from crm.people import extra_fields
from crm.people.choices import ContactKind, FactKind
from crm.people.models import OverseasKin
from crm.people.printing import sheets, typesetting
from crm.people.values import ContactValues, PhoneValues
from tests.crm.people.test_sheets import (
    address_of,
    content_of,
    household,
    print_person,
    text_of,
)
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
    assert "海外亲属" not in text_of(print_person(people.person(), clerk), clerk)
    fields = AuditEntry.objects.filter(action="person.print").latest("at").fields
    assert {"contacts", "facts", "overseas_kin"} <= set(fields)


@pytest.mark.skipif(not typesetting.can_typeset(), reason="needs the font")
def test_no_number_on_the_sheet_of_a_household_runs_into_the_next_column(clerk):
    home = household(people.person(phones=(PhoneValues(number="13800138000"),)))
    sheet = sheets.print_household(
        household_id=home.pk, is_clear=True, reason="上门", address_of=address_of, by=clerk, now=NOW
    )
    sections = content_of(sheet, clerk)["sections"]
    members = next(section for section in sections if section["rows"])
    assert len(members["widths"]) == len(members["head"])
    # A4 with 20 mm on both sides; a digit of 10.5 pt is 2.06 mm wide, and 1 mm stands beside.
    width = 170 / sum(members["widths"])
    place = members["head"].index("证件号码")
    assert members["widths"][place] * width > 18 * 2.06 + 2
    assert typesetting.pdf(sheets.TEMPLATE, sheets.with_code(content_of(sheet, clerk)), now=NOW)
