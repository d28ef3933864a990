"""The one error tree.

Each class has a stable ``code`` that can be searched in the docs (``docs/errors.md``, held by a
test) and a sentence for the reader in Indonesian. Details for the operator go into the log, not
onto the reader's screen.
"""

from __future__ import annotations

from typing import ClassVar


class HaloError(Exception):
    """Root of all errors that this project raises on purpose.

    ``str(error)`` is for the operator (English allowed); ``error.reader_text`` is the Indonesian
    sentence for the resident, the officer or the data staff.
    """

    code: ClassVar[str] = "H000"
    http_status: ClassVar[int] = 500
    default_text: ClassVar[str] = "Terjadi gangguan pada layanan. Silakan coba lagi sebentar lagi."

    def __init__(self, detail: str = "", *, reader_text: str | None = None) -> None:
        self.reader_text = reader_text or self.default_text
        super().__init__(detail or self.reader_text)

    def __str__(self) -> str:
        return f"{self.code}: {super().__str__()}"


class SettingsError(HaloError):
    """A ``HALO_*`` environment variable is missing or cannot be understood."""

    code = "H001"
    default_text = "Pengaturan layanan belum benar. Hubungi pengelola sistem."


class TrainingDataError(HaloError):
    """A file in ``training_data/`` is broken; the message starts with ``file:line``."""

    code = "H010"
    default_text = "Berkas data latih bermasalah."


class ModelUnavailableError(HaloError):
    """There is no usable trained model (none trained yet, damaged, or of a foreign version)."""

    code = "H020"
    http_status = 503
    default_text = (
        "Asisten otomatis belum siap. Pesan Anda tetap kami simpan dan akan dibaca petugas."
    )


class ModelDamagedError(ModelUnavailableError):
    """A model folder does not match its manifest; it is refused and never half-loaded."""

    code = "H021"


class EmbeddingUnavailableError(ModelUnavailableError):
    """The sentence-embedding model that a bundle was trained with cannot be had."""

    code = "H022"


class WorkerTimeoutError(HaloError):
    """No worker answered over the local socket within the time-out."""

    code = "H030"
    http_status = 503
    default_text = "Asisten sedang sibuk. Silakan coba lagi sebentar lagi."


class StoreUnavailableError(HaloError):
    """The database cannot be read or written now; the sender should retry."""

    code = "H040"
    http_status = 503
    default_text = "Pesan belum dapat disimpan. Silakan kirim ulang sebentar lagi."


class EpochConflictError(HaloError):
    """The conversation changed hands, or its messages were taken, while a turn was computed."""

    code = "H041"
    http_status = 409
    default_text = (
        "Percakapan ini baru saja berpindah tangan. Muat ulang untuk melihat yang terbaru."
    )


class BadMessageError(HaloError):
    """What came in cannot be accepted as a message; the reader is told why."""

    code = "H050"
    http_status = 400
    default_text = "Pesan tidak dapat dibaca. Silakan tulis ulang dengan kata-kata biasa."


class MessageTooLongError(BadMessageError):
    """A message is over the channel's length limit."""

    code = "H051"
    http_status = 413
    default_text = "Pesan terlalu panjang. Silakan bagi menjadi beberapa pesan yang lebih pendek."


class NotSignedInError(HaloError):
    """No valid session or token came with the request."""

    code = "H060"
    http_status = 401
    default_text = "Sesi tidak dikenal atau sudah berakhir. Silakan masuk kembali."


class ForbiddenError(HaloError):
    """The signed-in user's role does not permit this."""

    code = "H061"
    http_status = 403
    default_text = "Akun Anda tidak berhak melakukan ini."


class TooManyRequestsError(HaloError):
    """A rate limit was hit."""

    code = "H062"
    http_status = 429
    default_text = "Terlalu banyak permintaan. Silakan tunggu sebentar lalu coba lagi."

    def __init__(
        self, detail: str = "", *, reader_text: str | None = None, retry_after: int = 1
    ) -> None:
        super().__init__(detail, reader_text=reader_text)
        self.retry_after = retry_after
        """Whole seconds after which the next try may succeed."""


class NotFoundError(HaloError):
    """The addressed thing does not exist or is not visible to the caller."""

    code = "H063"
    http_status = 404
    default_text = "Yang Anda cari tidak ditemukan."


class InvalidFormError(HaloError):
    """A submitted form or command option is not valid; ``reader_text`` says which part and why."""

    code = "H064"
    http_status = 422
    default_text = "Isian belum benar. Periksa kembali."


class StaleFormError(HaloError):
    """A form came without a valid CSRF token: an old page, or one that is not ours."""

    code = "H065"
    http_status = 400
    default_text = "Halaman ini sudah terlalu lama terbuka. Muat ulang halaman, lalu kirim lagi."


class ForeignOriginError(HaloError):
    """A page of an origin that may not embed the widget asked for something."""

    code = "H066"
    http_status = 403
    default_text = "Situs ini belum terdaftar untuk memasang kotak chat HALO KOP-UKM."


class CaseConflictError(HaloError):
    """A case is not in the state that the requested change needs (claimed by another, closed)."""

    code = "H070"
    http_status = 409
    default_text = "Kasus ini sudah ditangani petugas lain atau sudah ditutup."


class AttachmentRefusedError(HaloError):
    """A resident's file cannot be fetched, or is not of a kind and size that is opened here."""

    code = "H080"
    http_status = 422
    default_text = "Lampiran ini tidak dapat dibuka."


class RecordConflictError(HaloError):
    """An office record exists already, is closed, or was added to at the same moment."""

    code = "H090"
    http_status = 409
    default_text = "Catatan ini baru saja berubah. Muat ulang halaman untuk melihat yang terbaru."


class BackupError(HaloError):
    """A backup cannot be made, read or put back; the store is as it was."""

    code = "H100"
    default_text = "Cadangan tidak dapat dibuat atau dipulihkan."


class JobConflictError(HaloError):
    """A training runs already, or the job is cancelled or another process's."""

    code = "H110"
    http_status = 409
    default_text = "Pelatihan lain sedang berjalan. Tunggu sampai selesai atau batalkan dulu."
