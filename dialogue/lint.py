"""What must fit together across the assistant's files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from dialogue.action_names import BUILT_IN_ACTIONS, IGNORED_ACTIONS, NEEDED_RESPONSES, OFFERS
from dialogue.checks.lint import check_issues
from dialogue.checks.table import Checks
from dialogue.context_tables import ContextTables
from dialogue.domain import Domain
from dialogue.findings import Finding, Findings
from dialogue.knowledge import KnowledgeEntry
from dialogue.part_table import PartTable
from dialogue.parts_lint import part_issues
from dialogue.rules import Rule
from dialogue.safety import Safety


def check_together(
    folder: Path,
    findings: Findings,
    *,
    domain: Domain,
    rules: Iterable[Rule],
    knowledge: Mapping[str, KnowledgeEntry],
    context: ContextTables,
    parts: PartTable,
    checks: Checks,
) -> None:
    """Note rules to unknown intents or actions, forms with unknown slots, unknown labels …"""
    note = _Notes(folder, findings)
    labels = set(knowledge)
    _check_rules(note, domain, rules, labels)
    _check_domain(note, domain)
    if not labels:
        return
    _check_context(note, context, labels)
    _check_offers(note, context, domain)
    for entry in knowledge.values():
        for issue in part_issues(entry, parts):
            tell = note.error if issue.severity == "error" else note.warning
            tell(f"knowledge/{entry.topic}.yml", 1, f"{entry.label}: {issue.text}")
    for table, found in check_issues(checks, knowledge):
        note.error(table.file, found.line, found.text)
    for name in sorted(NEEDED_RESPONSES - set(domain.responses)):
        note.error("domain.yml", 1, f"respons `{name}` belum ada")


def check_answered_with(
    folder: Path, findings: Findings, *, safety: Safety, labels: set[str]
) -> None:
    """Note answers that a kind of danger names and that do not exist."""
    note = _Notes(folder, findings)
    for kind in safety.kinds.values():
        for label in kind.answered_with:
            if label not in labels:
                note.error("safety/bahaya.yml", 1, f"label `{label}` tidak ada di knowledge/")


def _check_context(note: _Notes, context: ContextTables, labels: set[str]) -> None:
    topics = {label.partition("/")[0] for label in labels}
    for label in sorted(context.labels() - labels):
        note.error("context.yml", 1, f"label `{label}` tidak ada di knowledge/")
    listed = {topic for part in context.menu.values() for topic in part}
    for topic in sorted(listed - topics):
        note.error("context.yml", 1, f"topik menu `{topic}` tidak ada di knowledge/")
    known = {subject.name for subject in context.subjects}
    for subjects, apart in context.worlds_apart:
        for name in sorted((subjects - known) | (apart - topics)):
            note.error("context.yml", 1, f"`{name}` di `worlds_apart` tidak dikenal")


def _check_offers(note: _Notes, context: ContextTables, domain: Domain) -> None:
    for label, offer in sorted(context.offers.items()):
        if offer.name not in OFFERS:
            note.error("context.yml", 1, f"tawaran `{offer.name}` untuk {label} tidak dikenal")
        for name in (offer.response, offer.lead):
            if name not in domain.responses and (name or name == offer.response):
                note.error("context.yml", 1, f"respons `{name}` untuk {label} belum ada")


class _Notes:
    def __init__(self, folder: Path, findings: Findings) -> None:
        self._folder = folder
        self._findings = findings

    def _in_folder(self, file: str | Path) -> Path:
        return file if isinstance(file, Path) else self._folder / file

    def error(self, file: str | Path, line: int, text: str) -> None:
        self._findings.items.append(Finding(self._in_folder(file), line, "error", text))

    def warning(self, file: str | Path, line: int, text: str) -> None:
        self._findings.items.append(Finding(self._in_folder(file), line, "warning", text))


def _check_rules(note: _Notes, domain: Domain, rules: Iterable[Rule], labels: set[str]) -> None:
    topics = {label.partition("/")[0] for label in labels}
    intents = {*domain.intents, *labels, *topics}
    for rule in rules:
        for intent in rule.intents:
            if intent not in intents and intent.partition("/")[0] not in intents:
                note.error(rule.file, rule.line, f"maksud `{intent}` tidak ada di domain")
        for action in rule.actions:
            _check_action(note, domain, action, rule)


def _check_action(note: _Notes, domain: Domain, action: str, rule: Rule) -> None:
    known = {*domain.responses, *domain.forms, *BUILT_IN_ACTIONS, *IGNORED_ACTIONS}
    if action in known or any(name.startswith(f"{action}/") for name in domain.responses):
        return
    if action in domain.actions:
        note.warning(rule.file, rule.line, f"aksi `{action}` tidak didukung dan diabaikan")
    else:
        note.error(rule.file, rule.line, f"aksi `{action}` tidak dikenal")


def _check_domain(note: _Notes, domain: Domain) -> None:
    for form in domain.forms.values():
        for slot in form.required_slots:
            if slot not in domain.slots:
                note.error("domain.yml", 1, f"slot `{slot}` formulir `{form.name}` tidak ada")
            names = (f"utter_ask_{form.name}_{slot}", f"utter_ask_{slot}")
            if not any(name in domain.responses for name in names):
                note.error("domain.yml", 1, f"respons `utter_ask_{slot}` belum ada")
    for filled in domain.slots.values():
        for mapping in filled.mappings:
            if mapping.entity and mapping.entity not in domain.entities:
                note.error("domain.yml", 1, f"entitas `{mapping.entity}` tidak ada di domain")
