"""Everything the site holds on one person, for that person: as JSON, and as PDF to read.

The tables are found from the models, not listed: whatever refers to a person, and whatever refers
to that in turn, comes along. What would tell of somebody else stays out (requirements K5): who the
relative or the other members of a household are, who on the staff wrote a row, the columns of
`ABOUT_OTHERS`, and free text in tables that join two people.
"""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import override
from django_countries import countries

from accounts.models import User
from accounts.roles import STAFF_ROLES, Role
from audit import selectors as audit_selectors
from audit import services as audit
from common.fields import BlindIndexField, EncryptedTextField, Masked
from crm.people.facts import value_text
from crm.people.languages import LANGUAGES
from crm.people.models import Person, PersonChange
from crm.people.printing import typesetting
from crm.people.printing.contents import Section, day_words
from crm.people.selectors import fact_catalogue
from crm.people.services import OBJECT_TYPE as PERSON_TYPE
from network.models import Region
from network.selectors import region_full_name
from tenants.context import site_name

FORMAT = "qiaojia-person/1"
# Columns that tell of somebody else, by "model.column". What a merge keeps to be undone holds the
# rows of relatives as well; what it changed stands in the changes.
ABOUT_OTHERS = frozenset({"overseaskin.name", "consent.giver_name", "mergeoperation.snapshot"})
# Columns that say nothing to people; programs get them.
_TECHNICAL = frozenset({"version", "position", "birth_precision", "since_precision"})
_LABELS = {"created_at": "登记时间", "updated_at": "最近修改"}
_APP = "people"


@dataclass(frozen=True, slots=True)
class Road:
    """How a table belongs to a person: the look-up that leads from its rows to the person.

    ``part`` is what `Person` calls the rows, as the audit names fields; "" for what lies beyond.
    """

    model: type[models.Model]
    lookup: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """One column of one row: its name and value for programs, label and text for people."""

    name: str
    value: Any
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one table that belong to a person."""

    name: str
    title: str
    rows: list[list[Value]]
    part: str = ""


def roads() -> list[Road]:
    """Return every table whose rows belong to people, each by every way it can.

    A table beyond a table counts where its rows go with that table's (on delete: cascade).
    """
    found, ends = [Road(Person, "pk")], set[type[models.Model]]([Person])
    for road in found:
        for field in _references_to(road.model):
            is_direct = road.model is Person
            if field.model in ends and not is_direct:
                continue
            ends.add(field.model)
            lookup = field.name if is_direct else f"{field.name}__{road.lookup}"
            part = field.remote_field.get_accessor_name() if is_direct else ""
            found.append(Road(field.model, lookup, part or ""))
    return found


def columns_of(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    """Return the columns of a table that are a person's own data."""
    return [field for field in model._meta.concrete_fields if _is_own(field)]


@transaction.atomic
def copy_for(*, person_id: UUID, reason: str, by: User, now: dt.datetime) -> "OwnCopy":
    """Put together everything about a person, and write down that it was handed out.

    Args:
        person_id: about whom.
        reason: why staff made it; "" when the person did.
        by: who made it.
        now: the time.

    Raises:
        Person.DoesNotExist: there is no such person.
    """
    person = Person.objects.get(pk=person_id)
    with override("zh-hans"):
        copy = OwnCopy(
            person_id=person.pk,
            site=site_name(),
            made_at=now,
            tables=[*_tables(person), *_account(person)],
            looks=list(_looks(person.pk, now=now)),
        )
    audit.record(
        action="person.export",
        by=by,
        object_type=PERSON_TYPE,
        object_key=person.pk,
        person_key=person.pk,
        fields=["full_name", *(table.part for table in copy.tables if table.part)],
        reason=reason,
        detail={"own_copy": True},
        now=now,
    )
    return copy


@dataclass(frozen=True, slots=True)
class OwnCopy:
    """All that the site holds on one person at one moment."""

    person_id: UUID
    site: str
    made_at: dt.datetime
    tables: list[Table]
    looks: list[dict[str, Any]]

    def to_json(self) -> bytes:
        """Return it for programs: codes, ISO dates, the names of tables and columns."""
        content = {
            "format": FORMAT,
            "site": self.site,
            "made_at": self.made_at.isoformat(),
            "person": str(self.person_id),
            "tables": {
                table.name: [{cell.name: cell.value for cell in row} for row in table.rows]
                for table in self.tables
            },
            "who_looked": self.looks,
        }
        return json.dumps(content, ensure_ascii=False, indent=1).encode()

    def to_pdf(self) -> bytes:
        """Return it for people: words instead of codes.

        Raises:
            FontMissingError: no font with 汉字.
        """
        return typesetting.pdf("sheet.typ", self.content(), now=self.made_at)

    def content(self) -> dict[str, Any]:
        """Return what the document says."""
        sections = [
            Section(
                title=table.title if len(table.rows) == 1 else f"{table.title}（{number}）",
                facts=[(cell.label, cell.text) for cell in row if cell.text],
            )
            for table in self.tables
            for number, row in enumerate(table.rows, 1)
        ]
        head = ["时间", "谁", "做了什么", "用途"]
        rows = [[look["at"][:16].replace("T", " "), look["who"], look["what"], look["reason"]]
                for look in self.looks]  # fmt: skip
        empty = "" if rows else "还没有人看过。"
        looked = Section("谁看过我的信息", head=head, rows=rows, empty=empty)
        return {
            "title": "本人信息副本",
            "site": self.site,
            "number": day_words(self.made_at),
            "qr": "",
            "check": "",
            "sections": [asdict(section) for section in [*sections, looked]],
            "closing": "",
            "seal": "",
            "day": "",
            "footer": "本人信息副本，请妥善保管",
        }


