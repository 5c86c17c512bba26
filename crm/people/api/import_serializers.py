"""Imports as JSON: where a file stands, its columns, its questions and its rows, numbers masked."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.people.choices import Evidence
from crm.people.importing import batches, plans
from crm.people.importing.batches import SheetAnswer
from crm.people.importing.contents import unpack
from crm.people.importing.fields import FACT, FIELDS, UNKNOWN
from crm.people.importing.headings import WITHIN
from crm.people.importing.planning import Correction
from crm.people.importing.plans import MOST_HEADER_ROWS
from crm.people.importing.questions import Show, masked_text
from crm.people.importing.repairs.base import RepairClass
from crm.people.importing.shapes import Severity, SheetPlan, Skip
from crm.people.models import (
    ImportBatch,
    ImportRow,
    ImportState,
    RowAction,
    RowDecision,
    RowOutcome,
)
from crm.people.selectors import fact_catalogue
from jobs.models import Job, JobState

_REPAIRS = [(repair.value, repair.name) for repair in RepairClass]
_SEVERITIES = [severity.value for severity in Severity]
_SKIPS = [*(skip.value for skip in Skip), plans.LEFT_OUT]


class ImportJobSerializer(serializers.Serializer[Job]):
    """How far the present step is; ``total`` 0 means that nobody knows yet."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=JobState.choices)
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    problem = serializers.CharField(source="error_text")


