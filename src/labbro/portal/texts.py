"""Every text of the portal, in both languages: a field here must be filled in both or the program does not start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

Language = Literal["da", "en"]


class Counted(msgspec.Struct, frozen=True):
    """A text about a number of things: for one, and with `{count}` for any other number."""

    one: str
    other: str

    def of(self, count: int) -> str:
        """The text for this number."""
        return self.one if count == 1 else self.other.format(count=count)


class Texts(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one language. Texts with `{names}` are filled with str.format."""

    language: Language
    # the frame of every page
    product: str
    skip: str
    other_language: str
    sign_out: str
    signed_in_as: str
    new_patient: str
    demonstration: str
    demonstration_note: str
    close: str
    footer: str
    # signing in and out
    sign_in: str
    sign_in_lead: str
    sign_in_demonstration: str
    sign_in_demonstration_note: str
    sign_in_as: str
    sign_in_openid: str
    sign_in_openid_note: str
    sign_in_none: str
    signed_out: str
    signed_out_note: str
    sign_in_again: str
    signed_in: str
    go_on: str
    timed_out: str
    sign_out_provider: str
    sign_in_failed: str
    sign_in_failed_note: str
    # people of the number service
    number_service: str
    method_registry: str
    operator: str
    sign_in_members_note: str
    more_people: str
    no_patients_note: str
    member_roles: Mapping[str, str]
    # finding a patient
    find_patient: str
    find_lead: str
    identifier: str
    identifier_hint: str
    reason: str
    reason_hint: str
    reason_none: str
    reasons: Mapping[str, str]
    find: str
    find_logged: str
    examples: str
    examples_note: str
    identifier_missing: str
    identifier_too_long: str
    none_found: str
    none_found_note: str
    several_found: str
    several_found_note: str
    choose: str
    reports_count: Counted
    newest_report: str
    # the patient
    results: str
    patient: str
    years: str
    male: str
    female: str
    identifier_unknown: str
    who_has_looked: str
    to_results: str
    # filters
    filters: str
    period: str
    periods: Mapping[str, str]
    since: str
    until: str
    group: str
    all_groups: str
    search: str
    search_hint: str
    origin: str
    origin_all: str
    origin_hospital: str
    origin_local: str
    only_marked: str
    show: str
    clear: str
    identity_in_search: str
    # the table
    table_caption: str
    table_region: str
    table_keys: str
    skip_table: str
    analysis: str
    interval: str
    samples: str
    time_unknown: str
    therapeutic: str
    above: str
    below: str
    abnormal: str
    corrected_short: str
    preliminary_short: str
    ambiguous_short: str
    locked_short: str
    has_remarks: str
    no_unit: str
    no_interval: str
    not_yet: str
    see_result: str
    legend: str
    legend_high: str
    legend_low: str
    legend_abnormal: str
    legend_corrected: str
    legend_preliminary: str
    legend_waiting: str
    legend_remarks: str
    legend_own: str
    locked_note: str
    ambiguous_note: str
    count_all: str
    results_counted: Counted
    samplings_counted: Counted
    count_selected: str
    columns_part: str
    newer: str
    older: str
    rows_elsewhere: Counted
    superseded_note: Counted
    nothing_stored: str
    nothing_here: str
    nothing_selected: str
    printed: str
    print_hint: str
    # a row: its course over time
    course: str
    chart_region: str
    chart_needs_script: str
    chart_empty: str
    chart_not_drawn: Counted
    chart_bands: str
    chart_operator: str
    measured: str
    beyond: str
    course_table: str
    sampled: str
    result: str
    judgement: str
    status: str
    laboratory: str
    inside: str
    not_judged: str
    replaced: str
    # a value
    value_title: str
    by_laboratory: str
    by_limits: str
    statuses: Mapping[str, str]
    report_statuses: Mapping[str, str]
    made_by: str
    producer: str
    producer_code: str
    sender: str
    from_laboratory: str
    to_laboratory: str
    receiver: str
    copy_receiver: str
    physician: str
    origin_of: str
    sample: str
    laboratory_number: str
    requester_number: str
    production_number: str
    sampling_interval: str
    volume: str
    material: str
    sample_received: str
    times: str
    results_at: str
    authorised: str
    received: str
    report: str
    report_status: str
    letter_number: str
    analysis_code: str
    own_group: str
    consent: str
    consent_yes: str
    consent_no: str
    consent_unsaid: str
    texts: str
    comments: str
    report_comment: str
    references: str
    reference_object: str
    history: str
    history_one: str
    history_many: str
    history_ambiguous: str
    this_one: str
    in_force: str
    open_letter: str
    open_course: str
    # microbiology, pathology, genetics: the list
    fields: Mapping[str, str]
    report_kinds: Mapping[str, str]
    all_laboratories: str
    search_reports: str
    search_reports_hint: str
    sample_taken: str
    answer_given: str
    reports_selected: str
    reports_in_force: Counted
    earlier_note: Counted
    earlier_versions: Counted
    answers_requisition: str
    nothing_in_field: str
    open_report: str
    back_to: str
    # one such report
    held_back: str
    held_back_note: str
    replaced_note: str
    to_newer: str
    report_history_one: str
    report_history_many: str
    report_ambiguous: str
    conclusion: str
    short_name: str
    examiner: str
    measured_findings: str
    finding: str
    measured_value: str
    flags: Mapping[str, str]
    culture: str
    isolates: str
    isolate: str
    isolate_number: str
    growth: str
    microscopy: str
    microscopy_kinds: Mapping[str, str]
    seen_group: str
    seen_kind: str
    susceptibility: str
    antibiotic: str
    method: str
    laboratory_legend: str
    without_place: str
    categories: Mapping[str, str]
    categories_explained: Mapping[str, str]
    categories_heading: str
    intermediate: str
    intermediate_explained: str
    section_names: Mapping[str, str]
    diagnoses: str
    meaning: str
    code: str
    code_kind: str
    snomed_axes: Mapping[str, str]
    samples_heading: str
    material_type: str
    prompts: str
    yes: str
    no: str
    asked_for: str
    about_examination: str
    clinical_information: str
    requisition_comment: str
    requisition_number: str
    laboratory_requisition_number: str
    requested_at: str
    relative: str
    relations: Mapping[str, str]
    consents: Mapping[str, str]
    consent_text: str
    requested_states: Mapping[str, str]
    # requisitions
    requisitions: str
    requisition: str
    requisition_kinds: Mapping[str, str]
    requisitions_counted: Counted
    requisitions_selected: str
    requisitions_awaited: Counted
    search_requisitions: str
    nothing_requested: str
    ordered_by: str
    ordered_of: str
    more_analyses: Counted
    open_requisition: str
    answer_states: Mapping[str, str]
    answers: str
    answers_none: str
    answer: str
    answered_short: str
    analyses_awaited: Counted
    matched_by: Mapping[str, str]
    found_by: str
    answer_ambiguous: str
    answer_elsewhere: str
    see_in_results: str
    requested_analyses: str
    priority: str
    priorities: Mapping[str, str]
    tube: str
    tubes: str
    answer_by: str
    treatment: str
    pretreatments: Mapping[str, str]
    original_number: str
    national_number: str
    indication: str
    sampling_wanted: str
    sampling_place: str
    sampling_places: Mapping[str, str]
    requester: str
    original_requester: str
    collector: str
    copy_text: str
    payer: str
    payers: Mapping[str, str]
    # the letter
    letter: str
    as_page: str
    as_text: str
    as_tree: str
    letter_views: str
    original: str
    syntax: str
    digest: str
    source: str
    sources: Mapping[str, str]
    findings: str
    findings_none: str
    # who has looked
    access_title: str
    access_lead: str
    access_caption: str
    access_cut: str
    access_when: str
    access_who: str
    access_what: str
    access_why: str
    access_empty: str
    access_actions: Mapping[str, str]
    # when something is wrong
    not_found: str
    not_found_note: str
    not_allowed: str
    not_allowed_note: str
    too_many: str
    too_many_note: str
    unavailable: str
    unavailable_note: str
    wrong_use: str
    wrong_use_note: str
    broken: str
    broken_note: str
    request_number: str
