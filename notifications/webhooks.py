"""The webhooks for delivery reports of mail providers: anymail's own, available only with a secret.

The signatures of some providers do not cover the content, so all of them need the secret. Anymail's webhooks
for inbound mail are left out: mail that arrived there would be accepted and lost.
"""

from anymail import urls
from django.conf import settings

app_name = "anymail"
urlpatterns = [
    each
    for each in urls.urlpatterns
    if settings.ANYMAIL.get("WEBHOOK_SECRET") and str(each.name).endswith("_tracking_webhook")
]
