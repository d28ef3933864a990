"""The month counted a second time, by plain SQL over the events alone.

Written apart from ``reports.counting``: no Python counts here, no calendar is asked (the office is
open on weekdays from 08.00 to 18.00 WIB), and none of the counters' tables is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from foundation.clock import WIB
from storage import Store, Transaction

Cells = dict[tuple[str, str, str, str], int]
"""(WIB day, channel, measure, key) → number; zeros are left out."""

_SQLITE = {
    "day": "date({0} / 1000000 + 25200, 'unixepoch')",
    "hour": "strftime('%H', {0} / 1000000 + 25200, 'unixepoch')",
    "seconds": "({0} / 1000000)",
    "least": "min",
    "greatest": "max",
    "labels": "json_each(n.data, '$.answers') AS item",
    "length": "json_array_length(n.data, '$.answers')",
    "topic": "substr(item.value, 1, instr(item.value, '/') - 1)",
}
_POSTGRESQL = {
    "day": "to_char({0} AT TIME ZONE 'Asia/Jakarta', 'YYYY-MM-DD')",
    "hour": "to_char({0} AT TIME ZONE 'Asia/Jakarta', 'HH24')",
    "seconds": "CAST(extract(epoch FROM {0}) AS bigint)",
    "least": "least",
    "greatest": "greatest",
    "labels": "jsonb_array_elements_text(n.data -> 'answers') AS item(value)",
    "length": "jsonb_array_length(n.data -> 'answers')",
    "topic": "split_part(item.value, '/', 1)",
}

# Every event with its chat (the how-many-th of the conversation) and the message that it follows.
_NUMBERED = """
CREATE TEMP TABLE n AS
WITH ev AS (
  SELECT e.id, e.conversation_id AS conv, c.channel, e.seq, e.type, e.data,
         {at_seconds} AS s, {at_day} AS d, {at_hour} AS h,
         CASE WHEN e.type = 'user' THEN 1 ELSE 0 END AS is_message
  FROM event e JOIN conversation c ON c.id = e.conversation_id
), message AS (
  SELECT id, CASE WHEN s - lag(s) OVER (PARTITION BY conv ORDER BY seq) < 86400 THEN 0 ELSE 1 END
         AS begins
  FROM ev WHERE is_message = 1
), marked AS (
  SELECT ev.*, coalesce(message.begins, 0) AS begins FROM ev LEFT JOIN message ON message.id = ev.id
)
SELECT marked.*,
       sum(begins) OVER (PARTITION BY conv ORDER BY seq) AS chat,
       sum(is_message) OVER (PARTITION BY conv ORDER BY seq) AS said
FROM marked
"""

_ASKS = "(n.data ->> 'decision' = 'clarify' OR n.data ->> 'asks' IS NOT NULL)"
_SUBSTANCE = f"""(n.type = 'case_opened' OR (n.type = 'decided' AND ({_ASKS}
  OR n.data ->> 'decision' = 'handoff' OR n.data ->> 'reason' <> '' OR {{length}} > 0)))"""
_CLAIMS = "('case_claimed', 'case_taken_over')"
_CLOSINGS = "('case_resolved', 'case_returned', 'case_expired')"

# One row per stretch in officers' hands; ``ended`` is null while it lasts.
_STRETCHES = f"""
CREATE TEMP TABLE stretch AS
WITH moves AS (
  SELECT n.*, n.data ->> 'case_id' AS case_id,
         CASE WHEN type = 'case_released' OR type IN {_CLOSINGS} THEN 1 ELSE 0 END AS lets_go
  FROM n WHERE type LIKE 'case_%'
), grouped AS (
  SELECT moves.*, sum(lets_go) OVER (PARTITION BY case_id ORDER BY seq) - lets_go AS round
  FROM moves
)
SELECT case_id, round, min(channel) AS channel,
       min(CASE WHEN type = 'case_opened' THEN s END) AS opened,
       min(CASE WHEN type IN {_CLAIMS} THEN s END) AS claimed,
       min(CASE WHEN type IN {_CLAIMS} THEN d END) AS claimed_on,
       max(CASE WHEN lets_go = 1 THEN s END) AS ended,
       max(CASE WHEN lets_go = 1 THEN d END) AS ended_on,
       max(CASE WHEN type IN {_CLOSINGS} THEN 1 ELSE 0 END) AS closed
