"""What may be uploaded: checked by content and size, never by its name alone (OWASP ASVS 5, V5)."""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from PIL import Image, ImageOps

from rooms.core import pdf_actions
from rooms.core.errors import N_, Invalid
from rooms.core.text import one_line

MEGABYTE = 2**20
MOST_PARTS = 2000
MOST_UNPACKED = 60 * MEGABYTE
LONGEST_MARKER = 100
PART_OF_AN_ARCHIVE = b"PK\x01\x02"
"""What each part's entry in the archive's directory begins with (APPNOTE.TXT 4.3.12)."""
MOST_PIXELS = 16_000_000
MOST_PIXELS_OF_A_PHOTO = 60_000_000
PHOTO_SIDE = 2200
LONGEST_NAME = 90
LONGEST_RELATIONS = 64 * 1024
MOST_RELATIONS = MEGABYTE // 2
"""Bytes of all of an office file: no document of people has so many links."""
RELATIONS = "_rels/.rels"
WORD_PART = re.compile(rb'Target="(/?word/[\w.-]{1,80})"')
ENCRYPTED = re.compile(rb"/Encrypt\s+\d+\s+\d+\s+R")
"""In the trailer of a PDF (ISO 32000-2, 7.6)."""
LOADED = ("attachedTemplate", "oleObject", "subDocument", "frame", "aFChunk", "package")
"""What an office program loads when it opens a file, and not when a reader clicks (ECMA-376 part 1, 15.2)."""
PDF_MARK = b"%PDF-"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
"""[MS-CFB] 2.2: documents before 2007, and newer ones that a password locks."""
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"<svg")
PICTURE_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"crx ", b"jxl ")
SOUND_BRANDS = (b"M4A", b"M4B", b"M4P", b"F4A", b"F4B")
OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}
LOGO_SIDE = 512
BANNER_SIZE = (1600, 400)


class DocumentKind(StrEnum):
    CV = "cv"
    BOOTH = "booth"
    LOGO = "logo"
    VIDEO = "video"
    BANNER = "banner"
    PAPER = "paper"
    ANSWER = "answer"
    """To a question of a fair."""


