"""`manage.py` commands about people, tokens and sign-in."""
