"""A tiny ONNX model for tests, written by hand: it looks up a row for each token, and knows nothing of meaning.

The bytes are Protocol Buffers of the ONNX format (onnx.proto3), with just the fields that a graph of one step needs.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

_FLOAT, _INT64 = 1, 7
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "where", "is", "my", "order", "refund", "a", "退", "款", "我", "的")
WIDTH = 16


def write_encoder(folder: Path) -> Path:
    """Write model and tokenizer into a folder, as the operator would have them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(_model())
    (folder / "tokenizer.json").write_text(json.dumps(_tokenizer(), ensure_ascii=False), encoding="utf-8")
    return folder


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _int(field: int, value: int) -> bytes:
    return _number(field << 3) + _number(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _number(field << 3 | 2) + _number(len(data)) + data


def _value(name: str, element: int, *dims: str | int) -> bytes:
    """Return a ValueInfoProto: a name with type and shape."""
    sizes = b"".join(_bytes(1, _bytes(2, dim) if isinstance(dim, str) else _int(1, dim)) for dim in dims)
    tensor = _int(1, element) + _bytes(2, sizes)
    return _bytes(1, name) + _bytes(2, _bytes(1, tensor))


def _model() -> bytes:
    table = np.random.default_rng(7).standard_normal((len(WORDS), WIDTH)).astype("<f4")
    weights = _int(1, table.shape[0]) + _int(1, table.shape[1]) + _int(2, _FLOAT)
    weights += _bytes(8, "table") + _bytes(9, table.tobytes())
    node = _bytes(1, "table") + _bytes(1, "input_ids") + _bytes(2, "last_hidden_state") + _bytes(4, "Gather")
    graph = _bytes(1, node) + _bytes(2, "tiny") + _bytes(5, weights)
    for name in ("input_ids", "attention_mask"):
        graph += _bytes(11, _value(name, _INT64, "batch", "tokens"))
    graph += _bytes(12, _value("last_hidden_state", _FLOAT, "batch", "tokens", WIDTH))
    return _int(1, 8) + _bytes(7, graph) + _bytes(8, _int(2, 13))


def _tokenizer() -> dict[str, object]:
    special = [
        {"id": n, "content": WORDS[n], "single_word": False, "lstrip": False, "rstrip": False}
        | {"normalized": False, "special": True}
        for n in range(4)
    ]
    begin, text, end = (
        {"SpecialToken": {"id": "[CLS]", "type_id": 0}},
        {"Sequence": {"id": "A", "type_id": 0}},
        {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
    )
    marks = {name: {"id": name, "ids": [WORDS.index(name)], "tokens": [name]} for name in ("[CLS]", "[SEP]")}
    flags = {"clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": special,
        "normalizer": {"type": "BertNormalizer", **flags},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [begin, text, end],
            "pair": [begin, text, end, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": marks,
        },
        "decoder": None,
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": {word: number for number, word in enumerate(WORDS)},
        },
    }
