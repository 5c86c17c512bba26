"""Put names together for invented people."""

from dataclasses import dataclass

from network.demo import name_lists as lists
from network.demo.dice import Dice


@dataclass(frozen=True, slots=True)
class OtherName:
    """A name besides the full name: ``former`` (曾用名), ``foreign``, or ``chinese``."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class DemoName:
    """A full name as written; ``surname_reading`` (pinyin, no tones) only where it is not plain."""

    full_name: str
    surname_reading: str = ""
    others: tuple[OtherName, ...] = ()


def plain_surname(dice: Dice, *, on_farm: bool) -> str:
    """Return a surname, as frequent as it is there."""
    return dice.weigh(lists.FARM_SURNAMES if on_farm else lists.SURNAMES)


def rare_surname(serial: int) -> str:
    """Return one of the rare surnames; consecutive serials go through all of them."""
    surnames = list(lists.RARE_SURNAMES)
    return surnames[serial % len(surnames)]


def given_name(dice: Dice, birth_year: int, sex: str) -> str:
    """Return a given name of the person's generation."""
    decade = min(max(birth_year // 10 * 10, min(lists.GIVEN_NAMES)), max(lists.GIVEN_NAMES))
    return dice.pick(lists.GIVEN_NAMES[decade][sex].split())


def mainland_name(
    dice: Dice, surname: str, birth_year: int, sex: str, *, rare_serial: int | None = None
) -> DemoName:
    """Return a simplified name; ``rare_serial`` takes the given name from the rare ones.

    One in five born before 1960 has a former name, from a birth abroad or from the fifties
    and sixties.
    """
    given = given_name(dice, birth_year, sex)
    if rare_serial is not None:
        given = lists.RARE_GIVEN_NAMES[rare_serial % len(lists.RARE_GIVEN_NAMES)]
    others: tuple[OtherName, ...] = ()
    if birth_year < 1960 and dice.chance(0.2):
        former = surname + dice.pick(lists.FORMER_GIVEN_NAMES)
        if former != surname + given:
            others = (OtherName("former", former),)
    return DemoName(surname + given, lists.RARE_SURNAMES.get(surname, ""), others)


def hong_kong_name(dice: Dice, sex: str) -> DemoName:
    """Return a name in traditional characters with its Cantonese spelling."""
    surname, surname_latin = dice.pick(list(lists.TRADITIONAL_SURNAMES.items()))
    given, given_latin = dice.pick(list(lists.TRADITIONAL_GIVEN_NAMES[sex].items()))
    latin = f"{surname_latin.upper()} {given_latin}"
    return DemoName(surname + given, others=(OtherName("foreign", latin),))


def uyghur_name(dice: Dice, sex: str) -> DemoName:
    """Return one's own name and the father's, with a middle dot between."""
    own = dice.pick(lists.UYGHUR_NAMES[sex])
    return DemoName(f"{own}·{dice.pick(lists.UYGHUR_NAMES['male'])}")


def latin_name(dice: Dice, country: str, sex: str) -> str:
    """Return a name of someone of Chinese origin as it stands in that country's passport."""
    family = dice.pick(lists.LATIN_FAMILY_NAMES[country].split())
    given = dice.pick(lists.LATIN_GIVEN_NAMES[country][sex].split("|"))
    return f"{family} {given}" if country in lists.FAMILY_NAME_FIRST else f"{given} {family}"


def foreign_chinese_name(
    dice: Dice, country: str, surname: str, birth_year: int, sex: str
) -> DemoName:
    """Return the name of a foreign national of Chinese origin.

    Six in ten go by the Latin name of the passport and have a Chinese one besides; the others
    by a name transliterated with a middle dot, or by the Chinese name.
    """
    latin = latin_name(dice, country, sex)
    chinese = surname + given_name(dice, birth_year, sex)
    style = dice.weigh({"latin": 60, "dotted": 25, "chinese": 15})
    if style == "latin":
        return DemoName(latin, others=(OtherName("chinese", chinese),))
    foreign = (OtherName("foreign", latin),)
    if style == "dotted":
        given = dice.pick(lists.TRANSLITERATED_GIVEN_NAMES[sex])
        family = dice.pick(lists.TRANSLITERATED_FAMILY_NAMES)
        return DemoName(f"{given}·{family}", others=foreign)
    return DemoName(chinese, lists.RARE_SURNAMES.get(surname, ""), foreign)
