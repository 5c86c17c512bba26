"""Printed sheets: what stands on them, who may see them, and the check of their numbers."""

import datetime as dt
import hashlib
import re
import shutil
import subprocess

import pytest
from django.urls import reverse

from accounts.roles import Role
from audit.models import AuditEntry
from audit.selectors import who_looked
from config import doctor
from crm.people.choices import (
    HouseholdRole,
    IdentityCode,
    IdentityState,
    MembershipKind,
)
from crm.people.models import (
    Household,
    HouseholdMember,
    Person,
    PersonIdentity,
    PrintedSheet,
)
from crm.people.printing import sheets, typesetting
from crm.people.printing.contents import recognised
from crm.people.printing.errors import (
    FontMissingError,
    PrintNotAllowedError,
    PrintReasonMissingError,
    SheetGoneError,
)
from crm.people.values import DocumentValues, IdentityValues, PhoneValues
from tenants.context import inside
from tenants.doctor import Level
from tests.factories import people
from tests.factories.people import NOW, resident_id
from tests.fixtures_accounts import client_of, make_account

LATER = NOW + dt.timedelta(hours=1)
# Characters of names that most fonts lack: two of extension E, one each of A and B, a common one.
RARE = "𬭎𫖯䶮㛃𠅤喆"


@pytest.fixture
def clerk(north):
    return make_account(Role.CLERK)


@pytest.fixture
def no_font(monkeypatch):
    monkeypatch.setattr(typesetting, "_fonts", lambda: None)


def address_of(serial):
    return f"https://north.test/people/check/?n={serial}"


def print_person(person, by, *, now=NOW, **changes):
    return sheets.print_person(
        person_id=person.pk, address_of=address_of, by=by, now=now, **changes
    )


def content_of(sheet, by, *, now=NOW):
    return sheets.own_sheet(serial=sheet.serial, by=by, now=now)[1]


def text_of(sheet, by):
    return str(content_of(sheet, by)["sections"])


def recognise(person):
    identity = person.identities.get()
    identity.state, identity.recognised_by = IdentityState.RECOGNISED, "厦门市侨办"
    identity.recognised_on, identity.certificate = dt.date(2020, 5, 1), "厦侨证12345678"
    identity.save()


