//! `.env` files: read as npm dotenv reads them, edited without touching another byte.
