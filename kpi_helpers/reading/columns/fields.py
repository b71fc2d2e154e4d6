"""What a column of an export can be mapped to: the deal table's columns, and helpers from which
they are worked out."""

from kpi_helpers.contract.deals import DEAL_COLUMNS, Column

# A CRM often splits one column of the contract over several of its own; these are read and then
# folded in.
HELPERS: dict[str, Column] = {
    "is_won": Column("flag", "the CRM's own flag: won"),
    "is_closed": Column("flag", "the CRM's own flag: won, lost or cancelled"),
    "active": Column("flag", "false: archived, which is how Odoo marks a lost deal"),
    "deleted": Column("flag", "in the CRM's bin, or archived there: no deal any more"),
    "current_version": Column("flag", "false: an earlier version, in a table of the history"),
    "won_on": Column("date", "when it was won"),
    "lost_on": Column("date", "when it was lost"),
    "closes_on": Column(
        "date", "the closing date of a closed deal, the expected one of an open deal"
    ),
    "actual_amount": Column("number", "the value a won deal had in the end"),
    "status_reason": Column("text", "why it has its status"),
    "competitor": Column("text", "who won it instead"),
    "probability_source": Column("text", "where the probability comes from: crm or stage default"),
}

FIELDS: dict[str, Column] = DEAL_COLUMNS | HELPERS

# The typed deal table that reading hands on.
OUTPUT: dict[str, Column] = DEAL_COLUMNS | {"probability_source": HELPERS["probability_source"]}

# From these any of the tables beside the deals may answer, joined by a shared key.
FROM_LOOKUPS = ("owner", "department", "unit", "customer", "region", "product", "size_band")
