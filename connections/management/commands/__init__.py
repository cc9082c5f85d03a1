"""`manage.py` commands about connections: rotating the key under which secrets are sealed."""