class ImportSerializer(serializers.Serializer[ImportBatch]):
    """A file. ``counts`` are rows by action and, after the run, by ``outcome_…``."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    sha256 = serializers.CharField(source="file_hash")
    state = serializers.ChoiceField(choices=ImportState.choices)
    problem = serializers.CharField(help_text="why the file cannot be read")
    counts = serializers.DictField(child=serializers.IntegerField())
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(allow_null=True, help_text="the account's name")
    ran_at = serializers.DateTimeField(allow_null=True)
    ran_by = serializers.CharField(allow_null=True, help_text="the account's name")
    undo_until = serializers.DateTimeField(allow_null=True)


class ImportDetailSerializer(ImportSerializer):
    """A file with its progress; where it is stuck, ``go-on`` starts the step again."""

    job = serializers.SerializerMethodField()
    is_stuck = serializers.SerializerMethodField()

    @extend_schema_field(ImportJobSerializer(allow_null=True))
    def get_job(self, batch: ImportBatch) -> Any:
        """Return the job of the present or the last step."""
        job = batches.job_of(batch)
        return ImportJobSerializer(job).data if job else None

    def get_is_stuck(self, batch: ImportBatch) -> bool:
        """Say whether nothing is at the present step."""
        return batches.is_stuck(batch, batches.job_of(batch))


class ImportFileSerializer(serializers.Serializer[Any]):
    """The file of people: .xlsx, .xls, .ods or .csv, at most 20 MB."""

    file = serializers.FileField(allow_empty_file=True)


class ColumnCodeSerializer(serializers.Serializer[Any]):
    """What a column can mean."""

    code = serializers.CharField(allow_blank=True)
    label = serializers.CharField()  # type: ignore[assignment]  # hides a name of DRF's


class SheetSerializer(serializers.Serializer[SheetPlan]):
    """How a sheet is read: which column means what. ``samples`` are cells of it, masked."""

    name = serializers.CharField()
    layout = serializers.CharField()
    header_rows = serializers.ListField(child=serializers.IntegerField())
    start = serializers.IntegerField(help_text="where the people begin; 0: below the headings")
    is_corrected = serializers.BooleanField(help_text="whether somebody said where headings stand")
    preview = serializers.SerializerMethodField()
    mapping = serializers.DictField(child=serializers.CharField(allow_blank=True))
    scores = serializers.DictField(child=serializers.FloatField())
    samples = serializers.SerializerMethodField()
    rows = serializers.IntegerField()
    skipped = serializers.ChoiceField(choices=_SKIPS, allow_blank=True)
    is_cards = serializers.BooleanField()
    settings = serializers.DictField(child=serializers.CharField())

    @extend_schema_field(
        serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    )
    def get_preview(self, plan: SheetPlan) -> list[list[str]]:
        """Return the first rows of the sheet, for whoever looks for the headings."""
        return [[masked_text(cell) for cell in row] for row in plan.preview]

    @extend_schema_field(
        serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    )
    def get_samples(self, plan: SheetPlan) -> Mapping[str, list[str]]:
        """Return a few cells below each heading."""
        return {name: [masked_text(cell) for cell in found] for name, found in plan.samples.items()}


class HeadingsSerializer(serializers.Serializer[Any]):
    """Where the headings of the sheet in the place ``sheet``, from 0, stand; none: it has none."""

    sheet = serializers.IntegerField(min_value=0, max_value=200)
    header_rows = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=WITHIN), max_length=MOST_HEADER_ROWS
    )
    start = serializers.IntegerField(
        min_value=0, max_value=10**6, default=0, help_text="where the people begin; 0: right below"
    )

    def correction(self) -> Correction:
        """Return it; the serializer must be valid."""
        sent = self.validated_data
        return Correction(tuple(sorted(set(sent["header_rows"]))), sent["start"])


class SettingsSerializer(serializers.Serializer[Any]):
    """What the file does not say itself."""

    census_year = serializers.RegexField(
        r"^(19|20)\d\d$", required=False, allow_blank=True, help_text="when an age was true"
    )
    century = serializers.ChoiceField(
        choices=["19", "20"], required=False, allow_blank=True,
        help_text="of years with two digits; empty: ask on the row",
    )  # fmt: skip


class SheetAnswerSerializer(serializers.Serializer[Any]):
    """What to change of the sheet in the place ``sheet``, from 0; the rest stays as it is."""

    sheet = serializers.IntegerField(min_value=0, max_value=200)
    mapping = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=60), default=dict
    )
    settings = SettingsSerializer(default=dict)
    is_wanted = serializers.BooleanField(required=False)


class CheckSerializer(serializers.Serializer[Any]):
    """Corrections of the columns, and the classes of repairs to accept or refuse."""

    sheets = SheetAnswerSerializer(many=True, default=list)
    repairs = serializers.DictField(
        child=serializers.ChoiceField(choices=["accept", "refuse"]), default=dict
    )

    def validate_repairs(self, sent: dict[str, str]) -> dict[str, str]:
        """Refuse a class that there is not."""
        if unknown := set(sent) - set(RepairClass):
            raise serializers.ValidationError(
                dict.fromkeys(unknown, _("There is no such kind of repair.")), code="unknown"
            )
        return sent

    def answers(self, found: list[SheetPlan]) -> list[SheetAnswer]:
        """Return an answer for each sheet of the plan, none if nothing was said about any.

        Raises:
            ValidationError: a sheet or a column is not in the file.
        """
        sent = self.validated_data["sheets"]
        known = {code for code, _label in column_codes()}
        answers = [SheetAnswer(is_wanted=not plan.skipped) for plan in found]
        for place, row in enumerate(sent):
            number = row["sheet"]
            if number >= len(found):
                _refuse(f"sheets.{place}.sheet", _("There is no such sheet."))
            for heading, code in row["mapping"].items():
                where = f"sheets.{place}.mapping.{heading}"
                if heading not in found[number].mapping:
                    _refuse(where, _("There is no such column."))
                if code not in known and code != found[number].mapping[heading]:
                    _refuse(where, _("A column cannot mean this."))
            is_wanted = row.get("is_wanted", not found[number].skipped)
            if is_wanted and found[number].mapping:
                meant = plans.answered(found[number], row["mapping"])
                for heading, sentence in plans.problems_of(found[number], meant):
                    _refuse(f"sheets.{place}.mapping.{heading}".rstrip("."), sentence)
            answers[number] = SheetAnswer(
                mapping=row["mapping"], settings=row["settings"], is_wanted=is_wanted
            )
        return answers if sent else []

    def refused(self, before: list[str]) -> list[str]:
        """Return the classes refused from now on; the serializer must be valid."""
        said = self.validated_data["repairs"]
        kept = [code for code in before if code not in said]
        return kept + [code for code, answer in said.items() if answer == "refuse"]


class TroubleSerializer(serializers.Serializer[Any]):
    """A kind of trouble in one column: how many rows have it, and what was said about the first."""

    code = serializers.CharField()
    detail = serializers.SerializerMethodField()
    field = serializers.CharField(source="column", help_text="the heading; empty: the whole row")
    severity = serializers.ChoiceField(choices=_SEVERITIES)
    repair = serializers.ChoiceField(choices=_REPAIRS, allow_blank=True)
    rows = serializers.IntegerField()
    first_rows = serializers.ListField(child=serializers.IntegerField(), source="first")

    def get_detail(self, group: Any) -> str:
        """Return the sentence, long numbers masked."""
        return masked_text(group.example)


class RepairSerializer(serializers.Serializer[Any]):
    """A class of repairs that the file needs; refused, its cells are errors."""

    code = serializers.ChoiceField(choices=_REPAIRS)
    label = serializers.CharField()  # type: ignore[assignment]  # hides a name of DRF's
    is_refused = serializers.BooleanField()


class QuestionsSerializer(serializers.Serializer[Any]):
    """What is to be decided before the run; ``undecided`` rows are left out as they are."""

    problems = TroubleSerializer(many=True)
    repairs = RepairSerializer(many=True)
    undecided = serializers.IntegerField()
    going_in = serializers.IntegerField(help_text="rows that go on the register as it stands")


class RowQuerySerializer(serializers.Serializer[Any]):
    """Which rows to list."""

    show = serializers.ChoiceField(choices=[show.value for show in Show], default=Show.ALL.value)
    action = serializers.ChoiceField(choices=RowAction.choices, required=False)
    outcome = serializers.ChoiceField(choices=RowOutcome.choices, required=False)


class RowIssueSerializer(serializers.Serializer[Any]):
    """Something about a cell."""

    code = serializers.CharField()
    detail = serializers.CharField()
    field = serializers.CharField(help_text="the heading; empty: the whole row")
    severity = serializers.ChoiceField(choices=_SEVERITIES)
    repair = serializers.ChoiceField(choices=_REPAIRS, allow_blank=True)


class RowMatchSerializer(serializers.Serializer[Any]):
    """Who the row may be about: a person on record, or another row of the file."""

    person = serializers.UUIDField(allow_null=True)
    sheet = serializers.IntegerField(allow_null=True)
    row = serializers.IntegerField(allow_null=True)
    score = serializers.IntegerField()
    evidence = serializers.ListField(child=serializers.ChoiceField(choices=Evidence.choices))


class ImportRowSerializer(serializers.Serializer[ImportRow]):
    """A row of the file as it was understood. Rows count as the spreadsheet counts them."""

    id = serializers.UUIDField()
    sheet = serializers.IntegerField()
    row = serializers.IntegerField()
    full_name = serializers.CharField()
    action = serializers.ChoiceField(choices=RowAction.choices)
    problems = RowIssueSerializer(many=True)
    matches = RowMatchSerializer(many=True)
    decision = serializers.ChoiceField(choices=RowDecision.choices, allow_blank=True)
    allowed_decisions = serializers.ListField(
        child=serializers.ChoiceField(choices=RowDecision.choices, allow_blank=True)
    )
    person = serializers.UUIDField(allow_null=True)
    outcome = serializers.ChoiceField(choices=RowOutcome.choices, allow_blank=True)
    reason = serializers.CharField(help_text="a code: why it was left out or stays")

    def to_representation(self, instance: ImportRow) -> dict[str, Any]:
        """Return a staged row, without its cells."""
        content = unpack(instance.content.reveal())
        has_person = instance.person_key and instance.outcome != RowOutcome.UNDONE
        is_open = instance.batch.state == ImportState.CHECKED
        return {
            "id": str(instance.pk),
            "sheet": instance.sheet,
            "row": instance.number,
            "full_name": content.checked.values.full_name if content.checked else "",
            "action": instance.action,
            "problems": [
                {
                    "code": code,
                    "detail": masked_text(message),
                    "field": column,
                    "severity": severity,
                    "repair": repair,
                }
                for (column, code, severity, repair), message in zip(
                    instance.issues, content.messages, strict=True
                )
            ],
            "matches": [
                {
                    "person": person,
                    "sheet": place[0] if place else None,
                    "row": place[1] if place else None,
                    "score": score,
                    "evidence": evidence,
                }
                for place, person, score, evidence in instance.matches
            ],
            "decision": instance.decision,
            "allowed_decisions": batches.allowed_decisions(instance) if is_open else [],
            "person": str(instance.person_key) if has_person else None,
            "outcome": instance.outcome,
            "reason": instance.reason,
        }


class RowAnswerSerializer(serializers.Serializer[Any]):
    """What is to become of a row; an empty ``decision`` takes the last one back."""

    row = serializers.UUIDField(help_text="the row's id")
    decision = serializers.ChoiceField(choices=RowDecision.choices, allow_blank=True)


class DecisionsSerializer(serializers.Serializer[Any]):
    """Decisions about rows whose people may be on record already."""

    decisions = RowAnswerSerializer(many=True, allow_empty=False)


class ImportUndoSerializer(serializers.Serializer[Any]):
    """Whether to take back the rest when people were edited since; they stay as they are then."""

    is_partial = serializers.BooleanField(default=False)


class ResultQuerySerializer(serializers.Serializer[Any]):
    """Which rows the file has: those that did not go in, or all."""

    which = serializers.ChoiceField(choices=["bad", "all"], default="bad")


def column_codes() -> list[tuple[str, str]]:
    """Return what a column can mean, each with its label: the site's own fields as well."""
    facts = [
        (f"{FACT}{code}", str(fact.label))
        for code, fact in fact_catalogue().items()
        if not fact.is_retired
    ]
    fields = [(code, str(label)) for code, label in FIELDS.items()]
    return list(dict([(UNKNOWN, ""), *fields, *facts]).items())


def _refuse(field: str, sentence: str) -> None:
    raise serializers.ValidationError({field: sentence}, code="unknown")
