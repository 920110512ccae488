"""Shapes of what people send about tickets."""

from tickets.forms.bulk import BulkForm
from tickets.forms.conversation import (
    AnswerForm,
    CommentForm,
    DraftForm,
    EscalationForm,
    OutcomeForm,
    ParticipantsForm,
    RatingForm,
)
from tickets.forms.create import TicketForm
from tickets.forms.files import FilesMixin, UploadForm
from tickets.forms.following import FollowForm
from tickets.forms.handover import HandoverForm, SnoozeForm
from tickets.forms.linking import SplitForm, TargetForm
from tickets.forms.lists import FilterForm
from tickets.forms.macros import MacroForm, TagsForm
from tickets.forms.queue import DeskPreferencesForm, QueueForm, SavedViewForm
from tickets.forms.reports import ReportForm
from tickets.forms.staff import AvailabilityForm, ChoiceChangeForm, ChoiceForm, TagForm, TeamForm
from tickets.forms.work import (
    AgentSeverityForm,
    AssignmentForm,
    ClassificationForm,
    SeverityForm,
    StatusForm,
    VisibilityForm,
)

__all__ = [
    "AgentSeverityForm",
    "AnswerForm",
    "AssignmentForm",
    "AvailabilityForm",
    "BulkForm",
    "ChoiceChangeForm",
    "ChoiceForm",
    "ClassificationForm",
    "CommentForm",
    "DeskPreferencesForm",
    "DraftForm",
    "EscalationForm",
    "FilesMixin",
    "FilterForm",
    "FollowForm",
    "HandoverForm",
    "MacroForm",
    "OutcomeForm",
    "ParticipantsForm",
    "QueueForm",
    "RatingForm",
    "ReportForm",
    "SavedViewForm",
    "SeverityForm",
    "SnoozeForm",
    "SplitForm",
    "StatusForm",
    "TagForm",
    "TagsForm",
    "TargetForm",
    "TeamForm",
    "TicketForm",
    "UploadForm",
    "VisibilityForm",
]
