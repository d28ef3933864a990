"""Officers fetch what residents attached: as a download, never as a page of ours."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from storage import get_attachment
from web.accounts.roles import require_role
from web.context import services


def files_blueprint() -> Blueprint:
    """Return the blueprint of ``/petugas/lampiran``."""
    blueprint = Blueprint("attachments", __name__)
    blueprint.add_url_rule("/petugas/lampiran/<attachment_id>", "download", _download)
    return blueprint


@require_role("petugas", "supervisor")
def _download(attachment_id: str) -> ResponseReturnValue:
    with services().store.read() as tx:
        file = get_attachment(tx, attachment_id)
    answer = Response(file.content, mimetype=file.mime_type)
    answer.headers.set("Content-Disposition", "attachment", filename=file.filename)
    answer.headers["Cache-Control"] = "no-store"
    # Whatever a resident sent runs nowhere, should a browser show it after all.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
