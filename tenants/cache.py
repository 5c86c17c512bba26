"""Cache keys that name their tenant."""

from tenants.context import current_schema


def tenant_key(key: str, key_prefix: str, version: int) -> str:
    """Return the cache key for ``key`` in the current schema.

    The cache table is the tenant's own already; the schema in the key keeps the rule true for
    any other cache backend an operator may choose.
    """
    return f"{current_schema()}:{key_prefix}:{version}:{key}"
