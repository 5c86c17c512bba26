"""Making two records one: choosing field by field, what is lost in words, and taking it back."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import DomainError, StaleWriteError
from crm.people.choices import PairDecision
from crm.people.dates import partial_text
from crm.people.duplicates.selectors import pairs, with_person
from crm.people.facts import CATALOGUE, Fact, value_text
from crm.people.merging import rights, services
from crm.people.merging.plans import FACTS, UNITED, Plan, Side, Twin, make_plan, value_of
from crm.people.merging.selectors import undoable_merges
from crm.people.models import MergeOperation, Person
from crm.people.selectors import people_with_parts
from frontend.people.fields import country_name, region_text
from frontend.people.history import LABELS
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

Text = str | Promise

PAGE = "people/merge.html"
_SIDES = frozenset(side.value for side in Side)
_LABELS: Mapping[str, Promise] = {**LABELS, "region": gettext_lazy("Native place")}


@dataclass(frozen=True, slots=True)
class Option:
    """One value that a field may get."""

    side: Side
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """A field to be chosen."""

    name: str
    label: Text
    options: list[Option]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_MERGE)
def merge(request: MemberRequest, kept_id: UUID, gone_id: UUID) -> HttpResponse:
    """Ask for each field that differs, then list what will be lost, then merge."""
    kept, gone = _two(kept_id, gone_id)
    if not rights.may_merge(request.user, kept, gone):
        raise Http404
    plan = make_plan(kept, gone)
    sides = _sides(plan, request.POST)
    facts = CATALOGUE
    context: dict[str, Any] = {
        "kept": kept,
        "gone": gone,
        "choices": [_choice_view(plan, choice.name, sides, facts) for choice in plan.choices],
        "united": [_LABELS[name] for name in UNITED if getattr(gone, name)],
        "both_have": [_twin_text(twin) for twin in plan.twins],
        "keep_name": "keep_name" in request.POST or request.method != "POST",
        "names_differ": kept.full_name != gone.full_name,
    }
    if request.method != "POST" or "change" in request.POST:
        return render(request, PAGE, context)
    context |= {"is_confirming": True, "lost": _lost(plan, sides, facts, request.POST)}
    if "confirm" not in request.POST:
        return render(request, PAGE, context)
    try:
        operation = services.merge_people(
            kept_id=kept.pk,
            kept_version=_number(request.POST.get("kept_version")),
            gone_id=gone.pk,
            gone_version=_number(request.POST.get("gone_version")),
            sides=sides,
            keep_name="keep_name" in request.POST,
            by=request.user,
            now=timezone.now(),
        )
    except StaleWriteError as error:
        # What is lost may be something else now: it is shown anew before anything happens.
        return render(request, PAGE, context | {"error": error}, status=409)
    except DomainError as error:
        return render(request, PAGE, context | {"error": error}, status=422)
    messages.success(
        request,
        _("The two records are one. This can be undone until {day}.").format(
            day=f"{timezone.localdate(operation.undo_until):%Y-%m-%d}"
        ),
    )
    return redirect("people:detail", kept.pk)


@require_POST
@requires(Permission.PERSON_MERGE)
def undo(request: MemberRequest, merge_id: UUID) -> HttpResponse:
    """Take two records apart again."""
    try:
        operation = services.undo_merge(merge_id=merge_id, by=request.user, now=timezone.now())
    except MergeOperation.DoesNotExist:
        raise Http404 from None
    except DomainError as error:
        messages.error(request, str(error))
        found = MergeOperation.objects.get(pk=merge_id)
        return redirect("people:detail", found.winner_id)
    messages.success(request, _("Both records are as they were before the merge."))
    return redirect("people:detail", operation.winner_id)


def person_merges(request: MemberRequest, person: Person, now: dt.datetime) -> dict[str, Any]:
    """Return what a person's page shows of merges and possible duplicates; one query each."""
    found: dict[str, Any] = {}
    if may(request.user, Permission.PERSON_EDIT):
        found["duplicate_count"] = with_person(pairs(PairDecision.OPEN), person.pk).count()
    if rights.may_merge(request.user, person):
        found["merges"] = undoable_merges(person.pk, now=now)
    return found


def _two(kept_id: UUID, gone_id: UUID) -> tuple[Person, Person]:
    found = {person.pk: person for person in people_with_parts().filter(pk__in=[kept_id, gone_id])}
    if len(found) < 2:
        raise Http404
    return found[kept_id], found[gone_id]


def _sides(plan: Plan, data: QueryDict) -> dict[str, Side]:
    """Return what was chosen; anything else than a side falls back to the default."""
    return {
        choice.name: Side(sent)
        for choice in plan.choices
        if (sent := data.get(f"side.{choice.name}", "")) in _SIDES
    }


def _choice_view(
    plan: Plan, name: str, sides: Mapping[str, Side], facts: Mapping[str, Fact]
) -> ChoiceView:
    chosen = plan.side_of(name, sides)
    choice = next(choice for choice in plan.choices if choice.name == name)
    texts = {
        Side.KEPT: _text(plan.kept, name, facts),
        Side.GONE: _text(plan.gone, name, facts),
        Side.BOTH: _("both, one below the other"),
    }
    options = [Option(side, texts[side], side is chosen) for side in choice.sides]
    return ChoiceView(name, _label(name, facts), options)


def _label(name: str, facts: Mapping[str, Fact]) -> Text:
    if name.startswith(FACTS):
        code = name.removeprefix(FACTS)
        return facts[code].label if code in facts else code
    return _LABELS[name]


def _text(person: Person, name: str, facts: Mapping[str, Fact]) -> str:
    """Return the value of a field as it may be shown; an address masked."""
    if name.startswith(FACTS):
        code, value = name.removeprefix(FACTS), value_of(person, name)
        return value_text(facts[code], value) if code in facts and value else value
    shown = {
        "full_name": " ".join(filter(None, [person.full_name, person.surname_reading])),
        "sex": person.get_sex_display(),
        "birth_date": partial_text(person.birth_date, person.birth_precision),
        "nationality": country_name(person.nationality),
        "region": region_text(person.region),
        "address": str(person.address or ""),
        "status": person.get_status_display(),
        "note": person.note,
    }
    return str(shown[name])


def _lost(
    plan: Plan, sides: Mapping[str, Side], facts: Mapping[str, Fact], data: QueryDict
) -> list[str]:
    """Return each thing that will be in no field afterwards, as a line."""
    keeps_name = "keep_name" in data
    lines = [
        _("{field}: {value}").format(field=_label(name, facts), value=_text(loser, name, facts))
        for name, loser in plan.lost_fields(sides)
        if not (name == "full_name" and keeps_name)
    ]
    return lines + [_lost_of(twin) for twin in plan.twins if twin.lost]


def _lost_of(twin: Twin) -> str:
    """Return which columns of a part that both have are dropped, with their values."""
    values = []
    for name in twin.lost:
        column = twin.goes._meta.get_field(name)
        show = getattr(twin.goes, f"get_{name}_display", None)
        value = show() if show else getattr(twin.goes, name)
        values.append(f"{getattr(column, 'verbose_name', name)} {value}")
    return _("{field}: {value}").format(field=_twin_text(twin), value=_(", ").join(values))


def _twin_text(twin: Twin) -> str:
    kind = twin.goes._meta.verbose_name
    name = str(twin.goes)
    # Rows without words of their own are named by their kind alone.
    return str(kind) if any(c.isdigit() for c in name[:8]) and "-" in name else f"{kind} {name}"


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0
