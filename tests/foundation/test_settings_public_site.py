import pytest

from foundation.errors import SettingsError
from foundation.settings import read_settings


@pytest.mark.parametrize("number", ["6281234567890", "+62 812-3456-7890", "+62.812.3456.7890"])
def test_whatsapp_number_is_kept_as_digits(number: str) -> None:
    assert read_settings({"HALO_WHATSAPP_NUMBER": number}).whatsapp_number == "6281234567890"


@pytest.mark.parametrize("number", ["081234567890", "62812", "nomor kantor", "628123456789012345"])
def test_a_number_without_country_code_or_sense_is_refused(number: str) -> None:
    with pytest.raises(SettingsError, match="HALO_WHATSAPP_NUMBER"):
        read_settings({"HALO_WHATSAPP_NUMBER": number})


def test_embedding_origins_are_a_list() -> None:
    settings = read_settings(
        {"HALO_EMBED_ORIGINS": "https://cibinong.contoh.go.id/, http://localhost:9000"}
    )
    assert settings.embed_origins == ("https://cibinong.contoh.go.id", "http://localhost:9000")


@pytest.mark.parametrize("origins", ["*", "contoh.go.id", "https://contoh.go.id/halaman"])
def test_what_is_no_origin_is_refused(origins: str) -> None:
    with pytest.raises(SettingsError, match="HALO_EMBED_ORIGINS"):
        read_settings({"HALO_EMBED_ORIGINS": origins})
