"""What all SMS connectors share: counting and cutting of texts, opt-out words, numbers, limits, and reading of JSON."""

from connectors._sms.asking import AnswerTooLong, Asker, NotAnswered
from connectors._sms.consent import ConsentWord, consent_word
from connectors._sms.limits import PER_NUMBER_DAY, NumberLimit
from connectors._sms.numbers import phone_of, sender_of
from connectors._sms.segments import measure, measure_domestic
from connectors._sms.wording import plain_text

__all__ = [
    "PER_NUMBER_DAY",
    "AnswerTooLong",
    "Asker",
    "ConsentWord",
    "NotAnswered",
    "NumberLimit",
    "consent_word",
    "measure",
    "measure_domestic",
    "phone_of",
    "plain_text",
    "sender_of",
]
