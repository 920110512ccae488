"""Bulk jobs: request one, watch it, cancel it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.actor import actor_of
from supportcenter.http import fragment_or_page, render_form
from supportcenter.rules import submit
from tickets.bulk.access import bulk_job_for, bulk_jobs_of, items_of, outcomes_of
from tickets.bulk.actions import cancel_bulk, request_bulk
from tickets.bulk.forms import BulkForm
from tickets.bulk.models import Outcome
from tickets.paging import Sort, page_of, read_id

NEWEST_FIRST = Sort("pk", descending=True, read=read_id)
IN_ORDER = Sort("pk", read=read_id)


@require_http_methods(["GET", "HEAD", "POST"])
def jobs(request: HttpRequest) -> HttpResponse:
    """List the agent's bulk jobs, and request a new one."""
    actor = actor_of(request)
    found = bulk_jobs_of(actor)
    if request.method == "POST":
        form = BulkForm(request.POST, actor=actor)
        if job := submit(form, lambda: request_bulk(actor=actor, tickets=form.tickets, **form.change)):
            return redirect(job)
        return render_form(request, "tickets/bulk_new.html", {"bulk": form, "form": form})
    page = page_of(found, NEWEST_FIRST, request.GET)
    context = {"jobs": page.rows, "newer_url": page.previous_url, "older_url": page.next_url}
    return render(request, "tickets/bulk_jobs.html", context)


@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the progress of a job, and the outcome for each ticket."""
    found = bulk_job_for(actor_of(request), pk)
    counts = outcomes_of(found)
    chosen = request.GET.get("outcome", "")
    page = page_of(items_of(found, chosen), IN_ORDER, request.GET)
    context = {
        "job": found,
        "done": found.total - counts.get(Outcome.WAITING, 0),
        "tabs": [
            {"label": "All", "url": request.path, "current": chosen not in counts, "count": found.total},
            *(
                {
                    "label": Outcome(outcome).label,
                    "url": f"?outcome={outcome}",
                    "current": outcome == chosen,
                    "count": count,
                }
                for outcome, count in counts.items()
            ),
        ],
        "items": page.rows,
        "newer_url": page.previous_url,
        "older_url": page.next_url,
    }
    return fragment_or_page(request, "tickets/_bulk_job.html", "tickets/bulk_job.html", context)


@require_POST
def cancellation(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel the rest of a job."""
    actor = actor_of(request)
    found = cancel_bulk(actor=actor, job=bulk_job_for(actor, pk))
    if found.canceled_at:
        messages.success(request, "Canceled. The remaining tickets were not changed.")
    return redirect(found)
