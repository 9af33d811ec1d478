"""Owners: who answers for the assets, shown by Dagster on each. Change it to your team."""

OWNERS = ["team:telephony-cost"]
