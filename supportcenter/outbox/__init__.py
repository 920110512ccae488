"""Events, stored in the same transaction as the change and delivered to subscribers.

See docs/decisions/0002-outbox.md. Imports no domain app.
"""
