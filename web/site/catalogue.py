"""The knowledge as a reader browses it: groups, topics, answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby

from dialogue import Assets, KnowledgeEntry, PartWords, Topic
from web.services import LiveBundle


@dataclass(frozen=True)
class TopicPage:
    """One topic with its answers. ``examples`` are the answers to show first."""

    key: str
    name: str
    group: str
    description: str
    entries: tuple[KnowledgeEntry, ...]
    examples: tuple[KnowledgeEntry, ...]


@dataclass(frozen=True)
class Group:
    """Topics under one heading, in the order of ``topik.yml``."""

    name: str
    topics: tuple[TopicPage, ...]


@dataclass(frozen=True)
class Catalogue:
    """All topics and answers of one bundle; ``entries`` holds withdrawn ones too."""

    groups: tuple[Group, ...]
    topics: Mapping[str, TopicPage]
    entries: Mapping[str, KnowledgeEntry]
    part_words: Mapping[str, PartWords] = field(default_factory=dict)
    """How the parts of an answer are headed."""

    def related(self, entry: KnowledgeEntry) -> list[KnowledgeEntry]:
        """Return the answers that an answer points to."""
        found = [self.entries[label] for label in entry.terkait if label in self.entries]
        return [other for other in found if not other.withdrawn]

    def examples(self, count: int) -> list[KnowledgeEntry]:
        """Return one telling answer per group, then the second ones, ``count`` at most."""
        rounds: list[KnowledgeEntry] = []
        for place in range(3):
            for group in self.groups:
                if place < len(group.topics) and group.topics[place].examples:
                    rounds.append(group.topics[place].examples[0])
        return rounds[:count]


class CatalogueCache:
    """Keeps the catalogue of the bundle that is live, and makes it anew after a change."""

    def __init__(self) -> None:
        self._assets: Assets | None = None
        self._catalogue: Catalogue | None = None

    def of(self, bundle: LiveBundle) -> Catalogue:
        """Return the catalogue of ``bundle``."""
        if self._catalogue is None or self._assets is not bundle.assets:
            self._catalogue = build_catalogue(bundle.assets)
            self._assets = bundle.assets
        return self._catalogue


def build_catalogue(assets: Assets) -> Catalogue:
    """Return the catalogue; topics that ``topik.yml`` does not list come last."""
    told = {label: one for label, one in assets.knowledge.items() if not one.withdrawn}
    listed = {topic.topic for topic in assets.topics}
    unlisted = dict.fromkeys(entry.topic for entry in told.values() if entry.topic not in listed)
    pages = [_page(topic, told) for topic in (*assets.topics, *map(_plain_topic, unlisted))]
    pages = [page for page in pages if page.entries]
    places = {name: place for place, name in reversed(list(enumerate(p.group for p in pages)))}
    ordered = sorted(pages, key=lambda page: places[page.group])
    groups = tuple(
        Group(name, tuple(found)) for name, found in groupby(ordered, key=lambda page: page.group)
    )
    return Catalogue(
        groups=groups,
        topics={page.key: page for page in ordered},
        entries=assets.knowledge,
        part_words=assets.parts.words,
    )


def _page(topic: Topic, entries: Mapping[str, KnowledgeEntry]) -> TopicPage:
    return TopicPage(
        key=topic.topic,
        name=topic.name,
        group=topic.group,
        description=topic.description,
        entries=tuple(entry for entry in entries.values() if entry.topic == topic.topic),
        examples=tuple(entries[label] for label in topic.examples if label in entries),
    )


def _plain_topic(key: str) -> Topic:
    name = key.replace("_", " ").capitalize()
    return Topic(topic=key, group="Lainnya", name=name, title=name, description="")
