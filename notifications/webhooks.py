"""The addresses at which mail providers tell what became of mails: anymail's, where a secret guards them.

Signatures of some providers do not cover what is told, so the secret is asked of all of them. The addresses
for incoming mail are left out: what arrived there would be lost with a friendly answer.
"""

from anymail import urls
from django.conf import settings

app_name = "anymail"
urlpatterns = [
    each
    for each in urls.urlpatterns
    if settings.ANYMAIL.get("WEBHOOK_SECRET") and str(each.name).endswith("_tracking_webhook")
]
