"""The search index: the words of each ticket, and the agents' vocabulary of all words."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from tickets.models.ticket import Ticket

# The part of a ticket that a word is in.
SUBJECT, PEOPLE, PUBLIC, INTERNAL = "ABCD"


def organization_prefix(organization_id: int) -> str:
    """Return what each word of an organization's tickets begins with in the customers' index."""
    return f"{organization_id}/"


class SearchDocument(models.Model):
    """The words of one ticket, updated by ``actions.indexing`` after each event.

    Weight A: number and subject; B: organization, product and people; C: comments and names of their files;
    D: internal notes, names of their files, and other words that only staff can read.
    """

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, primary_key=True, related_name="document")
    words = SearchVectorField(default="")

    class Meta:
        # Without fastupdate a search never has to scan a list of pending entries.
        indexes = [GinIndex(fields=["words"], name="document_words", fastupdate=False)]

    def __str__(self) -> str:
        return f"Words of {self.ticket_id}"


class PublicDocument(models.Model):
    """The words of one ticket that its customers can read, for their searches.

    Each begins with the prefix of the organization, which is also a word itself. So what other organizations
    wrote is never in the part of the index that a search reads.
    """

    ticket = models.OneToOneField(
        Ticket, on_delete=models.CASCADE, primary_key=True, related_name="public_document"
    )
    words = SearchVectorField(default="")

    class Meta:
        indexes = [GinIndex(fields=["words"], name="public_words", fastupdate=False)]

    def __str__(self) -> str:
        return f"Public words of {self.ticket_id}"


class SearchWord(models.Model):
    """A word that occurs in a ticket, internal notes included, to find what an agent's misspelled word means.

    ``variants`` are the word itself and the word without each of its letters: two words with a variant in
    common are one typo apart. ``documents`` counts the tickets with the word, no further than needed to tell
    rare words from common ones.
    """

    word = models.TextField(primary_key=True)
    documents = models.PositiveIntegerField(default=0)
    variants = ArrayField(models.TextField())

    class Meta:
        indexes = [GinIndex(fields=["variants"], name="word_variants", fastupdate=False)]

    def __str__(self) -> str:
        return self.word
