"""The settings of a web server that has nothing but one view: what Django itself costs.

Database, template engine and server are those of the site. There is no session and no user.
"""

from supportcenter.local.bench.web_settings import *  # noqa: F403

# The library does not start without it, and it does next to nothing.
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
ROOT_URLCONF = "supportcenter.local.bench.bare_urls"
