"""Signatures: below `-- `, below a drawn line, "Sent from my iPhone", cards of mail programs, footers and disclaimers.

Only what a program put there, or what a sign of its own sets apart, counts. A farewell with a name belongs to what the
writer wrote. In doubt a line is not a signature.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.email.text.lines import is_rule
from connectors.email.text.signature_words import DENIALS, DEVICES, MOBILE_ENDS, MOBILE_STARTS

_DELIMITERS = frozenset({"--", "—", "––", "——", "—-"})
MAX_LINES = 15
"""Lines of a signature at most, blank ones aside; what is longer may be something that somebody wrote."""
_TAIL_CHARACTERS = 1500
_NAME_LINES = 5
_SHORT = 60

_ADDRESSES = re.compile(r"<[^<>]{0,500}>|\(https?:[^()]{0,500}\)|\[https?:[^\[\]]{0,500}\]")
_BRACKETS = dict.fromkeys(map(ord, "[]"))
_AROUND = ' *_.-–—|“”"'
_CLAUSE = re.compile(r"[.,;，。；!] *(?=\S)")
_EXCUSE = re.compile(
    r"excus|brevity|typos|auto-?correct|\bapp\b|smartphone|kürze|tippfehler|brièveté|fautes|brevedad|brevità|beknopt"
    r"|typfouten|krótk|кратк|简短|見諒|谅解"
)
"""What may follow after a full stop or a comma."""
_GERMAN = re.compile(r"von meine[mr] .{1,40} (?:gesendet|verschickt)")
_SENTENCE = re.compile(r"[?!:？！：]")
_FOOTER = re.compile(
    r"mailing list|listinfo|unsubscribe|google groups|you received this message because|退订|abmelden|désabonner"
    r"|desuscri|to stop receiving|view it on github"
)
_DISCLAIMER_STARTS = re.compile(
    r"\W*(?:this (?:e-?mail|message|communication|electronic)|the (?:information|contents?) "
    r"(?:contained |transmitted )?(?:in|of) this|confidential|disclaimer|privileged"
    r"|notice:|important notice|diese (?:e-?mail|nachricht)"
    r"|der inhalt dieser|haftungsausschluss|vertraulich|ce (?:message|courriel|mail)|les informations contenues"
    r"|este (?:mensaje|correo|e-?mail)|esta mensagem|aviso legal|questo messaggio|questa e-?mail"
    r"|le informazioni contenute|dit (?:bericht|e-?mail)|de informatie"
    r"|本邮件|此邮件|本电子邮件|本郵件|声明|保密|免责|このメール|本メール|이 메일|본 메일)"
)
_DISCLAIMER_WORDS = re.compile(
    r"confidential|privileged|intended (?:solely |only )?for|intended recipient|if you (?:are not|have received)|delete"
    r"|unauthori[sz]ed|disclos|vertraulich|empfänger|irrtümlich|löschen|unbefugt|confidentiel|destinataire|détruire"
    r"|confidencial|destinatari|eliminar|riservat|cancellar|vertrouwelijk|geadresseerde|verwijder|保密|机密|機密|收件人"
    r"|删除|刪除|未经授权|误收|披露|機密情報|削除|기밀|삭제"
)


def is_delimiter(seen: str) -> bool:
    """Tell whether a bare line is the sign that RFC 3676 puts above a signature."""
    return seen in _DELIMITERS


def is_mobile(seen: str) -> bool:
    """Tell whether a bare line is what a telephone or a mail program adds of its own."""
    whole = _ADDRESSES.sub("", seen).translate(_BRACKETS).strip(_AROUND).casefold()
    text, excuse = (*_CLAUSE.split(whole, maxsplit=1), "")[:2]
    if not text or len(text) > 90 or len(text.split()) > 12 or _SENTENCE.search(text):
        return False
    if excuse and not (len(excuse) <= 60 and _EXCUSE.search(excuse)):
        return False
    if not (text.startswith(MOBILE_STARTS) or text.endswith(MOBILE_ENDS) or _GERMAN.fullmatch(text)):
        return False
    if any(word in text for word in DENIALS):
        return False
    if any(device in text for device in DEVICES):
        return True
    return text.startswith(("sent from ", "sent via ", "发自我的")) and len(text.split()) <= 4


def find_signatures(seen: Sequence[str], written: Sequence[bool], after_quote: Sequence[bool]) -> list[range]:
    """Return the lines that are signatures, among bare lines of which `written` ones are neither quoted nor announced.

    `after_quote` tells of each line whether the nearest line with text above it is quoted.
    """
    found: list[range] = []
    size = len(seen)
    below = [index for index in range(size) if written[index] and is_delimiter(seen[index])]
    if 0 < len(below) <= 2 and (tail := _tail(seen, written, below[0])):
        found.append(tail)
    rules = [index for index in range(size) if written[index] and is_rule(seen[index])]
    for index in rules:
        tail = _tail(seen, written, index)
        if tail and _is_signature(seen, tail, after_quote=after_quote[index], only_rule=len(rules) == 1):
            found.append(tail)
            break
    found.extend(_cards(seen, written))
    found.extend(
        range(index, index + 1)
        for index in range(size)
        if written[index] and is_mobile(seen[index]) and _ends_paragraph(seen, written, index)
    )
    return [*found, *_disclaimers(seen, written, found)]


def _tail(seen: Sequence[str], written: Sequence[bool], start: int) -> range | None:
    """Return the lines from a delimiter to the next quote or the end, when they are few enough for a signature."""
    end, lines, characters = start + 1, 0, 0
    while end < len(seen) and written[end]:
        lines += bool(seen[end])
        characters += len(seen[end])
        if lines > MAX_LINES or characters > _TAIL_CHARACTERS:
            return None
        end += 1
    return range(start, end)


def _is_signature(seen: Sequence[str], tail: range, *, after_quote: bool, only_rule: bool) -> bool:
    """Tell whether what stands below a drawn line is a signature: such a line also parts what people write."""
    lines = [seen[index] for index in tail if seen[index] and not is_rule(seen[index])]
    if not lines:
        return True
    if _FOOTER.search(" ".join(lines).casefold()):
        return True
    if after_quote:
        return len(lines) <= _NAME_LINES
    before = next((seen[index] for index in range(tail.start - 1, -1, -1) if seen[index]), "")
    if len(lines) > _NAME_LINES or not only_rule or before.endswith((":", "：")):
        return False
    if re.fullmatch(r"(?:19|20)\d\d-\d{1,2}-\d{1,2}(?: \d\d:\d\d(?::\d\d)?)?", lines[-1]):  # Foxmail: name and day
        return True
    return before.endswith(tuple(".!?。！？,，")) and _is_full_name(lines[0]) and all(_is_calm(line) for line in lines)


def _is_full_name(line: str) -> bool:
    parts = line.split()
    return 2 <= len(parts) <= 4 and all(part[0].isupper() and part.strip(".,").isalpha() for part in parts)


def _is_calm(line: str) -> bool:
    return len(line) <= _SHORT and not line.endswith(tuple(".!?。！？")) and not line.startswith(("-", "*", "•", "·"))


def _ends_paragraph(seen: Sequence[str], written: Sequence[bool], index: int) -> bool:
    after = index + 1
    return after >= len(seen) or not seen[after] or not written[after] or is_mobile(seen[after]) or is_rule(seen[after])


def _cards(seen: Sequence[str], written: Sequence[bool]) -> list[range]:
    """Return the card of NetEase's program: a table of bars around a name, ended by the program's own line."""
    found = []
    for index, line in enumerate(seen):
        if written[index] and "签名由" in line and "定制" in line:
            bars = [above for above in range(max(0, index - 14), index) if seen[above] and not seen[above].strip("| ")]
            found.append(range(bars[0] if bars else index, index + 1))
    return found


def _disclaimers(seen: Sequence[str], written: Sequence[bool], found: Sequence[range]) -> list[range]:
    """Return the last paragraphs that can be nothing but a lawyer's."""
    taken = {index for lines in found for index in lines}
    free = [index for index in range(len(seen)) if written[index] and index not in taken and seen[index]]
    disclaimers: list[range] = []
    end = len(free)
    while end:
        start = end - 1
        while start and free[start - 1] == free[start] - 1 and not is_rule(seen[free[start]]):
            start -= 1
        lines = range(free[start], free[end - 1] + 1)
        if not is_rule(seen[lines.start]) and not _is_disclaimer(" ".join(seen[lines.start : lines.stop]).casefold()):
            break
        disclaimers.append(lines)
        end = start
    while disclaimers and is_rule(seen[disclaimers[-1].start]) and len(disclaimers) == 1:
        disclaimers.pop()  # A line drawn at the end, below what the writer wrote.
    return disclaimers


def _is_disclaimer(text: str) -> bool:
    if len(text) < 60 or not _DISCLAIMER_STARTS.match(text):
        return False
    return len({match[0] for match in _DISCLAIMER_WORDS.finditer(text)}) >= 3
