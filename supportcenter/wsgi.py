"""WSGI entry point. Only web servers import it, so it also limits their database statements."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from supportcenter.timeouts import limit_statements

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportcenter.settings")

application = get_wsgi_application()
limit_statements(settings.DATABASES["default"], settings.STATEMENT_TIMEOUT_SECONDS)
