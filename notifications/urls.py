from django.urls import path

from notifications.views import ledger, preferences, suppressions, texts

app_name = "notifications"
urlpatterns = [
    path("account/mail/", preferences.preferences, name="preferences"),
    path("mail/stop/<str:token>/", preferences.stop_mail, name="stop"),
    path("tickets/<str:reference>/mails/", ledger.ticket_mails, name="ticket_mails"),
    path("mail/", ledger.mails, name="mails"),
    path("mail/resending/", ledger.resendings, name="resendings"),
    path("mail/delay/", ledger.delay, name="delay"),
    path("mail/<uuid:key>/resending/", ledger.resending, name="resending"),
    path("settings/mail-texts/", texts.mail_texts, name="mail_texts"),
    path("settings/mail-texts/<slug:kind>/", texts.mail_text, name="mail_text"),
    path("mail/suppressions/", suppressions.suppressions, name="suppressions"),
    path("mail/suppressions/<int:number>/lifting/", suppressions.lifting, name="lifting"),
]
