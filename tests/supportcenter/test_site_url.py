"""The address of the site works whole, or is refused with the reason."""

import pytest

from supportcenter.site_url import read_site_url


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://support.example.com", "https://support.example.com"),
        ("https://support.example.com/", "https://support.example.com"),
        ("HTTPS://Support.Example.COM", "https://support.example.com"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("https://hilfe.müller.example", "https://hilfe.xn--mller-kva.example"),
        ("https://サポート.example", "https://xn--vckvb6c8f.example"),
        ("https://hilfe.straße.example", "https://hilfe.xn--strae-oqa.example"),
    ],
)
def test_address_is_read_as_browsers_send_it(given, read):
    assert read_site_url(given) == read


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("", "must look like"),
        ("support.example.com", "must look like"),
        ("ftp://support.example.com", "must look like"),
        ("https://", "must look like"),
        ("https://example.com/support", "nothing after the host"),
        ("https://example.com/?a=1", "nothing after the host"),
        ("https://example.com/#a", "nothing after the host"),
        ("https://user@example.com", "nothing after the host"),
        ("https://example.com:99999", "Port"),
        ("https://[::1", "must look like"),
        ("https://-müller.example", "not a host name"),
        ("https://a b.example", "not a host name"),
    ],
)
def test_address_that_would_half_work_is_refused(given, reason):
    with pytest.raises(ValueError, match=reason):
        read_site_url(given)
