"""Faults: processes are killed, servers stopped, and then the ledger and the mail server must agree."""
