"""Video and audio through FFmpeg (PyAV): what the container says, perceptual hashes of keyframes, a few
stills.

Keyframes are found by seeking to places spread over the whole recording, so that an hour costs what a minute
costs. Formats and protocols are limited to those listed here: FFmpeg would otherwise follow a playlist to
files and addresses.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import av
import av.container
import av.error
import av.logging
import av.stream
import av.video
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from safelight.inspect import pdq, times
from safelight.inspect.model import Content, Derivative, Fact, Group, InspectionFailed
from safelight.inspect.pixels import WORKING_SIDE, small_jpeg

av.logging.set_level(None)

_DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,asf,asf_o,flv,mpeg,mpegvideo,mpegts,ogg,wav,w64,mp3,flac,aac,amr,amrnb,"
    "amrwb,aiff,caf,rm,mxf,ape,wv,ac3,eac3,au,ivf,h264,hevc,m4v,dv,flic,swf,mp2,tta,dts,gxf,nut,voc,smk,bink,obu,av1"
)
_OPTIONS = {"format_whitelist": _DEMUXERS, "protocol_whitelist": "none"}
STILLS = 4
#: Keyframes decoded one after the other where the recording cannot be sought in, at most.
_MOST_IN_A_ROW = 512
#: Packets looked at after a jump until the keyframe comes.
_MOST_PACKETS = 500
#: Seconds between keyframes that are kept: after a jump into a stream without index the same one comes again
#: with the time of its neighbour.
_APART = 0.2
#: Of the places sought, this part may fail before the recording counts as damaged.
_TOLERATED = 4
#: A recording that ends before this part of its stated duration is cut off.
_COMPLETE = 0.8
#: Packets read from the last place sought to the end, at most; more means that it is not short.
_MOST_TO_THE_END = 20_000
#: Pixels of one frame (16384 x 8192); hostile headers state more.
LARGEST_FRAME = 1 << 27
_RECIPE = f"{pdq.NAME} keyframe-area{WORKING_SIDE}"
_TAGS_LIMIT = 64 << 10


@dataclass(slots=True)
class _Frame:
    position: float
    pixels: NDArray[np.uint8]
    quarter_turns: int


class Recording:
    """Facts about video and audio, perceptual hashes of keyframes, four stills, and the cover of an audio
    file."""

    name = "recording"
    version = 1
    tables: tuple[str, ...] = ("recordings", "keyframes", "derivatives")

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        return group in ("video", "audio")

    def inspect(self, content: Content) -> Iterator[Fact | Derivative]:
        """Raises InspectionFailed: corrupt (what could be read is kept), unsupported (no decoder) or
        limit."""
        with content.open() as stream:
            try:
                container = av.open(stream, "r", container_options=_OPTIONS, metadata_errors="replace")
            except av.error.FFmpegError as error:
                raise _failure(error) from error
            with container:
                yield _facts(container)
                yield from _pictures(container, content)


def _failure(error: Exception) -> InspectionFailed:
    # Without the name of the stream, which FFmpeg's own text ends with.
    text = f"{type(error).__name__}: {getattr(error, 'strerror', None) or 'no further detail'}"
    unsupported = isinstance(
        error, av.error.DecoderNotFoundError | av.error.DemuxerNotFoundError | av.error.PatchWelcomeError
    )
    return InspectionFailed("unsupported" if unsupported else "corrupt", text)


def _facts(container: av.container.InputContainer) -> Fact:
    video = _moving(container)
    audio = next(iter(container.streams.audio), None)
    tags: dict[str, Any] = dict(container.metadata)
    for stream in container.streams:
        for key, value in stream.metadata.items():
            tags.setdefault(f"stream {stream.index} {key}", value)
    created = times.written(
        container.metadata.get("creation_time") or (video.metadata.get("creation_time") if video else None)
    )
    text = (
        json.dumps(tags, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace").decode()
        if tags
        else None
    )
    return Fact(
        "recordings",
        {
            "container": container.format.name,
            "duration": _duration(container),
            "video_codec": _codec(video),
            "audio_codec": _codec(audio),
            "width": (video.codec_context.width or None) if video and video.codec_context else None,
            "height": (video.codec_context.height or None) if video and video.codec_context else None,
            "frame_rate": float(video.average_rate) if video and video.average_rate else None,
            "sample_rate": (audio.codec_context.sample_rate or None)
            if audio and audio.codec_context
            else None,
            "channels": (audio.codec_context.channels or None) if audio and audio.codec_context else None,
            "created": created.as_row() if created else None,
            "tags": text if text and len(text) <= _TAGS_LIMIT else None,
        },
    )


def _moving(container: av.container.InputContainer) -> av.video.stream.VideoStream | None:
    """First video stream that is no cover picture."""
    return next((stream for stream in container.streams.video if not _is_cover(stream)), None)


def _is_cover(stream: av.stream.Stream) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _codec(stream: Any) -> str | None:
    return stream.codec_context.name if stream is not None and stream.codec_context else None


def _duration(container: av.container.InputContainer) -> float | None:
    return container.duration / av.time_base if container.duration and container.duration > 0 else None


def _pictures(container: av.container.InputContainer, content: Content) -> Iterator[Fact | Derivative]:
    video = _moving(container)
    side = content.settings.thumbnail_pixels
    if video is None:
        yield from _covers(container, side)
        return
    if video.codec_context is None:
        raise InspectionFailed("unsupported", "there is no decoder for the video stream")
    if video.codec_context.width * video.codec_context.height > LARGEST_FRAME:
        raise InspectionFailed("limit", "the frames have more pixels than are decoded")
    video.codec_context.skip_frame = "NONKEY"
    video.codec_context.thread_count = 1
    frames: list[_Frame] = []
    failure = None
    try:
        failure = _sample(container, video, content.settings.keyframes, frames)
    except av.error.FFmpegError as error:
        failure = _failure(error)
    frames.sort(key=lambda frame: frame.position)
    for frame in frames:
        found = pdq.pdq(frame.pixels)
        if found is not None:
            yield Fact(
                "keyframes",
                {
                    "position": frame.position,
                    "pdq": found.hash,
                    "pdq_quality": found.quality,
                    "pdq_recipe": _RECIPE,
                },
            )
    for number, frame in enumerate(_spread(frames, STILLS), 1):
        image = Image.fromarray(np.ascontiguousarray(np.rot90(frame.pixels, frame.quarter_turns)))
        data, width, height = small_jpeg(image, side)
        yield Derivative(f"still-{number}", data, "image/jpeg", width, height)
    if failure is None and not frames:
        failure = InspectionFailed("corrupt", "no keyframe can be decoded")
    if failure is not None:
        raise failure


def _sample(
    container: av.container.InputContainer,
    video: av.video.stream.VideoStream,
    most: int,
    frames: list[_Frame],
) -> InspectionFailed | None:
    """Decode keyframes at `most` places spread over the recording, or from the start where it cannot be
    sought in."""
    duration = _duration(container)
    if duration is None or not most:
        _in_a_row(container, video, most, frames)
        return None
    start = (container.start_time or 0) / av.time_base
    seen: set[int] = set()
    missed = 0
    for number in range(most):
        place = start + duration * number / most
        try:
            if number:
                # The first is where the container stands: a jump to the start overshoots it in streams
                # without index.
                container.seek(int(place * av.time_base), backward=True)
            if not _next_keyframe(container, video, seen, frames):
                missed += 1
        except av.error.FFmpegError:
            missed += 1
    if not frames:
        container.seek(0)
        _in_a_row(container, video, most, frames)
    if missed * _TOLERATED > most:
        return InspectionFailed(
            "corrupt", f"at {missed} of {most} places there is nothing that can be decoded"
        )
    container.seek(int((start + duration * (most - 1) / most) * av.time_base), backward=True)
    end = _last_position(container, video) - start
    if frames and end < duration * _COMPLETE:
        return InspectionFailed(
            "corrupt", f"{duration:.1f} s are stated and the recording ends at {max(end, 0):.1f} s"
        )
    return None


def _last_position(container: av.container.InputContainer, video: av.video.stream.VideoStream) -> float:
    """Presentation time of the last packet between where the container stands and its end, in seconds."""
    last = float("-inf")
    with suppress(av.error.FFmpegError):
        for count, packet in enumerate(container.demux(video)):
            if packet.pts is not None and packet.time_base is not None and packet.size:
                last = max(last, float(packet.pts * packet.time_base))
            if count > _MOST_TO_THE_END:
                return float("inf")
    # Nothing at all means that the format cannot be sought in so near its end, and says nothing.
    return last if last > float("-inf") else float("inf")


def _next_keyframe(
    container: av.container.InputContainer,
    video: av.video.stream.VideoStream,
    seen: set[int],
    frames: list[_Frame],
) -> bool:
    """Add the next keyframe unless it is there already; False if none can be decoded."""
    for count, packet in enumerate(container.demux(video)):
        if count > _MOST_PACKETS:
            return False
        if not packet.is_keyframe or packet.size == 0:
            continue
        at = packet.pts if packet.pts is not None else packet.dts
        if at is not None and at in seen:
            return True
        # The decoder holds a frame back until it knows the order: flushing it gives the frame now.
        decoded = [*packet.decode(), *video.codec_context.decode(None)]
        video.codec_context.flush_buffers()
        for frame in decoded:
            if at is not None:
                seen.add(at)
            # Of the packet: what comes out of a flushed decoder may have lost its time.
            position = float(at * packet.time_base) if at is not None and packet.time_base else None
            if position is None or all(abs(other.position - position) > _APART for other in frames):
                frames.append(_kept(frame, position))
            return True
    return False


def _in_a_row(
    container: av.container.InputContainer,
    video: av.video.stream.VideoStream,
    most: int,
    frames: list[_Frame],
) -> None:
    """Keyframes from where the container stands: all up to a bound, thinned to `most`."""
    found: list[_Frame] = []
    stride = 1
    for number, frame in enumerate(container.decode(video)):
        if number % stride == 0:
            found.append(_kept(frame))
            if len(found) >= 2 * most:
                found, stride = found[::2], stride * 2
        if number >= _MOST_IN_A_ROW:
            break
    frames.extend(_spread(found, most))


def _spread(frames: list[_Frame], most: int) -> list[_Frame]:
    """At most `most` of them, evenly chosen, the first among them."""
    if len(frames) <= most:
        return list(frames)
    return [frames[number * len(frames) // most] for number in range(most)]


def _kept(frame: av.video.frame.VideoFrame, position: float | None = None) -> _Frame:
    """RGB with the shorter side at most 512 pixels."""
    scale = min(1.0, WORKING_SIDE / max(1, min(frame.width, frame.height)))
    small = frame.reformat(
        width=max(1, round(frame.width * scale)),
        height=max(1, round(frame.height * scale)),
        format="rgb24",
        interpolation="AREA",
    )
    if position is None:
        position = float(frame.pts * frame.time_base) if frame.pts is not None and frame.time_base else 0.0
    turns = round(frame.rotation / 90) % 4
    return _Frame(position, np.asarray(small.to_ndarray(), dtype=np.uint8), turns)


def _covers(container: av.container.InputContainer, side: int) -> Iterator[Derivative]:
    """The cover picture of an audio file."""
    for stream in container.streams.video:
        try:
            frame = next(container.decode(stream), None)
        except av.error.FFmpegError:
            return
        if frame is not None and frame.width * frame.height <= LARGEST_FRAME:
            image = Image.fromarray(_kept(frame).pixels)
            data, width, height = small_jpeg(image, side)
            yield Derivative(f"cover-{side}", data, "image/jpeg", width, height)
        return
