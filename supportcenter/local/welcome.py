"""The table that `make run` prints when the site is up."""

from collections.abc import Mapping

# The line after which the supervisor shows the output of all processes.
UP = "\x06"
PEOPLE = {
    "ada@acme.example": "admin of Acme: all its tickets, members, support tier",
    "ben@acme.example": "member in Acme's unit EU: own and CC'd tickets",
    "cleo@acme.example": "member in another unit of Acme",
    "dov@acme.example": "billing contact of Acme: billing groups, invoices",
    "eve@globex.example": "admin of Globex: can't see anything of Acme's",
    "ivy@hobby.example": "member of Hobby, free services only: no tickets",
    "fay@support.example": "support agent: the queue",
    "gus@support.example": "duty lead: handles escalations",
    "hal@support.example": "account manager: tier changes, custom SLAs",
}


def welcome(values: Mapping[str, str], *, catches_mail: bool) -> str:
    """Return the address, the logins with their roles, and where mails go."""
    site = values["SITE_URL"]
    mail = f"{site}/dev/mail/" if catches_mail else "sent through EMAIL_URL"
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
