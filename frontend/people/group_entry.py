"""One group as it is described: its name and the rows of its rule, handled as one form."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.people.conditions.fields import find_field, sections
from crm.people.conditions.rule import (
    MOST_CONDITIONS,
    Condition,
    InvalidRuleError,
    Match,
    Rule,
    parse_rule,
    rule_of,
)
from crm.people.conditions.shapes import DAY_OPS, LONGEST_DAYS, Field, Kind, Op
from crm.people.groups.services import GroupValues
from crm.people.models import PersonGroup
from frontend.forms import Form, ListFilter
from frontend.people.fields import CountryField, RegionField
from network.selectors import is_known_region, region_full_name

# A flag's operators say everything; they are offered in the words of its sentence.
OP_LABELS = {
    Op.IS: _("is one of these"),
    Op.IS_NOT: _("is none of these"),
    Op.RECOGNISED: _("is one of these, recognised"),
    Op.NOT_RECOGNISED: _("is one of these, not recognised so far"),
    Op.AT_LEAST: _("at least"),
    Op.AT_MOST: _("at most"),
    Op.WITHIN_DAYS: _("within so many days"),
    Op.IN_LAST_DAYS: _("in the last so many days"),
    Op.NOT_IN_LAST_DAYS: _("not in the last so many days"),
    Op.SINCE: _("on a day or later"),
    Op.BEFORE: _("before a day"),
    Op.CONTAINS: _("contains"),
    Op.ON_RECORD: _("is on record"),
    Op.NOT_ON_RECORD: _("is not on record"),
}
_PARTIAL = {Op.SINCE: _("in this year or day, or later"), Op.BEFORE: _("before this year or day")}
_ONE_VALUE = {Op.IS: _("is"), Op.IS_NOT: _("is not")}


class GroupForm(Form):
    """What is one field each."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=60)
    purpose = forms.CharField(
        label=_("What it is for"), required=False, max_length=200,
        help_text=_("For example: greetings at the Spring Festival."),
    )  # fmt: skip
    is_shared = forms.BooleanField(label=_("For the whole site"), required=False)
    match = forms.ChoiceField(
        label=_("Who belongs to it?"),
        choices=[
            (Match.ALL.value, _("who meets all conditions")),
            (Match.ANY.value, _("who meets at least one condition")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["is_shared"]


class ConditionForm(ListFilter):
    """One condition about a known field; what makes sense is said by `parse_rule`."""

    def __init__(self, field: Field, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = field
        self.fields["field"] = forms.CharField(widget=forms.HiddenInput, initial=field.code)
        self.fields["op"] = forms.ChoiceField(
            label=_("Comparison"), choices=[(op.value, _op_label(field, op)) for op in field.ops]
        )
        if value := _value_field(field):
            self.fields["value"] = value

    def as_json(self) -> dict[str, Any]:
        """Return the condition as it was typed, whether or not it makes sense."""
        op = self.cleaned_data.get("op", "")
        found = {"field": self.about.code, "op": op}
        value: Any = self.cleaned_data.get("value")
        if self.about.kind in {Kind.NUMBER, Kind.TIME} and op not in DAY_OPS:
            text = str(value or "").strip()
            value = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else text
        return found | {"value": value}


@dataclass(slots=True)
class Row:
    """A condition's form under its number, which stays as long as the row does."""

    number: int
    form: ConditionForm


class GroupEntry:
    """The page's form and the rows of the rule; for templates it stands in for a form.

    Args:
        data: what was sent, or None for a page that was just opened.
        group: the one being changed, or None for a new one.
        may_share: whether it can be made for the whole site.
    """

    def __init__(
        self, data: QueryDict | None, group: PersonGroup | None, *, may_share: bool
    ) -> None:
        self.rule_error, self._may_share = "", may_share
        rule = _stored_rule(group)
        initial: dict[str, Any] = {"match": rule.match.value if rule else Match.ALL.value}
        if group:
            initial |= {
                "version": group.version, "name": group.name, "purpose": group.purpose,
                "is_shared": group.is_shared,
            }  # fmt: skip
        self.form = GroupForm(data, initial=initial, may_share=may_share)
        self.blocks = _typed_blocks(data) if data is not None else _blocks_of(rule)

    @property
    def layout(self) -> str:
        """The numbers of the rows by block, as they are sent along: ``0,1;2``."""
        return ";".join(",".join(str(row.number) for row in block) for block in self.blocks)

    @property
    def match(self) -> Match:
        """How the blocks are joined, as chosen so far."""
        return Match.ANY if self.form["match"].value() == Match.ANY.value else Match.ALL

    @property
    def has_room(self) -> bool:
        """Whether one more condition is allowed."""
        return sum(map(len, self.blocks)) < MOST_CONDITIONS

    def leave_unchecked(self) -> None:
        """Show what was typed as it is, without saying what is missing so far."""
        typed = {name: self.form[name].value() for name in self.form.fields}
        self.form = GroupForm(initial=typed, may_share=self._may_share)

    def add_row(self, code: str, block: str = "") -> None:
        """Offer a condition about a field, in a block of its own or beside those of ``block``."""
        field = find_field(code)
        if field is None or not self.has_room:
            return
        number = max((row.number for row in itertools.chain(*self.blocks)), default=-1) + 1
        form = ConditionForm(field, prefix=f"c{number}")
        form.fields["op"].widget.attrs["autofocus"] = True
        if block.isdecimal() and int(block) < len(self.blocks):
            self.blocks[int(block)].append(Row(number, form))
        else:
            self.blocks.append([Row(number, form)])

    def remove_row(self, number: str) -> None:
        """Leave out the row of this number."""
        kept = [[row for row in block if str(row.number) != number] for block in self.blocks]
        self.blocks = [block for block in kept if block]

    def rule(self) -> Rule | None:
        """Return the rule as typed; None, with the errors at their rows, if it makes no sense."""
        forms_ = [row.form for row in itertools.chain(*self.blocks)]
        # Every form is cleaned, so that all that is wrong is said at once.
        if not all([form.is_valid() for form in forms_]):  # noqa: C419
            return None
        items = [[row.form.as_json() for row in block] for block in self.blocks]
        data = {
            self.match.value: [
                block[0] if len(block) == 1 else {self.match.other.value: block} for block in items
            ]
        }
        try:
            return parse_rule(data, is_region=is_known_region)
        except InvalidRuleError as error:
            for problem in error.problems:
                block, _dot, place = problem.field.partition(".")
                if not block:
                    self.rule_error = str(problem.message)
                    continue
                form = self.blocks[int(block)][int(place)].form
                form.add_error("value" if "value" in form.fields else "op", str(problem.message))
            return None

    def values(self) -> GroupValues | None:
        """Return what was typed; None if something is wrong."""
        is_valid, rule = self.form.is_valid(), self.rule()
        if not is_valid or rule is None:
            return None
        data = self.form.cleaned_data
        return GroupValues(
            name=data["name"],
            purpose=data["purpose"],
            rule=rule,
            is_shared=data.get("is_shared", False),
        )

    # What `{% error_summary %}` and the base template ask of a form.

    @property
    def errors(self) -> dict[str, Any]:
        """Whatever is wrong anywhere; empty if all is well or nothing was sent."""
        found = {
            f"{form.prefix}-{name}": errors
            for form in self._forms()
            for name, errors in form.errors.items()
        }
        return found | ({"rule": [self.rule_error]} if self.rule_error else {})

    @property
    def non_field_errors(self) -> list[str]:
        """What belongs to no field."""
        own = [str(error) for error in self.form.non_field_errors()]
        return own + ([self.rule_error] if self.rule_error else [])

    def __iter__(self) -> Iterator[forms.BoundField]:
        return itertools.chain.from_iterable(self._forms())

    def _forms(self) -> list[Form]:
        return [self.form, *(row.form for row in itertools.chain(*self.blocks))]


def field_choices() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """Return what a condition can be about, section by section."""
    return [
        (section, [(field.code, field.label) for field in fields]) for section, fields in sections()
    ]


def _op_label(field: Field, op: Op) -> Any:
    if field.kind is Kind.FLAG:
        return field.phrases[op]
    if field.kind in {Kind.COUNTRY, Kind.REGION} and op in _ONE_VALUE:
        return _ONE_VALUE[op]
    if field.kind is Kind.PARTIAL_DATE and op in _PARTIAL:
        return _PARTIAL[op]
    return OP_LABELS[op]


def _value_field(field: Field) -> forms.Field | None:
    if field.kind is Kind.FLAG:
        return None
    if field.kind is Kind.CHOICES:
        return forms.MultipleChoiceField(
            label=str(field.label), required=False, choices=list(field.choices),
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip
    if field.kind is Kind.COUNTRY:
        return CountryField(label=str(field.label))
    if field.kind is Kind.REGION:
        return RegionField(label=str(field.label), help_text=_("With everything that lies in it."))
    if field.kind is Kind.TIME:
        return forms.CharField(
            label=_("Days, or a day"), required=False, max_length=10,
            widget=forms.TextInput(attrs={"class": "short", "placeholder": "90 / 2026-03-02"}),
        )  # fmt: skip
    if field.kind is Kind.TEXT:
        return forms.CharField(label=_("Characters"), required=False, max_length=60)
    if field.kind is Kind.PARTIAL_DATE:
        return forms.CharField(
            label=_("Year, month or day"), required=False, max_length=10,
            widget=forms.TextInput(attrs={"class": "short", "placeholder": "1978 / 1978-06"}),
        )  # fmt: skip
    label = _("Days") if field.most == LONGEST_DAYS else str(field.label)
    return forms.CharField(
        label=label, required=False, max_length=6,
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric"}),
    )  # fmt: skip


def _stored_rule(group: PersonGroup | None) -> Rule | None:
    try:
        return rule_of(group) if group else None
    except InvalidRuleError:
        return None


def _blocks_of(rule: Rule | None) -> list[list[Row]]:
    numbers = itertools.count()
    return [
        [
            Row(number := next(numbers), ConditionForm(
                condition.field, prefix=f"c{number}", initial=_initial(condition)
            ))
            for condition in block
        ]
        for block in (rule.blocks if rule else ())
    ]  # fmt: skip


def _initial(condition: Condition) -> dict[str, Any]:
    value = condition.value
    if condition.field.kind is Kind.REGION:
        value = region_full_name(value) or value
    return {"field": condition.field.code, "op": condition.op.value, "value": value}


def _typed_blocks(data: QueryDict) -> list[list[Row]]:
    """Return the rows that were sent; those that no page of ours could send are left out."""
    blocks: list[list[Row]] = []
    numbers: set[int] = set()
    for part in data.get("layout", "")[:200].split(";"):
        block = []
        for text in part.split(","):
            if not (text.isascii() and text.isdecimal()) or int(text) in numbers:
                continue
            field = find_field(data.get(f"c{text}-field", ""))
            if field is None or len(numbers) >= MOST_CONDITIONS:
                continue
            numbers.add(int(text))
            block.append(Row(int(text), ConditionForm(field, data, prefix=f"c{text}")))
        if block:
            blocks.append(block)
    return blocks