def household(*members):
    home = Household.objects.create(
        label="曾家", number="3-12", address="厦门市思明区榕荫里12号", sort_key="zengjia",
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    for person in members:
        HouseholdMember.objects.create(
            household=home, person=person, role=HouseholdRole.HEAD, kind=MembershipKind.LIVING,
            created_at=NOW,
        )  # fmt: skip
    return home


# What stands on a sheet.


def test_a_sheet_is_masked_unless_there_is_a_reason(clerk):
    number = resident_id()
    person = people.person(
        documents=(DocumentValues(number=number),), phones=(PhoneValues(number="13800138000"),),
        note="住院",
    )  # fmt: skip
    masked = text_of(print_person(person, clerk), clerk)
    assert "138****8000" in masked
    for hidden in (number, "13800138000", "榕荫里", "1949-12", "住院"):
        assert hidden not in masked

    with pytest.raises(PrintReasonMissingError):
        print_person(person, clerk, is_clear=True, reason=" ")
    clear = text_of(print_person(person, clerk, is_clear=True, reason="办证"), clerk)
    for shown in (number, "138 0013 8000", "榕荫里", "1949-12-31", "住院"):
        assert shown in clear


def test_full_numbers_take_the_right_to_see_them(north):
    lead = make_account(Role.VOLUNTEER_LEAD)
    with pytest.raises(PrintNotAllowedError):
        print_person(people.person(), lead, is_clear=True, reason="办证")
    assert not PrintedSheet.objects.exists()


@pytest.mark.parametrize("state", [s for s in IdentityState if s is not IdentityState.RECOGNISED])
def test_only_a_recognised_identity_stands_on_paper(clerk, state):
    person = people.person(identities=(IdentityValues(code=IdentityCode.RETURNED, country="ID"),))
    ended = {"ended_on": dt.date(2021, 1, 1)} if state is IdentityState.ENDED else {}
    PersonIdentity.objects.filter(person=person).update(state=state, **ended)
    assert "归侨" not in text_of(print_person(person, clerk), clerk)
    assert recognised(person) == []


def test_a_recognised_identity_says_by_whom_and_when(clerk):
    person = people.person(identities=(IdentityValues(code=IdentityCode.RETURNED, country="ID"),))
    recognise(person)
    text = text_of(print_person(person, clerk), clerk)
    assert "厦门市侨办" in text
    assert "2020-05-01" in text
    assert "厦侨证12345678" not in text


def test_the_person_can_read_that_it_was_printed(clerk):
    person = people.person()
    sheet = print_person(person, clerk, reason="上门走访")
    (look,) = who_looked(person.pk, now=LATER).looks
    assert (look.verb, look.reason) == ("print", "上门走访")
    assert "documents" in look.fields
    assert "note" not in look.fields
    assert AuditEntry.objects.get(action="person.print").detail == {
        "sheet": sheet.serial, "kind": "person", "in_full": False
    }  # fmt: skip


def test_a_household_sheet_names_those_who_live_there_now_and_tells_each(clerk):
    first, second, moved = (
        people.person(),
        people.person(full_name="陈二"),
        people.person(full_name="林三"),
    )
    home = household(first, second, moved)
    HouseholdMember.objects.filter(person=moved).update(valid_to=dt.date(2025, 1, 1))
    sheet = sheets.print_household(household_id=home.pk, address_of=address_of, by=clerk, now=NOW)
    text = text_of(sheet, clerk)
    assert "曾庆红" in text
    assert "陈二" in text
    assert "林三" not in text
    assert "榕荫里" not in text
    told = AuditEntry.objects.filter(action="person.print").values_list("person_key", flat=True)
    assert set(told) == {first.pk, second.pk}


# Its day, and its number.


def test_a_sheet_is_shown_for_a_day_to_who_printed_it(clerk):
    other = make_account(Role.CLERK)
    sheet = print_person(people.person(), clerk)
    raw = PrintedSheet.objects.values_list("content", flat=True).get()
    assert "曾庆红".encode() not in bytes(raw)
    with pytest.raises(SheetGoneError):
        content_of(sheet, other)
    end = NOW + sheets.KEPT
    with pytest.raises(SheetGoneError):
        content_of(sheet, clerk, now=end)
    assert sheets.empty_sheets(now=end - dt.timedelta(seconds=1)) == 0
    assert sheets.empty_sheets(now=end) == 1
    sheet.refresh_from_db()
    assert sheet.content is None
    assert sheets.check_sheet(sheet.serial)


def test_a_number_tells_its_day_and_whether_a_newer_sheet_exists(clerk):
    person = people.person()
    first = print_person(person, clerk)
    print_person(people.person(), clerk, now=LATER)
    assert sheets.check_sheet(first.serial) == sheets.Check(dt.date(2026, 3, 2), is_newest=True)
    second = print_person(person, clerk, now=LATER)
    assert not sheets.check_sheet(first.serial).is_newest
    assert sheets.check_sheet(sheets.spaced(second.serial).lower()).is_newest
    for wrong in ("", "AAAA-BBBB-CCCC", first.serial[:-1], first.serial + "A"):
        assert sheets.check_sheet(wrong) is None


def test_numbers_differ_and_hold_no_letters_that_are_mistaken(clerk):
    person = people.person()
    serials = {print_person(person, clerk).serial for _ in range(20)}
    assert len(serials) == 20
    assert all(re.fullmatch("[2-9A-HJ-NP-Z]{12}", serial) for serial in serials)


# The document.


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler reads the PDF back")
def test_the_pdf_holds_the_text_rare_characters_too_with_its_fonts(clerk, tmp_path):
    person = people.person(full_name=f"{RARE} #let *x*")
    sheet = print_person(person, clerk)
    content = sheets.with_code(content_of(sheet, clerk))
    path = tmp_path / "sheet.pdf"
    path.write_bytes(typesetting.pdf(sheets.TEMPLATE, content, now=NOW))

    def read(*command):
        return subprocess.run([*command], capture_output=True, check=True, text=True).stdout

    text = read("pdftotext", "-layout", str(path), "-")
    assert f"{RARE} #let *x*" in text
    assert sheets.spaced(sheet.serial) in text
    assert "2026 年 3 月 2 日" in text
    info = read("pdfinfo", str(path))
    assert re.search(r"Tagged: +yes", info)
    assert re.search(r"Pages: +1\n", info)
    fonts = read("pdffonts", str(path)).splitlines()[2:]
    assert fonts
    assert all("NotoSansCJKsc" in font and " yes yes yes " in font for font in fonts)


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler reads the PDF back")
@pytest.mark.parametrize("rows", range(10, 40))
def test_no_page_holds_the_seal_alone(rows, tmp_path):
    table = {"title": "证件", "facts": [], "head": ["种类"], "rows": [["护照"]] * rows, "empty": ""}
    content = {
        "title": "人员登记表", "site": "侨之家", "number": "编号", "address": "https://x.test/",
        "check": "扫码", "sections": [table], "closing": "以上内容属实。", "seal": "（印章）",
        "day": "2026 年 3 月 2 日", "footer": "页脚",
    }  # fmt: skip
    path = tmp_path / "sheet.pdf"
    path.write_bytes(typesetting.pdf(sheets.TEMPLATE, sheets.with_code(content), now=NOW))
    text = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, text=True
    ).stdout
    (page,) = [page for page in text.split("\f") if "（印章）" in page]
    assert page.index("以上内容属实。") < page.index("2026 年 3 月 2 日")


