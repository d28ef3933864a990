"""The channels of this installation. A channel is its folder and its line here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from connectors.port import Channel
from connectors.pulled import PulledChannel
from connectors.rest.channel import REST
from connectors.webchat.channel import WEBCHAT
from connectors.whatsapp.channel import WhatsAppChannel
from storage import Settle

_CHANNELS: dict[str, Channel] = {
    channel.name: channel for channel in (WhatsAppChannel(), WEBCHAT, REST)
}


def channel_of(name: str) -> Channel:
    """Return the channel; one that nobody registered only has readers who fetch for themselves."""
    return _CHANNELS.get(name) or PulledChannel(name)


def channels() -> tuple[Channel, ...]:
    """Return all channels."""
    return tuple(_CHANNELS.values())


def register(channel: Channel) -> None:
    """Add a channel of another package. Raises ``ValueError`` when there is one of its name."""
    if channel.name in _CHANNELS:
        raise ValueError(f"channel {channel.name} is there already")
    _CHANNELS[channel.name] = channel


def unregister(name: str) -> None:
    """Take a channel out again."""
    del _CHANNELS[name]


def reply_windows() -> Mapping[str, timedelta]:
    """Return the windows of the channels that have one."""
    return {
        one.name: one.reply_window for one in _CHANNELS.values() if one.reply_window is not None
    }


def debounces() -> Mapping[str, Settle]:
    """Return how the channels collect messages, of those that do."""
    return {one.name: one.debounce for one in _CHANNELS.values() if one.debounce is not None}
