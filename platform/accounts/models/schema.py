"""What each schema knows of itself."""

from django.db import models


class SchemaMarker(models.Model):
    """One row that says whose schema this is; read at the start of every task."""

    schema_name = models.CharField(primary_key=True, max_length=63)
    # None in public.
    tenant_key = models.UUIDField(null=True)

    not_personal = frozenset({"schema_name", "tenant_key"})

    def __str__(self) -> str:
        return self.schema_name


class CacheEntry(models.Model):
    """The table of Django's database cache, one in each schema. Django writes it by itself."""

    cache_key = models.CharField(primary_key=True, max_length=255)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    not_personal = frozenset({"cache_key", "value", "expires"})

    def __str__(self) -> str:
        return self.cache_key
