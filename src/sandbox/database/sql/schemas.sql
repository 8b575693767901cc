-- The schemas of a Supabase project, and who may do what in "public".
create schema extensions;
create schema auth authorization supabase_auth_admin;
create schema storage authorization supabase_storage_admin;
create schema realtime;
create schema graphql_public;

grant usage on schema public to postgres, anon, authenticated, service_role;
grant usage on schema extensions to postgres, anon, authenticated, service_role, dashboard_user;
grant create on schema extensions to postgres, dashboard_user;
grant usage on schema auth to postgres, anon, authenticated, service_role, dashboard_user;
grant usage on schema storage to postgres, anon, authenticated, service_role, dashboard_user;
grant usage on schema realtime to postgres, anon, authenticated, service_role;
grant usage on schema graphql_public to postgres, anon, authenticated, service_role;
grant all on schema realtime to supabase_realtime_admin;

alter default privileges for role postgres in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;

do $$
declare
  wanted text;
begin
  foreach wanted in array array['pgcrypto', 'uuid-ossp', 'pg_stat_statements'] loop
    if exists (select from pg_catalog.pg_available_extensions e where e.name = wanted) then
      execute format('create extension if not exists %I with schema extensions', wanted);
    end if;
  end loop;
end
$$;

-- On Supabase a project's owner can install this one. Where the engine lets superusers only, it is
-- there from the start.
do $$
begin
  if exists (
    select from pg_catalog.pg_available_extension_versions
    where name = 'vector' and not trusted
  ) then
    create extension if not exists vector with schema extensions;
  end if;
end
$$;

create publication supabase_realtime;
alter publication supabase_realtime owner to postgres;

create table realtime.schema_migrations (
  version bigint primary key,
  inserted_at timestamp(0)
);
