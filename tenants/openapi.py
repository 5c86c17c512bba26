"""The description of the REST interface, for programs that want to use it."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView

from tenants.api import MayReadOrEdit
from tenants.permissions import Permission


class TokenScheme(OpenApiAuthenticationExtension):
    """Says how `TokenAuthentication` is used."""

    target_class = "tenants.api.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the scheme as OpenAPI spells it."""
        return {"type": "http", "scheme": "bearer"}


class SchemaView(SpectacularAPIView):
    """The OpenAPI description of version 1."""

    permission_classes = [MayReadOrEdit]
    read_permission = Permission.SELF_VIEW
