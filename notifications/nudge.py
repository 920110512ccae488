"""The nudges that start workers on waiting mail."""

from supportcenter.outbox.nudge import Nudge

deliver = Nudge("notifications.deliver")
deliver_urgent = Nudge("notifications.deliver_urgent")
compose_digests = Nudge("notifications.compose_digests")
