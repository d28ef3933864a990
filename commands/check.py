"""`halo check`: what is misconfigured, one line per finding."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict

import click
import requests

from commands import wiring
from commands.check_whatsapp import Finding, check_whatsapp

_MARKS = {"ok": "baik ", "bad": "SALAH", "skipped": "lewat"}


@click.group()
def check() -> None:
    """Periksa pengaturan dan sambungan."""


@check.command("whatsapp")
@click.option("--webhook", default="", help="Alamat webhook; bawaan: HALO_BIND mesin ini.")
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON per temuan.")
def whatsapp_(webhook: str, as_json: bool) -> None:
    """Periksa kanal WhatsApp: pengaturan, token, nomor, dan webhook. Keluar 1 bila ada yang salah.

    Tidak mengirim pesan kepada siapa pun.
    """
    config = wiring.settings()
    with requests.Session() as session:
        findings = check_whatsapp(
            config,
            webhook or f"http://{config.bind}/webhooks/whatsapp",
            session=session,
            challenge=str(secrets.randbelow(10**10)),
        )
    _print(findings, as_json=as_json)
    if any(finding.state == "bad" for finding in findings):
        raise click.exceptions.Exit(1)


def _print(findings: list[Finding], *, as_json: bool) -> None:
    for finding in findings:
        if as_json:
            click.echo(json.dumps(asdict(finding), ensure_ascii=False))
        else:
            click.echo(f"{_MARKS[finding.state]}  {finding.text}")
