"""The business profile that residents see when they tap the office's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.whatsapp_emulator.graph_errors import GraphError
from connectors.whatsapp_emulator.nodes import as_node

PROFILE_FIELDS = (
    "about",
    "address",
    "description",
    "email",
    "profile_picture_url",
    "vertical",
    "websites",
)
_LIMITS = {"about": 139, "address": 256, "description": 512, "email": 128}
_WEBSITES, _WEBSITE = 2, 256
_VERTICALS = ("GOVT", "PROF_SERVICES", "NONPROFIT", "OTHER")


def check_profile(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields to change. Raises :class:`GraphError`."""
    node = as_node(body, "body").only("messaging_product", "websites", "vertical", *_LIMITS)
    node.constant("messaging_product", "whatsapp")
    changes: dict[str, Any] = {
        name: node.text(name, limit) for name, limit in _LIMITS.items() if node.has(name)
    }
    if node.has("vertical"):
        changes["vertical"] = node.constant("vertical", *_VERTICALS)
    if node.has("websites"):
        sites = node.value["websites"]
        if not isinstance(sites, list) or len(sites) > _WEBSITES:
            raise GraphError(131009, f"websites must have at most {_WEBSITES} items")
        if not all(isinstance(site, str) and 1 <= len(site) <= _WEBSITE for site in sites):
            raise GraphError(131009, f"a website has 1 to {_WEBSITE} characters")
        changes["websites"] = sites
    return changes
