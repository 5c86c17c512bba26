"""The audit's codes in words that people without training understand."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import STAFF_ROLES, Role
from audit.models import AuditEntry
from audit.selectors import Look

# What the filter of the list offers. An action without words here shows its code.
ACTIONS: dict[str, Promise] = {
    "session.start": gettext_lazy("signed in"),
    "session.end": gettext_lazy("signed out"),
    "permission.check": gettext_lazy("opened a page"),
    "account.invite": gettext_lazy("invited somebody"),
    "account.create": gettext_lazy("created an account"),
    "account.edit": gettext_lazy("changed an account"),
    "account.disable": gettext_lazy("disabled an account"),
    "account.enable": gettext_lazy("enabled an account"),
    "account.change_password": gettext_lazy("changed a password"),
    "account.change_factor": gettext_lazy("changed the second factor"),
    "role.grant": gettext_lazy("gave a role"),
    "role.end": gettext_lazy("took a role away"),
    "token.create": gettext_lazy("made an interface token"),
    "token.revoke": gettext_lazy("revoked an interface token"),
    "person.create": gettext_lazy("added a person"),
    "person.edit": gettext_lazy("changed a person's data"),
    "person.view": gettext_lazy("opened a person's page"),
    "person.reveal": gettext_lazy("showed a hidden value"),
    "person.search_document": gettext_lazy("searched by document number"),
    "person.import": gettext_lazy("imported people"),
    "person.export": gettext_lazy("exported people"),
    "job.retry": gettext_lazy("retried a job"),
    "site.create": gettext_lazy("created a site"),
    "site.suspend": gettext_lazy("suspended a site"),
    "site.resume": gettext_lazy("resumed a site"),
    "site.archive": gettext_lazy("archived a site"),
    "site.delete": gettext_lazy("deleted a site"),
    "audit.check": gettext_lazy("checked the audit"),
}
_LOOKS: dict[str, Promise] = {
    "view": gettext_lazy("Opened your page."),
    "reveal": gettext_lazy("Saw in full: {fields}."),
    "export": gettext_lazy("Put your data into a list to take along: {fields}."),
    "print": gettext_lazy("Printed your data: {fields}."),
}
# Members and volunteers are private people too: their role is named, they are not.
_NAMED_ROLES = STAFF_ROLES | {Role.VOLUNTEER_LEAD}


@dataclass(frozen=True, slots=True)
class EntryWords:
    """What a row of the audit list adds to its entry."""

    entry: AuditEntry
    action: str
    actor: str
    roles: str
    object_type: str
    fields: str


@dataclass(frozen=True, slots=True)
class LookWords:
    """A look at somebody's data, as that person reads it."""

    look: Look
    who: str
    what: str


def describe_entry(entry: AuditEntry) -> EntryWords:
    """Return the words of one row."""
    return EntryWords(
        entry=entry,
        action=str(ACTIONS.get(entry.action, entry.action)),
        actor=entry.actor_name or _("the system"),
        roles=role_words(role for role in entry.actor_role.split(",") if role),
        object_type=object_word(entry.object_type),
        fields=field_words(entry.object_type, entry.fields),
    )


def describe_look(look: Look, *, reader_key: object = None) -> LookWords:
    """Return the words of one look; ``reader_key`` is the account of the person reading."""
    roles = role_words(look.roles)
    if reader_key is not None and look.actor_key == reader_key:
        who = _("You")
    elif not look.actor_key:
        who = _("The system, by itself")
    elif _NAMED_ROLES.isdisjoint(look.roles):
        who = roles or _("Another account")
    else:
        who = _("{name} ({roles})").format(name=look.actor_name, roles=roles)
    fields = field_words(look.object_type, look.fields) or _("your data")
    return LookWords(look=look, who=who, what=str(_LOOKS[look.verb]).format(fields=fields))


def role_words(roles: Iterable[str]) -> str:
    """Return the names of roles, or the code of one that no longer exists."""
    return _(", ").join(str(Role(role).label) if role in Role else role for role in roles)


def object_word(object_type: str) -> str:
    """Return what the application calls the model, or the code as it is."""
    try:
        return str(apps.get_model(object_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return object_type


def field_words(object_type: str, fields: Iterable[str]) -> str:
    """Return what the model calls its columns, or their codes."""
    try:
        meta = apps.get_model(object_type)._meta
    except (LookupError, ValueError):
        return _(", ").join(fields)

    def name(column: str) -> str:
        try:
            return str(getattr(meta.get_field(column), "verbose_name", column))
        except FieldDoesNotExist:
            return column

    return _(", ").join(name(column) for column in fields)
