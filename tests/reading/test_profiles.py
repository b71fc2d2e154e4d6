"""Each CRM's export gives the scorecard that the same deals give in the kit's own format."""

import pandas as pd
import pytest

from kpi_helpers import scorecard
from kpi_helpers.errors import KitError
from kpi_helpers.reading import load, save_mapping
from kpi_helpers.reading.columns.mapping import Mapping
from kpi_helpers.reading.columns.profiles import profiles, recognised
from reading.crm_exports import EXPORTS, deals

AS_OF = "2025-12-31"
TELL_OF_COMPETITORS = ("dynamics-365", "zoho")


def card(loaded) -> pd.DataFrame:
    return scorecard(loaded.deals(), by="partner", window="2025", as_of=AS_OF)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The scorecard of the kit's own format; told of competitors (True) as some CRMs tell of them,
    or not (False)."""
    cards = {}
    for told in (True, False):
        path = tmp_path_factory.mktemp("own") / "deals.csv"
        table = deals()
        if told:
            table["lost_to_competitor"] = table["status"].map({"lost": "true"})
        table.to_csv(path, index=False)
        cards[told] = card(load(path, as_of=AS_OF))
    return cards


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_gives_the_scorecard_of_the_kits_own_format(name, own, tmp_path):
    write, encoding = EXPORTS[name]
    path = tmp_path / "export.csv"
    path.write_bytes(write(deals()).encode(encoding))
    data = load(path, as_of=AS_OF)
    assert (data.profile, data.rows_in, data.rows_rejected, data.currency) == (
        name,
        60,
        0,
        "EUR",
    ), data.rejected
    assert data.stages["deals"].sum() == 60 and data.score == (
        0 if name == "generic" else pytest.approx(0.75, abs=0.25)
    )
    pd.testing.assert_frame_equal(card(data), own[name in TELL_OF_COMPETITORS])
    again = load(path, as_of=AS_OF, mapping_file=save_mapping(data, tmp_path / "answers.toml"))
    assert (again.profile, again.mapping) == (data.profile, data.mapping)
    pd.testing.assert_frame_equal(again.deals(), data.deals())


@pytest.mark.parametrize("name", sorted(EXPORTS.keys() - {"generic"}))
def test_every_crm_tells_what_a_deal_is_called(name, tmp_path):
    write, encoding = EXPORTS[name]
    path = tmp_path / "export.csv"
    path.write_bytes(write(deals()).encode(encoding))
    called = load(path, as_of=AS_OF).deals()["deal_name"]
    assert called.str.startswith("Customer ").all()


def test_every_profile_has_an_export():
    assert {*profiles()} == EXPORTS.keys() - {"generic"}


def test_two_profiles_that_fit_are_named_with_what_settles_it():
    header = ["Stage", "Account Name", "Partner", "Close Date"]
    with pytest.raises(KitError, match=r"fit both .*Say which: profile="):
        recognised(header, Mapping())
    assert recognised(header, Mapping(reading={"profile": "zoho"}))[0].name == "zoho"
    with pytest.raises(KitError, match="Did you mean 'zoho'"):
        recognised(header, Mapping(reading={"profile": "zoh"}))


def test_numbers_of_the_dynamics_interface(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(
        "opportunityid,name,partner,estimatedvalue,actualvalue,statecode,statuscode,createdon,actualclosedate\n"
        "a,x,Ada,5,,0,1,2025-01-01,\nb,x,Ada,5,7,1,3,2025-01-01,2025-02-01\nc,x,Ada,5,,2,4,2025-01-01,2025-02-01\n"
    )
    deals = load(path).deals().sort_values("deal_id")
    assert deals["status"].to_list() == ["open", "won", "cancelled"] and deals[
        "amount"
    ].to_list() == [5, 7, 5]
