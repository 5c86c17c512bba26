"""What permissions are called on pages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.permissions import Permission

_LABELS: dict[Permission, Promise] = {
    Permission.TODAY_VIEW: _("See the day's overview"),
    Permission.PERSON_VIEW: _("See people"),
    Permission.PERSON_EDIT: _("Add and change people"),
    Permission.PERSON_IMPORT: _("Import people"),
    Permission.PERSON_FIELDS: _("Add fields of this site"),
    Permission.PERSON_MINIMISE: _("Reduce inactive people to figures"),
    Permission.PERSON_MERGE: _("Make two records of one person one"),
    Permission.PERSON_REVEAL: _("See hidden numbers, with a reason"),
    Permission.PERSON_SEARCH_DOCUMENT: _("Find people by the end of a document number"),
    Permission.PERSON_EXPORT: _("Take lists of people along"),
    Permission.PERSON_EXPORT_CLEAR: _("Take lists with full numbers along"),
    Permission.PERSON_APPROVE_EXPORT: _("Approve what others take along"),
    Permission.PERSON_BULK_EDIT: _("Change many people at once"),
    Permission.GROUP_EDIT: _("Share groups and filters with the site"),
    Permission.IDENTITY_DECIDE: _("Record what authorities decided about identities"),
    Permission.ACCOUNT_VIEW: _("See members and roles"),
    Permission.ACCOUNT_MANAGE: _("Manage members and roles"),
    Permission.AUDIT_VIEW: _("See the audit"),
    Permission.JOB_VIEW: _("See jobs"),
    Permission.JOB_RETRY: _("Run failed jobs again"),
    Permission.SITE_VIEW: _("See the sites"),
    Permission.SITE_CREATE: _("Create sites"),
    Permission.SITE_SUSPEND: _("Suspend sites"),
    Permission.SITE_DELETE: _("Delete sites"),
    Permission.SITE_SUPPORT: _("Visit sites as support"),
    Permission.STYLEGUIDE_VIEW: _("See the style guide"),
    Permission.SELF_VIEW: _("See the own account"),
    Permission.SELF_EDIT: _("Change the own account"),
}


def permission_label(name: str) -> Promise | str:
    """Return what a permission is called; one without a name yet shows its code."""
    return _LABELS.get(Permission(name), name)
