"""Why deals were missed is read from words alike on every engine, in capitals too."""

import pytest

from kpi_helpers import deal_success

from .tables import table, value

SAID = {
    "rejected": (
        "Reddedildi",
        "REDDEDİLDİ",
        "reddedi̇ldi̇",
        "ONAYLANMADI",
        "Declined by us",
        "DECLINED",
    ),
    "never_worked": (
        *("çalışılmadı", "ÇALIŞILMADI", "TAKİP EDİLMEDİ", "İlgilenilmedi", "ilgilenılmedı"),
        *("No follow-up", "NO ACTION"),
    ),
    "expired": (
        "SÜRESİ DOLDU",
        "süresi doldu",
        "Zaman aşımı",
        "ZAMAN AŞIMI",
        "EXPIRED",
        "Timed out",
    ),
    "otherwise": ("FİYAT", "price", None, "süre"),
}


@pytest.mark.parametrize("reason", SAID)
def test_a_reason_counts_however_its_words_are_written(engine, reason):
    deals = table(*({"status": "lost", "lost_reason": words} for words in SAID[reason]))
    answer = engine.answer(deal_success, deals, window="2025-03", as_of="2025-12-31")
    counted = {kind: value(answer, f"missed.{kind}") for kind in SAID}
    assert counted == dict.fromkeys(SAID, 0) | {reason: len(SAID[reason])}
