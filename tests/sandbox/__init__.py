"""The sandbox is judged from outside: by other people's clients, the vendor's schemas, vectors."""