def test_pages_are_pictures_for_phones(clerk):
    sheet = print_person(people.person(), clerk)
    content = sheets.with_code(content_of(sheet, clerk))
    (page,) = typesetting.pictures(sheets.TEMPLATE, content)
    assert page.startswith(b"\x89PNG")
    assert len(page) > 20_000


def test_the_font_is_the_one_that_debian_ships():
    folder = typesetting.font_folder()
    assert typesetting.can_typeset()
    content = (folder / "NotoSansCJK-Regular.ttc").read_bytes()
    # Debian 12, fonts-noto-cjk 1:20220127+repack1-1 (Noto Sans CJK 2.004).
    assert hashlib.sha256(content).hexdigest() == (
        "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a"
    )


def test_the_doctor_says_whether_documents_can_be_set(monkeypatch):
    (found,) = doctor.fonts()
    assert found.level == Level.OK
    monkeypatch.setattr(doctor, "can_typeset", lambda: False)
    (found,) = doctor.fonts()
    assert found.level == Level.WARNING
    assert "fonts-noto-cjk" in found.remedy


@pytest.mark.usefixtures("no_font")
def test_without_a_font_there_is_a_sentence_and_never_a_blank_document():
    with pytest.raises(FontMissingError):
        typesetting.pdf(sheets.TEMPLATE, {}, now=NOW)
    with pytest.raises(FontMissingError):
        typesetting.pictures(sheets.TEMPLATE, {})


# Pages.


def url(name, *args):
    return reverse(f"people:{name}", args=args)


