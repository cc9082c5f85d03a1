"""The form in which a comment is written, and changed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from planning.comment_editing import LONGEST


class CommentForm(forms.Form):
    body = forms.CharField(
        label=_("Comment"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write something.")},
    )
