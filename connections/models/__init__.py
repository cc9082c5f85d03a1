"""ALM connections, their sealed secrets, and the projects mapped through them."""

from connections.models.budget import RateBudget
from connections.models.connection import (
    AuthMethod,
    Connection,
    Health,
    Lifecycle,
    MovePart,
    WebhookState,
)
from connections.models.project import (
    CommentDirection,
    ConflictPolicy,
    DeletionPolicy,
    Direction,
    MappedProject,
)
from connections.models.report import PermissionReport, ReportState
from connections.models.secret import KeyFingerprint, OAuthFlow, SealedSecret, SecretField
from connections.models.site import Right, Site, SiteDoubt

__all__ = [
    "AuthMethod",
    "CommentDirection",
    "ConflictPolicy",
    "Connection",
    "DeletionPolicy",
    "Direction",
    "Health",
    "KeyFingerprint",
    "Lifecycle",
    "MappedProject",
    "MovePart",
    "OAuthFlow",
    "PermissionReport",
    "RateBudget",
    "ReportState",
    "Right",
    "SealedSecret",
    "SecretField",
    "Site",
    "SiteDoubt",
    "WebhookState",
]
