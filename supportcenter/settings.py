"""Settings, read from the environment.

The comment above each variable is its documentation: docs/configuration.md is generated from this file
(``make docs``) and a test compares them. Variables can also be set in the file named by ``ENV_FILE``
(``make run`` writes ``var/env``); the environment overrides the file.
"""

from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import structlog
from babel.numbers import get_currency_precision, is_currency
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from kombu.entity import Queue

from supportcenter.logs import hide_secret_links
from supportcenter.site_url import read_site_url

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# File with more variables, one `NAME=value` per line. Read only if it exists.
ENV_FILE = Path(env.str("ENV_FILE", default=str(BASE_DIR / "var" / "env")))
environ.Env.read_env(str(ENV_FILE))

# --- The site ---

# Development mode: shows error details in the browser. Never use it on the internet.
DEBUG = env.bool("DEBUG", default=False)
# Signs sessions, links in emails and tokens. At least 50 random characters; changing it signs everyone out.
SECRET_KEY = env.str("SECRET_KEY")
# Earlier values of `SECRET_KEY`, separated by commas, that are still accepted after a change.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# The URL of the site, for example `https://support.example.com`, without a path. Requests for other host
# names are refused, and links in emails start with it.
SITE_URL = env.str("SITE_URL")
# The name shown on pages and in emails.
SITE_NAME = env.str("SITE_NAME", default="Support Center")
# The letters before a ticket's number, as in `SUP-1042`.
TICKET_PREFIX = env.str("TICKET_PREFIX", default="SUP")
# Where customers who only have free services are sent.
COMMUNITY_FORUM_URL = env.str("COMMUNITY_FORUM_URL", default="https://forum.example.com/")
# Address of the account team, shown to customers for business reviews and disaster-recovery planning.
ACCOUNT_TEAM_EMAIL = env.str("ACCOUNT_TEAM_EMAIL", default="account-team@support.example")
# `True` behind a proxy that terminates TLS and sets `X-Forwarded-Proto` itself, whatever the client sends.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
# Limit how often a person can write, upload and search in a minute. The limits are far above normal use.
RATE_LIMITS = env.bool("RATE_LIMITS", default=True)
# How many seconds browsers insist on HTTPS (Strict-Transport-Security).
HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000)

# Minutes within which support must acknowledge an escalation before the duty leads are notified again.
ESCALATION_MINUTES = env.int("ESCALATION_MINUTES", default=30)

# --- Support tiers and invoices ---

# Currency of prices and service charges, as an ISO 4217 code. Set it once, before the first charge.
PRICE_CURRENCY = env.str("PRICE_CURRENCY", default="EUR")
if not is_currency(PRICE_CURRENCY) or get_currency_precision(PRICE_CURRENCY) > 2:
    raise ImproperlyConfigured(
        "PRICE_CURRENCY must be an ISO 4217 code with at most two decimal places, like EUR"
    )
# The first month to invoice, as a day like 2026-10-01; earlier charges and support are never invoiced here.
# If not set, each organization is invoiced from the month in which it was added to this site.
_billing_starts_on = env.str("BILLING_STARTS_ON", default="")
try:
    BILLING_STARTS_ON = date.fromisoformat(_billing_starts_on) if _billing_starts_on else None
except ValueError as error:
    raise ImproperlyConfigured("BILLING_STARTS_ON must be a date like 2026-10-01") from error
# Country (two letters of ISO 3166) whose public holidays apply to organizations without a country.
HOLIDAY_COUNTRY = env.str("HOLIDAY_COUNTRY", default="")
# Issuer printed on invoices: company, address, tax number; `\n` starts a new line.
INVOICE_ISSUER = env.str("INVOICE_ISSUER", default=f"{SITE_NAME}", multiline=True)
# Business days within which a new support tier is promised to be active.
TIER_SETUP_DAYS = env.int("TIER_SETUP_DAYS", default=2)
# `True` activates tier changes automatically on the promised date, without the account team.
AUTO_COMPLETE_TIER_CHANGES = env.bool("AUTO_COMPLETE_TIER_CHANGES", default=False)

try:
    SITE_URL = read_site_url(SITE_URL)
except ValueError as error:
    raise ImproperlyConfigured(str(error)) from error
_site = urlsplit(SITE_URL)
_https = _site.scheme == "https"
ALLOWED_HOSTS = [_site.hostname or ""]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "anymail",
    "csp",
    "django_htmx",
    "django_structlog",
    "supportcenter.outbox",
    "orgs",
    "billing",
    "tickets",
    "notifications",
]

MIDDLEWARE = [
    # What sets headers comes first, so that a response of any other one has them too.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "supportcenter.middleware.ResponseHeaders",
    "supportcenter.middleware.RequestSize",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "orgs.polls.PollSignIn",
    "supportcenter.middleware.LoginRequired",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "supportcenter.middleware.MethodPage",
    "django_htmx.middleware.HtmxMiddleware",
    "orgs.limits.RateLimits",
    "supportcenter.optional_cache.SignInOutage",
    "supportcenter.rules.ConflictPage",
    "supportcenter.middleware.ReaderTimeZone",
]

