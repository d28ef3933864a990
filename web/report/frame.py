"""What the report's pages share: who may see them, their frame, their files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from reports import (
    LEAD,
    READERS,
    TEAM,
    Document,
    change_text,
    document_file,
    readable_names,
    shown,
    words,
)
from web.accounts import may, require_role, signed_in
from web.context import services

_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
View = Callable[..., ResponseReturnValue]


def add(blueprint: Blueprint, rule: str, view: View, roles: tuple[str, ...], method: str) -> None:
    """Attach a view for these roles under its own name."""
    guarded = require_role(*roles)(view)
    blueprint.add_url_rule(rule, view.__name__, guarded, methods=[method])


def page(template: str, *, status: int = 200, **values: Any) -> Response:
    """Return a page of the report; what it shows is not kept by anybody."""
    account = signed_in()
    text = render_template(
        template,
        account=account,
        in_team=may(account, *TEAM),
        leads=may(account, *LEAD),
        reads=may(account, *READERS),
        words=words(),
        shown=shown,
        change_text=change_text,
        **values,
    )
    answer = make_response(text, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def file_answer(content: bytes, name: str, file_format: str) -> Response:
    """Return a file to take along."""
    return Response(
        content,
        content_type=_TYPES[file_format],
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{file_format}"',
            "Cache-Control": "no-store",
        },
    )


def document_answer(document: Document, content: Mapping[str, Any], name: str) -> Response:
    """Return a document in the format that was asked for. Raises ``InvalidFormError``."""
    chosen = request.args.get("format", "")
    return file_answer(document_file(document, content, chosen), name, chosen)


def live_names() -> Mapping[str, str]:
    """Return the names of topics and knowledge answers; none while no bundle is live."""
    bundle = services().live_bundle()
    return readable_names(bundle.assets) if bundle else {}
