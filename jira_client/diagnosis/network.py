"""Findings for failures before anything was sent: name, address, port, proxy, TLS.

Source: none; there is no rule about Jira here.
"""

from jira_client import errors
from jira_client.diagnosis.verdict import Case, Finding

_TLS: dict[str, tuple[str, str]] = {
    "unknown_ca": (
        "Jira's certificate was issued by an authority that this server does not know.",
        "Get the certificate of your company's authority (from whoever runs Jira's web server) "
        'and paste it as CA bundle: Jira - Connection > "Advanced Settings". If Jira has a public '
        "certificate, its web server forgets to send the intermediate certificate.",
    ),
    "self_signed": (
        "Jira's certificate is self-signed.",
        'Paste the certificate as CA bundle under "Advanced Settings", or compare its fingerprint '
        "with Jira's operator and confirm it there. A certificate of an authority is better.",
    ),
    "expired": (
        "Jira's certificate has expired.",
        "Ask whoever runs Jira's web server to renew it. Nothing needs to change here.",
    ),
    "chain_expired": (
        "A certificate of the chain has expired, not the server's own.",
        "Ask whoever runs Jira's web server to send the renewed intermediate certificate beside its "
        "own. If you pasted a CA bundle, look whether an old authority is in it, and paste the new "
        "one.",
    ),
    "not_yet_valid": (
        "Jira's certificate is not valid yet.",
        "Check the clocks of both servers: of this one and of Jira's web server. If both are right, "
        "ask whoever runs Jira's web server for a certificate that is valid already.",
    ),
    "weak": (
        "The key or signature of Jira's certificate is too weak to be trusted.",
        "Ask whoever runs Jira's web server for a certificate with an RSA key of 2048 bits or more, "
        "signed with SHA-256. The same holds for the authority's certificates above it.",
    ),
    "client_certificate": (
        "The server before Jira wants a client certificate, and this connection has none.",
        "Ask whoever runs Jira's web server or gateway for a client certificate with its private key, and "
        'enter both under "Advanced Settings" > "Client certificate"; or enter an "internal API URL" '
        "there that leads past it.",
    ),
    "client_certificate_refused": (
        "The server before Jira does not accept the client certificate of this connection.",
        "Ask whoever runs Jira's web server or gateway which authority it trusts for client certificates, "
        "and whether this one was revoked. Then enter a certificate of that authority, with its private "
        'key and the certificates in between, under "Advanced Settings" > "Client certificate".',
    ),
    "client_certificate_unusable": (
        "The client certificate of this connection and its private key cannot be used together.",
        'Enter both again under "Advanced Settings" > "Client certificate".',
    ),
    "not_offered": (
        "The port answers without TLS, so https:// cannot be spoken with it.",
        "Begin the Instance URL with http://, or enter the port that Jira offers for https.",
    ),
    "wanted": (
        "The port speaks TLS, and was called by http://.",
        "Begin the Instance URL with https://.",
    ),
    "versions": (
        "The server offers no version of TLS that is safe enough.",
        "Ask whoever runs Jira's web server to offer TLS 1.2 or later.",
    ),
    "broken_off": (
        "The server broke off the encrypted handshake.",
        "Ask whoever runs Jira's web server whether it wants a client certificate, which is entered "
        'under "Advanced Settings", or ciphers of its own; and check that the port is the one for '
        "https.",
    ),
    "host_mismatch": (
        "Jira's certificate is for another host name than the one in the Instance URL.",
        "Use the host name that the certificate holds as Instance URL (it must also be Jira's base "
        "URL), or have the certificate extended by this name.",
    ),
    "fingerprint_mismatch": (
        "Jira shows another certificate than the one whose fingerprint was confirmed.",
        "If it was renewed, compare the new fingerprint with Jira's operator and confirm it under "
        '"Advanced Settings". If nobody renewed it, somebody may sit in between: do not confirm.',
    ),
    "other": (
        "The encrypted connection to Jira could not be set up.",
        "Ask whoever runs Jira's web server to look at its TLS settings (1.2 or later is needed) and "
        "its certificate, and check that the port of the Instance URL is the one for https.",
    ),
}

