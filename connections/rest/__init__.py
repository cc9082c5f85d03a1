"""The REST API of connections: shapes, bodies and status codes. What is done lives in the verbs."""
