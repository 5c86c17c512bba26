"""What a site may do with fields of its own; `selectors.fact_catalogue` lists them."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import services as audit
from common.errors import DomainError
from crm.people.choices import FactKind
from crm.people.facts import OWN_PREFIX
from crm.people.models import ExtraField
from crm.people.rules import clean_text

OBJECT_TYPE = "people.extrafield"
MOST_FIELDS = 30  # in use at one time
MOST_OPTIONS = 40
LONGEST = 40  # characters of a name, and of an option


class ExtraFieldError(DomainError):
    """The field cannot be kept as it was described."""

    code = "extra_field_invalid"


@transaction.atomic
def add_field(
    *, label: str, kind: FactKind, options: Sequence[str] = (), by: User | None, now: dt.datetime
) -> ExtraField:
    """Add a field to the site's own, at the end of the list.

    Raises:
        ExtraFieldError: it has no name or no options, the site has too many fields, or somebody
            else added one at the same time.
    """
    label, options = _checked(label, kind, options, None)
    if ExtraField.objects.filter(retired_at__isnull=True).count() >= MOST_FIELDS:
        raise ExtraFieldError(
            _("A site has at most {most} fields of its own.").format(most=MOST_FIELDS)
        )
    number = ExtraField.objects.count() + 1
    added = ExtraField(
        code=f"{OWN_PREFIX}{number}",
        label=label,
        kind=kind,
        options=options,
        position=number,
        created_at=now,
        created_by=by,
    )
    try:
        with transaction.atomic():
            added.save(force_insert=True)
    except IntegrityError as error:
        # Two got the same code.
        raise ExtraFieldError(_("Somebody added a field at the same time. Try again.")) from error
    _record("people.field_add", added, by=by, now=now)
    return added


@transaction.atomic
def change_field(
    *, field_id: UUID, label: str, options: Sequence[str] = (), by: User | None, now: dt.datetime
) -> ExtraField:
    """Give a field another name or other options; its kind stays, since values have it.

    Raises:
        ExtraField.DoesNotExist: the site has no such field.
        ExtraFieldError: it has no name or no options.
    """
    found = ExtraField.objects.select_for_update().get(pk=field_id)
    found.label, found.options = _checked(label, FactKind(found.kind), options, found.pk)
    found.save(update_fields=["label", "options"])
    _record("people.field_change", found, by=by, now=now)
    return found


@transaction.atomic
def set_retired(
    *, field_id: UUID, is_retired: bool, by: User | None, now: dt.datetime
) -> ExtraField:
    """Take a field out of use, or back into it; what is on record stays either way.

    Raises:
        ExtraField.DoesNotExist: the site has no such field.
    """
    found = ExtraField.objects.select_for_update().get(pk=field_id)
    if (found.retired_at is not None) == is_retired:
        return found
    found.retired_at = now if is_retired else None
    found.save(update_fields=["retired_at"])
    action = "people.field_retire" if is_retired else "people.field_restore"
    _record(action, found, by=by, now=now)
    return found


def _checked(
    label: str, kind: FactKind, options: Sequence[str], own_id: UUID | None
) -> tuple[str, list[str]]:
    label = clean_text(label)
    if not label:
        raise ExtraFieldError(_("Write what the field is called."), field="label")
    options = list(dict.fromkeys(filter(None, map(clean_text, options))))
    if kind is FactKind.CHOICE and not options:
        raise ExtraFieldError(_("Write the options, one on each line."), field="options")
    if kind is not FactKind.CHOICE:
        options = []
    if len(options) > MOST_OPTIONS or any(len(option) > LONGEST for option in options):
        raise ExtraFieldError(
            _("At most {most} options of {longest} characters, please.").format(
                most=MOST_OPTIONS, longest=LONGEST
            ),
            field="options",
        )
    if len(label) > LONGEST:
        raise ExtraFieldError(
            _("At most {most} characters, please.").format(most=LONGEST), field="label"
        )
    same = ExtraField.objects.filter(label=label)
    if (same.exclude(pk=own_id) if own_id else same).exists():
        raise ExtraFieldError(_("There is a field of this name already."), field="label")
    return label, options


def _record(action: str, found: ExtraField, *, by: User | None, now: dt.datetime) -> None:
    audit.record(
        action=action,
        by=by,
        object_type=OBJECT_TYPE,
        object_key=found.pk,
        detail={"code": found.code},
        now=now,
    )
