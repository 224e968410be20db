"""What other services may ask of cinder beside its operations."""

from cloudtape.synthesis.services.block_storage.attachments import attach, detach

__all__ = ["attach", "detach"]
