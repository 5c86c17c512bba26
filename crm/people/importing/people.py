"""From the cells of one row to one person's values, where one cell says how to read another."""

import datetime as dt
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from crm.people.choices import ContactKind, Precision, Sex, Status
from crm.people.dates import PartialDate
from crm.people.id_numbers import check, matching_form
from crm.people.importing.columns import issue_of
from crm.people.importing.combining import (
    BACK,
    document_of,
    identity_values,
    lives_in,
    one_country,
    overseas_hints,
    side_by_side,
)
from crm.people.importing.fields import NOT_COLLECTED
from crm.people.importing.repairs.ages import Age, born_by_age, compare
from crm.people.importing.repairs.base import Note, RepairClass, error, warning
from crm.people.importing.repairs.countries import Place
from crm.people.importing.repairs.dates import Doubt, FoundDate, settle
from crm.people.importing.repairs.names import NameParts
from crm.people.importing.repairs.papers import Paper
from crm.people.importing.repairs.phones import masked
from crm.people.importing.repairs.statuses import read_status
from crm.people.importing.shapes import (
    LONGEST_HEAD,
    LONGEST_NUMBER,
    HouseholdHint,
    OverseasHint,
    RowReading,
)
from crm.people.rules.checked import TOO_LONG
from crm.people.values import (
    ContactValues,
    DocumentValues,
    IdentityValues,
    PersonValues,
    PhoneValues,
)

_NO_PARTS: list[tuple[str, Any]] = []

Parts = dict[str, list[tuple[str, Any]]]


@dataclass(slots=True)
class PersonContext:
    """What holds for a whole sheet."""

    today: dt.date
    refused: frozenset[str]
    census_year: str
    name_heading: str
    # Which of the columns there are: (field, code, path in the values), and the like.
    facts: tuple[tuple[str, str, str], ...]
    contacts: tuple[tuple[str, str], ...]
    ticked: tuple[tuple[str, str], ...]
    has_overseas: bool
    has_households: bool
    # A list that this program wrote; see `own_files`.
    is_own: bool = False


