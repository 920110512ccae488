"""Bulk changes: requested in the queue, made in the background."""
