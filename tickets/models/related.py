"""Rows that foreign keys name, loaded by id: PostgreSQL plans a join of seven tables longer than it runs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Self, cast

from django.db import models
from django.db.models.query import ModelIterable


def load_related(rows: Iterable[models.Model], names: Sequence[str]) -> None:
    """Load what the foreign keys of some rows name: one query per table, however many keys lead there."""
    load_all([(row, name) for row in rows for name in names])


def load_all(places: Iterable[tuple[models.Model, str]], among: Iterable[models.Model] = ()) -> None:
    """Load what foreign keys name, each given as a row and the key's name: one query per table.

    Rows that are ``among`` those read already are not read again.
    """
    known = {(type(row), row.pk): row for row in among}
    missing = [(row, field) for row, field in map(_field, places) if not field.is_cached(row)]
    ids: dict[type[models.Model], set[Any]] = defaultdict(set)
    for row, field in missing:
        if (key := (field.related_model, getattr(row, field.attname))) not in known:
            ids[key[0]].add(key[1])
    found = {table: table._default_manager.in_bulk(wanted - {None}) for table, wanted in ids.items()}  # noqa: SLF001 - Django's documented name
    known |= {(table, pk): row for table, rows in found.items() for pk, row in rows.items()}
    for row, field in missing:
        field.set_cached_value(row, known.get((field.related_model, getattr(row, field.attname))))


def set_empty(row: models.Model, name: str) -> None:
    """Mark that no rows refer to this one by this name, so that no query looks for them."""
    rows: Any = getattr(row, name)
    cache = row.__dict__.setdefault("_prefetched_objects_cache", {})
    cache[name] = rows.none()


def _field(place: tuple[models.Model, str]) -> tuple[models.Model, Any]:
    row, name = place
    return row, row._meta.get_field(name)  # noqa: SLF001 - Django's documented name


class RelatedQuerySet(models.QuerySet):
    """A queryset that can load what foreign keys name by id, instead of joining each table."""

    _loaded: tuple[str, ...] = ()

    def load(self, *names: str) -> Self:
        """Load what these foreign keys name together with the rows: one query more per table."""
        found = self.all()
        found._loaded = (*self._loaded, *names)  # noqa: SLF001 - of the same class
        return found

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._loaded = self._loaded  # noqa: SLF001 - of the same class
        return clone

    def _fetch_all(self) -> None:
        is_new = self._result_cache is None
        super()._fetch_all()
        if is_new and self._loaded and issubclass(self._iterable_class, ModelIterable):
            load_related(cast("list[models.Model]", self._result_cache), self._loaded)
