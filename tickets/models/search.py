"""The search index: the words of each ticket, and the vocabulary of all words."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from tickets.models.ticket import Ticket

# The part of a ticket that a word is in. What only staff can read has its own weight, so that a customer's
# search can leave it out.
SUBJECT, PEOPLE, PUBLIC, INTERNAL = "ABCD"


class SearchDocument(models.Model):
    """The words of one ticket, updated by ``actions.indexing`` after each event.

    Weight A: number and subject; B: organization, product and people; C: comments and names of their files;
    D: the same of internal notes.
    """

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, primary_key=True, related_name="document")
    words = SearchVectorField(default="")

    class Meta:
        # Without fastupdate a search never has to scan a list of pending entries.
        indexes = [GinIndex(fields=["words"], name="document_words", fastupdate=False)]

    def __str__(self) -> str:
        return f"Words of {self.ticket_id}"


class SearchWord(models.Model):
    """A word that occurs in a ticket, to find what a misspelled word means.

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
