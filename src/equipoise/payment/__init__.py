"""Who pays, how much, when: the ledger of all patients under each contract."""

from equipoise.payment.contracts import PaymentContract, Schedule, contract_from
from equipoise.payment.flows import PopulationFlows, population_flows
from equipoise.payment.ledger import REBATE, ProductPayments, ledger, product_payments

__all__ = [
    "REBATE",
    "PaymentContract",
    "PopulationFlows",
    "ProductPayments",
    "Schedule",
    "contract_from",
    "ledger",
    "population_flows",
    "product_payments",
]
