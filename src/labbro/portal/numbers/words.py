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
    life_of_others: str
    claimed_by: str
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
    act_links: Mapping[str, str]
    act_notes: Mapping[str, str]
    grave_note: str
    back: str
    field_wrong: str
    none_of_them: str
    labels: Mapping[str, str]
    hints: Mapping[str, str]
    purposes: Mapping[str, str]
    # accounts, systems, keys
    accounts_lead: str
    accounts_caption: str
    vendor: str
    organisation: str
    letter_formats: str
    identifiers: str
    department: str
    mailbox: str
    drawing: str
    account_states: Mapping[str, str]
    automatic_until: str
    by_hand_until: str
    may_not_draw: str
    missing_formats: str
    days_left: Counted
    plan_note: str
    installations: str
    installations_lead: str
    client_id: str
    client_id_note: str
    keys_caption: str
    no_keys: str
    key: str
    key_kind: str
    key_kinds: Mapping[str, str]
    key_states: Mapping[str, str]
    valid_from: str
    valid_to: str
    systems_lead: str
    no_systems: str
    in_use: str
    certificates_caption: str
    no_certificates: str
    certificate_states: Mapping[str, str]
    # contacts and people
    contacts_lead: str
    ask_first: str
    ask_first_lead: Mapping[str, str]
    nobody_to_ask: str
    contacts_caption: str
    no_contacts: str
    confirmed: str
    does_not_arrive: str
    people_lead: str
    people_caption: str
    add_person_to: str
    role: str
    # the board
    board_lead: str
    duties_caption: str
    duty: str
    duty_states: Mapping[str, str]
    evidence: str
    due: str
    transition: str
    plain_until: str
    plain_closed: str
    plain_caption: str
    plain_calls: str
    last_call: str
    not_recognised: str
    only_https: str
    in_four_weeks: str
    certification: str
    certification_lead: str
    draw_automatically: str
    draw_by_hand: str
    draw_not: str
    # notices, mail, questions
    notices_lead: str
    feed: str
    no_notices: str
    notice_states: Mapping[str, str]
    kind: str
    period: str
    sent_to: str
    everyone: str
    see_mails: str
    mails_lead: str
    mails_caption: str
    mail_states: Mapping[str, str]
    no_mails: str
    no_mail_server: str
    no_mail_server_note: str
    written: str
    recipient: str
    mail_subject: str
    settled: str
    questions_lead: str
    questions_caption: str
    no_questions: str
    question_states: Mapping[str, str]
    asked_at: str
    diagnostics: str
    diagnostics_lead: str
    # drawing, approvals, agents
    draw_lead: str
    draw_button: str
    how_many: str
    how_many_hint: str
    no_drawing: str
    no_drawing_note: str
    countdown: str
    countdown_lead: str
    last_day: str
    set_day: str
    board_sum: str
    time_left: str
    ended: str
    never_allowed: str
    approvals_lead: str
    nothing_waits: str
    asked_by: str
    asks_for: str
    own_request: str
    own_request_note: str
    approve: str
    refuse: str
    approved_now: str
    decided: str
    nothing_decided: str
    decision: str
    decisions: Mapping[str, str]
    agents_lead: str
    agents_caption: str
    no_agents: str
    agent: str
    agent_states: Mapping[str, str]
    agent_held: str
    agent_todo: str
    acknowledge: str
    on_hold_since: str
    seen_at: str
    calls: str


def words_in(language: str) -> Words:
    """The words of a language; Danish for any other."""
    from labbro.portal.numbers.danish import DANISH
    from labbro.portal.numbers.english import ENGLISH

    return ENGLISH if language == "en" else DANISH
