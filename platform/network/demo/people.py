"""Invent the people of a demonstration site, the same ones on every run."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from network.demo import naming, numbers
from network.demo.dice import Dice
from network.demo.naming import DemoName, OtherName
from network.demo.population import POPULATIONS, Population, Seat
from network.demo.sites import SITES_BY_CODE, DemoSite

# Ages count from here and not from today, so that nothing depends on the clock.
REFERENCE_DATE = dt.date(2026, 1, 1)

# Every so many households one has a rare surname; every so many people one a rare given name.
RARE_SURNAME_EVERY = 7
RARE_GIVEN_NAME_EVERY = 19


@dataclass(frozen=True, slots=True)
class DemoDocument:
    """An identity paper that ``country`` (ISO 3166 alpha-2) issued.

    ``kind`` is ``resident_id``, ``residence_permit`` (港澳台居民居住证), ``home_return_permit``
    (回乡证), ``passport`` or ``permanent_residence`` (外国人永久居留身份证).
    """

    kind: str
    number: str
    country: str


@dataclass(frozen=True, slots=True)
class DemoIdentity:
    """An identity code of `population`, and the country it has to do with (ISO 3166 alpha-2).

    For HQ and WJHR the country of residence, for GQ and LXGG the one returned from, for QJ, GAJ
    and LXJS where the relatives live; empty for FQ.
    """

    code: str
    country: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Someone invented. ``household`` numbers the households of the site from 0.

    ``sex`` is ``male`` or ``female``; ``birth_precision`` is ``day``, ``month`` or ``year``, and
    the parts of ``birth_date`` beyond it are 1. ``languages`` are ISO 639-3, ``phones`` E.164.
    """

    household: int
    full_name: str
    surname_reading: str
    other_names: tuple[OtherName, ...]
    sex: str
    birth_date: dt.date
    birth_precision: str
    nationality: str
    native_region: str
    address: str
    languages: tuple[str, ...]
    phones: tuple[str, ...]
    documents: tuple[DemoDocument, ...]
    identities: tuple[DemoIdentity, ...]


def generate_people(site_code: str, count: int) -> Iterator[DemoPerson]:
    """Yield ``count`` people of the site, household by household.

    The first ones are the same for any ``count``. No two have the same paper number.

    Raises:
        KeyError: there is no such demonstration site.
    """
    return islice(_SiteGenerator(SITES_BY_CODE[site_code]).people(), count)


