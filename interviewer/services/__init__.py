"""The composition root: which concrete parts the program is made of."""

from interviewer.services.wiring import Services, build_services

__all__ = ["Services", "build_services"]
