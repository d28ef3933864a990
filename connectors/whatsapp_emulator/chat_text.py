"""WhatsApp's formatting marks as safe HTML, for the phone page."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_MARKS = (
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), r"<em>\1</em>"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"), r"<s>\1</s>"),
    (re.compile(r"(?<!`)`([^`\n]+)`(?!`)"), r"<code>\1</code>"),
)


def chat_html(text: str) -> Markup:
    """Return ``text`` escaped, with bold, italic, strike-through, code and links.

    >>> str(chat_html("*Syarat* NIB: <b>gratis</b>"))
    '<strong>Syarat</strong> NIB: &lt;b&gt;gratis&lt;/b&gt;'
    """
    parts: list[str] = []
    at = 0
    for link in _LINK.finditer(text):
        parts += [_formatted(text[at : link.start()]), _anchor(link.group())]
        at = link.end()
    parts.append(_formatted(text[at:]))
    # Every part is escaped; only tags written here were added.
    return Markup("".join(parts))  # noqa: S704


def _formatted(text: str) -> str:
    html = str(escape(text))
    for pattern, replacement in _MARKS:
        html = pattern.sub(replacement, html)
    return html


def _anchor(url: str) -> str:
    address = escape(url)
    return f'<a href="{address}" rel="noreferrer noopener" target="_blank">{address}</a>'
