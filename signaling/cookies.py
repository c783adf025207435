"""The cookies by which a browser is known, to pages and to the live connection alike."""

SESSION_COOKIE = "parvis_session"
LANGUAGE_COOKIE = "parvis_language"


def session_cookie(public_url: str) -> str:
    """Its name. Over https no neighbour under the same domain can plant one (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{SESSION_COOKIE}" if public_url.startswith("https://") else SESSION_COOKIE
