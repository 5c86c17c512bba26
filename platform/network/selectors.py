"""What can be asked about regions."""

from django.db.models import QuerySet

from network.models import Region


def region_path(code: str) -> list[Region]:
    """Return the region and everything it is part of, the province first.

    One query. Empty for a code that is not on record: papers may carry codes older than our list.
    """
    region = (
        Region.objects.select_related("parent__parent__parent__parent").filter(code=code).first()
    )
    path: list[Region] = []
    while region is not None:
        path.insert(0, region)
        region = region.parent
    return path


def region_full_name(code: str) -> str:
    """Return the names down to ``code``, as in 福建省 厦门市 思明区; empty if not on record."""
    return " ".join(region.name for region in region_path(code))


def regions_under(code: str) -> QuerySet[Region]:
    """Return every region below ``code``, at any depth, without the region itself.

    A code contains its parents' codes (35 0000, 3502 00, 350203), so this is one prefix search on
    the primary key and finds nothing below a county until streets are added.
    """
    stem = code
    if len(code) == 6 and code.endswith("0000"):
        stem = code[:2]
    elif len(code) == 6 and code.endswith("00"):
        stem = code[:4]
    return Region.objects.filter(code__startswith=stem).exclude(code=code)


def is_known_region(code: str) -> bool:
    """Say whether ``code`` is or was a region."""
    return Region.objects.filter(code=code).exists()
