"""Keys under which people of one name, however it is written, and one year of birth lie together.

They find candidates for the same person (`crm.people.duplicates`); what is equal in them says no
more than "look at these two". Made of the sort key, whose pinyin was worked out already, so that
an import pays next to nothing for them.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable

from common.names import sort_key
from common.spelling import HAN, han_of
from common.variants import folded
from crm.people.models import Person

_LONGEST = 100
_TONE_AND_CHARACTER = re.compile(rf"(?<=[a-z])[0-5][{HAN}]")


def fill_name_keys(person: Person) -> None:
    """Write the keys of a person whose names, date of birth and sort key are set."""
    person.name_key, *person.other_name_keys = keys_of(
        person.full_name,
        [*person.former_names, *person.other_names],
        surname_reading=person.surname_reading,
        born=person.birth_date,
        order=person.sort_key,
    )


def keys_of(
    name: str,
    other_names: Iterable[str],
    *,
    surname_reading: str = "",
    born: dt.date | None = None,
    order: str = "",
) -> tuple[str, ...]:
    """Return the keys of all names, the full name's first: its sound, a space, the year of birth.

    Args:
        name: the full name.
        other_names: former and other ones.
        surname_reading: how the bearer reads the surname, if not as usual.
        born: the date of birth, of which the year is used.
        order: the name's sort key, if it was made already.

    >>> keys_of("曾庆红", ["Qinghong Tsang"], born=dt.date(1958, 3, 1))
    ('zengqinghong 1958', 'qinghongtsang 1958', 'tsangqinghong 1958')
    """
    orders = [order or sort_key(name, surname_reading=surname_reading)]
    if surname_reading:
        orders.append(sort_key(name))
    orders += map(sort_key, other_names)
    year = born.year if born else ""
    return tuple(dict.fromkeys(f"{sound} {year}" for o in orders for sound in _sounds(o)))


def spelled(order: str) -> str:
    """Return a sort key as letters only: the pinyin without tones, or the words of a foreign name.

    Passports write lyu where pinyin has lü. Characters that no dictionary reads stay.

    >>> spelled("zeng1曾 qing4庆 hong2红"), spelled("maria santos"), spelled("lyu wei")
    ('zengqinghong', 'mariasantos', 'lvwei')
    """
    letters = _TONE_AND_CHARACTER.sub("", order).replace(" ", "")
    return letters.replace("lyu", "lv").replace("nyu", "nv")[:_LONGEST]


def written(name: str) -> str:
    """Return what is equal for two ways to write one name: for comparing, never for showing.

    >>> written(" 曾 慶紅"), written("José  de-Silva")
    ('曾庆红', 'josédesilva')
    """
    name = unicodedata.normalize("NFKC", name)
    return folded(han_of(name)) or "".join(filter(str.isalnum, name.casefold()))


def _sounds(order: str) -> Iterable[str]:
    """Return a name's spelling; of a foreign one also with the surname at the other end.

    >>> _sounds("qinghong zeng"), _sounds("zeng1曾 qing4庆")
    (['qinghongzeng', 'zengqinghong', 'zengqinghong'], ['zengqing'])
    """
    words = order.split(" ")
    if len(words) < 2 or _TONE_AND_CHARACTER.search(order):
        return [spelled(order)]
    turned = [" ".join([*words[1:], words[0]]), " ".join([words[-1], *words[:-1]])]
    return [spelled(order), *map(spelled, turned)]
