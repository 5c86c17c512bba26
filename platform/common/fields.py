"""Columns for personal data: sealed in the database, masked wherever they are printed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, overload

from django import forms
from django.conf import settings
from django.db import models
from django.db.models import Case
from django.db.models.functions import Cast
from django.db.models.query_utils import DeferredAttribute

from .crypto import INDEX_BYTES, open_sealed, row_label, seal
from .keys import current_schema, keystore
from .masking import mask_all

if TYPE_CHECKING:
    from django.db.models import BinaryField as _BinaryColumn
    from django.db.models import Field as _Column
    from typing_extensions import TypeVar

    _Set = TypeVar("_Set", contravariant=True, default=Any)
    _Get = TypeVar("_Get", covariant=True, default=Any)
else:  # Django's fields take type arguments in the stubs only
    _Set = _Get = None

    class _Column(models.Field):
        def __class_getitem__(cls, arguments: object) -> type:
            return cls

    class _BinaryColumn(models.BinaryField):
        def __class_getitem__(cls, arguments: object) -> type:
            return cls


class UnboundValueError(TypeError):
    """A sealed value was to be written without the row it belongs to."""


class _Sealed(bytes):
    """A record as the database holds it."""

    __slots__ = ()


class _Clear:
    """A text that was assigned and not yet saved. Printing it shows nothing."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Masked:
    """A value of personal data. It prints as its mask; only ``reveal`` gives the clear text.

    ``str``, ``format``, templates and serializers all see the mask, so none of them can print
    the clear text by mistake. Whoever calls ``reveal`` also writes the audit row.
    """

    __slots__ = ("_column", "_content", "_pk", "_schema")

    def __init__(
        self,
        column: "EncryptedTextField[Any, Any]",
        content: _Sealed | _Clear,
        schema: str,
        pk: object,
    ) -> None:
        self._column = column
        self._content = content
        self._schema = schema
        self._pk = pk

    def reveal(self) -> str:
        """Return the clear text.

        Raises:
            TamperedError: the record was changed, or moved here from another row.
            KeyDestroyedError: the site's keys are gone.
        """
        if isinstance(self._content, _Clear):
            return self._content.text

        def find_key(key_id: int) -> Any:
            return keystore().data_key(self._schema, key_id)

        return open_sealed(self._content, find_key=find_key, label=self._label()).decode()

    def sealed(self) -> _Sealed:
        """Return the record to store in this value's own row, having made sure it fits there."""
        if self._pk is None:
            raise UnboundValueError(f"{self._column} needs its row's primary key to be saved.")
        if isinstance(self._content, _Sealed):
            self.reveal()
            return self._content
        key = keystore().current(self._schema)
        suite = int(settings.CIPHER_SUITE)
        return _Sealed(seal(self._content.text.encode(), key=key, label=self._label(), suite=suite))

    @property
    def prepare_database_save(self) -> NoReturn:
        """Refuse ``update(column=value)``, where Django asks for this and no row is known."""
        self._column.refuse_unbound()

    def _label(self) -> bytes:
        column = self._column
        return row_label(
            self._schema, column.model._meta.db_table, column.column or column.name, self._pk
        )

    def __str__(self) -> str:
        return self._column.mask(self.reveal())

    def __repr__(self) -> str:
        return f"<Masked {self}>"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __bool__(self) -> bool:
        return bool(self.reveal())

    def __eq__(self, other: object) -> bool:
        """Compare with another such value; a plain string is never equal."""
        return self.reveal() == other.reveal() if isinstance(other, Masked) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # equal values may lie in different rows

    def __reduce__(self) -> NoReturn:
        raise TypeError("A masked value cannot be pickled or copied; reveal it first.")


