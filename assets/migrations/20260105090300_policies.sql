-- Who may read and write. The roles are a Supabase project's: "anon" (nobody logged in),
-- "authenticated" (somebody logged in), "service_role" (the company's own scripts and agents).
-- With row-level security on, what no policy allows is denied.

alter table corporate_memory enable row level security;
alter table agent_logs enable row level security;
alter table task_context enable row level security;
alter table episodic_memory enable row level security;

-- What the company says of itself in public.
create policy "Anyone reads the public face" on corporate_memory
  for select to anon
  using (category in ('mission', 'vision', 'value'));

create policy "Members read the company's memory" on corporate_memory
  for select to authenticated
  using (category <> 'confidential');

create policy "Members read open tasks" on task_context
  for select to authenticated
  using (status <> 'cancelled');

create policy "Members read what went well" on episodic_memory
  for select to authenticated
  using (outcome in ('success', 'partial'));

-- Thoughts of agents are read by no one but the service: agent_logs has no policy for members.

create policy "The service does everything" on corporate_memory
  for all to service_role using (true) with check (true);
create policy "The service does everything" on agent_logs
  for all to service_role using (true) with check (true);
create policy "The service does everything" on task_context
  for all to service_role using (true) with check (true);
create policy "The service does everything" on episodic_memory
  for all to service_role using (true) with check (true);

-- A project grants everything in "public" to these roles; another schema, and a project with
-- tighter defaults, get what the policies above need and no more.
revoke all on corporate_memory, agent_logs, task_context, episodic_memory, open_tasks from anon, authenticated;
grant select on corporate_memory to anon, authenticated;
grant select on task_context, episodic_memory, open_tasks to authenticated;
grant select, insert, update, delete on corporate_memory, agent_logs, task_context, episodic_memory to service_role;
grant select on open_tasks to service_role;
grant usage, select on sequence corporate_memory_id_seq, agent_logs_id_seq, task_context_id_seq, episodic_memory_id_seq to service_role;

do $$
begin
  execute format('grant usage on schema %I to anon, authenticated, service_role', current_schema());
end
$$;
