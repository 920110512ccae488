"""The table that `make run` ends its start with."""

from collections.abc import Mapping

PEOPLE = {
    "ada@acme.example": "admin of Acme: all its tickets, members, support tier",
    "ben@acme.example": "member in Acme's unit EU: own tickets and those with CC",
    "cleo@acme.example": "member in another unit of Acme",
    "dov@acme.example": "billing contact of Acme: billing groups, invoices",
    "eve@globex.example": "admin of Globex: sees nothing of Acme",
    "ivy@hobby.example": "member of Hobby, free services only: no tickets",
    "fay@support.example": "support agent: works the queue",
    "gus@support.example": "duty lead: takes escalations",
    "hal@support.example": "account manager: tier changes, custom SLAs",
}


def welcome(values: Mapping[str, str], *, catches_mail: bool) -> str:
    """The address, who can sign in and what for, and where the mail is."""
    site = values["SITE_URL"]
    mail = f"{site}/dev/mail/" if catches_mail else "goes out through EMAIL_URL"
    width = max(map(len, PEOPLE))
    rows = [
        ("Address", f"{site}/"),
        ("Mail", mail),
        ("Password", values.get("DEMO_PASSWORD") or "demo-password"),
        *PEOPLE.items(),
    ]
    rule = "-" * 78
    table = "\n".join(f"{name:<{width}}  {text}" for name, text in rows)
    return f"{rule}\n{table}\n{rule}\nCtrl-C stops everything."
