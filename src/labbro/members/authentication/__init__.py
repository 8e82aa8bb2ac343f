"""Who calls: systems by OAuth 2 or by a TLS client certificate, people by the portal's sign-in."""

from labbro.members.authentication.callers import Authentication, CallFacts
from labbro.members.authentication.tokens import Access

__all__ = ["Access", "Authentication", "CallFacts"]
