"""Sending one message: its steps in order, each at most once, and an honest word when it stops in the middle.

The platform drops no repeats. A step counts as arrived only when its answer says so; one that was written without an
answer ends the message as unknown, and a later attempt never begins before the steps that arrived.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from connectors._wechat.api import Api, Fault, Unreadable
from connectors._wechat.errcodes import outcome
from connectors._wechat.progress import Progress
from connectors.wechat.media import Uploads
from connectors.wechat.outgoing import Step
from hub.errors import HubError
from hub.ports.channel import SendDelayed, SendRefused, SendUnknown

_SEND = "/cgi-bin/message/custom/send"
_UNKNOWN_MEDIA = 40007


@dataclass(slots=True)
class _Course:
    """How far a message has got in this attempt."""

    arrived: int
    is_written: bool = False


class Sending:
    """Carries messages to one account's customers."""

    def __init__(self, api: Api, uploads: Uploads, progress: Progress, *, kf_account: str, total_s: float) -> None:
        """Send nothing yet; `total_s` is for everything that belongs to one message."""
        self._api = api
        self._uploads = uploads
        self._progress = progress
        self._kf_account = kf_account
        self._total_s = total_s

    async def send(self, key: str, openid: str, steps: Sequence[Step]) -> None:
        """Send the steps, beginning after those that arrived in an earlier attempt.

        Raises:
            SendRefused, SendDelayed, SendUnknown: as the connector's port says.
        """
        course = _Course(0)
        try:
            async with asyncio.timeout(self._total_s):
                await self._send(key, openid, steps, course)
        except TimeoutError as error:
            if course.is_written or course.arrived:
                raise SendUnknown("WeChat did not answer in time.") from error
            raise SendDelayed("WeChat's token or files were not to be had in time.") from error
        except HubError as error:
            if course.is_written or course.arrived:
                raise SendUnknown("The hub had trouble of its own while sending.") from error
            raise SendDelayed("The hub has trouble of its own.") from error

    async def _send(self, key: str, openid: str, steps: Sequence[Step], course: _Course) -> None:
        before = await self._progress.done(key) if len(steps) > 1 else 0
        course.arrived = min(before, len(steps))
        try:
            for step in steps[course.arrived :]:
                await self._step(openid, step, course)
                course.arrived += 1
        except (SendDelayed, SendRefused, SendUnknown) as error:
            if course.arrived > before:
                await self._note(key, course, error)
            raise

    async def _note(self, key: str, course: _Course, error: Exception) -> None:
        try:
            await self._progress.note(key, course.arrived)
        except Exception as trouble:
            # Without a note the next attempt would send the first parts again.
            raise SendUnknown("A part of the message arrived, and that could not be noted.") from trouble
        if isinstance(error, SendRefused):
            sentence = f"{error} Only the first {course.arrived} parts of the message arrived."
            raise SendRefused(sentence, error.trouble) from error

    async def _step(self, openid: str, step: Step, course: _Course) -> None:
        try:
            media = {name: await self._uploads.media_id(upload) for name, upload in step.uploads.items()}
            await self._api.ready()
            course.is_written = True
            fields = await self._api.call(_SEND, step.body(openid, media, self._kf_account))
        except Fault as fault:
            course.is_written = False
            raise self._refusal(fault, step) from fault
        except Unreadable as error:
            raise SendUnknown("WeChat's answer cannot be read: the message may have arrived.") from error
        if "errcode" not in fields:
            raise SendUnknown("WeChat's answer has no error code: the message may have arrived.")
        course.is_written = False

    def _refusal(self, fault: Fault, step: Step) -> SendRefused | SendDelayed:
        if fault.code == _UNKNOWN_MEDIA and step.uploads:
            for upload in step.uploads.values():
                self._uploads.forget(upload)
            return SendDelayed("WeChat does not know the file any more: it is uploaded anew.")
        return outcome(fault)
