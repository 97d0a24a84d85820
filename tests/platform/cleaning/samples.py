"""Small files of each kind, with words planted wherever cameras and programmes leave them."""

import io
import zipfile
import zlib
from typing import Any

PLANTED = "Achieng-Kondele-0712345678"
# Latitude and longitude of nowhere in particular, as cameras write them.
_GPS = {1: "S", 2: (0.0, 5.0, 30.0), 3: "E", 4: (34.0, 45.0, 15.0), 29: "2026:11:03"}


def drawn(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Any:
    """A picture that is darker on its left."""
    from PIL import Image

    image = Image.new(mode, size, "white")
    image.paste("black", (0, 0, size[0] // 2, size[1]))
    return image


def exif() -> Any:
    """What a phone says of a photo: its owner, its serial number, and where it was."""
    from PIL import Image

    said = Image.Exif()
    said[0x010F], said[0x013B], said[0x0132] = "Camera", PLANTED, "2026:11:03 21:15:00"
    said[0x0112] = 6
    said.get_ifd(0x8825).update(_GPS)
    said.get_ifd(0x8769)[0xA431] = PLANTED
    return said


def jpeg() -> bytes:
    """A photo with EXIF, a place, a comment and XMP, to be turned by a quarter."""
    out = io.BytesIO()
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{PLANTED}</x:xmpmeta>".encode()
    drawn().save(out, "JPEG", exif=exif(), comment=PLANTED, xmp=xmp)
    return out.getvalue()


def png() -> bytes:
    """A picture with words in it, plain and compressed."""
    from PIL.PngImagePlugin import PngInfo

    words, out = PngInfo(), io.BytesIO()
    words.add_text("Author", PLANTED)
    words.add_itxt("Comment", PLANTED, zip=True)
    drawn().save(out, "PNG", pnginfo=words, exif=exif())
    return out.getvalue()


def picture(form: str) -> bytes:
    """A picture of another form, with EXIF where it takes it."""
    out = io.BytesIO()
    more = {"comment": PLANTED} if form == "GIF" else {"exif": exif()}
    drawn().save(out, form, **({} if form == "BMP" else more))
    return out.getvalue()


def tiff() -> bytes:
    """A scan of two pages."""
    out = io.BytesIO()
    drawn().save(
        out,
        "TIFF",
        save_all=True,
        append_images=[drawn(mode="L")],
        description=PLANTED,
        dpi=(72, 72),
    )
    return out.getvalue()


def pdf(**how: Any) -> bytes:
    """A PDF that says who made it, carries a file, a note and a photo with a place, and acts."""
    import pikepdf
    from pikepdf import Array, AttachedFileSpec, Dictionary, Name

    made = pikepdf.new()
    page = made.add_blank_page(page_size=(200, 200))
    photo = made.make_stream(
        jpeg(),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=64,
        Height=48,
        ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )
    page.Resources = Dictionary(XObject=Dictionary(Photo=photo))
    page.Contents = made.make_stream(b"q 64 0 0 48 10 10 cm /Photo Do Q")
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.Text, Rect=[0, 0, 9, 9], T=PLANTED, M=PLANTED, Contents="seen"
    )
    page.Annots = Array([made.make_indirect(note)])
    page.PieceInfo = Dictionary(Programme=Dictionary(Private=PLANTED))
    made.docinfo["/Author"] = PLANTED
    with made.open_metadata() as said:
        said["dc:creator"] = [PLANTED]
    made.attachments["list.txt"] = AttachedFileSpec(made, PLANTED.encode(), filename="list.txt")
    made.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=f"app.alert('{PLANTED}')")
    out = io.BytesIO()
    made.save(out, **how)
    return out.getvalue()


def packed(size: int, times: int = 2) -> bytes:
    """A PDF of one page whose content, packed so many times, becomes `size` bytes."""
    import pikepdf
    from pikepdf import Array, Name

    made = pikepdf.new()
    page = made.add_blank_page(page_size=(200, 200))
    content = b" " * size
    for _ in range(times):
        content = zlib.compress(content, 9)
    page.Contents = made.make_stream(content, Filter=Array([Name.FlateDecode] * times))
    out = io.BytesIO()
    made.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    return out.getvalue()


def of_pixels(wide: int, high: int) -> bytes:
    """A PDF of one page with a picture of so many pixels, said to be there and of one byte."""
    import pikepdf
    from pikepdf import Dictionary, Name

    made = pikepdf.new()
    page = made.add_blank_page(page_size=(200, 200))
    picture = made.make_stream(
        b"x",
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=wide,
        Height=high,
        BitsPerComponent=1,
        ColorSpace=Name.DeviceGray,
    )
    page.Resources = Dictionary(XObject=Dictionary(Photo=picture))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def of_pages(number: int) -> bytes:
    """A PDF of so many empty pages."""
    import pikepdf

    made = pikepdf.new()
    for _ in range(number):
        made.add_blank_page(page_size=(200, 200))
    out = io.BytesIO()
    made.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def recorded(form: str, sound: str, video: str = "", seconds: int = 1) -> bytes:
    """Sound, or sound and moving pictures, whose container names somebody and a place."""
    import av

    out = io.BytesIO()
    rate = 48000 if sound == "libopus" else 44100 if sound == "libmp3lame" else 16000
    with av.open(out, "w", format=form) as made:
        made.metadata.update(
            {"title": PLANTED, "artist": PLANTED, "comment": PLANTED, "location": "-00.09+034.75/"}
        )
        voice = made.add_stream(sound, rate=rate, layout="mono")
        voice.metadata["title"] = PLANTED
        moving = made.add_stream(video, rate=10) if video else None
        if moving is not None:
            moving.width, moving.height, moving.pix_fmt = 64, 48, "yuv420p"
        fit = av.AudioResampler(
            format=voice.codec_context.format, layout="mono", rate=rate, frame_size=1024
        )
        for at in range(0, rate * seconds, 1024):
            tone = av.AudioFrame(format="s16", layout="mono", samples=1024)
            tone.planes[0].update(bytes(range(256)) * 8)
            tone.sample_rate, tone.pts = rate, at
            for fitted in fit.resample(tone):
                made.mux(voice.encode(fitted))
        made.mux(voice.encode(None))
        for at in range(10 * seconds if moving is not None else 0):
            picture = av.VideoFrame(64, 48, "yuv420p")
            for plane in picture.planes:
                plane.update(bytes([at * 20 % 255]) * plane.buffer_size)
            picture.pts = at
            made.mux(moving.encode(picture))
        if moving is not None:
            made.mux(moving.encode(None))
    return out.getvalue()


def zipped() -> bytes:
    """A zip, whatever it is called."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("photo.jpg", jpeg())
    return out.getvalue()
