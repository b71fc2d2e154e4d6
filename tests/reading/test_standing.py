"""What counts as won, lost and open: words, flags, dates, and what is asked rather than guessed."""

import pytest

from kpi_helpers import close_rate, deal_count, deal_success
from kpi_helpers.reading import load
from kpi_helpers.reading.columns.vocabulary import meaning, statuses

HEAD = "Opportunity ID,Partner,Stage,Amount,Created Date,Close Date"


def standing(folder, header, *rows, **asked):
    """The load of these rows, and each deal's status."""
    path = folder / "deals.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    data = load(path, **asked)
    return data, data.deals().set_index("deal_id")["status"].to_dict()


def said(data, code):
    """The warnings of one kind."""
    return [note for note in data.warnings if note.code == code]


@pytest.mark.parametrize(
    ("stage", "status"),
    [
        ("Closed won (EMEA Pipeline)", "won"),
        ("Appointment scheduled (EMEA Pipeline)", "open"),
        ("7. Closed Lost", "lost"),
        ("S3: Negotiation", "open"),
        ("Won and Closed", "won"),
        ("Lost - price", "lost"),
        ("Deal | Won", "won"),
        ("Loss", "lost"),
        ("Won/Lost", None),
        ("Proposal - accepted", None),
        ("Won - negotiation", None),
        ("Lost - really?", None),
        ("Not won", None),
        ("Handed over", None),
    ],
)
def test_a_stage_is_understood_by_its_parts_or_asked_about(stage, status):
    assert meaning(stage, statuses()) == status


def test_a_closed_flag_and_an_unknown_stage_is_never_lost(tmp_path):
    data, deals = standing(
        tmp_path,
        HEAD + ",Closed",
        "1,Ada,Handed over,5,2025-01-02,2025-02-01,Y",
        "2,Ada,Negotiation,5,2025-01-02,2025-02-01,Y",
        "3,Ada,Calling,5,2025-01-02,2025-02-01,N",
        "4,Ada,Won - signed,5,2025-01-02,2025-02-01,Y",
    )
    assert deals == {"3": "open", "4": "won"}
    assert data.rejected["value"].to_list() == ["Handed over", "Negotiation"]
    assert "'Handed over' 1" in said(data, "unmapped_stages")[0]
    assert "'Won - signed' won" in said(data, "stages_by_parts")[0]
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[stages]\n"Handed over" = "won"\nNegotiation = "lost"\n', encoding="utf-8")
    assert load(tmp_path / "deals.csv", mapping_file=mapping).rows_rejected == 0


def test_an_unknown_stage_is_open_only_while_some_of_its_deals_expect_to_close(tmp_path):
    data, deals = standing(
        tmp_path,
        HEAD,
        "1,Ada,Bound,5,2025-01-02,2025-02-01",
        "2,Ada,Bound,5,2025-01-02,2025-03-01",
        "3,Ada,Warm,5,2025-01-02,2025-02-01",
        "4,Ada,Warm,5,2025-01-02,2025-09-01",
        "5,Ada,Closed Lost,5,2025-01-02,2025-03-05",
    )
    assert deals == {"3": "open", "4": "open", "5": "lost"}
    assert data.rejected["value"].to_list() == ["Bound", "Bound"]
    assert "'Warm' 2" in said(data, "guessed_stages")[0]


def test_every_unknown_stage_is_listed(tmp_path):
    rows = [f"{n},Ada,Step {n} of ours,5,2025-01-02,2025-02-01" for n in range(30)]
    data, _ = standing(tmp_path, HEAD, *rows, "30,Ada,Closed Won,5,2025-01-02,2025-02-01")
    assert all(f"'Step {n} of ours' 1" in said(data, "unmapped_stages")[0] for n in range(30))


def test_stage_and_flags_that_contradict_are_counted_and_told(tmp_path):
    data, deals = standing(
        tmp_path,
        HEAD + ",Closed,Won",
        "1,Ada,Closed Lost,5,2025-01-02,2025-02-01,TRUE,TRUE",
        "2,Ada,Closed Won,5,2025-01-02,2025-02-01,FALSE,FALSE",
        "3,Ada,Closed Won,5,2025-01-02,2025-02-01,TRUE,TRUE",
        "4,Ada,Negotiation,5,2025-01-02,2025-02-01,FALSE,TRUE",
    )
    assert deals == {"1": "won", "2": "open", "3": "won", "4": "won"}
    (note,) = said(data, "stages_contradict")
    assert note.values["n"] == 3 and "'Closed Lost' as won 1" in note


