-- Search by similarity, a trigger, and a view.
--
-- "similarity" is the cosine: 1 for the same direction, 0 for nothing in common. The functions run
-- with the caller's rights, so row-level security holds in them too. Their arguments have no types
-- of an instance's own: a function of the same name in "public" is then hidden by the one in the
-- instance's schema, instead of standing beside it.

create function touch_updated_at() returns trigger
language plpgsql
set search_path from current
as $$
begin
  new.updated_at := now();
  return new;
end
$$;

-- Only what a person or an agent wrote counts as a change; a new embedding does not.
create trigger episodic_memory_touch
  before update of agent_name, task_id, content, outcome, metadata, occurred_at on episodic_memory
  for each row execute function touch_updated_at();

create function match_corporate_memory(
  query_embedding vector(384),
  match_count integer default 5,
  filter_category text default null,
  min_similarity double precision default 0
)
returns table (id bigint, category text, content text, similarity double precision, created_at timestamptz)
language sql stable
set search_path from current
as $$
  select m.id, m.category, m.content, 1 - (m.embedding <=> query_embedding), m.created_at
  from corporate_memory m
  where m.embedding is not null
    and (filter_category is null or m.category = filter_category)
    and 1 - (m.embedding <=> query_embedding) >= min_similarity
  order by m.embedding <=> query_embedding
  limit least(greatest(match_count, 0), 200)
$$;
comment on function match_corporate_memory is 'The memories closest in meaning to a query, best first.';

create function match_agent_logs(
  query_embedding vector(384),
  match_count integer default 5,
  filter_agent text default null
)
returns table (id bigint, agent_name text, thought_process text, similarity double precision, created_at timestamptz)
language sql stable
set search_path from current
as $$
  select l.id, l.agent_name, l.thought_process, 1 - (l.decision_vector <=> query_embedding), l.created_at
  from agent_logs l
  where l.decision_vector is not null
    and (filter_agent is null or l.agent_name = filter_agent)
  order by l.decision_vector <=> query_embedding
  limit least(greatest(match_count, 0), 200)
$$;
comment on function match_agent_logs is 'The decisions closest in meaning to a query, best first.';

create function match_task_context(
  query_embedding vector(384),
  match_count integer default 5,
  filter_status text default null
)
returns table (id bigint, task_description text, status text, related_files text[], similarity double precision)
language sql stable
set search_path from current
as $$
  select t.id, t.task_description, t.status, t.related_files, 1 - (t.requirements_vector <=> query_embedding)
  from task_context t
  where t.requirements_vector is not null
    and (filter_status is null or t.status = filter_status)
  order by t.requirements_vector <=> query_embedding
  limit least(greatest(match_count, 0), 200)
$$;
comment on function match_task_context is 'The tasks closest in meaning to a query, best first.';

create function match_episodic_memory(
  query_embedding vector(384),
  match_count integer default 5,
  filter_agent text default null,
  filter_outcome text default null
)
returns table (id bigint, agent_name text, content text, outcome episode_outcome, similarity double precision, occurred_at timestamptz)
language sql stable
set search_path from current
as $$
  select e.id, e.agent_name, e.content, e.outcome, 1 - (e.embedding <=> query_embedding), e.occurred_at
  from episodic_memory e
  where e.embedding is not null
    and (filter_agent is null or e.agent_name = filter_agent)
    and (filter_outcome is null or e.outcome::text = filter_outcome)
  order by e.embedding <=> query_embedding
  limit least(greatest(match_count, 0), 200)
$$;
comment on function match_episodic_memory is 'The episodes closest in meaning to a query, best first.';

create view open_tasks with (security_invoker = true) as
  select id, task_description, status, related_files, created_at, now() - created_at as age
  from task_context
  where status not in ('done', 'cancelled')
  order by created_at;
comment on view open_tasks is 'Tasks that are neither done nor cancelled, oldest first.';
