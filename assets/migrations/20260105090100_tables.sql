-- The tables that every instance has.
--
-- No name here says in which schema it lives: these files run with the instance's schema first in
-- the search path, "public" or another. A function gets that path with "from current".

create type episode_outcome as enum ('success', 'partial', 'failure', 'unknown');

create table corporate_memory (
  id bigserial primary key,
  category text not null,
  content text not null,
  embedding vector(384),
  created_at timestamptz not null default now()
);
comment on table corporate_memory is 'What the company knows about itself: mission, values, goals, policies.';
comment on column corporate_memory.embedding is 'Of content: 256 values of the embedding model, then 128 zeros.';

create table agent_logs (
  id bigserial primary key,
  agent_name text not null,
  thought_process text not null,
  decision_vector vector(384),
  created_at timestamptz not null default now()
);
comment on table agent_logs is 'What an agent considered and decided, in its own words.';
comment on column agent_logs.decision_vector is 'Of thought_process: 256 values of the embedding model, then 128 zeros.';

create table task_context (
  id bigserial primary key,
  task_description text not null,
  status text not null default 'pending'
    check (status in ('pending', 'in_progress', 'blocked', 'review', 'done', 'cancelled')),
  related_files text[] not null default '{}',
  requirements_vector vector(384),
  created_at timestamptz not null default now()
);
comment on table task_context is 'Work in hand: what is asked for, how far it is, and the files it touches.';
comment on column task_context.requirements_vector is 'Of task_description: 256 values of the embedding model, then 128 zeros.';

create table episodic_memory (
  id bigserial primary key,
  agent_name text not null,
  task_id bigint references task_context (id) on delete set null,
  content text not null,
  outcome episode_outcome not null default 'unknown',
  metadata jsonb not null default '{}',
  embedding vector(384),
  occurred_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table episodic_memory is 'What happened when an agent did something, and what came of it.';
comment on column episodic_memory.embedding is 'Of content: 256 values of the embedding model, then 128 zeros.';

create index corporate_memory_category_idx on corporate_memory (category, created_at desc);
create index agent_logs_agent_idx on agent_logs (agent_name, created_at desc);
create index task_context_open_idx on task_context (status, created_at) where status not in ('done', 'cancelled');
create index episodic_memory_agent_idx on episodic_memory (agent_name, occurred_at desc);
create index episodic_memory_task_idx on episodic_memory (task_id);
create index episodic_memory_metadata_idx on episodic_memory using gin (metadata jsonb_path_ops);

-- Only the two tables that grow get an index on their vectors: up to some ten thousand rows a plain
-- scan answers in a few milliseconds and misses nothing.
create index agent_logs_decision_idx on agent_logs using hnsw (decision_vector vector_cosine_ops);
create index episodic_memory_embedding_idx on episodic_memory using hnsw (embedding vector_cosine_ops);