class _SiteGenerator:
    """The state of one run: the dice, and the numbers that were given out."""

    def __init__(self, site: DemoSite) -> None:
        self.site = site
        self.population: Population = POPULATIONS[site.kind]
        self.dice = Dice(f"qiaojia-demo-{site.code}")
        self.serial = 0
        self.given_out: set[str] = set()

    def people(self) -> Iterator[DemoPerson]:
        """Yield people without end."""
        recipes = dict(enumerate(weight for weight, _seats in self.population.households))
        household = 0
        while True:
            seats = self.population.households[self.dice.weigh(recipes)][1]
            yield from self._household(household, seats)
            household += 1

    def _household(self, household: int, seats: tuple[Seat, ...]) -> Iterator[DemoPerson]:
        """Yield the members of one household, who share an address and mostly a surname."""
        surname = naming.plain_surname(self.dice, on_farm=self.site.kind == "farm")
        if household % RARE_SURNAME_EVERY == 0:
            # Sites begin at different places of the list, so that they differ.
            turn = household // RARE_SURNAME_EVERY + 11 * self.site.number
            surname = naming.rare_surname(turn)
        address = self._address()
        head: DemoPerson | None = None
        for seat in seats:
            person = self._person(household, seat, surname, address, head)
            head = head or person
            self.serial += 1
            yield person

    def _person(
        self, household: int, seat: Seat, surname: str, address: str, head: DemoPerson | None
    ) -> DemoPerson:
        """Return whoever sits on ``seat``; ``head`` is there from the second seat on."""
        dice = self.dice
        code = dice.weigh(seat.identities)
        sex = "male" if dice.chance(0.5) else "female"
        if seat.place == "spouse" and head is not None:
            sex = "female" if head.sex == "male" else "male"
            surname = naming.plain_surname(dice, on_farm=self.site.kind == "farm")
        birth_date = self._birth_date(seat.ages)
        country = self._country(code, birth_date)
        native_region = dice.weigh(self.population.native_regions)
        if seat.place == "kin" and head is not None:
            native_region = head.native_region
            if code == "QJ":
                country = head.identities[0].country or country
        is_foreign = code == "WJHR"
        name = self._name(code, country, surname, birth_date.year, sex, native_region)
        documents = self._documents(code, country, birth_date, sex, native_region)
        precision = "day"
        if not documents:
            # No paper at hand: older people then often know the year only.
            precision = dice.weigh({"month": 1, "year": 2})
            birth_date = birth_date.replace(day=1)
            if precision == "year":
                birth_date = birth_date.replace(month=1)
        return DemoPerson(
            household=household,
            full_name=name.full_name,
            surname_reading=name.surname_reading,
            other_names=name.others,
            sex=sex,
            birth_date=birth_date,
            birth_precision=precision,
            nationality=country if is_foreign else "CN",
            native_region=native_region,
            address=address,
            languages=self._languages(code, country),
            phones=self._phones(code, country, birth_date, head),
            documents=documents,
            identities=self._identities(code, country),
        )

    def _birth_date(self, ages: tuple[int, int]) -> dt.date:
        """Return a birthday that makes the age lie within ``ages`` on the reference date."""
        days = self.dice.between(ages[0] * 366, ages[1] * 365)
        return REFERENCE_DATE - dt.timedelta(days=days)

    def _country(self, code: str, birth_date: dt.date) -> str:
        """Return the country that the identity has to do with."""
        if code in {"GA", "GAJ"}:
            return self.dice.weigh({"HK": 4, "MO": 1})
        if code == "FQ":
            return ""
        if code == "GQ" and birth_date.year >= 1962:
            return "VN"  # the younger ones came in 1978, and all from there
        return self.dice.weigh(self.population.countries)

    def _name(
        self, code: str, country: str, surname: str, birth_year: int, sex: str, native_region: str
    ) -> DemoName:
        """Return a name of the person's origin and generation."""
        if code == "WJHR":
            return naming.foreign_chinese_name(self.dice, country, surname, birth_year, sex)
        if code == "GA":
            return naming.hong_kong_name(self.dice, sex)
        if native_region.startswith("65"):
            return naming.uyghur_name(self.dice, sex)
        turn, rest = divmod(self.serial, RARE_GIVEN_NAME_EVERY)
        rare_serial = None if rest else turn + 3 * self.site.number
        return naming.mainland_name(self.dice, surname, birth_year, sex, rare_serial=rare_serial)

    def _documents(
        self, code: str, country: str, birth_date: dt.date, sex: str, native_region: str
    ) -> tuple[DemoDocument, ...]:
        """Return the papers such a person has; one old person in thirty shows none."""
        dice, serial = self.dice, self.site.number * 10_000 + self.serial
        if code == "WJHR":
            passport = DemoDocument("passport", numbers.foreign_passport(serial), country)
            if not dice.chance(0.4):
                return (passport,)
            return (passport, self._permanent_residence(country, birth_date, sex, serial))
        if code == "GA":
            macao = country == "MO"
            permit = numbers.home_return_permit(serial, macao=macao)
            paper = DemoDocument("home_return_permit", permit, "CN")
            region = "820000" if macao else "810000"
            if dice.chance(0.4) and (number := self._resident_id(region, birth_date, sex)):
                return (paper, DemoDocument("residence_permit", number, "CN"))
            return (paper,)
        chinese_passport = DemoDocument("passport", numbers.chinese_passport(serial), "CN")
        if code == "HQ" and dice.chance(0.6):
            return (chinese_passport,)  # went abroad before there were cards, or gave it back
        if birth_date.year < 1950 and dice.chance(1 / 30):
            return ()
        region = native_region if dice.chance(0.3) else self.site.region_code
        number = self._resident_id(region, birth_date, sex)
        if number is None:
            return (chinese_passport,)
        card = DemoDocument("resident_id", number, "CN")
        return (card, chinese_passport) if dice.chance(0.2) else (card,)

    def _resident_id(self, region: str, birth_date: dt.date, sex: str) -> str | None:
        """Return a number nobody has yet, or None if the two there are have been given out."""
        for second in (False, True):
            number = numbers.resident_id(region, birth_date, sex, second=second)
            if number not in self.given_out:
                self.given_out.add(number)
                return number
        return None

    def _permanent_residence(
        self, country: str, birth_date: dt.date, sex: str, serial: int
    ) -> DemoDocument:
        """Return a permanent residence card, of the new kind or the old."""
        province = self.site.region_code[:2]
        number = numbers.permanent_residence(country, birth_date, sex, province=province)
        if number in self.given_out or self.dice.chance(0.5):
            number = numbers.old_permanent_residence(country, serial)
        self.given_out.add(number)
        return DemoDocument("permanent_residence", number, "CN")

    def _phones(
        self, code: str, country: str, birth_date: dt.date, head: DemoPerson | None
    ) -> tuple[str, ...]:
        """Return the phones: none for small children, one's family's, one's own, one abroad."""
        dice, age = self.dice, REFERENCE_DATE.year - birth_date.year
        if age < 12 or (age >= 75 and dice.chance(0.25)):
            return head.phones[:1] if head is not None and age >= 75 else ()
        own = (numbers.mainland_mobile(self.site.number, self.serial),)
        if code in {"HQ", "WJHR"}:
            abroad = numbers.overseas_phone(country, self.serial)
            if abroad is not None:
                return (abroad, *own) if dice.chance(0.5) else (abroad,)
        return own

    def _languages(self, code: str, country: str) -> tuple[str, ...]:
        """Return Mandarin and a second language, of the region or of the country."""
        spoken = {"ID": "ind", "MY": "msa", "VN": "vie", "TH": "tha", "PH": "tgl"}
        if code in {"WJHR", "GQ"} and self.dice.chance(0.7):
            return ("cmn", spoken.get(country, "eng"))
        if code == "GA":
            return ("yue", "cmn")
        second = self.dice.weigh(self.population.dialects)
        return ("cmn", second) if self.dice.chance(0.8) else ("cmn",)

    def _identities(self, code: str, country: str) -> tuple[DemoIdentity, ...]:
        """Return the identity, and for one returned person in four 侨眷 besides."""
        identity = DemoIdentity(code, country)
        if code == "GQ" and self.dice.chance(0.25):
            return (identity, DemoIdentity("QJ", self.dice.weigh(self.population.countries)))
        return (identity,)

    def _address(self) -> str:
        """Return an address at the site; streets are invented, the region is real."""
        dice = self.dice
        match self.site.kind:
            case "community":
                street = dice.pick(("榕荫里", "凤凰巷", "鹭影路", "番仔楼巷"))
                return f"厦门市思明区{street}{dice.between(1, 180)}号{dice.between(101, 706)}室"
            case "park":
                return f"福州市鼓楼区榕创园{dice.between(1, 12)}号楼{dice.between(201, 1808)}室"
            case "campus":
                return f"泉州市丰泽区刺桐校区{dice.between(1, 24)}号楼{dice.between(101, 620)}室"
            case "farm":
                return f"漳州市云霄县南屏农场{dice.between(1, 14)}队{dice.between(1, 96)}号"
