"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorClass
from sqlalchemy.types import TypeDecorator, TypeEngine

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def storable(text: str) -> str:
    r"""Return ``text`` with NUL and lone surrogates replaced by U+FFFD.

    PostgreSQL stores neither (UTF-8, NUL-terminated strings); SQLite would store NUL but not a
    surrogate. Everything else is kept as it came.

    >>> storable("a\x00b\ud800c") == "a\ufffdb\ufffdc"
    True
    """
    return _UNSTORABLE.sub("\ufffd", text)


def storable_document(value: Any) -> Any:
    """Return a JSON document with every text in it, keys included, made :func:`storable`."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): storable_document(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable_document(item) for item in value]
    return value


class CleanText(TypeDecorator[str]):
    """Text of any length that both stores accept (see :func:`storable`)."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Clean on the way in, in values and in comparisons."""
        return None if value is None else storable(value)


class Document(TypeDecorator[Any]):
    """A JSON document: JSONB on PostgreSQL, text on SQLite. The order of keys is not kept."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the store's type; ``None`` is SQL NULL on both."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(sa.JSON(none_as_null=True))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Clean every text on the way in."""
        return storable_document(value)


class Moment(TypeDecorator[datetime]):
    """A moment, always timezone-aware and in UTC when read.

    TIMESTAMPTZ on PostgreSQL, whole microseconds since 1970 on SQLite: exact, ordered, indexable.
    Raises ``ValueError`` for a datetime without an offset.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the store's type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn an aware datetime into the store's form."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs an offset: {value!r}")
        if dialect.name == "postgresql":
            return value.astimezone(UTC)
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Turn the store's form into a datetime in UTC."""
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return _EPOCH + timedelta(microseconds=value)


class TransactionId(TypeEngine[int]):
    """PostgreSQL's 64-bit transaction id (``xid8``, never wraps); a plain integer on SQLite."""

    __visit_name__ = "transaction_id"
    cache_ok = True
    operator_classes = OperatorClass.NUMERIC

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """``xid8`` is written as text, since there is no cast from a number."""
        return str if dialect.name == "postgresql" else int

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Read as ``int`` on both."""
        return int


@compiles(TransactionId)
def _transaction_id_plain(_type: TransactionId, _compiler: Any, **_: Any) -> str:
    return "BIGINT"


@compiles(TransactionId, "postgresql")
def _transaction_id_postgresql(_type: TransactionId, _compiler: Any, **_: Any) -> str:
    return "xid8"


class CurrentTransactionId(FunctionElement[int]):
    """The writing transaction's id on PostgreSQL; 0 on SQLite, whose writers are serial."""

    inherit_cache = True
    type = TransactionId()


@compiles(CurrentTransactionId)
def _current_plain(_element: CurrentTransactionId, _compiler: Any, **_: Any) -> str:
    return "0"


@compiles(CurrentTransactionId, "postgresql")
def _current_postgresql(_element: CurrentTransactionId, _compiler: Any, **_: Any) -> str:
    return "pg_current_xact_id()"
