"""Files both ways: uploads that are kept for a while, and downloads in all the shapes in which the platform answers.

The platform keeps files for three days; ours are uploaded anew before that, a customer's are fetched at once. The
platform reports errors of a download with the status 200, so its type and first bytes are looked at.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, unquote

from connectors._http import Fetcher
from connectors._wechat.api import TOKEN_CODES, Api, Fault, Unreadable, read_fields, text_of
from connectors._wechat.errcodes import meaning, words
from connectors.wechat.outgoing import Upload
from connectors.wechat.placeholder import PLACEHOLDER
from connectors.wechat.wire import MEDIA
from hub.errors import HubError, NotFound
from hub.model.content import Attachment
from hub.ports.channel import FetchedFile, FileBytes, FileDelayed, FileRefused, SendDelayed, SendRefused, SendUnknown
from hub.ports.environment import Clock

_UPLOAD = "/cgi-bin/media/upload"
_DOWNLOAD = "/cgi-bin/media/get"
_GOOD_S = 2 * 86_400.0
"""Well below the platform's three days: an id that is used now must live until the customer looks."""
_KEPT = 256
_ANSWER_BYTES = 4096
_ANSWERS = ("application/json", "text/plain", "text/json", "")


class Uploads:
    """Puts files on the platform, each once."""

    def __init__(self, api: Api, clock: Clock, read_file: Callable[[Attachment], Awaitable[bytes]]) -> None:
        """Upload nothing yet."""
        self._api = api
        self._clock = clock
        self._read_file = read_file
        self._kept: OrderedDict[tuple[str, str], tuple[str, float]] = OrderedDict()

    async def media_id(self, upload: Upload) -> str:
        """Return the platform's id of a file, uploading it where it is not there.

        Raises:
            SendRefused: the file is gone, or the platform does not take it.
            SendDelayed: it did not work out; the customer has seen nothing of it.
            Fault: the platform refused with a code.
        """
        name = (upload.kind, upload.file.id if upload.file else "")
        kept = self._kept.get(name)
        if kept is not None and self._clock.seconds() < kept[1]:
            return kept[0]
        media_id = await self._upload(upload)
        self._kept[name] = (media_id, self._clock.seconds() + _GOOD_S)
        self._kept.move_to_end(name)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return media_id

    def forget(self, upload: Upload) -> None:
        """Upload this file anew the next time: the platform does not know it any more."""
        self._kept.pop((upload.kind, upload.file.id if upload.file else ""), None)

    async def _upload(self, upload: Upload) -> str:
        file = upload.file
        data = await self._bytes(file) if file else PLACEHOLDER
        mime, name = (file.mime.partition(";")[0], file.name) if file else ("image/jpeg", "picture.jpg")
        try:
            fields = await self._api.upload(_UPLOAD, kind=upload.kind, name=name, mime=mime, data=data)
            # The answer to a thumb names its id differently in some versions of the API.
            return text_of(fields, "thumb_media_id" if "thumb_media_id" in fields else "media_id")
        except Unreadable as error:
            raise SendDelayed("WeChat's answer to the upload of a file cannot be read.") from error
        except SendUnknown as error:
            raise SendDelayed("WeChat did not answer to the upload of a file.") from error

    async def _bytes(self, file: Attachment) -> bytes:
        try:
            return await self._read_file(file)
        except NotFound as error:
            raise SendRefused("A file of the message is not there any more.") from error
        except HubError as error:
            raise SendDelayed("A file of the message cannot be read just now.") from error


class Downloads:
    """Fetches customers' files."""

    def __init__(self, api: Api, fetcher: Fetcher) -> None:
        """Fetch with the guard of the fetcher: addresses in messages must be public or on the platform's origin."""
        self._api = api
        self._fetcher = fetcher

    async def fetch(self, file: FetchedFile) -> FileBytes:
        """Return a file by its media_id, or by the address beside it when the platform does not give it out.

        Raises:
            FileRefused: it will never be had.
            FileDelayed: a later try may succeed.
        """
        if not file.url.startswith(MEDIA):
            return await self._fetcher.fetch(file.url)
        named, _, query = file.url.removeprefix(MEDIA).partition("?")
        spare = parse_qs(query).get("or", [""])[0]
        try:
            return await self._media(unquote(named))
        except (FileRefused, FileDelayed):
            if not spare:
                raise
        return await self._fetcher.fetch(spare)

    async def _media(self, media_id: str) -> FileBytes:
        try:
            return await self._attempt(media_id)
        except Fault as fault:
            if fault.code not in TOKEN_CODES:
                raise _file_error(fault) from fault
        # The token that failed has been dropped: once more, with a fresh one.
        try:
            return await self._attempt(media_id)
        except Fault as fault:
            raise _file_error(fault) from fault

    async def _attempt(self, media_id: str) -> FileBytes:
        try:
            address, token = await self._api.address(_DOWNLOAD, {"media_id": media_id})
        except (SendDelayed, SendRefused) as error:
            raise FileDelayed(str(error)) from error
        found = await self._fetcher.fetch(address)
        if not _is_answer(found):
            return found
        try:
            return await self._fetcher.fetch(text_of(read_fields(found.data), "video_url"))
        except Fault as fault:
            if fault.code in TOKEN_CODES:
                await self._api.failed(token)
            raise
        except Unreadable as error:
            raise FileDelayed("WeChat's answer cannot be read.") from error


def _is_answer(found: FileBytes) -> bool:
    """Tell an answer in JSON from a file; both come with the status 200, and some answers as plain text."""
    is_short = len(found.data) <= _ANSWER_BYTES
    return is_short and found.mime.lower() in _ANSWERS and found.data.lstrip()[:1] == b"{"


def _file_error(fault: Fault) -> FileRefused | FileDelayed:
    """Settings can be put right while the file is still there, so only the file's own faults are final."""
    if meaning(fault).verdict in ("later", "misconfigured"):
        return FileDelayed(words(fault)["en"])
    return FileRefused(words(fault)["en"])
