"""What can exist in this app, a module for each topic."""

from crm.people.models.history import PersonChange
from crm.people.models.households import Household, HouseholdMember
from crm.people.models.identities import IdentityGround, IdentityStep, PersonIdentity, Stay
from crm.people.models.kinship import Kinship, OverseasKin
from crm.people.models.parts import PersonContact, PersonDocument, PersonPhone
from crm.people.models.persons import Person, PersonQuerySet, age_on

__all__ = [
    "Household",
    "HouseholdMember",
    "IdentityGround",
    "IdentityStep",
    "Kinship",
    "OverseasKin",
    "Person",
    "PersonChange",
    "PersonContact",
    "PersonDocument",
    "PersonIdentity",
    "PersonPhone",
    "PersonQuerySet",
    "Stay",
    "age_on",
]
