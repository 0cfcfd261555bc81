"""Who pays, how much, when: the ledger of all patients under each contract."""

from equipoise.payment.contracts import PaymentContract, Schedule, contract_from
from equipoise.payment.flows import PopulationFlows
from equipoise.payment.impact import impact_of, with_product
from equipoise.payment.ledger import REBATE, ProductPayments, TreatedPatients, ledger

__all__ = [
    "REBATE",
    "PaymentContract",
    "PopulationFlows",
    "ProductPayments",
    "Schedule",
    "TreatedPatients",
    "contract_from",
    "impact_of",
    "ledger",
    "with_product",
]
