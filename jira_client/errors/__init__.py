"""Everything that can go wrong between us and Jira, as one tree.

    JiraError
    ├── ConnectFailed            nothing was sent
    │   ├── DnsFailed            the name has no address
    │   ├── ConnectionRefused    nobody listens, or no route
    │   ├── ConnectTimedOut      no answer to the connection attempt
    │   ├── AddressRefused       our own address policy said no
    │   ├── ProxyFailed          kind: unreachable, not_allowed, not_trusted, login_wanted,
    │   │                        login_refused, login_unknown, forbids, cannot_reach, not_one
    │   └── TlsFailed            kind: unknown_ca, self_signed, expired, chain_expired,
    │                            not_yet_valid, host_mismatch, fingerprint_mismatch, weak,
    │                            client_certificate, client_certificate_refused,
    │                            client_certificate_unusable, not_offered, wanted, versions, other
    ├── AnswerLost               something was sent; a write may have been carried out
    │   ├── ReadTimedOut
    │   ├── ConnectionDropped
    │   ├── Truncated
    │   └── TooLarge
    ├── NotJson                  kind: login_page, html, empty, garbage
    ├── Redirected
    ├── NotJira                  something answers, but it is no Jira
    │   └── PagesRepeat          a list without an end: Jira hands out a page a second time
    ├── OAuthProblem             Jira's OAuth provider names a problem
    ├── AuthenticationRefused    401
    │   ├── CaptchaRequired
    │   ├── BasicDisabled
    │   ├── WrongToken           a Personal Access Token where the deployment takes none
    │   ├── ClientRefused        a service account's client ID or secret, wrong or revoked
    │   ├── AppRefused           client ID or secret of an OAuth 2.0 app, wrong or gone
    │   ├── CodeRefused          the code of the consent page is not taken
    │   ├── OfflineMissing       tokens came without one to renew them by
    │   ├── OtherSite            consent for another Cloud site
    │   ├── GrantEnded           the refresh token is not taken any more
    │   │   └── RenewalLost      the same, after an answer to a renewal was lost
    │   └── AnonymousAnswer      answered, but as nobody
    ├── ForeignLogin             somebody before Jira asks for a login of its own
    ├── OriginRefused            an allowlist of addresses does not hold ours
    ├── XsrfRefused
    ├── PermissionRefused        403
    │   └── CallRefused          401 to one call alone, though the credential is good: scopes
    ├── NotFound                 404: missing or invisible
    ├── Invalid                  400
    ├── ConflictRefused          409
    ├── Gone                     410
    ├── TooBig                   413
    ├── WorkflowInvalid          422
    ├── RateLimited              429
    ├── ServerFault              5xx
    │   └── Starting             Jira's own pages of starting and maintenance
    ├── BadPayload               a webhook body that is not one
    ├── SigningUnavailable       this computer cannot sign RSA-SHA1
    └── KeyUnusable              the private key is not one we can sign with

Messages are for admins: what happened and what to do. No attribute that is meant to be shown ever
holds a header, a token, a body or URL userinfo. `jira_client.diagnosis` turns any of these into a
remedy; nothing here decides about retries. ConnectFailed, AnswerLost and what is below them are errors of
`outgoing.errors` too (docs/decisions/0076). Callers import from this module; the ones below it are kept
apart by what failed.
"""

from jira_client.errors.answers import BadPayload, NotJira, NotJson, PagesRepeat, Redirected
from jira_client.errors.base import LONGEST_WAIT, JiraError, bounded
from jira_client.errors.consent import (
    AppRefused,
    CodeRefused,
    GrantEnded,
    OfflineMissing,
    OtherSite,
    RenewalLost,
)
from jira_client.errors.network import (
    AddressRefused,
    AnswerLost,
    ConnectFailed,
    ConnectionDropped,
    ConnectionRefused,
    ConnectTimedOut,
    DnsFailed,
    ProxyFailed,
    ReadTimedOut,
    TlsFailed,
    TooLarge,
    Truncated,
    as_jira_error,
)
from jira_client.errors.oauth import KeyUnusable, OAuthProblem, SigningUnavailable
from jira_client.errors.refusals import (
    NOT_TOLD,
    AnonymousAnswer,
    AuthenticationRefused,
    BasicDisabled,
    CallRefused,
    CaptchaRequired,
    ClientRefused,
    ConflictRefused,
    ForeignLogin,
    Gone,
    Invalid,
    NotFound,
    OriginRefused,
    PermissionRefused,
    RateLimited,
    ServerFault,
    Starting,
    TooBig,
    WorkflowInvalid,
    WrongToken,
    XsrfRefused,
)

__all__ = [
    "LONGEST_WAIT",
    "NOT_TOLD",
    "AddressRefused",
    "AnonymousAnswer",
    "AnswerLost",
    "AppRefused",
    "AuthenticationRefused",
    "BadPayload",
    "BasicDisabled",
    "CallRefused",
    "CaptchaRequired",
    "ClientRefused",
    "CodeRefused",
    "ConflictRefused",
    "ConnectFailed",
    "ConnectTimedOut",
    "ConnectionDropped",
    "ConnectionRefused",
    "DnsFailed",
    "ForeignLogin",
    "Gone",
    "GrantEnded",
    "Invalid",
    "JiraError",
    "KeyUnusable",
    "NotFound",
    "NotJira",
    "NotJson",
    "OAuthProblem",
    "OfflineMissing",
    "OriginRefused",
    "OtherSite",
    "PagesRepeat",
    "PermissionRefused",
    "ProxyFailed",
    "RateLimited",
    "ReadTimedOut",
    "Redirected",
    "RenewalLost",
    "ServerFault",
    "SigningUnavailable",
    "Starting",
    "TlsFailed",
    "TooBig",
    "TooLarge",
    "Truncated",
    "WorkflowInvalid",
    "WrongToken",
    "XsrfRefused",
    "as_jira_error",
    "bounded",
]
