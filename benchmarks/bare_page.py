"""A Django project of one page with one query: what a page costs before ours does anything."""

from django.conf import settings

from config.settings import DATABASES, SECRET_KEY

settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": DATABASES["default"] | {"ENGINE": "django.db.backends.postgresql"}},
    ROOT_URLCONF=__name__,
    SECRET_KEY=SECRET_KEY,
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)

from django.core.wsgi import get_wsgi_application  # noqa: E402  # needs the settings
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import Context, Template  # noqa: E402
from django.urls import path  # noqa: E402

application = get_wsgi_application()
_page = Template("<!doctype html><title>Bare</title><p>{{ answer }}</p>")


def show(_request: HttpRequest) -> HttpResponse:
    """Answer with what the database says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return HttpResponse(_page.render(Context({"answer": cursor.fetchone()})))


urlpatterns = [path("", show)]