_PROXY: dict[str, tuple[str, str]] = {
    "unreachable": (
        "The proxy that this connection goes through does not answer.",
        'Check the host and port of the proxy under "Advanced Settings". If they are right, ask the '
        "proxy's operator whether it runs and lets this server connect.",
    ),
    "not_allowed": (
        "The console is not allowed to call the address of the proxy.",
        "If the proxy is really in your internal network, the console's operator adds its address to "
        "the allowed networks in its configuration. This page cannot do it, on purpose.",
    ),
    "not_trusted": (
        "The certificate of the https proxy is not trusted.",
        "Paste the certificate of the authority that issued it into the CA bundle under "
        '"Advanced Settings", or enter the proxy with http:// if its operator offers that.',
    ),
    "login_wanted": (
        "The proxy asks for a user name and password (407), and this connection has none for it.",
        'Ask the proxy\'s operator for them and enter both under "Advanced Settings"; or ask to let this '
        "server through by its address, without a login.",
    ),
    "login_refused": (
        "The proxy does not accept the user name and password of this connection (407).",
        "Ask the proxy's operator whether the password was changed or the user locked, and enter the "
        'right ones under "Advanced Settings" > "User name at the proxy".',
    ),
    "login_unknown": (
        "The proxy asks for a kind of login that this console cannot give (407): it takes no Basic.",
        "Ask the proxy's operator to let this server through by its address, or to allow it Basic. "
        "NTLM, Kerberos (Negotiate) and Digest are not spoken.",
    ),
    "forbids": (
        "The proxy does not allow the console to connect to Jira (403).",
        "Ask the proxy's operator to allow this server to reach Jira's host and port. Many proxies "
        "allow port 443 only.",
    ),
    "cannot_reach": (
        "The proxy did not get through to Jira.",
        "Check the host name and port of the Instance URL. If they are right, ask the proxy's operator "
        "whether the proxy finds and reaches Jira.",
    ),
    "not_one": (
        "What answers at the proxy's address is no proxy for calls to Jira.",
        'Check the host, port and scheme of the proxy under "Advanced Settings", and ask its operator '
        "whether it takes CONNECT.",
    ),
}

KINDS = tuple(_TLS)
PROXY_KINDS = tuple(_PROXY)


def dns(error: errors.DnsFailed, case: Case) -> Finding:
    """The host name has no address."""
    return Finding(
        "dns_failed",
        "The host name of the Instance URL has no address.",
        "Check its spelling. If a browser on your computer opens it, this server uses another DNS: "
        "ask the console's operator to make the name known there.",
    )


def refused(error: errors.ConnectionRefused, case: Case) -> Finding:
    """Nothing listens at the host and port."""
    return Finding(
        "connection_refused",
        "Nothing answers at the host and port of the Instance URL.",
        "Check the port, and that Jira is running. Behind a firewall, ask its operator to let this "
        "server reach Jira.",
    )


def timed_out(error: errors.ConnectTimedOut, case: Case) -> Finding:
    """The connection attempt got no answer in time."""
    return Finding(
        "connect_timed_out",
        "The connection attempt got no answer in time.",
        "A firewall most likely drops it silently. Ask its operator to let this server reach Jira's "
        "host and port.",
    )


def address(error: errors.AddressRefused, case: Case) -> Finding:
    """The console's own policy does not allow the address."""
    return Finding(
        "address_refused",
        "The console is not allowed to call the address behind this host name.",
        "If Jira is really in your internal network, the console's operator adds that network to "
        "the allowed networks in its configuration. This page cannot do it, on purpose.",
    )


def tls(error: errors.TlsFailed, case: Case) -> Finding:
    """The TLS connection is not trusted, or did not come about; by the kind of trouble."""
    kind = error.kind if error.kind in _TLS else "other"
    what, remedy = _TLS[kind]
    if kind == "chain_expired" and (until := error.seen.get("own certificate valid until")):
        what = (
            f"A certificate of the chain has expired, not the server's own (valid until {until})."
        )
    if kind == "other" and (why := error.seen.get("verification")):
        what = f"Jira's certificate is not accepted: {why}."
    return Finding(f"tls_{kind}", what, remedy)


def proxy(error: errors.ProxyFailed, case: Case) -> Finding:
    """The proxy before Jira did not lead there, by the kind of trouble."""
    kind = error.kind if error.kind in _PROXY else "unreachable"
    return Finding(f"proxy_{kind}", *_PROXY[kind])


def unreachable(error: errors.ConnectFailed, case: Case) -> Finding:
    """No connection came about, for another reason."""
    return Finding(
        "connect_failed",
        "No connection to Jira came about.",
        "Check the Instance URL, and that this server may reach Jira.",
    )
