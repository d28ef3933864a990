"""The store: tables and migrations, conversations, event log, inbox, outbox, accounts, wake-ups.

Every function takes a :class:`Transaction` from :meth:`Store.write` or :meth:`Store.read`; what
belongs together is written in one. All of it behaves the same on SQLite and on PostgreSQL.
"""

from storage import desk_tables, office_tables, tables, whatsapp_tables
from storage.accounts import (
    MIN_PASSWORD_LENGTH,
    ROLES,
    Account,
    Role,
    create_account,
    deactivate,
    demo_accounts_exist,
    get_account,
    list_accounts,
    set_password,
    sign_in,
    sign_in_name,
    verify_password,
)
from storage.attachments import (
    Attachment,
    attached_bytes,
    get_attachment,
    save_attachment,
)
from storage.attempts import (
    Attempt,
    AttemptState,
    advance_attempt,
    begin_attempt,
    find_attempt,
)
from storage.audit import AuditRow, latest_deeds, note_deed
from storage.columns import storable
from storage.continuations import CODE_LIFETIME, save_continuation, take_continuation
from storage.conversations import (
    Conversation,
    get_conversation,
    lock_conversation,
    open_conversation,
    release_leases,
    set_owner,
    take_lease,
    unguessable_id,
)
from storage.erasure import ERASED, erase_content, forget_resident
from storage.events import (
    Cursor,
    EventType,
    StoredEvent,
    append_event,
    events_beyond,
    read_events,
    read_latest_events,
    restart_log_order,
)
from storage.inbox import (
    Inbound,
    InboxMessage,
    Kind,
    Receipt,
    Settle,
    assign_turn,
    due_conversations,
    receive,
    record_failure,
    unprocessed,
)
from storage.listings import list_events, list_inbox, list_outbox
from storage.outbox import (
    OutboxRow,
    OutboxState,
    due_outbox,
    enqueue,
    get_outbox_row,
    set_outbox_state,
    unsettled_outbox,
)
from storage.snapshots import load_snapshot, save_snapshot
from storage.store import Dialect, Store, Transaction
from storage.wakeups import Wakeups, open_wakeups
from storage.writing import insert_unless_there, upsert

__all__ = [
    "CODE_LIFETIME",
    "ERASED",
    "MIN_PASSWORD_LENGTH",
    "ROLES",
    "Account",
    "Attachment",
    "Attempt",
    "AttemptState",
    "AuditRow",
    "Conversation",
    "Cursor",
    "Dialect",
    "EventType",
    "Inbound",
    "InboxMessage",
    "Kind",
    "OutboxRow",
    "OutboxState",
    "Receipt",
    "Role",
    "Settle",
    "Store",
    "StoredEvent",
    "Transaction",
    "Wakeups",
    "advance_attempt",
    "append_event",
    "assign_turn",
    "attached_bytes",
    "begin_attempt",
    "create_account",
    "deactivate",
    "demo_accounts_exist",
    "desk_tables",
    "due_conversations",
    "due_outbox",
    "enqueue",
    "erase_content",
    "events_beyond",
    "find_attempt",
    "forget_resident",
    "get_account",
    "get_attachment",
    "get_conversation",
    "get_outbox_row",
    "insert_unless_there",
    "latest_deeds",
    "list_accounts",
    "list_events",
    "list_inbox",
    "list_outbox",
    "load_snapshot",
    "lock_conversation",
    "note_deed",
    "office_tables",
    "open_conversation",
    "open_wakeups",
    "read_events",
    "read_latest_events",
    "receive",
    "record_failure",
    "release_leases",
    "restart_log_order",
    "save_attachment",
    "save_continuation",
    "save_snapshot",
    "set_outbox_state",
    "set_owner",
    "set_password",
    "sign_in",
    "sign_in_name",
    "storable",
    "tables",
    "take_continuation",
    "take_lease",
    "unguessable_id",
    "unprocessed",
    "unsettled_outbox",
    "upsert",
    "verify_password",
    "whatsapp_tables",
]
