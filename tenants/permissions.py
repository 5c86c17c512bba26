"""Who may do what, as data: permissions, and the roles that hold them."""

from enum import StrEnum

from accounts.roles import Role


class Permission(StrEnum):
    """One thing an account can be allowed to do, named noun.verb."""

    TODAY_VIEW = "today.view"
    PERSON_VIEW = "person.view"
    PERSON_EDIT = "person.edit"
    PERSON_IMPORT = "person.import"
    # Add fields of the site's own to what is written down about people.
    PERSON_FIELDS = "person.fields"
    # Reduce people nobody serves any more to what figures need; it cannot be undone.
    PERSON_MINIMISE = "person.minimise"
    # Make two records one; needs PERSON_EDIT for both as well.
    PERSON_MERGE = "person.merge"
    # See a document number, phone or address in clear, with a reason that is recorded.
    PERSON_REVEAL = "person.reveal"
    # Find people by the last four digits of a document; a phone's tail needs PERSON_VIEW only.
    PERSON_SEARCH_DOCUMENT = "person.search_document"
    # Take a list of people along; in full only with the second, and above a limit only when
    # somebody else with the third agrees.
    PERSON_EXPORT = "person.export"
    PERSON_EXPORT_CLEAR = "person.export_clear"
    PERSON_APPROVE_EXPORT = "person.approve_export"
    # Change one thing for many people at once, with a preview and an undo.
    PERSON_BULK_EDIT = "person.bulk_edit"
    # Make or change a group or a saved filter that the whole site uses; own ones need PERSON_VIEW.
    GROUP_EDIT = "group.edit"
    # Write down what an authority decided about an identity, end one, close a review. Whoever
    # serves at the counter holds it, for a small site has one clerk; it is apart from PERSON_EDIT
    # so that a token made for entering data cannot make anybody a recognised 归侨.
    IDENTITY_DECIDE = "identity.decide"
    ACCOUNT_VIEW = "account.view"
    ACCOUNT_MANAGE = "account.manage"
    AUDIT_VIEW = "audit.view"
    JOB_VIEW = "job.view"
    JOB_RETRY = "job.retry"
    SITE_VIEW = "site.view"
    SITE_CREATE = "site.create"
    SITE_SUSPEND = "site.suspend"
    SITE_DELETE = "site.delete"
    # Ask a site to be let in as support; the site decides, with a window.
    SITE_SUPPORT = "site.support"
    STYLEGUIDE_VIEW = "styleguide.view"
    # One's own account, sessions, tokens, and who looked at one's own record.
    SELF_VIEW = "self.view"
    SELF_EDIT = "self.edit"


_P = Permission
_EVERYBODY = frozenset({_P.SELF_VIEW, _P.SELF_EDIT})
_CLERK = _EVERYBODY | {
    _P.TODAY_VIEW,
    _P.PERSON_VIEW,
    _P.PERSON_EDIT,
    # Whoever may change both records may say that they are one (requirements A7): it is on record,
    # and can be taken back for 30 days.
    _P.PERSON_MERGE,
    _P.PERSON_IMPORT,
    _P.PERSON_REVEAL,
    _P.PERSON_SEARCH_DOCUMENT,
    _P.PERSON_EXPORT,
    _P.PERSON_BULK_EDIT,
    _P.GROUP_EDIT,
    _P.IDENTITY_DECIDE,
    _P.JOB_VIEW,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    # Platform staff hold no person.* permission: there is no person to see on the platform.
    Role.SYSTEM_ADMIN: _EVERYBODY
    | {
        _P.TODAY_VIEW,
        _P.SITE_VIEW,
        _P.SITE_SUSPEND,
        _P.SITE_DELETE,
        _P.JOB_VIEW,
        _P.JOB_RETRY,
        _P.STYLEGUIDE_VIEW,
    },
    Role.SECURITY_ADMIN: _EVERYBODY
    | {_P.TODAY_VIEW, _P.SITE_VIEW, _P.SITE_DELETE, _P.ACCOUNT_VIEW, _P.ACCOUNT_MANAGE},
    Role.AUDIT_ADMIN: _EVERYBODY | {_P.TODAY_VIEW, _P.SITE_VIEW, _P.AUDIT_VIEW},
    # Support is daily help, so it is the operator's. The system administrator, who can suspend and
    # delete a site and runs the servers, must not be able to look around inside it as well.
    Role.OPERATOR: _EVERYBODY
    | {
        _P.TODAY_VIEW,
        _P.SITE_VIEW,
        _P.SITE_CREATE,
        _P.SITE_SUPPORT,
        _P.JOB_VIEW,
        _P.STYLEGUIDE_VIEW,
    },
    Role.ADMINISTRATOR: _CLERK
    | {
        _P.PERSON_FIELDS,
        _P.PERSON_EXPORT_CLEAR,
        _P.PERSON_APPROVE_EXPORT,
        _P.PERSON_MINIMISE,
        _P.ACCOUNT_VIEW,
        _P.ACCOUNT_MANAGE,
        _P.AUDIT_VIEW,
        _P.JOB_RETRY,
        _P.STYLEGUIDE_VIEW,
    },
    Role.CLERK: _CLERK,
    # What these four see of the people they work with comes with their own rooms.
    Role.VOLUNTEER_LEAD: _EVERYBODY | {_P.TODAY_VIEW},
    Role.VOLUNTEER: _EVERYBODY,
    Role.LAWYER: _EVERYBODY,
    Role.MEMBER: _EVERYBODY,
    # What runs and what failed, to try it again: no person, no account, no audit (it tells who is
    # served by whom), and nothing that would outlive the window, such as a token or a passkey.
    Role.SUPPORT: frozenset({_P.TODAY_VIEW, _P.JOB_VIEW, _P.JOB_RETRY}),
}
