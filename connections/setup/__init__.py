"""What a person changes of a connection: settings, address, account, pause, end. Each writes its audit.

In come cleaned values and an actor; out go rows. It must not prove a credential itself.
"""