ROOT_URLCONF = "supportcenter.urls"
WSGI_APPLICATION = "supportcenter.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "supportcenter.templating.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "orgs.context.site",
            ],
        },
    },
    {  # Django's admin and what libraries bring along
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
FORM_RENDERER = "supportcenter.templating.FormRenderer"

# --- Data ---

# PostgreSQL, for example `postgres://user:password@host:5432/name`, or `postgres:////socket/folder/name`.
DATABASES = {"default": env.db_url("DATABASE_URL")}
if not DATABASES["default"]["ENGINE"].endswith("postgresql"):
    raise ImproperlyConfigured("DATABASE_URL must be a postgres:// address; no other database is supported")
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
# Seconds after which PostgreSQL cancels a statement of a page, which then says that it took too long; 0 is no
# limit. Workers and commands have none.
STATEMENT_TIMEOUT_SECONDS = env.int("STATEMENT_TIMEOUT_SECONDS", default=30)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Valkey or Redis for broker, cache and sessions: `redis://host:6379/0` or `unix:///path/to/socket`.
REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}

# Folder for uploaded files. No web server may serve it.
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "var" / "files")))
# Maximum size of an attached file, in megabytes.
MAX_FILE_MB = env.int("MAX_FILE_MB", default=50)
# Maximum number of files per comment.
MAX_FILES = env.int("MAX_FILES", default=20)
# Maximum size of a request, in megabytes; a larger one is refused before it is read.
MAX_REQUEST_MB = env.int("MAX_REQUEST_MB", default=250)
MEDIA_URL = ""
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "supportcenter.storage.UnnamedFileUploadHandler",
]
STATIC_URL = "/static/"
# Folder in which `manage.py collectstatic` stores scripts and styles.
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "var" / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "supportcenter.storage.FileStorage"},
    # Anyone may read static files: in the image root collects them and another user serves them.
    "staticfiles": {
        "BACKEND": "supportcenter.static_files.StaticFilesStorage",
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}

# --- Sign-in ---

AUTH_USER_MODEL = "orgs.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "notifications.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "orgs.forms.SignUpForm"
ACCOUNT_FORMS = {"signup": "notifications.signup.InvitedSignupForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
PASSWORD_RESET_TIMEOUT = 60 * 60
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # strangers get no mail
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Rate limits count by the client's address, not the proxy's.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0

# --- Cookies and headers ---

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-session" if _https else "session"
SESSION_COOKIE_SECURE = _https
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
CSRF_COOKIE_NAME = "__Host-csrf" if _https else "csrf"
CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = False  # our script reads it: a new sign-in in another tab renews the token
CSRF_FAILURE_VIEW = "supportcenter.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = HSTS_SECONDS if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# --- Language and time ---

LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"

# --- Mail ---

# Server for outgoing mail: `smtp://user:password@host:587`, `smtp+tls://…` (STARTTLS) or `smtp+ssl://…`.
vars().update(env.email_url("EMAIL_URL"))
# Mail backend, for example `anymail.backends.postmark.EmailBackend`; its settings go into `ANYMAIL`.
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="notifications.smtp.EmailBackend")
# Settings of the mail provider as JSON, for example `{"POSTMARK_SERVER_TOKEN": "…", "WEBHOOK_SECRET":
# "name:secret"}`. The webhooks for bounces exist only with `WEBHOOK_SECRET`.
ANYMAIL = env.json("ANYMAIL", default={})
# Sender of all mail.
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <support@{_site.hostname}>")
# Domain whose mail comes to `manage.py receive_mail`. Ticket mails can be answered if it is set: their
# addresses are `reply+…@` and `bounce+…@` this domain.
INBOUND_MAIL_DOMAIN = env.str("INBOUND_MAIL_DOMAIN", default="")
# Host whose `Authentication-Results` say whether a sender is genuine, as it names itself in that header.
# Without one, only answers to the addresses above are accepted, and none by agents.
INBOUND_TRUSTED_HOST = env.str("INBOUND_TRUSTED_HOST", default="")
# Whether members of organizations with support can open tickets by mail.
INBOUND_NEW_TICKETS = env.bool("INBOUND_NEW_TICKETS", default=True)
# Maximum number of emails per second, over all workers, if the provider has a limit; 0 is no limit.
MAIL_PER_SECOND = env.int("MAIL_PER_SECOND", default=0)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10
# The server may scan a mail before it answers, and a client that times out too early sends the mail twice:
# RFC 5321, section 4.5.3.2.6, recommends ten minutes. But a waiting worker sends nothing else, so one minute.
EMAIL_DATA_TIMEOUT = 60

# --- Background jobs ---

OUTBOX_CELERY_APP = "supportcenter.celery"
# For a socket, the broker's library names scheme and database differently than the cache's does.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "supportcenter"
# Each queue has a worker of its own, so that a slow mail server or thousands of emails delay neither other
# tasks nor sign-in mail. A worker that is started without `--queues` alternates between them.
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in ("supportcenter", "mail", "urgent_mail")]
CELERY_TASK_ROUTES = {
    "notifications.deliver": {"queue": "mail"},
    "notifications.deliver_urgent": {"queue": "urgent_mail"},
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "global_keyprefix": "celery:",
}
CELERY_TASK_PUBLISH_RETRY = False

# --- Logs ---

# How logs are written: `json` for machines, `console` for people.
LOG_FORMAT = env.str("LOG_FORMAT", default="json")
# The lowest level that is logged.
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# The user is added where a page loads one anyway: probes must not query the database for it.
DJANGO_STRUCTLOG_USER_ID_FIELD = None

_shared_processors: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    hide_secret_links,
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared_processors,
            "processor": structlog.dev.ConsoleRenderer(colors=False)
            if LOG_FORMAT == "console"
            else structlog.processors.JSONRenderer(),
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": LOG_LEVEL, "propagate": False},
        # It reports each of its formats that a mail doesn't have.
        "flufl.bounce": {"level": "CRITICAL"},
    },
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_shared_processors,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
