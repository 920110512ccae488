"""The address of the site, checked when the settings are read."""

from urllib.parse import urlsplit

import idna

EXAMPLE = "SITE_URL must look like https://support.example.com"


def read_site_url(text: str) -> str:
    """Return scheme, host and port of the site, with a host that is not ASCII as browsers send it.

    Raises ``ValueError`` with the reason for anything that would only half work, such as a path.
    """
    try:
        parts = urlsplit(text.strip().rstrip("/"))
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise ValueError(f"{EXAMPLE}: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(EXAMPLE)
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        raise ValueError(f"{EXAMPLE}, with nothing after the host. The site needs a host of its own.")
    return f"{parts.scheme}://{_host(parts.hostname)}{port}"


def _host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"  # IPv6
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise ValueError(f"{EXAMPLE}: {host} is not a host name ({error})") from error
