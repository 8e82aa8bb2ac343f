"""How each act of the members room is asked for on a page: what names its subject, and what is filled in."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from labbro.members import acts

Kind = Literal[
    "text", "email", "tel", "number", "date", "moment", "area", "formats", "key", "limits", "tick",
    "system", "product-system", "vendor", "laboratory", "purpose", "purposes", "vendors", "notice-kind",
]  # fmt: skip


class Asked(msgspec.Struct, frozen=True):
    """A field of an act as a form asks for it."""

    name: str
    kind: Kind = "text"
    required: bool = True
    longest: int = 120


class Spec(msgspec.Struct, frozen=True):
    """A form for an act. `about`: ids that the address gives. `back`: the page to go to when it is done."""

    about: tuple[str, ...]
    fields: tuple[Asked, ...]
    back: str
    grave: bool = False


OWNER: Final = ("vendor_id", "laboratory_id")
_NAME: Final = Asked("name")
_MAILBOX: Final = Asked("mailbox", "email", longest=200)
_TELEPHONE: Final = Asked("telephone", "tel", longest=20)
_IDS: Final = tuple(Asked(name, required=False, longest=20) for name in ("gln", "sor", "shak", "provider_number"))
_LABORATORY: Final = (_NAME, Asked("formats", "formats"), *_IDS)
_LIMITS: Final = tuple(
    Asked(name, "limits", longest=15) for name in ("largest_series", "numbers_a_day", "plan_a_fortnight")
)

SPECS: Final[dict[type[acts.Act], Spec]] = {
    acts.AddVendor: Spec((), (_NAME,), "accounts"),
    acts.RenameVendor: Spec(("vendor_id",), (_NAME,), "accounts"),
    acts.AddLaboratory: Spec(("vendor_id",), _LABORATORY, "accounts"),
    acts.ChangeLaboratory: Spec(("laboratory_id",), _LABORATORY, "accounts"),
    acts.MoveLaboratory: Spec(("laboratory_id",), (Asked("to_vendor_id", "vendor"),), "accounts", grave=True),
    acts.OpenAccount: Spec(OWNER, (Asked("department"), _MAILBOX), "accounts"),
    acts.ChangeAccount: Spec(("account_id",), (Asked("department"), _MAILBOX), "account"),
    acts.CloseAccount: Spec(("account_id",), (), "account", grave=True),
    acts.ReopenAccount: Spec(("account_id",), (), "account"),
    acts.SetLimits: Spec(("account_id",), _LIMITS, "account"),
    acts.AddProduct: Spec(("vendor_id",), (_NAME,), "systems"),
    acts.AddSystem: Spec(("product_id",), (Asked("version"),), "systems"),
    acts.IssueCertificate: Spec(
        ("system_id",),
        (Asked("formats", "formats"), Asked("valid_from", "date"), Asked("valid_to", "date")),
        "systems",
    ),
    acts.WithdrawCertificate: Spec(("certificate_id",), (), "systems", grave=True),
    acts.Install: Spec(("account_id",), (Asked("system_id", "system"), _NAME), "account"),
    acts.UpgradeInstallation: Spec(("installation_id",), (Asked("to_system_id", "system"),), "account"),
    acts.EndInstallation: Spec(("installation_id",), (), "account", grave=True),
    acts.AddKey: Spec(
        ("installation_id",),
        (Asked("jwk", "key", longest=4000), Asked("valid_from", "moment"), Asked("valid_to", "moment")),
        "account",
    ),
    acts.AddClientCertificate: Spec(("installation_id",), (Asked("pem", "area", longest=20_000),), "account"),
    acts.EndCredential: Spec(("credential_id",), (Asked("valid_to", "moment"),), "account"),
    acts.RevokeCredential: Spec(("credential_id",), (), "account", grave=True),
    acts.AddPerson: Spec(OWNER, (_NAME, Asked("issuer", longest=300), Asked("subject", longest=255)), "people"),
    acts.EndPerson: Spec(("person_id",), (), "people", grave=True),
    acts.AddContact: Spec(OWNER, (Asked("purpose", "purpose"), _NAME, _MAILBOX, _TELEPHONE), "contacts"),
    acts.ChangeContact: Spec(("contact_id",), (_NAME, _MAILBOX, _TELEPHONE), "contacts"),
    acts.RemoveContact: Spec(("contact_id",), (), "contacts", grave=True),
    acts.ConfirmContacts: Spec(OWNER, (), "contacts"),
    acts.PermitManual: Spec(OWNER, (Asked("until", "date"),), "draw"),
    acts.WriteNotice: Spec(
        (),
        (
            Asked("kind", "notice-kind"),
            Asked("title_da"),
            Asked("title_en"),
            Asked("text_da", "area", longest=4000),
            Asked("text_en", "area", longest=4000),
            Asked("starts_at", "moment"),
            Asked("ends_at", "moment"),
            Asked("purposes", "purposes"),
            Asked("vendor_ids", "vendors", required=False),
        ),
        "notices",
    ),
    acts.WithdrawNotice: Spec(("notice_id",), (), "notices", grave=True),
    acts.Escalate: Spec(
        ("vendor_id",),
        (
            Asked("laboratory_id", "laboratory", required=False),
            Asked("subject"),
            Asked("text", "area", longest=4000),
        ),
        "questions",
    ),
    acts.AnswerEscalation: Spec(
        ("escalation_id",),
        (Asked("answer", "area", longest=4000), Asked("close", "tick", required=False)),
        "questions",
    ),
    acts.NoteBounce: Spec(("mail_id",), (), "mails"),
}
