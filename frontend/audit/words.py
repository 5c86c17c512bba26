"""The audit's codes in words that people without training understand."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import STAFF_ROLES, Role
from audit.models import AuditEntry
from audit.selectors import Look

# What the filter of the list offers. An action without words here shows its code.
ACTIONS: dict[str, Promise] = {
    "permission.check": gettext_lazy("tried what is not allowed"),
    "account.sign_in": gettext_lazy("signed in"),
    "account.sign_out": gettext_lazy("signed out"),
    "account.create": gettext_lazy("created an account"),
    "account.rename": gettext_lazy("changed the name of an account"),
    "account.set_phone": gettext_lazy("changed the phone of an account"),
    "account.confirm_phone": gettext_lazy("confirmed a phone"),
    "account.set_password": gettext_lazy("set a password"),
    "account.add_factor": gettext_lazy("added a second factor"),
    "account.remove_factor": gettext_lazy("removed a second factor"),
    "account.reset_second_factor": gettext_lazy("reset somebody's second factor"),
    "account.renew_recovery_codes": gettext_lazy("renewed the recovery codes"),
    "account.disable": gettext_lazy("disabled an account"),
    "account.allow_again": gettext_lazy("enabled an account again"),
    "account.grant_role": gettext_lazy("gave a role"),
    "account.end_role": gettext_lazy("took a role away"),
    "invitation.create": gettext_lazy("invited somebody"),
    "invitation.accept": gettext_lazy("accepted an invitation"),
    "invitation.revoke": gettext_lazy("withdrew an invitation"),
    "token.create": gettext_lazy("made an interface token"),
    "token.revoke": gettext_lazy("revoked an interface token"),
    "person.add": gettext_lazy("added a person"),
    "person.change": gettext_lazy("changed a person's data"),
    "person.view": gettext_lazy("opened a person's page"),
    "person.reveal": gettext_lazy("saw a hidden value in full"),
    "person.export": gettext_lazy("exported people"),
    "person.print": gettext_lazy("printed a person's data"),
    "export.request": gettext_lazy("asked for an export"),
    "export.approve": gettext_lazy("approved an export"),
    "export.refuse": gettext_lazy("refused an export"),
    "export.make": gettext_lazy("made the file of an export"),
    "export.download": gettext_lazy("downloaded an export"),
    "person.import": gettext_lazy("imported people"),
    "person.import_discard": gettext_lazy("removed a file of people"),
    "person.import_download": gettext_lazy("took a file of people with its errors"),
    "person.import_undo": gettext_lazy("undid an import of people"),
    "person.remove": gettext_lazy("removed a person again"),
    "person.order_minimisation": gettext_lazy("confirmed a list of inactive people"),
    "person.bulk_change": gettext_lazy("changed many people at once"),
    "person.bulk_undo": gettext_lazy("took back a change of many people"),
    "person.minimise": gettext_lazy("reduced a person to figures"),
    "consent.give": gettext_lazy("wrote down a consent"),
    "consent.withdraw": gettext_lazy("took a consent back"),
    "household.open": gettext_lazy("opened a household"),
    "household.change": gettext_lazy("changed a household"),
    "household.join": gettext_lazy("added a member to a household"),
    "household.change_member": gettext_lazy("corrected a membership of a household"),
    "household.leave": gettext_lazy("recorded that somebody left a household"),
    "household.remove_member": gettext_lazy("removed a membership entered by mistake"),
    "household.choose_contact": gettext_lazy("chose whom to call about a household"),
    "household.split": gettext_lazy("split a household"),
    "household.merge": gettext_lazy("let a household take in another"),
    "household.close": gettext_lazy("closed a household"),
    "household.reopen": gettext_lazy("opened a household again"),
    "kinship.add": gettext_lazy("linked two relatives"),
    "kinship.end": gettext_lazy("recorded the end of a link between relatives"),
    "kinship.remove": gettext_lazy("removed a link entered by mistake"),
    "overseas_kin.add": gettext_lazy("added a relative abroad"),
    "overseas_kin.change": gettext_lazy("changed a relative abroad"),
    "overseas_kin.end": gettext_lazy("recorded the end of a link to a relative abroad"),
    "overseas_kin.remove": gettext_lazy("removed a relative abroad entered by mistake"),
    "person.merge": gettext_lazy("made two records one"),
    "person.undo_merge": gettext_lazy("took a merge back"),
    "person.keep_apart": gettext_lazy("found two similar records to be two people"),
    "person.ask_again": gettext_lazy("asked again whether two records are one person"),
    "identity.move": gettext_lazy("took the next step of an identity"),
    "identity.keep": gettext_lazy("kept an identity after a review"),
    "identity.undo": gettext_lazy("undid the last step of an identity"),
    "identity.review": gettext_lazy("noted the end of a link on an identity"),
    "identity.add_ground": gettext_lazy("chose what an identity rests on"),
    "stay.add": gettext_lazy("added a stay abroad"),
    "stay.remove": gettext_lazy("removed a stay abroad"),
    "people.field_add": gettext_lazy("added a field of this site"),
    "people.field_change": gettext_lazy("changed a field of this site"),
    "people.field_retire": gettext_lazy("took a field of this site out of use"),
    "people.field_restore": gettext_lazy("took a field of this site back into use"),
    "job.retry": gettext_lazy("retried a job"),
    "job.cancel": gettext_lazy("cancelled a job"),
    "site.order": gettext_lazy("ordered a site"),
    "site.invite_administrator": gettext_lazy("invited a site's first administrator"),
    "site.suspend": gettext_lazy("suspended a site"),
    "site.resume": gettext_lazy("resumed a site"),
    "site.archive": gettext_lazy("archived a site"),
    "site.export": gettext_lazy("exported a site"),
    "site.import": gettext_lazy("brought a site in"),
    "site.order_deletion": gettext_lazy("ordered the deletion of a site"),
    "site.approve_deletion": gettext_lazy("approved the deletion of a site"),
    "site.withdraw_deletion": gettext_lazy("withdrew the deletion of a site"),
    "site.delete": gettext_lazy("deleted a site"),
    "site.activate": gettext_lazy("ended a site's trial"),
    "site.hand_over": gettext_lazy("went to a site as support"),
    "support.open": gettext_lazy("let support in"),
    "support.enter": gettext_lazy("came in as support"),
    "support.close": gettext_lazy("closed the support window"),
    "walls.breach": gettext_lazy("found a gap in the walls between sites"),
    "audit.check": gettext_lazy("checked the audit"),
}
# Where people say something else than the model's name.
_OBJECTS: dict[str, Promise] = {
    "accounts.user": gettext_lazy("account"),
    "accounts.invitation": gettext_lazy("invitation"),
    "accounts.apitoken": gettext_lazy("interface token"),
    "jobs.job": gettext_lazy("job"),
    "tenants.tenant": gettext_lazy("site"),
    "site": gettext_lazy("site"),
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
    """Return what people call the kind of object, or its code as it is."""
    if object_type in _OBJECTS:
        return str(_OBJECTS[object_type])
    model = _model(object_type)
    return str(model._meta.verbose_name) if model else object_type


def field_words(object_type: str, fields: Iterable[str]) -> str:
    """Return what the model calls its columns and its parts, or their codes."""
    model = _model(object_type)
    if model:
        # A field of a mapping, `facts.occupation`, is called what the mapping is called.
        fields = dict.fromkeys(_field_word(model, name.partition(".")[0]) for name in fields)
    return _(", ").join(fields)


def _field_word(model: type[Model], name: str) -> str:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    if field.one_to_many and isinstance(field.related_model, type):
        return str(field.related_model._meta.verbose_name_plural)
    return str(getattr(field, "verbose_name", name))


def _model(object_type: str) -> type[Model] | None:
    try:
        return apps.get_model(object_type)
    except (LookupError, ValueError):
        return None
