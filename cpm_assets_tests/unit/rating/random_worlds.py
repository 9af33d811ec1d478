"""Random decks, contracts and legs for the comparison of the SQL with the reference.

Everything comes from small alphabets, so that prefixes nest, windows touch and carriers nearly have one name, and often
from the bounds of D5, so that the integers become as large as they can. One call makes a whole world from one `Random`:
drawing each field as a hypothesis strategy took ten times as long as rating it.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from cpm_assets_tests.run_rows import Delivery, Row

FIRST_DAY = date(2026, 10, 24)
DAYS = [FIRST_DAY + timedelta(days=n) for n in range(3)]
CARRIERS = ["Acme", "acme", "Acme ", 'O\'Neil "☎"', "UNKNOWN_CARRIER"]
LEGS, CALLS, NUMBERS, CARDS, CONTRACTS = 400, 220, 60, 60, 8


def random_legs(random: Random) -> list[Row]:
    """Legs over three days, of every type; calls have several legs, some of which start together."""
    numbers = [_digits(random, 5, 15) for _ in range(NUMBERS - 1)] + ["121212121212121"]
    return [_leg(random, f"leg-{n:03}", numbers) for n in range(LEGS)]


def random_deliveries(random: Random) -> list[Delivery]:
    """Two files of cards and two of contracts: the later received replaces some keys of the earlier."""
    return [
        Delivery(kind, _file(random, row, size), received_at_utc=datetime(2026, 10, number, tzinfo=UTC))
        for kind, row, size in (("rate_cards", _card, CARDS), ("carrier_contracts", _contract, CONTRACTS))
        for number in (1, 2)
    ]


def _file(random: Random, row: Callable[[Random], dict[str, object]], size: int) -> list[Row]:
    rows = [row(random) for _ in range(size)]
    return list({(row["carrier_name"], row.get("prefix"), row["effective_date"]): row for row in rows}.values())


def _leg(random: Random, leg_id: str, numbers: list[str]) -> Row:
    call = random.randrange(CALLS)
    return {
        "leg_id": leg_id,
        "call_id": f"call-{call}",
        "start_time_utc": datetime(2026, 10, 24, tzinfo=UTC) + timedelta(hours=random.randrange(72)),
        "end_time_utc": _mostly(random, datetime(2026, 10, 27, tzinfo=UTC), None),
        "billing_seconds": random.choice(
            [604_800, random.randint(1, 604_800), *(random.randint(1, 400) for _ in range(5)), 1, 0, -1, None]
        ),
        "media_seconds": random.randint(0, 604_800),
        "carrier_name": _mostly(random, random.choice(CARRIERS), "", None),
        "destination_digits": _mostly(random, numbers[call % NUMBERS], random.choice(numbers), None),
        "call_type": _mostly(random, "voip", "monitor", "whisper", "fax", None),
        "direction": _mostly(random, "outbound", "internal", "inbound", "sideways", None),
        "call_outcome": random.choice(["answered"] * 7 + ["busy", "busy", None]),
    }


def _card(random: Random) -> dict[str, object]:
    return {
        "carrier_name": random.choice(CARRIERS),
        "prefix": random.choice(["1", "2", _digits(random, 1, 4), _digits(random, 14, 15), "121212121212121"]),
        "destination_region": random.choice(["North", "South"]),
        "rate_per_minute": _amount(random, 8),
        "connection_fee": random.choice([None, _amount(random, 6)]),
        "minimum_seconds": _minimum(random),
        "currency": _currency(random),
        **_window(random),
        **_pair(random),
    }


def _contract(random: Random) -> dict[str, object]:
    return {
        "carrier_name": random.choice(CARRIERS),
        "increment_rule": random.choice([None, "relative", "absolute"]),
        "minimum_seconds": _minimum(random),
        "connection_fee": random.choice([None, _amount(random, 6)]),
        "bills_attempts": random.choice([None, False, True]),
        "attempt_fee": random.choice([None, _amount(random, 6)]),
        "rounding_mode": random.choice([None, "half_up", "up", "down"]),
        "rounding_decimals": random.choice([None, *range(7)]),
        "expiry_is_inclusive": random.choice([None, False, True]),
        "currency": _currency(random),
        **_window(random),
        **_pair(random),
    }


def _window(random: Random) -> dict[str, date | None]:
    """Mostly in force and open; else beginning or ending among the days, or with both dates equal (a removal)."""
    effective = FIRST_DAY + timedelta(days=random.choice([-9, -9, -9, -1, 0, 1, 2, 3]))
    days = random.choice([None] * 6 + [0, 1, 2, 10])
    return {"effective_date": effective, "expiry_date": None if days is None else effective + timedelta(days=days)}


def _pair(random: Random) -> dict[str, int]:
    """Both increments, or none."""
    if random.random() < 0.4:
        return {}
    steps = [1, 6, 30, 60, 3600, random.randint(1, 3600)]
    return {"initial_increment_seconds": random.choice(steps), "increment_seconds": random.choice(steps)}


def _amount(random: Random, decimals: int) -> Decimal:
    """0…1,000 with that many decimals (D5): both ends, anything between, and amounts as they are in life."""
    bound = 1000 * 10**decimals
    usual = [random.randint(0, bound // 10_000) for _ in range(4)]
    return Decimal(random.choice([0, 1, bound, random.randint(0, bound), *usual])).scaleb(-decimals)


def _minimum(random: Random) -> int | None:
    return random.choice([None, None, 0, 10, 45, 604_800])


def _currency(random: Random) -> str | None:
    return random.choice([None, None, "EUR", "USD"])


def _digits(random: Random, shortest: int, longest: int) -> str:
    return "".join(random.choice("12") for _ in range(random.randint(shortest, longest)))


def _mostly(random: Random, usual: object, *others: object) -> object:
    return random.choice(others) if random.random() < 0.04 * len(others) else usual