_VERBS = {"view": "打开了页面", "reveal": "看了完整号码", "export": "导出", "print": "打印"}
# Members and volunteers are private people too: their role is named, they are not.
_NAMED = STAFF_ROLES


def _references_to(model: type[models.Model]) -> Iterator[models.ForeignKey[Any, Any]]:
    for candidate in sorted(apps.get_models(), key=lambda found: found._meta.label):
        for field in candidate._meta.concrete_fields:
            if not isinstance(field, models.ForeignKey) or field.related_model is not model:
                continue
            belongs = model is Person or (
                field.remote_field.on_delete is models.CASCADE and candidate._meta.app_label == _APP
            )
            if belongs:
                yield field


def _is_own(field: "models.Field[Any, Any]") -> bool:
    if isinstance(field, models.ForeignKey):
        return field.related_model is Region
    is_key = field.primary_key or isinstance(field, models.UUIDField)
    # Keys, hashes and orders that the program makes of the other columns.
    is_made = not field.editable or isinstance(field, BlindIndexField | SearchVectorField)
    name = f"{field.model._meta.model_name}.{field.name}"
    is_about_others = name in ABOUT_OTHERS or (_joins_people(field.model) and _is_free_text(field))
    return not is_key and not is_made and not is_about_others


def _joins_people(model: type[models.Model]) -> bool:
    return sum(field.related_model is Person for field in model._meta.concrete_fields) > 1


def _is_free_text(field: "models.Field[Any, Any]") -> bool:
    is_text = isinstance(field, models.CharField | models.TextField | EncryptedTextField)
    return is_text and not field.choices


def _tables(person: Person) -> Iterator[Table]:
    for road in roads():
        rows = road.model._default_manager.filter(**{road.lookup: person.pk}).order_by("pk")
        columns = columns_of(road.model)
        found = [[_value(row, column) for column in columns] for row in rows.distinct()]
        if found:
            way = "" if road.lookup in {"pk", "person"} else f".{road.lookup}"
            yield Table(
                name=f"{road.model._meta.model_name}{way}",
                title=str(road.model._meta.verbose_name),
                rows=found,
                part=road.part,
            )


def _account(person: Person) -> Iterator[Table]:
    """Yield what lets the person sign in, if they can."""
    user = User.objects.filter(person_key=person.pk).first()
    if user is None:
        return
    phone = user.phone.reveal() if user.phone else ""
    roles = sorted(user.current_roles())
    made = timezone.localtime(user.created_at)
    yield Table(
        name="account",
        title="账号",
        rows=[
            [
                Value("display_name", user.display_name, "名称", user.display_name),
                Value("phone", phone, "电话", phone),
                Value("roles", list(roles), "角色", "、".join(str(role.label) for role in roles)),
                Value("created_at", made.isoformat(), "建立时间", f"{made:%Y-%m-%d %H:%M}"),
            ]
        ],
    )


def _value(row: models.Model, column: "models.Field[Any, Any]") -> Value:
    value = column.value_from_object(row)
    if isinstance(value, Masked):
        value = value.reveal()
    if isinstance(row, PersonChange) and column.name == "content":
        value = json.loads(value)
    text = _text(row, column, value)
    if isinstance(value, dt.date | dt.datetime):
        value = value.isoformat()
    label = _LABELS.get(column.name) or str(column.verbose_name)
    return Value(column.name, value, label, text)


def _text(row: models.Model, column: "models.Field[Any, Any]", value: Any) -> str:
    if value in (None, "", [], {}) or column.name in _TECHNICAL:
        return ""
    if isinstance(column, models.ForeignKey):
        return region_full_name(str(value))
    if column.flatchoices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        return "、".join(str(LANGUAGES.get(item, item)) for item in value)
    if isinstance(row, PersonChange) and isinstance(value, dict):
        return "；".join(
            f"{name}：{_plain(old)} → {_plain(new)}" for name, (old, new) in value.items()
        )
    if isinstance(value, dict):
        return _facts_text(value) if column.name == "facts" else _listed(value)
    if column.name in {"country", "nationality"}:
        return str(countries.name(value)) or str(value)
    return str(value)


def _listed(value: dict[str, Any]) -> str:
    return "；".join(f"{name}：{_plain(item)}" for name, item in value.items())


def _facts_text(facts: dict[str, str]) -> str:
    catalogue = fact_catalogue(facts)
    told = [fact for code, fact in catalogue.items() if code in facts]
    return "；".join(f"{fact.label}：{value_text(fact, facts[fact.code])}" for fact in told)


def _field_word(name: str) -> str:
    try:
        field = Person._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    if isinstance(field, models.ManyToOneRel):
        return str(field.related_model._meta.verbose_name_plural)
    return str(getattr(field, "verbose_name", name))


def _plain(value: Any) -> str:
    if value in (None, "", [], {}):
        return "空"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _looks(person_key: UUID, *, now: dt.datetime) -> Iterator[dict[str, Any]]:
    """Yield who saw the person's data, as the person reads it on the page, newest first."""
    place = None
    while True:
        page = audit_selectors.who_looked(person_key, place, now=now, size=500)
        for look in page.looks:
            roles = "、".join(str(Role(role).label) for role in look.roles if role in Role.values)
            is_named = not _NAMED.isdisjoint(look.roles)
            yield {
                "at": timezone.localtime(look.at).isoformat(timespec="seconds"),
                "who": f"{look.actor_name}（{roles}）" if is_named else roles or "系统",
                "verb": look.verb,
                "what": _VERBS[look.verb],
                "fields": list(look.fields),
                "reason": look.reason,
            }
        if page.next is None:
            return
        place = page.next
