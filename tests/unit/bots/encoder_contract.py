"""What every sentence encoder must keep, whoever brings it: a test class to derive from with a fixture `encoder`."""

from __future__ import annotations

import numpy as np

from bots.nlu.encoder import SentenceEncoder

TEXTS = ("我的订单到哪了", "where is my order", "", "😀", "a", "退款", "refund " * 2_000, "\x00", "ＡＢＣ")


class EncoderContract:
    """The promises of `SentenceEncoder`."""

    def test_each_text_has_a_row_of_length_one(self, encoder: SentenceEncoder) -> None:
        rows = encoder.encode(TEXTS)
        assert rows.dtype == np.float32
        assert rows.shape == (len(TEXTS), encoder.width)
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)

    def test_no_text_gives_no_row(self, encoder: SentenceEncoder) -> None:
        assert encoder.encode([]).shape == (0, encoder.width)

    def test_a_text_has_the_same_row_alone_and_among_others(self, encoder: SentenceEncoder) -> None:
        together = encoder.encode(TEXTS)
        for text, row in zip(TEXTS, together, strict=True):
            assert np.allclose(encoder.encode([text])[0], row, atol=1e-3)

    def test_different_meanings_have_different_rows(self, encoder: SentenceEncoder) -> None:
        one, other = encoder.encode(["where is my order", "退款"])
        assert float(one @ other) < 0.999

    def test_it_has_a_name(self, encoder: SentenceEncoder) -> None:
        assert encoder.name == encoder.name.strip() != ""
