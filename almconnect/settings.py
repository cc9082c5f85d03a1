"""The one settings file, and the sole reader of the environment.

Every variable here is described in `docs/configuration.md`; a test proves that none is missing.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from almconnect import databases, embedded
from almconnect.lib import env

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("ALMCONNECT_DATA_DIR", str(ROOT / "var"))).expanduser().resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)

# ── Who may reach us, and how ────────────────────────────────────────────────────────────────────
BASE_URL = env.text("ALMCONNECT_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
_base = urlsplit(BASE_URL)
if _base.scheme not in {"http", "https"} or not _base.hostname:
    raise env.EnvironmentInvalid("ALMCONNECT_BASE_URL must look like https://alm.example.com")
HTTPS = _base.scheme == "https"
# Health checks ask from inside the container or the machine, by a loopback name. Links are always made
# from BASE_URL, never from what a request calls us.
_names = {_base.hostname if ":" not in _base.hostname else f"[{_base.hostname}]"}
_names |= {"127.0.0.1", "localhost", "[::1]", *env.words("ALMCONNECT_ALLOWED_HOSTS")}
ALLOWED_HOSTS = sorted(_names)
# Nothing here speaks TLS, so an https address means one proxy at least.
TRUSTED_PROXIES = env.whole("ALMCONNECT_TRUSTED_PROXIES", 1 if HTTPS else 0, most=10)
CSRF_TRUSTED_ORIGINS = [f"{_base.scheme}://{_base.netloc}"]

# ── Secrets ──────────────────────────────────────────────────────────────────────────────────────
SECRET_KEY = env.secret("ALMCONNECT_SECRET_KEY", "") or embedded.secret_key(DATA_DIR)
# Keys of before, while SECRET_KEY is rotated: they open and verify, and close and sign nothing.
SECRET_KEY_FALLBACKS = env.secret("ALMCONNECT_SECRET_KEY_FALLBACKS", "").replace(",", " ").split()
ENCRYPTION_KEYS = env.secret("ALMCONNECT_ENCRYPTION_KEYS", "") or embedded.encryption_keys(DATA_DIR)

# ── Where data and messages live ─────────────────────────────────────────────────────────────────
DATABASE_URL = env.secret("ALMCONNECT_DATABASE_URL", "")  # empty: the embedded SQLite
DATABASES = {
    "default": databases.from_url(DATABASE_URL)
    or databases.embedded(DATA_DIR / "almconnect.sqlite3")
}
BROKER_URL = env.secret("ALMCONNECT_BROKER_URL", "")
if not BROKER_URL:
    BROKER_URL = f"redis+socket://{embedded.broker_socket(DATA_DIR)}"
CELERY_BROKER_URL = BROKER_URL  # the rest of Celery's settings is in almconnect.celery
# Set by run.py alone, where no broker can run: worker and beat are threads of the web process.
WORKER_IN_WEB = env.flag("ALMCONNECT_WORKER_IN_WEB")
# How many tasks a worker process runs at once; slow connections may have half of them.
WORKER_THREADS = 4 if WORKER_IN_WEB else env.number("ALMCONNECT_WORKER_THREADS", 8, least=1)
WEB_THREADS = env.number("ALMCONNECT_WEB_THREADS", 8, least=1)

# ── The sync's rhythm and reach ──────────────────────────────────────────────────────────────────
POLL_SECONDS = env.number("ALMCONNECT_POLL_SECONDS", 120, least=1)
RECONCILE_SECONDS = env.number("ALMCONNECT_RECONCILE_SECONDS", 86400, least=10)
EGRESS_ALLOW = env.networks("ALMCONNECT_EGRESS_ALLOW")
# Where Atlassian's gateway to Cloud sites is, at which tokens with scopes work
ATLASSIAN_API = env.text("ALMCONNECT_ATLASSIAN_API", "https://api.atlassian.com").rstrip("/")
# Where service accounts of Cloud, and people by OAuth 2.0, get their access tokens
ATLASSIAN_AUTH = env.text("ALMCONNECT_ATLASSIAN_AUTH", "https://auth.atlassian.com").rstrip("/")
CRASH_AT = env.text(
    "ALMCONNECT_CRASH_AT", ""
)  # for tests: sync.worker.failpoints kills the process

# ── Django ───────────────────────────────────────────────────────────────────────────────────────
DEBUG = False
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "csp",
    "django_htmx",
    "django_structlog",
    "ninja",
    "accounts",
    "connections",
    "planning",
    "sync",
    "almconnect",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "sync.webhook.hooks.WebhookMiddleware",  # Jira's deliveries end here: nothing below is for them
    "almconnect.lib.client_address.TrueAddress",  # everything below believes REMOTE_ADDR
    "csp.middleware.CSPMiddleware",
    "almconnect.lib.api_errors.ApiErrors",  # outside of everything that may refuse a call
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.origin.Origin",  # for the audit trail: whatever writes to it stands below
    "accounts.session_limits.SessionLimits",
    "accounts.time_zone.PersonsTimeZone",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.required_second_step.RequiredSecondStep",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "accounts.idempotency.IdempotencyKeys",
]
ROOT_URLCONF = "almconnect.urls"
WSGI_APPLICATION = "almconnect.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
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
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
# The languages that are whole. Django's own words are in a hundred: a browser that asks for another
# would get English pages with form errors in its language, under its name.
LANGUAGES = [("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns of a missing one; the finders serve in any case
STATICFILES_DIRS = [ROOT / "static"]
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440  # 2.5 MB: also the cap on a webhook's body

# Limits on guessing and used one-time codes live here: they must hold across web processes, so the
# cache is a table (accounts migration 0003), not each process's memory.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "almconnect_cache",
    }
}

# ── Sign-in ──────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.ConsoleAdapter"
# By true address (almconnect.lib.client_address): a company may come from one, so that what succeeds is
# counted generously. Wrong ones: ten a minute from one address, five in five minutes for one account.
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "10/m/ip,5/300s/key"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900  # the wizard takes ten minutes
ACCOUNT_SESSION_REMEMBER = True  # no tick box: accounts.session_limits ends every session
MFA_ADAPTER = "accounts.second_factor.SealedFactors"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # no e-mail signs anyone in here
MFA_FORMS = {
    "authenticate": "accounts.app_codes.SecondStep",
    "reauthenticate": "accounts.app_codes.Confirmation",
    "activate_totp": "accounts.app_codes.Activation",
    "add_webauthn": "accounts.passkeys.AddPasskey",
    "edit_webauthn": "accounts.passkeys.RenamePasskey",
    "authenticate_webauthn": "accounts.passkeys.SecondStep",
    "login_webauthn": "accounts.passkeys.SignIn",
    "reauthenticate_webauthn": "accounts.passkeys.Confirmation",
}
# A passkey cannot be guessed, and a whole company may come from the address of one proxy.
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
MFA_TOTP_ISSUER = "ALM Connect"
MFA_TOTP_TOLERANCE = 1  # the code before and the one after: phones drift, and people type slowly
# Single sign-on (OpenID Connect): off without an issuer; accounts.provider reads these and no row.
OIDC_ISSUER = env.issuer("ALMCONNECT_OIDC_ISSUER")
OIDC_CLIENT_ID = env.text("ALMCONNECT_OIDC_CLIENT_ID", None if OIDC_ISSUER else "")
OIDC_CLIENT_SECRET = env.secret("ALMCONNECT_OIDC_CLIENT_SECRET", None if OIDC_ISSUER else "")
OIDC_NAME = env.text("ALMCONNECT_OIDC_NAME", "single sign-on")
OIDC_ROLE = env.choice("ALMCONNECT_OIDC_ROLE", "viewer", ("viewer", "rte", "ops"))
_ROLES = ("viewer", "rte", "ops", "admin")
# Who may come in by it, and as what (accounts.sign_on_rules)
OIDC_DOMAINS = [word.lower().lstrip("@") for word in env.words("ALMCONNECT_OIDC_DOMAINS")]
OIDC_GROUPS = env.listed("ALMCONNECT_OIDC_GROUPS")
OIDC_GROUPS_CLAIM = env.text("ALMCONNECT_OIDC_GROUPS_CLAIM", "groups")
OIDC_ROLES = env.pairs("ALMCONNECT_OIDC_ROLES", _ROLES)
# Roles whose people must have a second step (accounts.required_second_step)
SECOND_FACTOR_FOR = env.among("ALMCONNECT_SECOND_FACTOR_FOR", _ROLES)
OIDC_CA = env.secret("ALMCONNECT_OIDC_CA", "")
SOCIALACCOUNT_ADAPTER = "accounts.single_sign_on_adapter.SingleSignOnAdapter"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # the OAuth callback arrives from Jira as a top-level GET
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|metrics)$"]  # asked from inside, past the proxy
else:
    # Each installation on this host has its own cookie: cookies do not know ports, and a demo on
    # 127.0.0.1:8001 must not sign a person out of the one on 127.0.0.1:8002.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (
        f"{name}-{_base.port or 80}" for name in ("session", "csrf")
    )
SECURE_CONTENT_TYPE_NOSNIFF = True
# Whether the domain's other names speak TLS, and belong on browsers' preload list, is not ours to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
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
    }
}

# ── Logs: JSON lines, redacted ───────────────────────────────────────────────────────────────────
LOG_LEVEL = env.choice("ALMCONNECT_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
# A line for every message and tick says nothing and fills disks: 130,000 a day while nothing happens.
_CHATTER = ("celery.app.trace", "celery.worker.strategy", "celery.beat")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "almconnect.lib.logs.formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {name: {"level": "WARNING"} for name in _CHATTER if LOG_LEVEL == "INFO"},
}
