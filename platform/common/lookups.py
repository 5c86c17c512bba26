"""How columns can be asked about, beyond what Django knows."""

from typing import Any

from django.db import models


@models.ForeignKey.register_lookup  # which inherits none of the next
@models.Field.register_lookup
class AnyOf(models.Lookup):
    """``column__any=values``: the column equals one of many values, sent as one array.

    ``__in`` prepares, names and sends each value by itself, which for a thousand of them takes
    longer than finding the rows.
    """

    lookup_name = "any"
    prepare_rhs = False

    def get_prep_lookup(self) -> list[Any]:
        """Return the values as a list; they must be what the column holds already."""
        return list(self.rhs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the comparison with one array."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", (*params, self.rhs)