FROM grouped GROUP BY case_id, round
"""

_SERVICE = """(SELECT coalesce(sum({least}(o.closes, {1}) - {greatest}(o.opens, {0})), 0)
  FROM opening o WHERE o.closes > {0} AND o.opens < {1})"""

_WAITS = """
CREATE TEMP TABLE wait AS
SELECT w.claimed_on AS d, w.channel, {waited} AS seconds
FROM (SELECT channel, case_id, min(opened) AS opened, min(claimed) AS claimed,
             min(claimed_on) AS claimed_on
      FROM stretch GROUP BY channel, case_id) w
WHERE w.opened IS NOT NULL AND w.claimed IS NOT NULL
"""

# measure → (columns "day, channel, key, number", the rest of the statement)
_PLAIN = {
    "messages": ("d, channel, '', count(*)", "n WHERE is_message = 1"),
    "message_hour": ("d, channel, h, count(*)", "n WHERE is_message = 1"),
    "outside_hours": (
        "d, channel, '', count(*)",
        "n WHERE is_message = 1 AND NOT EXISTS"
        " (SELECT 1 FROM opening o WHERE o.opens <= n.s AND n.s < o.closes)",
    ),
    "chats": ("d, channel, '', count(*)", "n WHERE begins = 1"),
    "chat_hour": ("d, channel, h, count(*)", "n WHERE begins = 1"),
    "people": (
        "d, channel, CASE WHEN chat = 1 THEN 'baru' ELSE 'kembali' END, count(*)",
        "n WHERE begins = 1",
    ),
    "empty": (
        "d, channel, '', count(*)",
        "(SELECT n.conv, n.chat, n.channel, min(n.d) AS d,"
        " max(CASE WHEN {substance} THEN 1 ELSE 0 END) AS substantial FROM n"
        " WHERE n.chat > 0 GROUP BY n.conv, n.chat, n.channel) AS talk WHERE substantial = 0",
    ),
    "bot_answered": (
        "d, channel, '', count(*)",
        "n WHERE type = 'decided' AND data ->> 'decision' = 'answer'",
    ),
    "clarified": (
        "d, channel, '', count(*)",
        "n WHERE type = 'decided' AND data ->> 'decision' = 'clarify'",
    ),
    "answer": ("d, channel, item.value, count(*)", "n, {labels} WHERE n.type = 'decided'"),
    "topic": (
        "d, channel, {topic}, count(DISTINCT n.id)",
        "n, {labels} WHERE n.type = 'decided'",
    ),
    "csat": (
        "d, channel, rating, count(*)",
        "(SELECT d, channel, data ->> 'rating' AS rating FROM n"
        " WHERE type = 'decided' AND data ->> 'rating' IS NOT NULL"
        " UNION ALL SELECT d, channel, data ->> 'value' FROM n AS this"
        " WHERE type = 'rated' AND data ->> 'kind' = 'csat' AND NOT EXISTS"
        " (SELECT 1 FROM n AS later WHERE later.conv = this.conv AND later.seq > this.seq"
        " AND later.type = 'rated' AND later.data ->> 'kind' = 'csat'"
        " AND later.data ->> 'seq' = this.data ->> 'seq')) AS ratings",
    ),
    "abandoned": (
        "d, channel, '', count(*)",
        "(SELECT n.channel, min(n.d) AS d FROM n WHERE n.type = 'decided' AND {asks}"
        " AND n.said = (SELECT max(last.said) FROM n AS last WHERE last.conv = n.conv"
        " AND last.chat = n.chat) GROUP BY n.conv, n.said, n.channel) AS left_alone",
    ),
    "district": (
        "d, channel, name, count(*)",
        "(SELECT d, channel, data ->> 'district' AS name, lag(data ->> 'district')"
        " OVER (PARTITION BY conv, chat ORDER BY seq) AS before FROM n"
        " WHERE type = 'decided' AND data ->> 'district' IS NOT NULL) AS named"
        " WHERE before IS NULL OR before <> name",
    ),
    "handed_over": ("d, channel, '', count(*)", "n WHERE type = 'case_opened'"),
    "handover": ("d, channel, data ->> 'reason', count(*)", "n WHERE type = 'case_opened'"),
    "resolved": ("d, channel, data ->> 'outcome', count(*)", "n WHERE type = 'case_resolved'"),
    "returned": ("d, channel, '', count(*)", "n WHERE type = 'case_returned'"),
    "expired": ("d, channel, '', count(*)", "n WHERE type = 'case_expired'"),
    "wait": (
        "d, channel, CASE WHEN seconds <= 300 THEN '5' WHEN seconds <= 900 THEN '15'"
        " WHEN seconds <= 1800 THEN '30' WHEN seconds <= 3600 THEN '60'"
        " WHEN seconds <= 7200 THEN '120' ELSE 'lebih' END, count(*)",
        "wait",
    ),
    "wait_seconds": ("d, channel, '', sum(seconds)", "wait"),
    "handling_seconds": (
        "ended_on, channel, '', sum({held})",
        "stretch WHERE claimed IS NOT NULL AND ended IS NOT NULL",
    ),
    "handled": (
        "ended_on, channel, '', count(*)",
        "stretch WHERE closed = 1 AND EXISTS (SELECT 1 FROM stretch AS any_round"
        " WHERE any_round.case_id = stretch.case_id AND any_round.claimed IS NOT NULL)",
    ),
}


def recount(store: Store) -> tuple[Cells, dict[str, Any]]:
    """Return every cell of the whole log, and a few figures of a month that are not cells."""
    with store.write() as tx:
        words = _SQLITE if tx.dialect == "sqlite" else _POSTGRESQL
        _prepare(tx, words)
        cells = {
            (row[0], row[1], measure, str(row[2] or "")): int(row[3])
            for measure in _PLAIN
            for row in tx.connection.exec_driver_sql(_statement(measure, words))
            if row[3]
        }
        figures = _figures(tx, words)
        for name in ("opening", "n", "stretch", "wait"):
            tx.connection.exec_driver_sql(f"DROP TABLE {name}")
    return cells, figures


def _prepare(tx: Transaction, words: dict[str, str]) -> None:
    run = tx.connection.exec_driver_sql
    run("CREATE TEMP TABLE opening (opens BIGINT, closes BIGINT)")
    values = ", ".join(f"({start}, {end})" for start, end in _openings())
    run(f"INSERT INTO opening VALUES {values}")
    run(
        _NUMBERED.format(
            at_seconds=words["seconds"].format("e.at"),
            at_day=words["day"].format("e.at"),
            at_hour=words["hour"].format("e.at"),
        ).replace("%", "%%" if tx.dialect == "postgresql" else "%")
    )
    run("CREATE INDEX n_place ON n (conv, chat)")
    run("CREATE INDEX n_type ON n (type)")
    run(_STRETCHES.replace("%", "%%" if tx.dialect == "postgresql" else "%"))
    run("CREATE INDEX stretch_case ON stretch (case_id)")
    run(_WAITS.format(waited=_service("w.opened", "w.claimed", words)))
    run("ANALYZE")


def _statement(measure: str, words: dict[str, str]) -> str:
    columns, rest = _PLAIN[measure]
    values = {
        **words,
        "substance": _SUBSTANCE.format(**words),
        "asks": _ASKS,
        "held": _service("claimed", "ended", words),
    }
    return f"SELECT {columns} FROM {rest} GROUP BY 1, 2, 3".format(**values)


def _service(start: str, end: str, words: dict[str, str]) -> str:
    return _SERVICE.format(start, end, **words)


def _openings() -> Iterator[tuple[int, int]]:
    day = date(2026, 9, 1)
    while day < date(2027, 1, 1):
        if day.weekday() < 5:
            opens, closes = (
                int(datetime.combine(day, time(hour), WIB).timestamp()) for hour in (8, 18)
            )
            yield opens, closes
        day += timedelta(days=1)


def _figures(tx: Transaction, words: dict[str, str]) -> dict[str, Any]:
    """Return what October's page shows beside the cells."""
    run = tx.connection.exec_driver_sql
    month = "BETWEEN '2026-10-01' AND '2026-10-31'"
    day = (
        words["day"]
        .format("delivered_at")
        .replace("%", "%%" if tx.dialect == "postgresql" else "%")
    )
    within = f"FROM whatsapp_charge WHERE delivered_at IS NOT NULL AND {day} {month}"
    delivered = run(f"SELECT category || '/' || type, count(*) {within} GROUP BY 1")
    # The quota takes the first thousand replies of the month, whoever they went to.
    numbered = (
        f"SELECT category, row_number() OVER (PARTITION BY category ORDER BY delivered_at) AS n"
        f" {within}"
    )
    billable = run(
        f"SELECT count(*) FROM ({numbered}) AS m WHERE category <> 'service' OR n > 1000"
    ).scalar_one()
    overdue = run(f"SELECT count(*) FROM wait WHERE seconds > 900 AND d {month}").scalar_one()
    mean = run(f"SELECT avg(seconds) / 60.0 FROM wait WHERE d {month}").scalar_one()
    return {
        "delivered": {row[0]: row[1] for row in delivered},
        "billable": billable,
        "overdue": overdue,
        "mean_wait_minutes": None if mean is None else round(float(mean), 1),
    }
