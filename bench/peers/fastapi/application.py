"""The reference application, with the fixed answer that Brigade has at /health/live."""

from app.main import app
from fastapi.responses import JSONResponse

__all__ = ["app"]


@app.get("/health/live", include_in_schema=False)
async def live() -> JSONResponse:
    return JSONResponse({"status": "ok"})
