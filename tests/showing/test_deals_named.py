import pandas as pd

from kpi_helpers.showing.deals_named import listed, names


def test_a_deal_is_called_by_customer_and_name_and_by_its_id_where_neither_is_known():
    deals = pd.DataFrame(
        {
            "deal_id": ["1", "2", "3", "4", "1"],
            "customer": ["Ada", "Bo", None, None, "Ada"],
            "deal_name": ["pilot", None, "renewal", None, "pilot"],
        }
    )
    called = names(deals)
    assert called == {"1": "Ada, pilot", "2": "Bo", "3": "renewal", "4": "4"}
    assert listed(["4", "1", "9"], called) == "4; Ada, pilot (1); 9"


def test_an_export_without_names_keeps_its_ids():
    assert names(pd.DataFrame({"deal_id": ["7"]})) == {"7": "7"}
