"""Sessions in the schema's own table, sealed with its key (``settings.SESSION_ENGINE``).

They hold phones and codes while somebody signs in. A session's row opens in its own schema and
under its own key only.
"""

import base64
import binascii
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from common.crypto import TamperedError, open_sealed, row_label, seal
from common.keys import KeystoreError, current_key, current_schema, keystore


class SessionStore(DatabaseStore):
    """Django's database sessions, with the data sealed."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return the data as it is stored."""
        data = self.serializer().dumps(session_dict)
        return base64.b85encode(seal(data, key=current_key(), label=self._label())).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return the data of a row; nothing if it was changed or comes from elsewhere."""
        schema = current_schema()
        try:
            record = base64.b85decode(session_data)
            data = open_sealed(
                record,
                find_key=lambda key_id: keystore().data_key(schema, key_id),
                label=self._label(),
            )
        except (TamperedError, KeystoreError, ValueError, binascii.Error):
            return {}
        loaded: dict[str, Any] = self.serializer().loads(data)
        return loaded

    def _label(self) -> bytes:
        return row_label(current_schema(), "django_session", "session_data", self.session_key)
