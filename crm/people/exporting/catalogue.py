"""All columns that a site can choose: the fixed ones, 侨情 section by section, its own fields."""

from collections.abc import Collection, Iterable, Mapping

from crm.people.cells import guard
from crm.people.choices import FactKind
from crm.people.exporting.columns import COLUMNS, Column
from crm.people.exporting.specs import Spec
from crm.people.exporting.words import fact_heading, fact_words
from crm.people.facts import Fact, has_mask_free_form
from crm.people.models import Person
from crm.people.selectors import fact_catalogue

FACT_PREFIX = "fact:"
# The note and the number of the person stand behind everything else.
_LAST = (Column.STATUS, Column.CONSENTS, Column.NOTE, Column.KEY)


def site_columns() -> Mapping[str, Spec]:
    """Return every column by its stored value, in the order of the file. Costs one query."""
    facts = fact_catalogue()
    first = {column.value: spec for column, spec in COLUMNS.items() if column not in _LAST}
    last = {column.value: COLUMNS[column] for column in _LAST}
    taken = {spec.heading for spec in COLUMNS.values()}
    found: dict[str, Spec] = {}
    # A field that is no longer asked for may hold values all the same.
    for code, fact in facts.items():
        spec = fact_column(fact, taken)
        taken.add(spec.heading)
        found[f"{FACT_PREFIX}{code}"] = spec
    return {**first, **found, **last}


def in_order(wanted: Iterable[str], columns: Mapping[str, Spec]) -> list[str]:
    """Return the wanted columns that there are, in the order of the file."""
    chosen = set(wanted)
    return [name for name in columns if name in chosen]


def fact_column(fact: Fact, taken: Collection[str] = ()) -> Spec:
    """Return the column of one field; ``taken`` are the headings of others."""
    # A site's own field may be called anything, and stands in the first row.
    heading = guard(fact_heading(fact))
    if heading in taken:
        # A site may call a field of its own like one of the program's.
        heading = f"{heading}（自设 {fact.code.removeprefix('x_')}）"
    is_sensitive = not has_mask_free_form(fact)

    def text(person: Person, is_clear: bool) -> str:
        value = person.facts.get(fact.code, "")
        return fact_words(fact, value) if value and (is_clear or not is_sensitive) else ""

    width = 14 if fact.kind is not FactKind.TEXT else 22
    return Spec(
        heading, fact.label, "facts", width, text, fact.section.value, is_only_in_full=is_sensitive
    )
