"""A Django project as ``startproject`` makes it, with one page that asks one query.

What a page costs before ours does anything: Django's own middleware, a template from a file, one
row from the database. No session, no account, no list.
"""

from pathlib import Path

from django.conf import settings

from config.settings import DATABASES, SECRET_KEY

settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": DATABASES["default"] | {"ENGINE": "django.db.backends.postgresql"}},
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY=SECRET_KEY,
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent],
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
)

from django.core.wsgi import get_wsgi_application  # noqa: E402  # needs the settings
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402

application = get_wsgi_application()


def show(request: HttpRequest) -> HttpResponse:
    """Answer with what the database says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return render(request, "bare_page.html", {"answer": cursor.fetchone()})


urlpatterns = [path("", show)]
