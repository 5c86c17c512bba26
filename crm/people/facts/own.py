"""The site's own fields as facts like the program's."""

from crm.people.choices import FactKind, FactSection
from crm.people.facts.catalogue import Fact
from crm.people.models import ExtraField


def own_facts() -> dict[str, Fact]:
    """Return them by their codes, in their order; one query."""
    return {
        row.code: Fact(
            code=row.code,
            label=row.label,
            kind=FactKind(row.kind),
            section=FactSection.OWN,
            options={option: option for option in row.options},
            may_be_none=row.kind != FactKind.FLAG,
            is_retired=row.retired_at is not None,
        )
        for row in ExtraField.objects.all()
    }
