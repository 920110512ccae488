"""Facts that happened, stored with the change that made them, and handed to whoever subscribed.

See docs/decisions/0002-outbox.md. Imports no domain app.
"""
