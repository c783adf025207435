"""What may be uploaded: checked by content and size, never by its name alone (OWASP ASVS 5, V5)."""

import io
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, ImageOps

from rooms.core.errors import N_, Invalid

MEGABYTE = 2**20
MOST_PARTS = 2000
MOST_UNPACKED = 60 * MEGABYTE
LONGEST_MARKER = 100
PART_OF_AN_ARCHIVE = b"PK\x01\x02"
"""What each part's entry in the archive's directory begins with (APPNOTE.TXT 4.3.12)."""
MOST_PIXELS = 16_000_000
LOGO_SIDE = 512
BANNER_SIZE = (1600, 400)


class DocumentKind(StrEnum):
    CV = "cv"
    BOOTH = "booth"
    LOGO = "logo"
    VIDEO = "video"
    BANNER = "banner"
    PAPER = "paper"


LARGEST = {
    DocumentKind.CV: 5 * MEGABYTE,
    DocumentKind.BOOTH: 10 * MEGABYTE,
    DocumentKind.LOGO: 4 * MEGABYTE,
    DocumentKind.VIDEO: 100 * MEGABYTE,
    DocumentKind.BANNER: 8 * MEGABYTE,
    DocumentKind.PAPER: 10 * MEGABYTE,
}


@dataclass(frozen=True)
class Upload:
    """A file as it came: its name is shown, and otherwise believed in nothing."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Checked:
    name: str
    content: bytes
    media_type: str


def kind_of(upload: Upload) -> DocumentKind:
    """What a booth's upload is by its content: a picture is a logo, a film a video, the rest is to be read."""
    start = upload.content[:64]
    is_webp = start[:4] == b"RIFF" and start[8:12] == b"WEBP"
    if is_webp or start.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        return DocumentKind.LOGO
    if start[4:8] == b"ftyp" or start.startswith(b"\x1a\x45\xdf\xa3"):
        return DocumentKind.VIDEO
    return DocumentKind.BOOTH


def check(kind: DocumentKind, upload: Upload) -> Checked:
    """The upload as it is kept; refused with the field `document` when it is not what it should be."""
    if not upload.content:
        raise _refusal("document.empty", N_("Please choose a file."))
    if len(upload.content) > LARGEST[kind]:
        most = LARGEST[kind] // MEGABYTE
        raise _refusal("document.too_large", N_("This file is too large: at most %(most)s MB."), most=most)
    if kind in (DocumentKind.LOGO, DocumentKind.BANNER):
        return _picture(kind, upload)
    media_type = _video_type(upload) if kind is DocumentKind.VIDEO else _text_type(upload)
    return Checked(_shown_name(upload.name), upload.content, media_type)


def _refusal(code: str, message: str, **values: object) -> Invalid:
    return Invalid(code, message, field="document", **values)


def _shown_name(name: str) -> str:
    plain = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable() and c not in '"<>|:*?')
    return plain[-100:] or "document"


def _text_type(upload: Upload) -> str:
    extension = upload.name.lower().rsplit(".", 1)[-1]
    if extension == "pdf" and upload.content.startswith(b"%PDF-") and b"%%EOF" in upload.content[-2048:]:
        return "application/pdf"
    if extension in ("docx", "odt") and upload.content.startswith(b"PK\x03\x04"):
        return _office_type(extension, upload.content)
    raise _refusal("document.kind", N_("Please give a PDF, DOCX or ODT file."))


def _office_type(extension: str, content: bytes) -> str:
    """DOCX (ECMA-376) and ODT (OASIS ODF 1.3) are archives: their parts are looked at, and nothing is unpacked."""
    try:
        with _opened(content) as archive:
            names = {part.filename for part in archive.infolist()}
            marker = _beginning(archive, "mimetype") if "mimetype" in names else b""
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, RuntimeError, NotImplementedError):
        raise _refusal("document.broken", N_("This file cannot be read. Please save it again as PDF.")) from None
    if any("vbaproject" in name.lower() or name.startswith("Basic/") for name in names):
        raise _refusal("document.macros", N_("This file has macros in it. Please save it again as PDF."))
    if extension == "docx" and {"[Content_Types].xml", "word/document.xml"} <= names:
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    if extension == "odt" and marker == b"application/vnd.oasis.opendocument.text":
        return "application/vnd.oasis.opendocument.text"
    raise _refusal("document.kind", N_("Please give a PDF, DOCX or ODT file."))


def _opened(content: bytes) -> zipfile.ZipFile:
    """The archive, once its number of parts, their sizes and how they are packed are known to be modest."""
    if content.count(PART_OF_AN_ARCHIVE) > MOST_PARTS:
        raise _bomb()
    archive = zipfile.ZipFile(io.BytesIO(content))
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _bomb()
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise zipfile.BadZipFile("packed in a way that no office program uses")
    return archive


def _bomb() -> Invalid:
    return _refusal("document.bomb", N_("This file unpacks to too much. Please save it again as PDF."))


def _beginning(archive: zipfile.ZipFile, name: str) -> bytes:
    """The first bytes of a part: what it says of its size is not believed."""
    with archive.open(name) as part:
        return part.read(LONGEST_MARKER)


def _picture(kind: DocumentKind, upload: Upload) -> Checked:
    """Drawn anew at a modest size: what hides in a picture's file does not come along."""
    try:
        with Image.open(io.BytesIO(upload.content), formats=("PNG", "JPEG", "WEBP")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise _refusal("document.pixels", N_("This picture has too many pixels."))
            out = io.BytesIO()
            if kind is DocumentKind.LOGO:
                picture.thumbnail((LOGO_SIDE, LOGO_SIDE))
                picture.convert("RGBA").save(out, "PNG")
            else:
                ImageOps.fit(picture.convert("RGB"), BANNER_SIZE).save(out, "JPEG", quality=82)
    except (OSError, ValueError, Image.DecompressionBombError):
        raise _refusal("document.picture", N_("Please give a PNG, JPEG or WebP picture.")) from None
    if kind is DocumentKind.LOGO:
        return Checked("logo.png", out.getvalue(), "image/png")
    return Checked("banner.jpg", out.getvalue(), "image/jpeg")


def _video_type(upload: Upload) -> str:
    if upload.content[4:8] == b"ftyp":
        return "video/mp4"
    if upload.content.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in upload.content[:64]:
        return "video/webm"
    raise _refusal("document.video", N_("Please give an MP4 or WebM video."))
