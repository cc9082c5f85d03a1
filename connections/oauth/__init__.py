"""The OAuth 1.0a dance: key pair, application link, request token, approval, access token, renewal.

In come a draft connection and a person's session; out goes a credential for `credentials` to prove. The
steps are those of RFC 5849. It must not keep a verifier.
"""
