"""Every setting, read from the environment once. There is no second settings file.

A missing or wrong value stops the start with one sentence that says what to set
(`SettingsError`), so that a half-configured server never serves.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from common.logs import configure as configure_logs
from config.api_enums import API_ENUMS
from config.reading import (
    SettingsError,
    read,
    read_database,
    read_flag,
    read_list,
    read_number,
)

BASE_DIR = Path(__file__).resolve().parents[2]

# --- Addresses -------------------------------------------------------------------------------
# The platform answers at BASE_URL, the site `code` at the same address with `code.` in front.

BASE_URL = read("QIAOJIA_BASE_URL", "http://localhost:8000").rstrip("/")
_address = urlsplit(BASE_URL)
if _address.scheme not in {"http", "https"} or not _address.hostname:
    raise SettingsError("QIAOJIA_BASE_URL must look like https://qiaojia.example.gov.cn.")
PLATFORM_HOST = _address.hostname
IS_HTTPS = _address.scheme == "https"
if not IS_HTTPS and PLATFORM_HOST != "localhost":
    raise SettingsError("QIAOJIA_BASE_URL may be http only for localhost. Use https.")

IS_DEMONSTRATION = read_flag("QIAOJIA_DEMO")
if IS_DEMONSTRATION and PLATFORM_HOST != "localhost":
    raise SettingsError("QIAOJIA_DEMO=1 is for localhost only. Unset it on a real server.")

# Hosts are looked up in the table of domains, which refuses every other one; Django's own list
# only has to let them through to that lookup.
ALLOWED_HOSTS = ["*"]
USE_X_FORWARDED_HOST = False
# Addresses or networks whose X-Forwarded-For counts.
TRUSTED_PROXIES = read_list("QIAOJIA_TRUSTED_PROXIES")
if IS_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DEBUG = False
SECRET_KEY = read("QIAOJIA_SECRET_KEY")
KEY_DIR = Path(read("QIAOJIA_KEY_DIR"))
FILES_DIR = Path(read("QIAOJIA_FILES_DIR", str(KEY_DIR.parent / "files")))
# 1 = AES-256-GCM with HMAC-SHA-256, 2 = SM4-GCM with HMAC-SM3.
CIPHER_SUITE = read_number("QIAOJIA_CIPHER_SUITE", 1)

# --- Applications ----------------------------------------------------------------------------

_EVERYWHERE = [  # their tables exist in public and in every tenant
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "audit",
    "accounts",
    "jobs",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
_WITHOUT_TABLES = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "common",
    "config",
    "csp",
    "django_countries",  # for the names of countries in Chinese
    "django_htmx",
    "drf_spectacular",
    "frontend",
    "lucide",
    "rest_framework",
    "template_partials",
]
# Before django_tenants, which has commands of the same names as ours.
SHARED_APPS = ["tenants", "network", "django_tenants", *_EVERYWHERE, *_WITHOUT_TABLES]
TENANT_APPS = [*_EVERYWHERE, "crm.people"]
INSTALLED_APPS = [*SHARED_APPS, *(app for app in TENANT_APPS if app not in SHARED_APPS)]

TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TENANT_LIMIT_SET_CALLS = True
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]

# --- Database --------------------------------------------------------------------------------
# DATABASE_URL is the application's login, which owns nothing and takes a role for every unit of
# work. DATABASE_ADMIN_URL makes roles, migrates and provisions; only those processes have it.

POOL_SIZE = read_number("QIAOJIA_POOL_SIZE", 8)
_database = read_database("DATABASE_URL")
DATABASES = {
    "default": _database
    | {
        "ENGINE": "tenants.backend",
        "CONN_MAX_AGE": 0,
        # A pooled connection that died with the server is replaced, not handed out: without this,
        # pages failed and tasks were rejected for seconds after a kill of PostgreSQL.
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": read_flag("QIAOJIA_PGBOUNCER"),
        "OPTIONS": _database["OPTIONS"]
        | {
            # An injected second statement cannot ride on a parameterised query (security B6).
            "server_side_binding": True,
            "pool": {
                "min_size": 1,
                "max_size": POOL_SIZE,
                # A connection's catalogue cache grows with each tenant it visits.
                "max_lifetime": 15 * 60,
                "timeout": 5,
            },
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Between the order to delete a site and the deletion (requirements J4).
DELETION_WAIT_DAYS = read_number("QIAOJIA_DELETION_WAIT_DAYS", 30)

# --- Requests --------------------------------------------------------------------------------

ROOT_URLCONF = "config.urls_tenant"
PUBLIC_SCHEMA_URLCONF = "config.urls_public"
WSGI_APPLICATION = "config.wsgi.application"
MIDDLEWARE = [
    "tenants.middleware.RequestLogMiddleware",
    "audit.context.remember_request",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenants.middleware.TenantMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "frontend.preferences.middleware.PreferenceMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.middleware.GateMiddleware",
    "tenants.middleware.AccessMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "frontend" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "frontend.context.ui",
            ],
        },
    }
]
FORM_RENDERER = "frontend.forms.Renderer"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# --- Cookies and headers ---------------------------------------------------------------------
# `__Host-` needs https; plain http is allowed for localhost only, and there every browser and
# curl must still be able to sign in.

_prefix = "__Host-" if IS_HTTPS else ""
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_NAME = f"{_prefix}session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60  # the absolute limit; idle limits are accounts' business
CSRF_COOKIE_NAME = f"{_prefix}csrf"
LANGUAGE_COOKIE_NAME = f"{_prefix}language"
CSRF_FAILURE_VIEW = "frontend.errors.csrf_failure"

SECURE_SSL_REDIRECT = False  # the proxy's task; a redirect would answer unknown hosts too
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# --- Accounts --------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PhoneBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "accounts.passwords.StrengthValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True  # service-window computers are shared

# People may make this kind of account at a site by themselves; empty closes registration.
SELF_REGISTRATION = os.environ.get("QIAOJIA_SELF_REGISTRATION", "member")
if SELF_REGISTRATION not in {"member", ""}:
    raise SettingsError("QIAOJIA_SELF_REGISTRATION must be member, or empty to close it.")
_NO_GATEWAY = "accounts.sms.LogGateway"
SMS_GATEWAY = os.environ.get("QIAOJIA_SMS_GATEWAY") or _NO_GATEWAY

# Names and values that django-allauth reads.
ACCOUNT_ADAPTER = "frontend.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {
    "login": "frontend.accounts.forms.SignInForm",
    "signup": "frontend.accounts.forms.RegisterForm",
    "request_login_code": "frontend.accounts.forms.RequestCodeForm",
}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 5 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
# Without a gateway no code arrives, so none can be asked for before the first sign-in.
ACCOUNT_PHONE_VERIFICATION_ENABLED = IS_DEMONSTRATION or SMS_GATEWAY != _NO_GATEWAY
ACCOUNT_PHONE_VERIFICATION_TIMEOUT = 5 * 60
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
# accounts.limits counts these, for all processes and across hosts; allauth's own count is for
# second factors and changes within an account.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "signup": None,
    "request_login_code": None,
    "verify_phone": None,
    "login_failed": "5/5m/key",
}
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
MFA_ADAPTER = "frontend.accounts.adapters.FactorAdapter"
MFA_FORMS = {
    "add_webauthn": "frontend.accounts.forms.AddPasskeyForm",
    "edit_webauthn": "frontend.accounts.forms.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODE_COUNT = 10
# A code that is taken late is a code that can be taken twice.
MFA_TOTP_TOLERANCE = 0
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS  # localhost only, see above

# --- Cache -----------------------------------------------------------------------------------
# One table per schema, found through the search path: what a site caches lies inside its own
# wall, and every process of a server sees the same counters.

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cacheentry",
        "KEY_FUNCTION": "tenants.cache.tenant_key",
        "TIMEOUT": 300,
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# --- Language and time -----------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "frontend" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["frontend.formats"]
PHONENUMBER_REGION = "CN"
COUNTRIES_OVERRIDE = {
    "TW": {"names": [_("Taiwan, China")]},
    "HK": {"names": [_("Hong Kong, China")]},
    "MO": {"names": [_("Macao, China")]},
}

# --- Files -----------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(read("QIAOJIA_STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": FILES_DIR, "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- REST ------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenants.api.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.api.MayReadOrEdit"],
    "DEFAULT_THROTTLE_CLASSES": ["tenants.api.SharedThrottle"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "tenants.api.PageNumberPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tenants.problems.answer_error",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "侨家",
    "DESCRIPTION": "Every problem is answered as {code, detail, field}.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_NAME_OVERRIDES": API_ENUMS,
}

# --- Logs ------------------------------------------------------------------------------------

LOG_FORMAT = read("QIAOJIA_LOG_FORMAT", "json")
if LOG_FORMAT not in {"json", "console"}:
    raise SettingsError("QIAOJIA_LOG_FORMAT must be json or console.")
LOGGING = configure_logs(
    as_json=LOG_FORMAT == "json", level=read("QIAOJIA_LOG_LEVEL", "INFO").upper()
)

SILENCED_SYSTEM_CHECKS = [
    "security.W004",  # HSTS, W008 redirect, W012/W016 cookies: decided by IS_HTTPS above
    "security.W008",
    "security.W012",
    "security.W016",
]

# --- Doctor ----------------------------------------------------------------------------------
# What `doctor` looks at, in this order; a floor above tenants adds its checks by name.

DOCTOR_CHECKS = [
    *(
        f"tenants.doctor.{name}"
        for name in (
            "database_settings",
            "application_login",
            "doors",
            "isolation",
            "walls",
            "keys",
            "clock",
            "disk",
        )
    ),
    "config.doctor.embedded_server",
    "config.doctor.fonts",
]
