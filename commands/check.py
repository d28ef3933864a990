"""`halo check`: what is misconfigured, one line per finding."""

from __future__ import annotations

import json
import secrets
import sys
from dataclasses import asdict

import click
import requests

from commands import wiring
from commands.check_ready import check_context, check_ready, own_address
from commands.check_whatsapp import check_number_health, check_whatsapp
from commands.signing import signing_account
from reports import LEAD, readiness

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
    store = wiring.open_store(config)
    store.migrate()
    with requests.Session() as session:
        findings = check_whatsapp(
            config,
            webhook or f"{own_address(config)}/webhooks/whatsapp",
            session=session,
            challenge=str(secrets.randbelow(10**10)),
        )
    with store.read() as tx:
        findings.append(check_number_health(tx, config))
    for finding in findings:
        _print(asdict(finding), finding.text, as_json=as_json)
    _exit(any(finding.state == "bad" for finding in findings))


@check.command()
@click.option("--by", default="", help="Akun yang memeriksa; bawaan: atas nama layanan.")
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON per temuan.")
def ready(by: str, as_json: bool) -> None:
    """Periksa kesiapan sebelum jam layanan (SOP butir 2 dan 3) dan simpan hasilnya.

    Situs, sertifikat, token dan webhook WhatsApp, model, antrean, ruang penyimpanan, cadangan.
    Keluar 1 bila ada yang salah.
    """
    config = wiring.settings()
    store = wiring.open_store(config)
    store.migrate()
    with store.read() as tx:
        account = signing_account(tx, by, LEAD) if by else None
    with requests.Session() as session:
        findings = check_ready(check_context(config, store, session))
    with store.write() as tx:
        readiness.file_readiness(tx, findings, account=account)
    for finding in findings:
        _print(asdict(finding), f"{finding.title}: {finding.text}", as_json=as_json)
    _exit(any(finding.state == "bad" for finding in findings))


def _print(finding: dict[str, str], text: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(finding, ensure_ascii=False))
    else:
        click.echo(f"{_MARKS[finding['state']]}  {text}")


def _exit(wrong: bool) -> None:
    if wrong:
        sys.exit(1)
