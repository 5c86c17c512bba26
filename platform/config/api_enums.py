"""The names of lists that the description of the REST interface gives choices from.

Fields of several names choose from one list, and fields of one name from several: ``code`` of a
person is ``identity`` of a filter.
"""

API_ENUMS = {
    "IdentityEnum": "crm.people.choices.IdentityCode",
    "IdentityStateEnum": "crm.people.choices.IdentityState",
    "IdentityStepEnum": "crm.people.choices.StepKind",
    "EndReasonEnum": "crm.people.choices.EndReason",
    "ReviewReasonEnum": "crm.people.choices.ReviewReason",
    "RevealReasonEnum": "crm.people.choices.RevealReason",
    "MembershipKindEnum": "crm.people.choices.MembershipKind",
    "DocumentKindEnum": "crm.people.choices.DocumentKind",
    "ContactKindEnum": "crm.people.choices.ContactKind",
    "FoundByKindEnum": "crm.people.choices.FoundByKind",
    "FactKindEnum": "crm.people.choices.FactKind",
    "DistinctReasonEnum": "crm.people.choices.DistinctReason",
    "EvidenceEnum": "crm.people.choices.Evidence",
    "JobStateEnum": "jobs.models.JobState",
    "ImportStateEnum": "crm.people.models.ImportState",
    "RowDecisionEnum": "crm.people.models.RowDecision",
    "RowOutcomeEnum": "crm.people.models.RowOutcome",
    "RepairEnum": "crm.people.importing.repairs.base.RepairClass",
    "MergeSideEnum": "crm.people.merging.plans.Side",
}