LARGEST = {
    DocumentKind.CV: 5 * MEGABYTE,
    DocumentKind.BOOTH: 10 * MEGABYTE,
    DocumentKind.LOGO: 4 * MEGABYTE,
    DocumentKind.VIDEO: 100 * MEGABYTE,
    DocumentKind.BANNER: 8 * MEGABYTE,
    DocumentKind.PAPER: 10 * MEGABYTE,
    DocumentKind.ANSWER: 5 * MEGABYTE,
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
    is_protected: bool = False
    """A PDF that may ask whoever opens it for a password."""


def kind_of(upload: Upload) -> DocumentKind:
    """What a booth's upload is by its content: a picture is a logo, a film a video, the rest is to be read."""
    start = upload.content[:64]
    is_webp = start[:4] == b"RIFF" and start[8:12] == b"WEBP"
    if is_webp or start.startswith(PICTURES) or _brand(upload.content) in PICTURE_BRANDS:
        return DocumentKind.LOGO
    if start[4:8] == b"ftyp" or start.startswith(b"\x1a\x45\xdf\xa3"):
        return DocumentKind.VIDEO
    return DocumentKind.BOOTH


def _brand(content: bytes) -> bytes:
    """The major brand of an ISO/IEC 14496-12 file, of which films, sounds and photos are kinds; empty if it is none."""
    return content[8:12] if content[4:8] == b"ftyp" else b""


def check(kind: DocumentKind, upload: Upload) -> Checked:
    """The upload as it is kept; refused with the field `document` when it is not what it should be."""
    if not upload.content:
        raise _refusal("document.empty", N_("Please choose a file."))
    if len(upload.content) > LARGEST[kind]:
        most = LARGEST[kind] // MEGABYTE
        raise _refusal("document.too_large", N_("This file is too large: at most %(most)s MB."), most=most)
    if kind in (DocumentKind.LOGO, DocumentKind.BANNER):
        return _picture(kind, upload)
    return _video(upload) if kind is DocumentKind.VIDEO else _text(kind, upload)


def _refusal(code: str, message: str, **values: object) -> Invalid:
    return Invalid(code, message, field="document", **values)


def _shown_name(name: str, extension: str) -> str:
    """The name as it is shown, with the extension that its content has."""
    written = one_line(name.replace("\\", "/").rsplit("/", 1)[-1])
    kept = "".join(c for c in written if c not in '"<>|:*?').rstrip(". ")
    for wrong in (".download", f".{extension}"):
        if kept.lower().endswith(wrong):
            kept = kept[: -len(wrong)]
    return f"{kept[-LONGEST_NAME:].strip('. ') or 'document'}.{extension}"


def _text(kind: DocumentKind, upload: Upload) -> Checked:
    """By what it holds: a telephone may call it anything."""
    content = upload.content
    if PDF_MARK in content[:1024] and b"%%EOF" in content[-2048:]:
        if pdf_actions.starts_programs(content):
            message = N_("This PDF starts a program when it is opened. Please print it as a PDF anew.")
            raise _refusal("document.starts", message)
        return Checked(_shown_name(upload.name, "pdf"), content, "application/pdf", bool(ENCRYPTED.search(content)))
    if content.startswith(b"PK\x03\x04"):
        extension = _office_kind(content)
        return Checked(_shown_name(upload.name, extension), content, OFFICE[extension])
    if content.startswith(OLD_OFFICE):
        message = N_("This file is locked with a password, or of an old format. Please save it as PDF without one.")
        raise _refusal("document.locked", message)
    if kind is DocumentKind.BOOTH:
        raise _refusal(
            "document.kind",
            N_("Please give a PDF, DOCX or ODT file, a logo as PNG, JPEG or WebP, or a video as MP4 or WebM."),
        )
    if kind_of(upload) is DocumentKind.LOGO:
        return _photographed(upload)
    raise _refusal("document.kind", N_("Please give a PDF, DOCX or ODT file, or a photo of the page."))


def _photographed(upload: Upload) -> Checked:
    """A photo of a page, as a PDF of one page."""
    try:
        with Image.open(io.BytesIO(upload.content), formats=("PNG", "JPEG", "WEBP")) as picture:
            # A JPEG is read at the size that is needed, whatever the camera can do.
            most = MOST_PIXELS_OF_A_PHOTO if picture.format == "JPEG" else MOST_PIXELS
            if picture.width * picture.height > most:
                raise _refusal("document.pixels", N_("This picture has too many pixels."))
            picture.draft("RGB", (PHOTO_SIDE, PHOTO_SIDE))
            out = io.BytesIO()
            page = ImageOps.exif_transpose(picture).convert("RGB")
            page.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
            page.save(out, "PDF", quality=82, resolution=200)
    except (OSError, ValueError, Image.DecompressionBombError):
        message = N_("This photo cannot be read here. Please give it as JPEG, or the document as PDF.")
        raise _refusal("document.photo", message) from None
    return Checked(_shown_name(upload.name.rpartition(".")[0] or upload.name, "pdf"), out.getvalue(), "application/pdf")


def _office_kind(content: bytes) -> str:
    """DOCX (ECMA-376) and ODT (OASIS ODF 1.3) are archives: their parts are looked at, and nothing is unpacked."""
    try:
        with _opened(content) as archive:
            names = {part.filename for part in archive.infolist()}
            marker = _beginning(archive, "mimetype") if "mimetype" in names else b""
            relations = _beginning(archive, RELATIONS, LONGEST_RELATIONS) if RELATIONS in names else b""
            fetches = _fetches(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, RuntimeError, NotImplementedError):
        raise _refusal("document.broken", N_("This file cannot be read. Please save it again as PDF.")) from None
    if any("vbaproject" in name.lower() or name.startswith("Basic/") for name in names):
        raise _refusal("document.macros", N_("This file has macros in it. Please save it again as PDF."))
    if fetches:
        message = N_("This file fetches parts of itself from elsewhere. Please save it again as PDF.")
        raise _refusal("document.fetches", message)
    # Word on the web names its main part otherwise (ECMA-376 part 2, 9.3: it is whatever the relations say).
    mains = {
        "word/document.xml",
        *(found.decode("utf-8", "replace").lstrip("/") for found in WORD_PART.findall(relations)),
    }
    if "[Content_Types].xml" in names and mains & names:
        return "docx"
    if marker.strip() == b"application/vnd.oasis.opendocument.text":
        return "odt"
    raise _refusal("document.kind", N_("Please give a PDF, DOCX or ODT file, or a photo of the page."))


def _fetches(archive: zipfile.ZipFile) -> bool:
    """Whether a part is loaded from an address when the file is opened: a template or an object may bring a program
    (ECMA-376 part 2, 9.3). A link that a reader clicks on, or a picture, brings none."""
    parts = [part for part in archive.infolist() if part.filename.lower().endswith(".rels")]
    if sum(part.file_size for part in parts) > MOST_RELATIONS:
        raise _bomb()
    return any(_is_loaded(relation) for part in parts for relation in _relations(archive, part))


def _relations(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> list[Element]:
    try:
        return list(ElementTree.fromstring(_beginning(archive, part, MOST_RELATIONS)).iter())
    except (ElementTree.ParseError, DefusedXmlException, LookupError):
        raise zipfile.BadZipFile("relations that no office program writes") from None


def _is_loaded(relation: Element) -> bool:
    is_external = relation.get("TargetMode", "").lower() == "external"
    kind = relation.get("Type", "").rpartition("/")[2]
    return is_external and kind in LOADED and _is_remote(relation.get("Target", ""))


def _is_remote(target: str) -> bool:
    """Word names the template on the disk of whoever wrote the letter: that is fetched from nowhere."""
    where = unquote(target).strip().replace("\\", "/").lower()
    if where.startswith("file:///") and not where.startswith("file:////"):
        return False
    return where.startswith("//") or "://" in where


def _opened(content: bytes) -> zipfile.ZipFile:
    """The archive, once its number of parts, their sizes and how they are packed are known to be modest."""
    if content.count(PART_OF_AN_ARCHIVE) > MOST_PARTS:
        raise _bomb()
    archive = zipfile.ZipFile(io.BytesIO(content))
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _bomb()
    if len({part.filename for part in parts}) < len(parts):
        raise zipfile.BadZipFile("two parts of one name")
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise zipfile.BadZipFile("packed in a way that no office program uses")
    return archive


def _bomb() -> Invalid:
    return _refusal("document.bomb", N_("This file unpacks to too much. Please save it again as PDF."))


def _beginning(archive: zipfile.ZipFile, name: str | zipfile.ZipInfo, most: int = LONGEST_MARKER) -> bytes:
    """The first bytes of a part: what it says of its size is not believed."""
    with archive.open(name) as part:
        return part.read(most)


def _picture(kind: DocumentKind, upload: Upload) -> Checked:
    """Drawn anew at a modest size: what hides in a picture's file does not come along."""
    try:
        with Image.open(io.BytesIO(upload.content), formats=("PNG", "JPEG", "WEBP")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise _refusal("document.pixels", N_("This picture has too many pixels."))
            out = io.BytesIO()
            # A camera writes which side is up beside the picture.
            upright = ImageOps.exif_transpose(picture)
            if kind is DocumentKind.LOGO:
                upright.thumbnail((LOGO_SIDE, LOGO_SIDE))
                upright.convert("RGBA").save(out, "PNG")
            else:
                ImageOps.fit(upright.convert("RGB"), BANNER_SIZE).save(out, "JPEG", quality=82)
    except (OSError, ValueError, Image.DecompressionBombError):
        raise _refusal("document.picture", N_("Please give a PNG, JPEG or WebP picture.")) from None
    if kind is DocumentKind.LOGO:
        return Checked("logo.png", out.getvalue(), "image/png")
    return Checked("banner.jpg", out.getvalue(), "image/jpeg")


def _video(upload: Upload) -> Checked:
    brand = _brand(upload.content)
    if brand and brand not in PICTURE_BRANDS and not brand.startswith(SOUND_BRANDS):
        return Checked(_shown_name(upload.name, "mp4"), upload.content, "video/mp4")
    if upload.content.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in upload.content[:64]:
        return Checked(_shown_name(upload.name, "webm"), upload.content, "video/webm")
    raise _refusal("document.video", N_("Please give an MP4 or WebM video."))
