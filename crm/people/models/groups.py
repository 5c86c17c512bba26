"""Groups of people by a rule, and filters of the list that somebody wants again."""

from typing import TYPE_CHECKING, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from common.registry import Sensitivity
from crm.people.models.columns import kept, who

if TYPE_CHECKING:
    from accounts.models import User


Owned = TypeVar("Owned", bound=models.Model)


class OwnedQuerySet(models.QuerySet[Owned]):
    """Adjectives for what somebody keeps for themselves or shares with the site."""

    def visible_to(self, user: "User | None") -> Self:
        """Keep what ``user`` may use: the shared and the own; None sees the shared only."""
        return self.filter(Q(is_shared=True) | Q(owner=user) if user else Q(is_shared=True))

    def in_use(self) -> Self:
        """Keep what is not put away."""
        return self.filter(retired_at__isnull=True)


class PersonGroupQuerySet(OwnedQuerySet["PersonGroup"]):
    """Adjectives for groups."""


class SavedFilterQuerySet(OwnedQuerySet["SavedFilter"]):
    """Adjectives for saved filters."""


class PersonGroup(models.Model):
    """People to whom a rule applies. Who they are is asked anew each time, never kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=60)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    # As `crm.people.conditions.parse_rule` reads it.
    rule = models.JSONField(_("rule"))
    is_shared = models.BooleanField(_("for the whole site"), default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # Put away; it can be brought back.
    retired_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = who()
    updated_at = models.DateTimeField()
    updated_by = who()

    objects = PersonGroupQuerySet.as_manager()

    not_personal = frozenset({"name", "purpose", "rule", "is_shared", "retired_at", "version"})

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="group_has_a_name"),
            models.CheckConstraint(condition=Q(version__gte=1), name="group_version_counts_up"),
        ]

    def __str__(self) -> str:
        return self.name


class SavedFilter(models.Model):
    """A filter of the list of people under a name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=40)
    # What `crm.people.selectors.PeopleFilter.as_json` returns.
    criteria = models.JSONField(_("filter"))
    is_shared = models.BooleanField(_("for the whole site"), default=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = SavedFilterQuerySet.as_manager()

    # The search box may hold a name somebody typed; nothing else in it is about a person.
    personal_data = {"criteria": kept("find the same people again", Sensitivity.S1)}
    not_personal = frozenset({"name", "is_shared", "retired_at"})

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="saved_filter_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class StartView(models.Model):
    """The saved filter with which somebody's list of people begins."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    saved_filter = models.ForeignKey(SavedFilter, models.CASCADE, related_name="starts")

    class Meta:
        verbose_name = _("start view")
        verbose_name_plural = _("start views")

    def __str__(self) -> str:
        return str(self.saved_filter)
