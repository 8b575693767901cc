//! Supabase's Management API.
