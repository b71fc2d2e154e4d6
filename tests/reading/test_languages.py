"""Exports in other languages: headers, stages, flags and months."""

import pytest

from kpi_helpers.contract.deals import STATUSES
from kpi_helpers.reading import load
from kpi_helpers.reading.columns.fields import FIELDS
from kpi_helpers.reading.columns.headers import key, word
from kpi_helpers.reading.columns.vocabulary import generic_columns, languages, table

# Headers for id, partner, stage, amount, created, closed; won, lost, open; a date; true, false.
EXPORTS = {
    "German": (
        "Opportunity-ID;Vertriebspartner;Phase;Betrag;Erstelldatum;Schlusstermin;Archiviert",
        ("Geschlossen und gewonnen", "Verloren", "Verhandlung"),
        "5. März 2025",
        ("WAHR", "FALSCH"),
    ),
    "French": (
        "Identifiant;Partenaire;Étape;Montant;Date de création;Date de clôture;Archivé",
        ("Fermée gagnée", "Perdue", "Négociation"),
        "5 févr. 2025",
        ("VRAI", "FAUX"),
    ),
    "Spanish": (
        "ID de la oportunidad;Socio;Etapa;Importe;Fecha de creación;Fecha de cierre;Archivado",
        ("Cerrada ganada", "Perdida", "Negociación"),
        "5 de enero de 2025",
        ("VERDADERO", "FALSO"),
    ),
    "Portuguese": (
        "ID do negócio;Parceiro;Fase;Valor;Data de criação;Data de fechamento;Arquivado",
        ("Fechado e ganho", "Perdido", "Proposta enviada"),
        "5 de março de 2025",
        ("VERDADEIRO", "não"),
    ),
    "Italian": (
        "ID opportunità;Rivenditore;Fase;Importo;Data di creazione;Data di chiusura;Archiviato",
        ("Chiuso vinto", "Persa", "Trattativa"),
        "5 gennaio 2025",
        ("VERO", "FALSO"),
    ),
    "Polish": (
        "ID szansy;Partner handlowy;Etap;Kwota;Data utworzenia;Data zamknięcia;Zarchiwizowane",
        ("Zamknięte - wygrane", "Przegrana", "Negocjacje"),
        "5 stycznia 2025",
        ("PRAWDA", "FAŁSZ"),
    ),
    "Dutch": (
        "Dealnummer;Wederverkoper;Fase;Bedrag;Aanmaakdatum;Sluitingsdatum;Gearchiveerd",
        ("Gesloten gewonnen", "Verloren", "Offerte verzonden"),
        "5 maart 2025",
        ("WAAR", "ONWAAR"),
    ),
    "Russian": (
        "ID сделки;Партнёр;Этап;Сумма;Дата создания;Дата закрытия;В архиве",
        ("Успешно реализовано", "Сделка проиграна", "В работе"),
        "5 марта 2025 г.",
        ("ИСТИНА", "ЛОЖЬ"),
    ),
}


@pytest.mark.parametrize("language", EXPORTS)
def test_an_export_in_another_language_needs_no_mapping(language, tmp_path):
    header, stages, day, (true, false) = EXPORTS[language]
    rows = [f"{n};Ada;{stage};100;{day};{day};{false}" for n, stage in enumerate(stages)]
    rows.append(f"9;Ada;{stages[0]};900;{day};{day};{true}")
    path = tmp_path / "deals.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    data = load(path)
    deals = data.deals()
    assert deals["status"].to_list() == ["won", "lost", "open"]
    assert deals["amount"].to_list() == [100.0] * 3 and deals["created_on"].notna().all()
    assert [note.values["n"] for note in data.warnings if note.code == "deleted_rows"] == [1]


def test_every_language_has_words_for_each_status_and_an_export_here():
    assert {one["title"] for one in languages()} == {*EXPORTS}
    for one in languages():
        assert {*one["status"]} == {*STATUSES} and {*one["columns"]} <= {*FIELDS}
        assert {"partner", "stage", "status", "amount", "created_on"} <= {*one["columns"]}


def test_no_word_means_two_things():
    meanings: dict[str, set] = {}
    for one in (table("stages.toml"), *languages()):
        for status, words in one["status"].items():
            for said in words:
                meanings.setdefault(word(said), set()).add(status)
    fields: dict[str, set] = {}
    for field, headers in generic_columns().items():
        for header in headers:
            fields.setdefault(key(header), set()).add(field)
    assert [w for w, found in {**meanings, **fields}.items() if len(found) > 1] == []
