from django.urls import path

from notifications.views import inbound, ledger, preferences, suppressions, texts

app_name = "notifications"
urlpatterns = [
    path("account/mail/", preferences.preferences, name="preferences"),
    path("mail/unsubscribe/<str:token>/", preferences.unsubscribe_page, name="unsubscribe"),
    path("tickets/<str:reference>/mails/", ledger.ticket_mails, name="ticket_mails"),
    path("mail/", ledger.mails, name="mails"),
    path("mail/resend/", ledger.resend_all, name="resend_all"),
    path("mail/delay/", ledger.delay, name="delay"),
    path("mail/incoming/", inbound.incoming, name="incoming"),
    path("mail/incoming/<uuid:key>/", inbound.incoming_mail, name="incoming_mail"),
    path("mail/incoming/<uuid:key>/source/", inbound.source, name="incoming_source"),
    path("mail/incoming/<uuid:key>/retry/", inbound.retry, name="incoming_retry"),
    path("mail/incoming/<uuid:key>/accept/", inbound.accept_mail, name="incoming_accept"),
    path("mail/<uuid:key>/resend/", ledger.resend, name="resend"),
    path("settings/mail-texts/", texts.mail_texts, name="mail_texts"),
    path("settings/mail-texts/<slug:kind>/", texts.mail_text, name="mail_text"),
    path("mail/suppressions/", suppressions.suppressions, name="suppressions"),
    path("mail/suppressions/<int:number>/remove/", suppressions.remove, name="remove_suppression"),
]
