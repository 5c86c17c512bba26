"""Move everything from one record to another, whatever app it is in."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, models, transaction

from crm.people.choices import PairDecision
from crm.people.drafts import link_renewals
from crm.people.merging.errors import KinOfOneselfError, TwiceInOnePlaceError
from crm.people.merging.plans import ONE_WAY, Twin
from crm.people.merging.snapshots import OPAQUE, links_to
from crm.people.models import (
    DuplicatePair,
    HouseholdMember,
    Kinship,
    Person,
    PersonContact,
    PersonDocument,
    PersonPhone,
)


def refuse_relatives(kept_id: UUID, gone_id: UUID) -> None:
    """Refuse two people who are related to each other, also in a circle through a third.

    Raises:
        KinOfOneselfError: they are.
    """
    both = {kept_id, gone_id}
    links = Kinship.objects.filter(models.Q(person__in=both) | models.Q(relative__in=both))
    parents, children = set(), set()
    for link in links:
        if both == {link.person_id, link.relative_id}:
            raise KinOfOneselfError
        if link.link in ONE_WAY and link.valid_to is None:
            if link.person_id in both:
                parents.add((link.link, link.relative_id))
            else:
                children.add((link.link, link.person_id))
    if parents & children:
        raise KinOfOneselfError


def unite_twins(twins: Iterable[Twin]) -> None:
    """Of parts that both records have keep one: what hangs on the other moves, blanks are filled.

    The rows that stay are saved when the others are gone, since some things are there only once.
    """
    filled: list[models.Model] = []
    for twin in twins:
        stays, goes = twin.stays, twin.goes
        for model, field in links_to(type(goes)):
            _move_or_drop(model, field.name, goes.pk, stays.pk)
        changed = False
        for column in stays._meta.concrete_fields:
            if column.name not in getattr(stays, "personal_data", {}) or column.is_relation:
                continue
            if isinstance(stays, HouseholdMember) and column.name == "is_primary":
                value, empty = goes.is_primary, not stays.is_primary  # type: ignore[attr-defined]
            else:
                value, empty = (getattr(row, column.attname) for row in (goes, stays))
                empty = empty in (None, "")
            if empty and value not in (None, "", False):
                setattr(stays, column.attname, value)
                changed = True
        goes.delete()
        if changed:
            filled.append(stays)
    for row in filled:
        row.save()


def move_kinship(kept_id: UUID, gone_id: UUID) -> None:
    """Let the links of ``gone`` be those of ``kept``; of mutual ones the lower key stands first."""
    links = Kinship.objects.filter(models.Q(person=gone_id) | models.Q(relative=gone_id))
    for link in links:
        ends = [kept_id if end == gone_id else end for end in (link.person_id, link.relative_id)]
        if link.link not in ONE_WAY:
            ends.sort()
        link.person_id, link.relative_id = ends
        link.save(update_fields=["person", "relative"])


def move_pairs(kept_id: UUID, gone_id: UUID) -> None:
    """Let "two people" hold for the record that is kept; open questions are asked anew."""
    pairs = DuplicatePair.objects.filter(models.Q(first=gone_id) | models.Q(second=gone_id))
    pairs.filter(decision=PairDecision.OPEN).delete()
    for pair in pairs:
        other = pair.second_id if pair.first_id == gone_id else pair.first_id
        first, second = sorted([kept_id, other])
        if other == kept_id or DuplicatePair.objects.filter(first=first, second=second).exists():
            pair.delete()
        else:
            pair.first_id, pair.second_id = first, second
            pair.save(update_fields=["first", "second"])


def move_everything(kept_id: UUID, gone_id: UUID) -> None:
    """Let every row of every app that points to ``gone`` point to ``kept``, accounts included.

    Raises:
        TwiceInOnePlaceError: ``kept`` has such a row, and two are not possible.
    """
    for model, field in links_to(Person):
        _move(model, field.name, gone_id, kept_id)
    for label, column in OPAQUE.items():
        _move(apps.get_model(label), column, gone_id, kept_id)


def put_in_order(kept: Person, documents: Iterable[UUID], phones: Iterable[UUID]) -> None:
    """Give papers, phones and contacts new places, those that were kept's first; link renewals.

    Args:
        kept: the person whose parts they are now.
        documents: keys of the papers it had before.
        phones: keys of the phones it had before.
    """
    first: set[Any] = {*documents, *phones}
    for model in (PersonDocument, PersonPhone, PersonContact):
        rows: list[Any] = list(model._base_manager.filter(person=kept))
        rows.sort(key=lambda row: (row.pk not in first, row.position, row.pk))
        for position, row in enumerate(rows):
            row.position = position
        if model is PersonDocument:
            link_renewals(rows)
        for row in rows:
            fields = ["position", "renews"] if model is PersonDocument else ["position"]
            row.save(update_fields=fields)


def _move_or_drop(model: type[models.Model], column: str, old: Any, new: Any) -> None:
    """Move what hangs on one twin to the other; what the other has as well is there once."""
    for row in model._base_manager.filter(**{column: old}):
        try:
            with transaction.atomic():
                model._base_manager.filter(pk=row.pk).update(**{column: new})
        except IntegrityError:
            row.delete()


def _move(model: type[models.Model], column: str, old: Any, new: Any) -> None:
    try:
        with transaction.atomic():
            model._base_manager.filter(**{column: old}).update(**{column: new})
    except IntegrityError as error:
        raise TwiceInOnePlaceError(model._meta.verbose_name or model._meta.label) from error
