"""Files in and out, the template after the window, sending once more, logging a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from flask import Blueprint, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from connectors import CallResult, Desk, OpenedFile, open_file
from foundation.errors import CaseConflictError, InvalidFormError
from handoff import Case, get_case, open_case_of
from storage import get_outbox_row
from web.accounts import require_role, signed_in
from web.context import services
from web.officer.actions import KEY_LIMIT, Actions
from web.officer.pages import ROLES, is_part
from web.officer.transcript import INLINE_PICTURES

_SHUT: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_STYLED: Final = f"{_SHUT}; style-src 'unsafe-inline'"
_POLICIES: Final = {
    **dict.fromkeys(INLINE_PICTURES, f"{_STYLED}; img-src 'self'; sandbox"),
    # A sandbox would keep the browser's own viewer from showing it.
    "application/pdf": f"{_STYLED}; object-src 'self'",
}
"""The kinds that are shown in the browser; everything else is saved. Nothing in them may run."""


@dataclass(frozen=True)
class PostViews:
    """Views beside those of :class:`Actions`, which answers when a case is in other hands."""

    actions: Actions

    def open_file(self, conversation_id: str, seq: int) -> ResponseReturnValue:
        """Show or save the file of a message."""
        opened = open_file(
            services().store,
            conversation_id,
            seq,
            officer=signed_in(),
            whatsapp=self.actions.desks.whatsapp_files(),
        )
        return file_response(opened)

    def send_file(self, case_id: int) -> ResponseReturnValue:
        """Send a photo or a PDF."""
        file = request.files.get("berkas")
        if file is None or not file.filename:
            raise InvalidFormError("no file", reader_text="Pilih berkas yang akan dikirim.")
        with file.stream:
            content, name = file.read(), file.filename
        caption = request.form.get("keterangan", "").replace("\r\n", "\n")
        post, key = self.actions.desks.post_of(signed_in()), _key()

        def send(_desk: Desk) -> Case:
            post.send_file(case_id, content, name=name, caption=caption, key=key)
            return _case(case_id)

        return self.actions.on_case(case_id, send)

    def propose(self, case_id: int) -> ResponseReturnValue:
        """Send the template after the 24 hours."""
        post = self.actions.desks.post_of(signed_in())

        def send(_desk: Desk) -> Case:
            post.propose(case_id)
            return _case(case_id)

        return self.actions.on_case(case_id, send)

    def log_call(self, case_id: int) -> ResponseReturnValue:
        """Write down a call to the resident."""
        result = request.form.get("hasil", "")
        if result not in tuple(CallResult):
            raise InvalidFormError(f"result {result!r}", reader_text="Pilih hasil telepon.")
        note = request.form.get("catatan", "").replace("\r\n", "\n")
        post = self.actions.desks.post_of(signed_in())

        def write(_desk: Desk) -> Case:
            post.log_call(case_id, CallResult(result), note)
            return _case(case_id)

        return self.actions.on_case(case_id, write)

    def send_again(self, outbox_id: int) -> ResponseReturnValue:
        """Send a reply once more that failed or whose status is unknown."""
        post = self.actions.desks.post_of(signed_in())
        try:
            conversation_id = post.send_again(outbox_id).conversation
        except CaseConflictError:
            with services().store.read() as tx:
                row = get_outbox_row(tx, outbox_id)
                case = open_case_of(tx, row.conversation) if row else None
            return self.actions.conflict(case, row.conversation if row else "")
        services().wakeups.publish()
        if is_part():
            # A body, so that htmx takes the button away.
            return "", 200, {"X-Halo-Percakapan": conversation_id}
        page = url_for("officer.conversation", conversation_id=conversation_id)
        return redirect(page, 303)


def file_response(opened: OpenedFile) -> ResponseReturnValue:
    """Return the file so that nothing in it can run on our pages."""
    policy = _POLICIES.get(opened.mime_type)
    answer = make_response(opened.content)
    answer.headers["Content-Type"] = opened.mime_type
    answer.headers["Content-Security-Policy"] = policy or f"{_SHUT}; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    way = "inline" if policy else "attachment"
    name = opened.filename or "lampiran"
    answer.headers["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(name, safe='')}"
    return answer


def add_post(blueprint: Blueprint, views: PostViews) -> None:
    """Attach the views to the blueprint, for officers only."""
    guard = require_role(*ROLES)
    blueprint.add_url_rule(
        "/percakapan/<conversation_id>/berkas/<int:seq>", "open_file", guard(views.open_file)
    )
    for rule, endpoint, view in (
        ("/kasus/<int:case_id>/berkas", "send_file", guard(views.send_file)),
        ("/kasus/<int:case_id>/templat", "propose", guard(views.propose)),
        ("/kasus/<int:case_id>/telepon", "log_call", guard(views.log_call)),
        ("/kiriman/<int:outbox_id>/ulang", "send_again", guard(views.send_again)),
    ):
        blueprint.add_url_rule(rule, endpoint, view, methods=["POST"])


def _case(case_id: int) -> Case:
    with services().store.read() as tx:
        return get_case(tx, case_id)


def _key() -> str:
    return request.form.get("kunci", "")[:KEY_LIMIT]
