"""The base of every form, and how forms become HTML.

A field shows its label, its hint, its errors and then its control, tied together by
``aria-describedby``; ``{% field form.name %}`` and ``{{ form }}`` both do so. A form that failed
answers 422 with ``{% error_summary form %}`` on top.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.translation import gettext


class BoundField(forms.BoundField):
    """A field of a form being shown; adds what our templates ask for."""

    @property
    def is_tick_box(self) -> bool:
        """Whether the control is a single tick box, which stands before its label."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def caption(self) -> str:
        """The label, with "(optional)" where an answer is not needed.

        Most fields are required; marking the others is shorter and says it in words.
        """
        if self.field.required or self.is_tick_box or isinstance(self.form, ListFilter):
            return str(self.label)
        return gettext("{label} (optional)").format(label=self.label)

    @property
    def anchor(self) -> str:
        """The id of the control that an error links to: of a list of choices, the first."""
        return str(self.id_for_label or f"{self.auto_id}_0")


class Renderer(DjangoTemplates):
    """Renders every form, allauth's too; named by ``settings.FORM_RENDERER``."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = BoundField


class _OurForm:
    """What `Form` and `ModelForm` have in common."""

    # Messages come from the server, in our words and our place, with or without a script.
    use_required_attribute = False
    # Name of a field -> autocomplete token. Everything else is "off": staff type the data of
    # other people on shared computers.
    autocomplete: ClassVar[Mapping[str, str]] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if type(field.widget) is forms.Select:
                # Django's own includes a template for each option: ten times slower.
                field.widget.template_name = "forms/select.html"
            if isinstance(field.widget, forms.TextInput | forms.Textarea):
                token = self.autocomplete.get(name, "off")
                field.widget.attrs.setdefault("autocomplete", token)


class Form(_OurForm, forms.Form):
    """A form without a model."""


class ListFilter(Form):
    """What narrows a list. An answer is never needed, so no label says so."""


class ModelForm(_OurForm, forms.ModelForm):  # type: ignore[type-arg]
    """A form that shows a model's fields. Its ``save`` is not used: views call services."""


class DayInput(forms.DateInput):
    """A date control of the browser, which wants ISO dates whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class PhoneInput(forms.TextInput):
    """A telephone number: brings up the digits on a phone."""

    input_type = "tel"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"inputmode": "tel"} | (attrs or {}))


class CodeInput(forms.TextInput):
    """A one-time code: digits, offered by the phone that received it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        own = {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}
        super().__init__(attrs=own | (attrs or {}))