@dataclass(slots=True)
class PersonBuilder:
    """The person of one row in the making.

    ``parts`` has what the cells say: field -> (heading, value) in the order of the columns;
    ``kept`` are texts for the note.
    """

    reading: RowReading
    parts: Parts
    context: PersonContext
    kept: list[tuple[str, str]] = field(default_factory=list)

    def build(self) -> None:
        """Fill the reading with values, origins and hints."""
        parts, reading, context = self.parts, self.reading, self.context
        reading.origin["full_name"] = context.name_heading
        name: NameParts | None = parts["full_name"][0][1] if "full_name" in parts else None
        papers = self._papers()
        born = self._born(papers)
        facts = self._facts()
        identities = self._identities(facts)
        nationality = self._one_country("nationality")
        status = self._status()
        address = self._address()
        if context.has_overseas:
            reading.overseas = self._overseas({identity.country for identity in identities})
        if context.has_households:
            reading.household = self._household()
        reading.person_key = self._first("person_key", "id") or ""
        reading.values = PersonValues(
            full_name=name.full_name if name else "",
            surname_reading=self._first("surname_reading", "surname_reading") or "",
            former_names=self._names("former_name", name.former_names if name else ()),
            other_names=self._names("other_name", name.other_names if name else ()),
            sex=self._first("sex", "sex") or Sex.UNKNOWN,
            birth_date=born.date if born else None,
            birth_precision=born.precision if born else None,
            nationality=nationality,
            region_code=self._first("native_place", "region_code") or "",
            address=address,
            languages=self._first("languages", "languages") or (),
            facts=facts,
            status=status,
            documents=self._documents(papers, nationality),
            phones=self._phones(),
            contacts=self._contacts() if context.contacts else (),
            identities=identities,
            note=self._note(),
        )

    def say(self, heading: str, *notes: Note) -> bool:
        """Report what is to be said; return whether a clerk has refused it or it is wrong."""
        issues = [issue_of(heading, note, self.context.refused) for note in notes]
        self.reading.issues += issues
        return any(issue.severity == "error" for issue in issues)

    def keep(self, heading: str, text: str, code: str) -> None:
        """Keep a text that fits no field in the note, and say so."""
        message = _("“{text}” fits no field; it is kept in the note.").format(text=text)
        if not self.say(heading, warning(RepairClass.TO_NOTE, message, code)):
            self.kept.append((heading, text))

    def _first(self, name: str, path: str) -> Any:
        found = self.parts.get(name)
        if not found:
            return None
        self.reading.origin[path] = found[0][0]
        return found[0][1]

    def _names(self, name: str, beside: tuple[str, ...]) -> tuple[str, ...]:
        found = self.parts.get(name)
        if not found:
            return beside
        self.reading.origin[f"{name}s"] = found[0][0]
        listed = [text for _heading, names in found for text in names]
        return tuple(dict.fromkeys([*beside, *listed]))

    def _papers(self) -> list[tuple[str, Paper]]:
        found = [
            (heading, paper)
            for name in ("id_number", "passport", "other_paper")
            for heading, papers in self.parts.get(name, _NO_PARTS)
            for paper in papers
        ]
        return found if len(found) < 2 else self._without_copies(found)

    def _without_copies(self, found: list[tuple[str, Paper]]) -> list[tuple[str, Paper]]:
        """Leave out a paper that is there twice: the old number of 15 digits of the same person."""
        kept: dict[str, tuple[str, Paper]] = {}
        for heading, paper in sorted(found, key=lambda pair: -len(pair[1].number)):
            form = f"{paper.country} {matching_form(paper.kind, paper.number)}"
            if form not in kept:
                kept[form] = (heading, paper)
            elif kept[form][1].number != paper.number:
                message = _("{number} is an older number of the same paper; it was left out.")
                note = message.format(number=masked(paper.number))
                self.say(heading, warning(RepairClass.SEVERAL, note, "older_number"))
        return [pair for pair in dict.fromkeys(found) if pair in kept.values()]

    def _born(self, papers: Sequence[tuple[str, Paper]]) -> PartialDate | None:
        """Return the date of birth, with its century or counted back from an age."""
        born, ages = None, list(self.parts.get("age", _NO_PARTS))
        heading, value = next(iter(self.parts.get("birth_date", _NO_PARTS)), ("", None))
        if isinstance(value, FoundDate):
            self.reading.origin["birth_date"] = heading
            if value.doubt is Doubt.NONE:
                born = value.date
            else:
                month = "月" in heading and "日" not in heading
                settled = settle(value, self._born_by(papers), asks_for_month=month)
                if not self.say(heading, *settled.notes):
                    born = settled.value
        elif isinstance(value, Age):
            ages.insert(0, (heading, value))
        for heading, age in ages:
            born = self._with_age(heading, age, born, papers)
        return born

    def _with_age(
        self, heading: str, age: Age, born: PartialDate | None, papers: Sequence[tuple[str, Paper]]
    ) -> PartialDate | None:
        stated = self._born_by(papers) if born is None else None
        known = PartialDate(stated, Precision.DAY) if stated else born
        if known:
            self.say(heading, *compare(age, known, self.context.census_year, self.context.today))
            return born
        counted = born_by_age(age, self.context.census_year)
        self.reading.origin["birth_date"] = heading
        return None if self.say(heading, *counted.notes) else counted.value

    def _born_by(self, papers: Sequence[tuple[str, Paper]]) -> dt.date | None:
        """Return the date of birth that a number states."""
        for _heading, paper in papers:
            stated = check(paper.kind, paper.number, today=self.context.today).birth_date
            if stated:
                return stated
        return None

    def _documents(
        self, papers: Sequence[tuple[str, Paper]], nationality: str
    ) -> tuple[DocumentValues, ...]:
        for number, (heading, _paper) in enumerate(papers):
            self.reading.origin[_path("documents", number)] = heading
        return tuple([document_of(paper, nationality) for _heading, paper in papers])

    def _phones(self) -> tuple[PhoneValues, ...]:
        numbers: dict[str, str] = {}
        for heading, listed in self.parts.get("phone", _NO_PARTS):
            for number in listed:
                # +8613800000001 and 13800000001 are one phone.
                key = number.removeprefix("+86")
                if key not in numbers:
                    self.reading.origin[_path("phones", len(numbers))] = heading
                    numbers[key] = number
        return tuple([PhoneValues(number=number) for number in numbers.values()])

    def _facts(self) -> dict[str, str]:
        facts: dict[str, str] = {}
        for name, code, path in self.context.facts:
            if found := self.parts.get(name):
                self.reading.origin[path] = found[0][0]
                facts[code] = found[0][1]
        return facts

    def _identities(self, facts: Mapping[str, str]) -> tuple[IdentityValues, ...]:
        codes: dict[str, str] = {}
        for heading, listed in self.parts.get("identity", _NO_PARTS):
            for code in listed:
                codes.setdefault(code, heading)
        for name, code in self.context.ticked:
            if (found := self.parts.get(name)) and found[0][1]:
                codes.setdefault(code, found[0][0])
        for number, heading in enumerate(codes.values()):
            self.reading.origin[_path("identities", number)] = heading
        if self.context.is_own:
            names = ("identity_country", "former_country", "returned_on")
            beside = (self.parts.get(name, [("", ())])[0][1] for name in names)
            return side_by_side(tuple(codes), *beside)
        former = self._former_country(codes)
        if not codes:
            return ()
        own = one_country(self.parts.get("identity_country", _NO_PARTS))
        returned = next(
            (day for _h, days in self.parts.get("returned_on", _NO_PARTS) for day in days), ""
        )
        return identity_values(
            tuple(codes),
            former,
            facts.get("residence_country", "") or own or lives_in(self.parts),
            own or one_country(self.parts.get("overseas_country", _NO_PARTS)),
            str(returned) or facts.get("resettled", ""),
            facts.get("settled_abroad", ""),
        )

    def _former_country(self, codes: Mapping[str, str]) -> str:
        """Return where a returned person came from; anybody else's goes to the note."""
        found = self.parts.get("former_country")
        if not found:
            return ""
        heading, places = found[0]
        if BACK.isdisjoint(codes):
            text = "、".join(filter(None, (place.text for place in places)))
            self.keep(heading, text, "country_without_identity")
            return ""
        return self._one_country("former_country")

    def _one_country(self, name: str) -> str:
        """Return the single country of a column; what else stands there goes to the note."""
        found = self.parts.get(name)
        if not found:
            return ""
        heading, places = found[0]
        if name == "nationality":
            self.reading.origin[name] = heading
        if len(places) > 1:
            message = _("There are several countries. Write the one that holds.")
            self.say(heading, error("country_several", message))
            return ""
        place: Place = places[0]
        if place.rest:
            self.keep(heading, place.rest, "place_to_note")
        return place.code

    def _status(self) -> Status:
        """Return the status: of its column, or as a remark or the brackets of the name say."""
        found = self.parts.get("status")
        if found:
            self.reading.origin["status"] = found[0][0]
            return Status(found[0][1])
        status = Status.ACTIVE
        if self.context.is_own:
            return status
        name = self.parts.get("full_name", _NO_PARTS)
        remarks = [(heading, text) for heading, parts in name for text in parts.remarks]
        for heading, text in (*remarks, *self.parts.get("note", _NO_PARTS)):
            said = read_status(text)
            if said.value and status is Status.ACTIVE and not self.say(heading, *said.notes):
                status = said.value
                self.reading.origin["status"] = heading
        for heading, text in remarks:
            self.keep(heading, text, "name_remark")
        return status

    def _address(self) -> str | None:
        """Return the first address; others go to the note."""
        found = self.parts.get("address")
        if not found:
            return None
        heading: str = found[0][0]
        address: str = found[0][1]
        self.reading.origin["address"] = heading
        for other, text in found[1:]:
            if text != address:
                self.keep(other, text, "second_address")
        return address

    def _contacts(self) -> tuple[ContactValues, ...]:
        contacts: list[ContactValues] = []
        for name, kind in self.context.contacts:
            if found := self.parts.get(name):
                heading, value = found[0]
                # One of our own lists may have several.
                for text in (value,) if isinstance(value, str) else value:
                    self.reading.origin[_path("contacts", len(contacts))] = heading
                    contacts.append(ContactValues(kind=ContactKind(kind), value=text))
        return tuple(contacts)

    def _note(self) -> str:
        found = self.parts.get("note", _NO_PARTS)
        if found:
            self.reading.origin["note"] = found[0][0]
        lines = [text for _heading, text in found]
        lines += [
            _("{heading}: {text}").format(heading=head, text=text) for head, text in self.kept
        ]
        return "\n".join(lines)

    def _household(self) -> HouseholdHint | None:
        """Return the household that the row names."""
        number = self._first("household_number", "household.number")
        head = self._first("household_head", "household.head")
        relation = self._first("household_relation", "household.relation")
        if not (number or head or relation):
            return None
        for name, text, longest in (
            ("household.number", number, LONGEST_NUMBER),
            ("household.head", head, LONGEST_HEAD),
        ):
            if text and len(text) > longest:
                self.say(self.reading.origin[name], error("too_long", TOO_LONG))
                return None
        return HouseholdHint(number=number or "", head_name=head or "", relation=relation)

    def _overseas(self, taken: Set[str]) -> tuple[OverseasHint, ...]:
        """Return the relatives abroad, from the columns of their names, relations and countries.

        A relative is kept by what they are to the person. A country that stands alone goes to the
        note, unless an identity has ``taken`` it.
        """
        parts = self.parts
        people = [hint for _h, hints in parts.get("overseas_people", _NO_PARTS) for hint in hints]
        kin = [code for _h, codes in parts.get("overseas_relation", _NO_PARTS) for code in codes]
        countries = []
        for heading, places in parts.get("overseas_country", _NO_PARTS):
            for place in places:
                countries.append(place.code)
                if place.rest and place.code:
                    message = _("Of relatives, the country is kept, and no place in it.")
                    self.say(heading, Note(NOT_COLLECTED, message))
                elif place.rest:
                    self.keep(heading, place.rest, "country_vague")
        if not (people or kin or countries):
            return ()
        if len(countries) != len(kin):
            countries = list(filter(None, countries))
        hints = overseas_hints(people, kin, countries)
        if any(hint.relation is None for hint in hints):
            for heading, places in parts.get("overseas_country", _NO_PARTS):
                alone = [place.text for place in places if place.code and place.code not in taken]
                if alone:
                    self.keep(heading, "、".join(alone), "relation_missing")
        return hints


@cache
def _path(part: str, number: int) -> str:
    return f"{part}.{number}"
