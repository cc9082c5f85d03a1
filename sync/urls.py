"""The sync's addresses."""

from django.urls import path

from sync import hooks

app_name = "sync"
urlpatterns = [path("hooks/jira/<str:token>", hooks.jira, name="hook")]
