"""Video and audio made by the tests: facts in full, keyframes against the frames that were drawn, damage."""

from __future__ import annotations

import io
import json
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from safelight.inspect.pdq import distance, pdq
from safelight.inspect.recording import Recording
from safelight.operation.settings import InspectionSettings
from tests.inspect.patterns import Pixels, blobs, member, rings, run

RATE, SECONDS_A_SCENE = 10, 2
SCENES = (rings(240, 320), np.fliplr(blobs(240, 320)), blobs(240, 320), np.flipud(rings(240, 320)))


@cache
def video(form: str, codec: str, scenes: int = 4, *, sound: bool = False) -> bytes:
    """`scenes` still scenes of two seconds, each starting with a keyframe."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        container.metadata["title"] = "Tog på Bergensbanen"
        container.metadata["creation_time"] = "2016-01-12T09:30:00.000000Z"
        stream = container.add_stream(codec, rate=RATE)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.gop_size = RATE * SECONDS_A_SCENE
        stream.bit_rate = 4_000_000
        if codec == "libvpx":
            stream.codec_context.options = {"deadline": "realtime", "cpu-used": "8"}
        audio = container.add_stream("aac", rate=44100, layout="stereo") if sound else None
        for number in range(scenes * SECONDS_A_SCENE * RATE):
            pixels = SCENES[number // (RATE * SECONDS_A_SCENE) % len(SCENES)]
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), "rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if audio is not None:
            for number in range(40):
                noise = np.zeros((2, 1024), np.float32)
                part = av.AudioFrame.from_ndarray(noise, "fltp", "stereo")
                part.sample_rate, part.pts, part.time_base = 44100, number * 1024, Fraction(1, 44100)
                container.mux(audio.encode(part))
            container.mux(audio.encode(None))
    return out.getvalue()


def near(found: str, pixels: Pixels) -> bool:
    expected = pdq(np.ascontiguousarray(pixels))
    return expected is not None and distance(found, expected.hash) <= 24


def test_mp4_in_full() -> None:
    found = run(video("mp4", "libx264", sound=True), Recording())
    row = found.only("recordings")
    tags = json.loads(row.pop("tags"))
    assert (tags["title"], tags["creation_time"]) == ("Tog på Bergensbanen", "2016-01-12T09:30:00.000000Z")
    assert row == {
        "container": "mov,mp4,m4a,3gp,3g2,mj2",
        "duration": 8.0,
        "video_codec": "h264",
        "audio_codec": "aac",
        "width": 320,
        "height": 240,
        "frame_rate": 10.0,
        "sample_rate": 44100,
        "channels": 2,
        "created": {
            "utc": 1_452_591_000_000_000,
            "wall": 1_452_591_000_000_000,
            "text": "2016-01-12T09:30:00.000000Z",
            "basis": "stated",
            "assumed_by": None,
        },
    }
    frames = found.rows["keyframes"]
    assert [frame["position"] for frame in frames] == [0.0, 2.0, 4.0, 6.0]
    assert all(near(frame["pdq"], pixels) for frame, pixels in zip(frames, SCENES, strict=True))
    assert {frame["pdq_recipe"] for frame in frames} == {"pdq-1 keyframe-area512"}
    assert [(item.recipe, item.width, item.height) for item in found.derivatives] == [
        (f"still-{number}", 320, 240) for number in (1, 2, 3, 4)
    ]
    with Image.open(io.BytesIO(found.derivatives[1].data)) as still:
        assert near(pdq_of(still), SCENES[1])
    assert found.ended == {"recording": ("done", "")}


def pdq_of(image: Image.Image) -> str:
    found = pdq(np.asarray(image))
    assert found is not None
    return found.hash


def test_a_film_held_upright_has_upright_stills() -> None:
    """The display matrix of a telephone: a quarter turn clockwise (ISO/IEC 14496-12, 8.3.2)."""
    data = bytearray(video("mp4", "libx264"))
    matrix = data.index(b"tkhd") + 4 + 40
    turned = [0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000]
    data[matrix : matrix + 36] = b"".join(number.to_bytes(4, "big", signed=True) for number in turned)
    found = run(bytes(data), Recording())
    assert [(item.width, item.height) for item in found.derivatives] == [(240, 320)] * 4
    with Image.open(io.BytesIO(found.derivatives[0].data)) as still:
        assert near(pdq_of(still), np.rot90(SCENES[0], -1))
    assert near(found.rows["keyframes"][0]["pdq"], SCENES[0])


@pytest.mark.parametrize(
    ("form", "codec", "positions"),
    [
        ("matroska", "libx264", [0.0, 2.0, 4.0, 6.0]),
        ("avi", "mpeg4", [0.0, 2.0, 4.0, 6.0]),
        ("webm", "libvpx", [0.0, 2.0, 4.0, 6.0]),
        ("asf", "wmv2", [0.0, 2.0, 4.0, 6.0]),
    ],
)
def test_forms(form: str, codec: str, positions: list[float]) -> None:
    found = run(video(form, codec), Recording())
    assert found.ended == {"recording": ("done", "")}
    assert found.only("recordings")["duration"] == pytest.approx(8.0, abs=0.2)
    frames = found.rows["keyframes"]
    assert [frame["position"] for frame in frames] == pytest.approx(positions, abs=0.15)
    assert all(near(frame["pdq"], pixels) for frame, pixels in zip(frames, SCENES, strict=True))


@pytest.mark.parametrize(
    ("form", "codec"), [("mpegts", "libx264"), ("flv", "libx264"), ("mpeg", "mpeg2video")]
)
def test_forms_without_index(form: str, codec: str) -> None:
    found = run(video(form, codec), Recording())
    assert found.ended == {"recording": ("done", "")}
    frames = found.rows["keyframes"]
    assert all(near(frame["pdq"], pixels) for frame, pixels in zip(frames, SCENES, strict=True))
    places = [frame["position"] - frames[0]["position"] for frame in frames]
    assert places == pytest.approx([0.0, 2.0, 4.0, 6.0], abs=0.15)


def test_settings_bound_the_keyframes() -> None:
    found = run(
        video("mp4", "libx264"), Recording(), settings=InspectionSettings(keyframes=2, thumbnail_pixels=64)
    )
    assert [frame["position"] for frame in found.rows["keyframes"]] == [0.0, 4.0]
    assert [(item.recipe, item.width, item.height) for item in found.derivatives] == [
        ("still-1", 64, 48),
        ("still-2", 64, 48),
    ]


def test_cut_off() -> None:
    whole = video("matroska", "libx264")
    found = run(whole[: len(whole) * 2 // 5], Recording())
    assert found.ended == {"recording": ("failed", "corrupt")}
    assert found.only("recordings")["duration"] == 8.0
    assert near(found.rows["keyframes"][0]["pdq"], SCENES[0])
    assert found.detail["recording"].startswith("8.0 s are stated and the recording ends at ")
    assert found.only("texts")["kind"] == "strings"


def test_no_index_at_all() -> None:
    whole = video("mp4", "libx264")
    found = run(whole[: len(whole) // 2], Recording())
    assert found.ended == {"recording": ("failed", "corrupt")}
    assert "recordings" not in found.rows


def test_audio() -> None:
    out = io.BytesIO()
    with av.open(out, "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    row = run(out.getvalue(), Recording()).only("recordings")
    row.pop("tags", None)
    assert row == {
        "container": "wav",
        "duration": 1.0,
        "audio_codec": "pcm_s16le",
        "sample_rate": 8000,
        "channels": 1,
    }


def test_a_playlist_is_not_followed(tmp_path: Path) -> None:
    """FFmpeg would open what a playlist names: such formats are not among those that it may read."""
    secret = tmp_path / "other.ts"
    secret.write_bytes(video("mpegts", "libx264"))
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:8\n#EXTINF:8,\nfile://{secret}\n#EXT-X-ENDLIST\n".encode()
    hidden = b"ID3\x04\0\0\0\0\0\0" + playlist
    found = run(hidden, Recording())
    assert found.ended == {"recording": ("failed", "corrupt")}
    assert "recordings" not in found.rows


def test_real_audio(realdata: Path) -> None:
    data = member(realdata / "malformed" / "tika.tar.gz", "tika/testMP3i18n_truncated.mp3")
    row = run(data, Recording()).only("recordings")
    tags = json.loads(row["tags"])
    assert (row["audio_codec"], row["sample_rate"], row["channels"]) == ("mp3float", 44100, 1)
    assert (tags["title"], tags["artist"]) == ("Une chason en Français", "Test Artist ⑨①")
