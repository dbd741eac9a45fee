"""Where drones say their operators are (Remote ID): personal data, kept for two minutes.

In: operator reports. Out: the last place by claimed identifier, for those whose role is to act on
it; nothing of it goes into ledgers, events, exports or incidents. A claim like any other: a
position on the ground that nobody has measured.
"""

from collections.abc import Sequence

from vedette.base.constants import NS_PER_S
from vedette.model.reports import OperatorReport, Report

OPERATORS_MAX = 1_000  # as many as drones that a site would hear at once, and more
OPERATOR_LIFE_S = 120.0  # long enough to send somebody; sent again every second while in the air


def keep_operators(
    operators: dict[str, OperatorReport], reports: Sequence[Report], now_ns: int
) -> None:
    """Take in the step's operator reports and forget what is older than OPERATOR_LIFE_S.

    operators: by claimed identifier, the one told last at the end. Beyond OPERATORS_MAX the one
    told first is forgotten.
    """
    for report in reports:
        if isinstance(report, OperatorReport):
            operators.pop(report.remote_id, None)
            operators[report.remote_id] = report
    life_ns = int(OPERATOR_LIFE_S * NS_PER_S)
    over = len(operators) - OPERATORS_MAX
    gone = [
        name
        for number, (name, report) in enumerate(operators.items())
        if number < over or now_ns - report.t_recv_ns > life_ns
    ]
    for name in gone:
        del operators[name]
