from django.urls import path

from notifications.views import ledger, preferences, suppressions, texts

app_name = "notifications"
urlpatterns = [
    path("account/mail/", preferences.preferences, name="preferences"),
    path("mail/unsubscribe/<str:token>/", preferences.unsubscribe_page, name="unsubscribe"),
    path("tickets/<str:reference>/mails/", ledger.ticket_mails, name="ticket_mails"),
    path("mail/", ledger.mails, name="mails"),
    path("mail/resend/", ledger.resend_all, name="resend_all"),
    path("mail/delay/", ledger.delay, name="delay"),
    path("mail/<uuid:key>/resend/", ledger.resend, name="resend"),
    path("settings/mail-texts/", texts.mail_texts, name="mail_texts"),
    path("settings/mail-texts/<slug:kind>/", texts.mail_text, name="mail_text"),
    path("mail/suppressions/", suppressions.suppressions, name="suppressions"),
    path("mail/suppressions/<int:number>/remove/", suppressions.remove, name="remove_suppression"),
]
