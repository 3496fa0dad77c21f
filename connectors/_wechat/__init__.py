"""What WeChat's official accounts, mini programs and customer service in WeCom have in common."""

from connectors._wechat.crypto import Crypto, Envelope, InvalidKey, Undecipherable, check_aes_key, fits, signature
from connectors._wechat.token import AccessToken, TokenKeeper
from connectors._wechat.xml import Fields, read_document, read_json, read_xml

__all__ = [
    "AccessToken",
    "Crypto",
    "Envelope",
    "Fields",
    "InvalidKey",
    "TokenKeeper",
    "Undecipherable",
    "check_aes_key",
    "fits",
    "read_document",
    "read_json",
    "read_xml",
    "signature",
]
