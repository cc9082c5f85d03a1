"""The REST API of connections: answers, bodies and status codes. What is done lives in the verbs."""
