"""Every code that `explain` can give: what a table of all of them, or a document, has to cover.

A test reads the explaining modules and holds this list against them.
"""

from jira_client.diagnosis import network, oauth

PLAIN = (
    # nothing was sent
    "dns_failed", "connection_refused", "connect_timed_out", "address_refused", "connect_failed",
    # the answer itself
    "read_timed_out", "connection_dropped", "truncated", "too_large", "login_page", "empty_answer",
    "html_answer", "not_json", "redirected", "leads_elsewhere", "not_jira", "no_such_site",
    "pages_repeat",
    # refused in so many words
    "captcha_required", "password_not_accepted", "basic_disabled", "wrong_token",
    "app_refused", "code_refused", "offline_missing", "other_site", "grant_ended", "renewal_lost",
    "anonymous_answer", "client_refused", "authentication_refused", "gateway_needed", "foreign_login",
    "strangers_refused", "account_refused", "origin_refused", "link_refused", "no_oauth_here",
    "scope_missing", "call_refused", "blocked_on_the_way", "request_refused", "webhook_address",
    "webhook_refused", "xsrf_refused", "archived", "not_licensed",
    "permission_refused", "jira_software_missing", "not_found", "field_not_on_screen", "invalid",
    "conflict_refused", "api_gone", "too_big", "workflow_invalid", "rate_limited", "server_fault",
    "starting",    "jira_error",
    # ours
    "bad_payload", "signing_unavailable", "key_unusable", "internal",
)  # fmt: skip
CODES = frozenset(
    (
        *PLAIN,
        *(f"tls_{kind}" for kind in network.KINDS),
        *(f"proxy_{kind}" for kind in network.PROXY_KINDS),
        *(f"oauth_{word}" for word in (*oauth.WORDS, "problem")),
    )
)
