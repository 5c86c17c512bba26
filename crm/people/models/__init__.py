"""What can exist in this app, a module for each topic."""

from crm.people.models.bulk_changes import BulkChange
from crm.people.models.consents import Consent, ConsentQuerySet
from crm.people.models.exports import ExportRequest, PrintedSheet
from crm.people.models.extra_fields import ExtraField
from crm.people.models.groups import PersonGroup, SavedFilter, StartView
from crm.people.models.history import PersonChange
from crm.people.models.households import Household, HouseholdMember
from crm.people.models.identities import IdentityGround, IdentityStep, PersonIdentity, Stay
from crm.people.models.imports import (
    ImportBatch,
    ImportRow,
    ImportState,
    RowAction,
    RowDecision,
    RowOutcome,
    SavedMapping,
)
from crm.people.models.kinship import Kinship, OverseasKin
from crm.people.models.merging import DuplicatePair, MergeOperation
from crm.people.models.minimisations import Minimisation
from crm.people.models.parts import PersonContact, PersonDocument, PersonPhone
from crm.people.models.persons import Person, PersonQuerySet

__all__ = [
    "BulkChange",
    "Consent",
    "ConsentQuerySet",
    "DuplicatePair",
    "ExportRequest",
    "ExtraField",
    "Household",
    "HouseholdMember",
    "IdentityGround",
    "IdentityStep",
    "ImportBatch",
    "ImportRow",
    "ImportState",
    "Kinship",
    "MergeOperation",
    "Minimisation",
    "OverseasKin",
    "Person",
    "PersonChange",
    "PersonContact",
    "PersonDocument",
    "PersonGroup",
    "PersonIdentity",
    "PersonPhone",
    "PersonQuerySet",
    "PrintedSheet",
    "RowAction",
    "RowDecision",
    "RowOutcome",
    "SavedFilter",
    "SavedMapping",
    "StartView",
    "Stay",
]
