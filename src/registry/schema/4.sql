-- What the instance's Jira project and Confluence space held when they were last asked.
ALTER TABLE instance ADD COLUMN issues INTEGER;
ALTER TABLE instance ADD COLUMN pages INTEGER;
