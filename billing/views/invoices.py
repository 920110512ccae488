from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.access import invoice_of, invoices_of, open_credits_of
from billing.models.invoices import Invoice
from billing.money import round_amount
from billing.pdf import PdfUnavailable, to_pdf
from orgs.access import organization_for
from orgs.actor import actor_of
from orgs.roles import Capability
from supportcenter.http import csv_download

COLUMNS = ["invoice", "line", "kind", "month", "project", "text"]
COLUMNS += ["base_amount", "base_currency", "exchange_rate", "amount", "currency"]


@require_safe
def invoices(request: HttpRequest, slug: str) -> HttpResponse:
    """All invoices of the organization."""
    organization = organization_for(actor_of(request), slug, capability=Capability.SEE_INVOICES)
    context = {
        "organization": organization,
        "invoices": invoices_of(organization),
        "credits": open_credits_of(organization),
        "currency": settings.PRICE_CURRENCY,
    }
    return render(request, "billing/invoices.html", context)


@require_safe
def invoice(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One invoice, for the screen and for printing."""
    found = _invoice(request, slug, pk)
    context = {"organization": found.billing_group.organization, "invoice": found}
    return render(request, "billing/invoice.html", context)


@require_safe
def as_csv(request: HttpRequest, slug: str, pk: int) -> StreamingHttpResponse:
    """The lines of an invoice as CSV."""
    found = _invoice(request, slug, pk)
    lines = [
        (
            found.reference,
            line.position,
            line.kind,
            f"{line.month:%Y-%m}",
            line.project.name if line.project else "",
            line.text,
            line.base_amount,
            found.base_currency,
            found.exchange_rate,
            round_amount(line.amount, found.currency),
            found.currency,
        )
        for line in found.lines.all()
    ]
    return csv_download(f"{found.reference}.csv", [COLUMNS, *lines])


@require_safe
def as_pdf(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The invoice as PDF, or a page with instructions if WeasyPrint isn't installed."""
    found = _invoice(request, slug, pk)
    context = {"organization": found.billing_group.organization, "invoice": found}
    try:
        content = to_pdf("billing/invoice_pdf.html", context)
    except PdfUnavailable as unavailable:
        return render(request, "billing/no_pdf.html", context | {"reason": str(unavailable)}, status=501)
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.reference}.pdf"'
    return response


def _invoice(request: HttpRequest, slug: str, pk: int) -> Invoice:
    organization = organization_for(actor_of(request), slug, capability=Capability.SEE_INVOICES)
    return invoice_of(organization, pk)
