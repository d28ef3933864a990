"""Everything the assistant says and does by, read from one folder."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from dialogue.action_names import NEEDED_RESPONSES
from dialogue.answer_parts import Parts
from dialogue.checks.table import Checks
from dialogue.checks.table_file import CHECKS_FOLDER, read_checks
from dialogue.context_tables import ContextTables, read_context_tables
from dialogue.domain import Domain
from dialogue.domain_file import read_domain
from dialogue.findings import Finding, Findings
from dialogue.knowledge import TOPICS_FILE, KnowledgeEntry, Topic, read_knowledge, read_topics
from dialogue.lint import check_answered_with, check_together
from dialogue.marked_entities import MarkedEntities, read_marked_entities
from dialogue.part_table import PartTable, read_part_table
from dialogue.patterns import Patterns, read_patterns
from dialogue.rules import Rule
from dialogue.rules_file import read_rules
from dialogue.safety import Safety
from dialogue.safety_file import check_banned, read_safety
from dialogue.story_rules import read_story_rules
from dialogue.types import Reply
from dialogue.wording import fill_blanks, pick_variation
from foundation.errors import TrainingDataError
from foundation.yaml_lines import LineDict, read_yaml

ASSET_FILES = ("domain.yml", "rules.yml", "patterns.yml", "context.yml")
"""Files of the folder that the dialogue reads, besides ``knowledge/*.yml`` (and ``data/*.yml``,
where a Rasa project keeps its rules). All but ``domain.yml`` may be missing."""

SAFETY_FOLDER = "safety"
"""Where the files of :mod:`dialogue.safety_file` are."""

RASA_FILES = ("config.yml", "endpoints.yml", "credentials.yml")
"""A Rasa project's own settings; nothing in them means anything here."""

_DATA_KEYS = {"version", "nlu", "rules", "stories"}
_T = TypeVar("_T")


@dataclass(frozen=True)
class Assets:
    """Domain, rules, knowledge and the tables of patterns and context, together."""

    domain: Domain
    rules: tuple[Rule, ...] = ()
    knowledge: Mapping[str, KnowledgeEntry] = field(default_factory=dict)
    patterns: Patterns = field(default_factory=Patterns)
    context: ContextTables = field(default_factory=ContextTables)
    topics: tuple[Topic, ...] = ()
    parts: PartTable = field(default_factory=PartTable)
    checks: Checks = field(default_factory=Checks)
    marked: MarkedEntities = field(default_factory=MarkedEntities)
    """Entities that a Rasa project's own ``nlu`` data mark."""
    safety: Safety = field(default_factory=Safety)

    @classmethod
    def load(cls, folder: Path, *, later_words: Path | None = None) -> Assets:
        """Read ``folder``. Raises :class:`TrainingDataError` (``file:line: …``) for an error.

        Sentences that the program came to need after the folder was written are taken from
        ``later_words``, the domain file that ships with the program, and what is said in danger
        from beside it: a bundle of the version before goes on answering.
        """
        findings = Findings()
        assets = _read(folder, findings, today=None, later_words=later_words)
        if later_words is not None and assets.knowledge and not assets.safety:
            shipped = later_words.parent / SAFETY_FOLDER
            assets = replace(assets, safety=read_safety(shipped, findings))
        findings.raise_first_error()
        return assets

    def say(self, response: str, *, channel: str = "", **values: Any) -> Reply:
        """Return the response's first fitting wording with ``{name}`` blanks filled in.

        Raises :class:`TrainingDataError` when the domain has no such response.
        """
        variation = pick_variation(self.domain, response, channel=channel, slots={}, turn=0)
        if variation is None:
            raise TrainingDataError(f"domain.yml:1: respons `{response}` tidak ada")
        return Reply(fill_blanks(variation.text, values), variation.buttons, response)

    def without_answers(self, labels: Collection[str]) -> Assets:
        """Return the same assets with these answers withdrawn: understood, but never told."""
        known = {label: self.knowledge[label] for label in labels if label in self.knowledge}
        if not known:
            return self
        emptied = {
            label: replace(
                entry, ringkas="", jawaban="", sumber=(), parts=Parts(), sources=(), withdrawn=True
            )
            for label, entry in known.items()
        }
        return replace(self, knowledge={**self.knowledge, **emptied})

    @property
    def supports_knowledge(self) -> bool:
        """Whether there are knowledge answers (a plain Rasa project has none)."""
        return bool(self.knowledge)


def validate_assets(folder: Path, *, today: date | None = None) -> list[Finding]:
    """Return all complaints about ``folder``, in the order of file and line.

    With ``today`` given, overdue reviews are warned of.
    """
    findings = Findings()
    _read(folder, findings, today=today)
    return sorted(findings.items, key=lambda item: (str(item.file), item.line, item.text))


def _read(
    folder: Path, findings: Findings, *, today: date | None, later_words: Path | None = None
) -> Assets:
    def parsed(
        name: str, read: Callable[[LineDict, Path, Findings], _T], default: _T, *, needed: bool
    ) -> _T:
        path = folder / name
        if not needed and not path.exists():
            return default
        content = _content(path, findings)
        return default if content is None else read(content, path, findings)

    project = dict(_project_files(folder, findings))
    domain = parsed("domain.yml", read_domain, Domain(), needed=True)
    knowledge = read_knowledge(folder / "knowledge", findings, today=today)
    if later_words is not None and knowledge:
        domain = _with_later_words(domain, later_words)
    assets = Assets(
        domain=domain,
        rules=tuple(_rules(folder, project, findings)),
        marked=read_marked_entities(project, domain.entities, findings),
        knowledge=knowledge,
        patterns=parsed("patterns.yml", read_patterns, Patterns(), needed=False),
        context=parsed("context.yml", read_context_tables, ContextTables(), needed=False),
        topics=read_topics(folder / "knowledge" / TOPICS_FILE, findings),
        parts=read_part_table(folder / "knowledge", findings),
        safety=read_safety(folder / SAFETY_FOLDER, findings, today=today),
        checks=read_checks(folder / CHECKS_FOLDER, findings),
    )
    check_banned(assets.safety, _said(folder, assets), findings)
    if any(item.severity == "error" for item in findings.items):
        return assets
    check_answered_with(folder, findings, safety=assets.safety, labels=set(assets.knowledge))
    check_together(
        folder,
        findings,
        domain=assets.domain,
        rules=assets.rules,
        knowledge=assets.knowledge,
        context=assets.context,
        parts=assets.parts,
        checks=assets.checks,
    )
    return assets


def _said(folder: Path, assets: Assets) -> dict[Path, dict[str, str]]:
    """Return what the assistant says, by file and name."""
    safety = folder / SAFETY_FOLDER
    answers = [*assets.knowledge.values(), *assets.safety.answers.values()]
    said = {
        folder / "domain.yml": {
            name: "\n".join(variation.text for variation in variations)
            for name, variations in assets.domain.responses.items()
        },
        safety / "bahaya.yml": {n: "\n".join(t) for n, t in assets.safety.sentences.items()},
    }
    for entry in answers:
        home = safety / "jawaban.yml" if entry.topic == "keselamatan" else folder / "knowledge"
        path = home if home.suffix else home / f"{entry.topic}.yml"
        said.setdefault(path, {})[entry.label] = f"{entry.ringkas}\n{entry.jawaban}"
    return said


def _with_later_words(domain: Domain, later_words: Path) -> Domain:
    shipped = read_domain(read_yaml(later_words), later_words, Findings()).responses
    missing = (NEEDED_RESPONSES & set(shipped)) - set(domain.responses)
    later = {name: shipped[name] for name in sorted(missing)}
    return replace(domain, responses={**domain.responses, **later})


def _project_files(folder: Path, findings: Findings) -> Iterator[tuple[Path, LineDict]]:
    """Yield what a Rasa project keeps in ``data/``; its other files are named."""
    for name in RASA_FILES:
        path = folder / name
        if path.exists() and (content := _content(path, findings)) is not None:
            for key in content:
                text = f"kunci `{key}` tidak didukung dan diabaikan"
                findings.warning(path, content, text, key=key)
    for path in sorted((folder / "data").glob("*.yml")):
        if (content := _content(path, findings)) is not None:
            for key in content:
                if key not in _DATA_KEYS:
                    text = f"kunci `{key}` tidak didukung dan diabaikan"
                    findings.warning(path, content, text, key=key)
            yield path, content


def _rules(folder: Path, project: Mapping[Path, LineDict], findings: Findings) -> Iterator[Rule]:
    """Yield the rules, then what stories say as plainly: a rule goes before a story."""
    own = folder / "rules.yml"
    if own.exists() and (content := _content(own, findings)) is not None:
        yield from read_rules(content, own, findings)
    for path, content in project.items():
        yield from read_rules(content, path, findings)
    for path, content in project.items():
        yield from read_story_rules(content, path, findings)


def _content(path: Path, findings: Findings) -> LineDict | None:
    try:
        return read_yaml(path)
    except TrainingDataError as error:
        findings.broken_file(error, path)
        return None