def test_from_the_person_to_paper(clerk_client, guest_client):
    person = people.person(phones=(PhoneValues(number="13800138000"),))
    assert url("print", person.pk) in clerk_client.get(url("detail", person.pk)).content.decode()
    assert clerk_client.get(url("print", person.pk)).status_code == 200
    response = clerk_client.post(url("print", person.pk))
    serial = PrintedSheet.objects.get().serial
    assert response["Location"] == url("sheet", serial)

    page = clerk_client.get(url("sheet", serial)).content.decode()
    assert "曾庆红" in page
    assert "138****8000" in page
    assert 'class="qr"' in page
    assert "MicroMessenger" not in page
    pdf = clerk_client.get(url("sheet-pdf", serial))
    assert pdf.content.startswith(b"%PDF")
    assert pdf["Content-Disposition"].startswith("attachment;")
    assert "no-store" in pdf["Cache-Control"]
    assert (
        url("sheet-picture", serial, 1)
        in clerk_client.get(url("sheet-pictures", serial)).content.decode()
    )
    assert clerk_client.get(url("sheet-picture", serial, 1))["Content-Type"] == "image/png"
    assert clerk_client.get(url("sheet-picture", serial, 2)).status_code == 404

    checked = guest_client.get(url("sheet-check"), {"n": sheets.spaced(serial)}).content.decode()
    assert "notice-good" in checked
    for private in ("曾庆红", str(person.pk), "8000"):
        assert private not in checked
    clerk_client.post(url("print", person.pk))
    assert "notice-warn" in guest_client.get(url("sheet-check"), {"n": serial}).content.decode()
    unknown = guest_client.get(url("sheet-check"), {"n": "AAAABBBBCCCC"}).content.decode()
    assert "notice-bad" in unknown
    assert guest_client.get(url("sheet-check")).status_code == 200


def test_full_numbers_on_paper_ask_what_for(clerk_client):
    person = people.person()
    response = clerk_client.post(url("print", person.pk), {"is_clear": "on", "reason": ""})
    assert response.status_code == 422
    assert "checked" in response.content.decode()
    clerk_client.post(url("print", person.pk), {"is_clear": "on", "reason": "办证"})
    assert PrintedSheet.objects.get().is_clear


def test_a_household_is_printed(clerk_client):
    person = people.person()
    home = household(person)
    assert (
        url("print-household", home.pk)
        in clerk_client.get(url("print", person.pk)).content.decode()
    )
    assert "曾家" in clerk_client.get(url("print-household", home.pk)).content.decode()
    response = clerk_client.post(url("print-household", home.pk), follow=True)
    assert "曾庆红" in response.content.decode()


@pytest.mark.usefixtures("no_font")
def test_without_a_font_the_page_itself_is_printed(clerk_client):
    person = people.person()
    clerk_client.post(url("print", person.pk))
    serial = PrintedSheet.objects.get().serial
    page = clerk_client.get(url("sheet", serial)).content.decode()
    assert "曾庆红" in page
    assert url("sheet-pdf", serial) not in page
    for name in ("sheet-pdf", "sheet-pictures"):
        assert clerk_client.get(url(name, serial))["Location"] == url("sheet", serial)
    assert clerk_client.get(url("sheet-picture", serial, 1)).status_code == 404


def test_wechat_is_told_to_open_a_browser(clerk_client):
    person = people.person()
    clerk_client.post(url("print", person.pk))
    serial = PrintedSheet.objects.get().serial
    wechat = {"user-agent": "Mozilla/5.0 MicroMessenger/8.0"}
    plain = clerk_client.get(url("sheet", serial)).content.decode()
    hinted = clerk_client.get(url("sheet", serial), headers=wechat).content.decode()
    assert hinted.count('class="notice ') == plain.count('class="notice ') + 1


def test_a_sheet_is_for_who_made_it_and_for_this_site(clerk_client, southern_client, north, south):
    person = people.person()
    clerk_client.post(url("print", person.pk))
    serial = PrintedSheet.objects.get().serial
    colleague = client_of(north, Role.CLERK)
    assert colleague.get(url("sheet", serial)).status_code == 410
    assert southern_client.get(url("sheet", serial)).status_code == 410
    assert southern_client.post(url("print", person.pk)).status_code == 404
    assert "notice-bad" in southern_client.get(url("sheet-check"), {"n": serial}).content.decode()
    with inside(south):
        assert not Person.objects.exists()
