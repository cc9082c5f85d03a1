"""What any app may use and that knows no app: settings' readers, API plumbing, logs, rows in bulk."""