class _SealedAttribute(DeferredAttribute):
    """The attribute on the model: takes clear text, gives ``Masked``."""

    field: "EncryptedTextField[Any, Any]"

    @overload
    def __get__(self, instance: None, cls: Any = None) -> "_SealedAttribute": ...
    @overload
    def __get__(self, instance: models.Model, cls: Any = None) -> Masked | None: ...
    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        content = super().__get__(instance, cls)
        if isinstance(content, _Sealed | _Clear):
            return Masked(self.field, content, current_schema(), getattr(instance, "pk", None))
        return content

    def __set__(self, instance: models.Model, value: object) -> None:
        contents = instance.__dict__
        name = self.field.attname
        if isinstance(value, str):
            if "*" in value and name in contents and value == str(getattr(instance, name)):
                raise ValueError(f"{self.field} was given its own mask instead of a value.")
            contents[name] = _Clear(value)
        elif isinstance(value, Masked):
            own = Masked(self.field, _Clear(""), current_schema(), instance.pk)
            same_place = value._label() == own._label()
            contents[name] = value._content if same_place else _Clear(value.reveal())
        elif value is None or isinstance(value, _Sealed):
            contents[name] = value
        else:
            raise TypeError(f"{self.field} takes text, not {type(value).__name__}.")


class EncryptedTextField(_Column[_Set, _Get]):
    """Text stored as a record of ``common.crypto``, bound to its schema, table, column and row.

    Reading the attribute gives ``Masked`` (or None), assigning takes clear text. The primary key
    must be assigned in Python. ``save``, ``bulk_create``, ``bulk_update``, ``only`` and
    ``defer`` work as usual. ``update(column="…")`` is refused, since no row is known, and so is
    every lookup but ``isnull``: search by a ``BlindIndexField`` beside it. ``values()`` gives the
    sealed bytes. Do not ``bulk_create(update_conflicts=True)`` it: the row keeps its old key.

    Args:
        mask: makes the printable form from the clear text; without one nothing shows.
    """

    if TYPE_CHECKING:
        _pyi_private_set_type: str | Masked
        _pyi_private_get_type: Masked
        _pyi_lookup_exact_type: None

    descriptor_class = _SealedAttribute

    def __init__(self, *args: Any, mask: Callable[[str], str] = mask_all, **kwargs: Any) -> None:
        self.mask = mask
        super().__init__(*args, **kwargs)

    def get_internal_type(self) -> str:
        """Store as the database stores bytes."""
        return "BinaryField"

    def get_lookup(self, lookup_name: str) -> Any:
        """Give ``isnull`` only: equal texts have different records."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Return the record for this row, and keep it instead of the clear text."""
        value = getattr(model_instance, self.attname)
        if isinstance(value, Masked):
            value = model_instance.__dict__[self.attname] = value.sealed()
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Return what goes to the database: a record, and never a text without its row."""
        if isinstance(value, Masked):  # from bulk_update, which pairs value and row itself
            value = value.sealed()
        # bulk_update wraps its values in these; any other expression has no row to seal for.
        if value is None or isinstance(value, Case | Cast):
            return value
        if not isinstance(value, _Sealed):
            self.refuse_unbound()
        return connection.Database.Binary(value)

    def from_db_value(self, value: Any, expression: object, connection: object) -> _Sealed | None:
        """Keep the record as it is; it is opened when somebody asks."""
        return None if value is None else _Sealed(value)

    def masked(self, sealed: bytes, *, pk: object) -> Masked:
        """Return what ``values_list()`` gave of the row ``pk`` as the attribute would give it."""
        return Masked(self, _Sealed(sealed), current_schema(), pk)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Validate the clear text."""
        super().clean(value.reveal() if isinstance(value, Masked) else value, model_instance)
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Return the mask: Django's serializers are not a way out for clear text."""
        return str(self.value_from_object(obj) or "")

    def formfield(self, **kwargs: Any) -> Any:
        """Offer a text input."""
        return super().formfield(**{"form_class": forms.CharField} | kwargs)

    def refuse_unbound(self) -> NoReturn:
        """Say why the value cannot be written."""
        raise UnboundValueError(
            f"{self} is sealed for one row, so it is saved with that row: assign it and call "
            "save() or bulk_update(), not update()."
        )


class BlindIndexField(_BinaryColumn[_Set, _Get]):
    """What ``common.crypto.blind_index`` returns for the sealed column beside it.

    The service that assigns the clear text assigns this too; equality is all it can answer.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = INDEX_BYTES
        super().__init__(*args, **kwargs)
