"""Shapes of what people send about tickets."""

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
from tickets.forms.desk import AvailabilityForm, ChoiceChangeForm, ChoiceForm, TagForm, TeamForm
from tickets.forms.files import FilesMixin, UploadForm
from tickets.forms.following import FollowForm
from tickets.forms.lists import FilterForm, QueueForm
from tickets.forms.macros import MacroForm, TagsForm
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
    "ChoiceChangeForm",
    "ChoiceForm",
    "ClassificationForm",
    "CommentForm",
    "DraftForm",
    "EscalationForm",
    "FilesMixin",
    "FilterForm",
    "FollowForm",
    "MacroForm",
    "OutcomeForm",
    "ParticipantsForm",
    "QueueForm",
    "RatingForm",
    "SeverityForm",
    "StatusForm",
    "TagForm",
    "TagsForm",
    "TeamForm",
    "TicketForm",
    "UploadForm",
    "VisibilityForm",
]
