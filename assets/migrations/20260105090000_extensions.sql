-- The extension behind the vector columns. It belongs where every schema finds it: in "extensions"
-- (a Supabase project has that schema), else in "public". Never in an instance's own schema, as
-- deleting that schema would take the extension from its neighbours.
do $$
begin
  if exists (select from pg_catalog.pg_extension where extname = 'vector') then
    return;
  end if;
  if exists (select from pg_catalog.pg_namespace where nspname = 'extensions') then
    create extension vector with schema extensions;
  else
    create extension vector with schema public;
  end if;
end
$$;
