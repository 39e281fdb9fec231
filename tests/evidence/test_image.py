"""Every image format over damaged images: an error that names itself, or bytes; nothing else, and no endless
work."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.evidence import dmg, ewf, qcow, vhd
from safelight.evidence.image import ImageContainer
from safelight.evidence.model import EvidenceError, Format, OpenContext, Trouble, Volume
from safelight.evidence.spec import PathSpec, layer
from safelight.scenario.ewf import write_ewf
from tests.evidence.disk_writers import qcow2, vhd_differencing, vhd_fixed
from tests.evidence.media import pattern
from tests.evidence.memory_stream import MemoryStream
from tests.evidence.udif_writer import udif

MEDIA = pattern(40 * 512, seed=21)
AT = PathSpec((layer("file"),))
Sample = tuple[Format, bytes, OpenContext]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sample]:
    folder: Path = tmp_path_factory.mktemp("images")
    write_ewf(folder / "disk.E01", MEDIA, per_chunk=4)
    base = vhd_fixed(MEDIA)
    alone = OpenContext(name=b"disk.E01")
    beside = OpenContext(sibling=lambda name: MemoryStream(base))
    snap = vhd_differencing(len(MEDIA), "base.vhd", {3: b"c" * 512, 17: b"h" * 512})
    return {
        "ewf": (ewf.FORMAT, (folder / "disk.E01").read_bytes(), alone),
        "qcow deflate": (qcow.FORMAT, qcow2(MEDIA, {1: "packed", 3: "packed", 4: "zero"})[0], alone),
        "qcow zstd": (qcow.FORMAT, qcow2(MEDIA, {1: "packed", 3: "packed"}, zstd=True)[0], alone),
        "vhd fixed": (vhd.FORMAT, base, alone),
        "vhd differencing": (vhd.FORMAT, snap[: 12 * 512] + snap[-512:], beside),
        "dmg zlib": (dmg.FORMAT, udif(MEDIA, "zlib", 8), alone),
        "dmg bzip2": (dmg.FORMAT, udif(MEDIA, "bz2", 8), alone),
        "dmg lzma": (dmg.FORMAT, udif(MEDIA, "lzma", 8), alone),
        "dmg adc": (dmg.FORMAT, udif(MEDIA, "adc", 8), alone),
    }


NAMES = ["ewf", "qcow deflate", "qcow zstd", "vhd fixed", "vhd differencing"]
NAMES += ["dmg zlib", "dmg bzip2", "dmg lzma", "dmg adc"]


def read_through(known: Format, data: bytes, context: OpenContext) -> None:
    """All that a walk and a reader do with an image; only EvidenceError may come out of it."""
    stream = MemoryStream(data)
    try:
        if not known.recognise(stream, context):
            return
        container = known.open_container(stream, context)
    except EvidenceError:
        return
    assert {type(found) for found in container.walk(AT)} <= {Trouble, Volume}
    media = container.open(layer(known.kind))
    for at in (0, 511, 4096, 19 * 512, 1 << 20, 1 << 40):
        try:
            media.seek(at)
            media.read(3000)
        except EvidenceError:
            continue
    container.close()


#: (where, how far in, what): half of the noise goes where formats keep what matters, to the edges.
NOISE = st.tuples(
    st.sampled_from(["anywhere", "first", "last"]), st.integers(0, 1 << 20), st.binary(min_size=1, max_size=8)
)


@pytest.mark.parametrize("name", NAMES)
@given(st.lists(NOISE, min_size=1, max_size=4))
def test_noise(samples: dict[str, Sample], name: str, noises: list[tuple[str, int, bytes]]) -> None:
    known, raw, context = samples[name]
    damaged = bytearray(raw)
    for edge, far, noise in noises:
        at = far % (len(raw) - 9) if edge == "anywhere" else far % 512
        at = len(raw) - 520 + at if edge == "last" else at
        damaged[at : at + len(noise)] = noise
    read_through(known, bytes(damaged), context)


@pytest.mark.parametrize("name", NAMES)
@given(st.floats(0, 1))
def test_truncation(samples: dict[str, Sample], name: str, part: float) -> None:
    known, raw, context = samples[name]
    read_through(known, raw[: int(part * len(raw))], context)


@pytest.mark.parametrize("name", NAMES)
def test_the_samples_are_sound(samples: dict[str, Sample], name: str) -> None:
    known, raw, context = samples[name]
    container = known.open_container(MemoryStream(raw), context)
    assert isinstance(container, ImageContainer)
    assert list(container.walk(AT)) == [
        Volume(AT.child(layer(known.kind)), "none", 0, 0, len(MEDIA), known.kind)
    ]
    assert container.troubles == [] or container.troubles == ()
