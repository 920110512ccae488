from django.urls import path

from tickets.views import (
    account_team,
    conversation,
    create,
    files,
    following,
    lists,
    participation,
    queue,
    ticket,
    what_if,
    work,
)

app_name = "tickets"
urlpatterns = [
    path("o/<slug:slug>/tickets/", lists.my_tickets, name="list"),
    path("o/<slug:slug>/tickets/new/", create.new, name="new"),
    path("o/<slug:slug>/tickets/<str:tab>/table/", lists.table, name="table"),
    path("o/<slug:slug>/tickets/<str:tab>/", lists.my_tickets, name="list"),
    path("o/<slug:slug>/search/", lists.search, name="search"),
    path("o/<slug:slug>/following/", following.following, name="following"),
    path("o/<slug:slug>/following/all/", following.all_tickets, name="following_all"),
    path("following/<int:pk>/end/", following.end, name="follow_end"),
    path("tickets/<str:reference>/", ticket.ticket, name="ticket"),
    path("tickets/<str:reference>/following/", following.ticket, name="follow_ticket"),
    path("tickets/<str:reference>/mute/", following.mute, name="mute"),
    path("tickets/<str:reference>/thread/", ticket.thread, name="thread"),
    path("tickets/<str:reference>/comments/", conversation.comments, name="comments"),
    path("tickets/<str:reference>/participants/", conversation.participants, name="participants"),
    path("tickets/<str:reference>/assignment/", work.assignment, name="assignment"),
    path("tickets/<str:reference>/status/", work.status, name="status"),
    path("tickets/<str:reference>/severity/", work.severity, name="severity"),
    path("tickets/<str:reference>/resolution/", work.resolution, name="resolution"),
    path("tickets/<str:reference>/participation/", participation.participation, name="participation"),
    path(
        "tickets/<str:reference>/participants/<int:user_id>/removal/", participation.removal, name="removal"
    ),
    path("tickets/<str:reference>/escalation/", participation.escalation, name="escalation"),
    path(
        "tickets/<str:reference>/escalation/acknowledgement/",
        participation.acknowledgement,
        name="acknowledgement",
    ),
    path("tickets/<str:reference>/escalation/outcome/", participation.outcome, name="outcome"),
    path("tickets/<str:reference>/rating/", participation.rating, name="rating"),
    path("tickets/<str:reference>/export/", files.export, name="export"),
    path("attachments/<uuid:key>/", files.attachment, name="attachment"),
    path("attachments/<uuid:key>/preview/", files.preview, name="attachment_preview"),
    path("uploads/", files.uploads, name="uploads"),
    path("preview/", ticket.preview, name="preview"),
    path("o/<slug:slug>/similar/", create.similar, name="similar"),
    path("o/<slug:slug>/admin/support-tier/what-if/", what_if.what_if, name="what_if"),
    path("account-team/organizations/<slug:slug>/visibility/", account_team.visibility, name="visibility"),
    path("queue/", queue.queue, name="queue"),
    path("queue/<str:view>/", queue.queue, name="queue"),
]
