"""The nudge that starts a worker on waiting mail."""

from supportcenter.outbox.nudge import Nudge

deliver = Nudge("notifications.deliver")