def test_a_won_flag_alone_asks_what_the_others_are(tmp_path):
    header = "Id,Partner,Amount,CreatedDate,CloseDate,IsWon"
    rows = ["1,Ada,5,2025-01-02,2025-02-01,1", "2,Ada,5,2025-01-02,2025-02-01,0"]
    data, _ = standing(tmp_path, header, *rows)
    assert said(data, "won_flag_alone")[0].values["n"] == 1
    rows = [row + flag for row, flag in zip(rows, (",1", ",1"), strict=True)]
    data, deals = standing(tmp_path, header + ",IsClosed", *rows)
    assert not said(data, "won_flag_alone") and deals == {"1": "won", "2": "lost"}


def test_the_reason_of_a_status_tells_cancelled_from_lost_and_may_stand_alone(tmp_path):
    header = "opportunityid,Partner,statuscode,estimatedvalue,createdon,actualclosedate"
    rows = [
        f"{n},Ada,{reason},5,2025-01-02,{'' if reason == 'In Progress' else '2025-02-01'}"
        for n, reason in enumerate(["In Progress", "Won", "Canceled", "Out-Sold"])
    ]
    _, deals = standing(tmp_path, header, *rows)
    assert deals == {"0": "open", "1": "won", "2": "cancelled", "3": "lost"}
    _, deals = standing(tmp_path, header + ",statecode", *(row + ",Lost" for row in rows[2:]))
    assert deals == {"2": "cancelled", "3": "lost"}


def test_decided_deals_without_a_date_count_where_none_is_needed(tmp_path):
    data, _ = standing(
        tmp_path,
        "deal_id,partner,status,amount,created_on,closed_on",
        "1,Ada,won,5,2025-01-02,2025-02-01",
        "2,Ada,won,5,2025-01-02,2025-02-02",
        *(f"{n},Ada,lost,5,2025-01-02," for n in range(3, 7)),
    )
    assert data.rows_rejected == 0
    assert said(data, "undated")[0].values == {"n": 4, "won": 0, "lost": 4, "cancelled": 0}
    deals = data.deals()

    def told(kpi, basis, window):
        answer = kpi(deals, window=window, as_of="2025-06-30").set_index("basis").loc[basis]
        return answer["value"], answer["note"]

    assert told(close_rate, "cohort", "2025-Q1")[0] == 2 / 6
    value, note = told(close_rate, "closed", "2025-Q1")
    assert value == 1 and "(0 won, 4 lost): 2 of 6 with them" in note
    assert told(close_rate, "closed", "all") == (2 / 6, "")
    assert told(deal_success, "conversion", "2025-Q1")[0] == 2 / 6
    assert told(deal_count, "open", "2025-Q1")[0] == 0


def test_deals_that_an_import_created_after_they_closed_are_kept_without_a_created_date(tmp_path):
    rows = [f"{n},Ada,Closed Won,5,2024-05-01,2021-0{n}-01" for n in range(1, 5)]
    data, _ = standing(tmp_path, HEAD, *rows, "9,Ada,Closed Lost,5,2025-01-02,2024-12-01")
    assert data.rejected["reason"].to_list() == ["closed before it was created (2025-01-02)"]
    (note,) = said(data, "imported")
    assert note.values == {"n": 4, "day": "2024-05-01"}
    assert data.deals()["created_on"].isna().all()
    assert said(data, "closed_before_created")[0].values["n"] == 1


@pytest.mark.parametrize(
    ("word", "flag"),
    [("YANLIŞ", False), ("Yanlış", False), ("DOĞRU", True), ("HAYIR", False), ("EVET", True)],
)
def test_turkish_excel_writes_its_flags_in_capitals(tmp_path, word, flag):
    header = "deal_id,partner,status,amount,created_on,closed_on,ideal"
    data, _ = standing(tmp_path, header, f"1,Ada,won,5,2025-01-02,2025-02-01,{word}")
    assert data.deals()["ideal"].to_list() == [flag]
