"""A smaller copy of a picture for browsers that know WebP, which all current ones do."""

from __future__ import annotations

import io

from .inspect import JPEG, PNG, Facts

MIN_SAVING = 0.30  # of the original's bytes; less is not worth a second file
MIN_BYTES = 1024  # saved; as above
_QUALITY = 80  # for photographs; drawings (PNG) keep every pixel
_MODES = frozenset({"RGB", "RGBA", "L", "LA", "P", "1"})


def derived(data: bytes, facts: Facts) -> bytes | None:
    """The WebP copy of a still PNG or JPEG, None when it saves too little or cannot be exact."""
    if facts.kind not in (PNG, JPEG) or facts.frames != 1:
        return None
    from PIL import Image, ImageOps, features  # noqa: PLC0415  # builds that fetch nothing never load Pillow

    if not features.check("webp"):
        return None
    out = io.BytesIO()
    with Image.open(io.BytesIO(data), formats=(facts.kind.format,)) as image:
        if image.mode not in _MODES:
            return None
        upright = ImageOps.exif_transpose(image)
        has_alpha = "A" in image.mode or "transparency" in image.info
        exact = facts.kind is PNG
        upright.convert("RGBA" if has_alpha else "RGB").save(
            out,
            "WEBP",
            lossless=exact,
            quality=_QUALITY,
            exact=exact,
            method=4,
            icc_profile=image.info.get("icc_profile"),
        )
    copy = out.getvalue()
    saved = len(data) - len(copy)
    return copy if saved >= max(len(data) * MIN_SAVING, MIN_BYTES) else None
