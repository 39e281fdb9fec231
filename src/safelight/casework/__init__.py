"""Persons, victims, cases, allocation, figures and handovers: what people build from decisions.

Reads take a `Reading` (the door's consultation) and an `AsOf`; acts take the ledger's `Writing` and who acts, so that
several can stand in one transaction.
"""
