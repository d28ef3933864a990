"""Where to go after signing in: only ever to a page of this site."""

from __future__ import annotations

import re

_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


def local_target(target: str | None) -> str | None:
    r"""Return ``target`` when every browser reads it as a path of this site, else None.

    >>> local_target("/petugas?tab=saya"), local_target("//jahat.example"), local_target("/\\x")
    ('/petugas?tab=saya', None, None)
    """
    return target if target and _LOCAL.fullmatch(target) else None
