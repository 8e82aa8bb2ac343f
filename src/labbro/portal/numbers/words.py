"""Every word on the pages of the number service, in both languages: a field here must be filled in both."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from labbro.portal.texts import Counted


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one language. Those with `{names}` are filled with str.format."""

    # the frame
    service: str
    pages: str
    operator: str
    unknown: str
    thousands: str
    decimal_mark: str
    optional: str
    actions: str
    done: str
    not_done: str
    chart_needs_script: str
    signs: Mapping[str, str]
    roles: Mapping[str, str]
    actors: Mapping[str, str]
    page_names: Mapping[str, str]
    leads: Mapping[str, str]
    # the overview
    stopped: str
    stopped_wait: str
    stopped_why: Mapping[str, str]
    stopped_todo: Mapping[str, str]
    notice_kinds: Mapping[str, str]
    from_to: str
    approvals_wait: Counted
    approvals_wait_note: str
    agents_held: Counted
    agents_held_note: str
    questions_wait: Counted
    manual_left: Counted
    manual_over: str
    space: str
    numbers_left: str
    of_capacity: str
    ends_in: str
    at_rate: str
    never_ends: str
    far_away: str
    numbers_issued: str
    in_series: str
    numbers_released: str
    skipped_too: str
    stocks: str
    stocks_lead: str
    stocks_chart: str
    stocks_note: str
    stocks_caption: str
    weeks_unit: str
    account: str
    stock: str
    left: str
    agent_told: str
    last_draw: str
    drawn_half_year: str
    no_accounts: str
    stock_unknown: str
    weeks: str
    band: str
    draws: str
    draws_lead: str
    draws_chart: str
    draws_caption: str
    nothing_drawn: str
    numbers_unit: str
    series_unit: str
    week_from: str
    week_of: str
    # series
    series_lead: str
    series_caption: str
    no_series: str
    older: str
    all_accounts: str
    by_account: str
    first_number: str
    last_number: str
    count: str
    drawn_at: str
    drawn_by: str
    by: str
    by_person: str
    by_system: str
    by_hand: str
    by_itself: str
    way: str
    given_back: str
    given_back_at: str
    round: str
    round_note: str
    fate: str
    fates: Mapping[str, str]
    partly_released: str
    line: str
    line_lead: str
    line_caption: str
    reason: str
    releases: str
    series_of: str
    drawn_now: str
    drawn_now_note: str
    release_title: str
    release_lead: str
    release_button: str
    reason_hint: str
    # look-up
    look_up_lead: str
    number: str
    number_hint: str
    look_up_button: str
    found: str
    state: str
    number_states: Mapping[str, str]
    held_by: str
    system: str
    gap_reasons: Mapping[str, str]
    life: str
    life_lead: str
    life_caption: str
    no_life: str
    when: str
    what_happened: str
    place: str
    wrong_number: str
    practice: str
    suggestions: str
    slip: str
    own_series: str
    yours: str
    # acts
    acts: Mapping[str, str]


def words_in(language: str) -> Words:
    """The words of a language; Danish for any other."""
    from labbro.portal.numbers.danish import DANISH
    from labbro.portal.numbers.english import ENGLISH

    return ENGLISH if language == "en" else DANISH
