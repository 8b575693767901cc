//! Sprints: known by their names on the project's board. One that has begun before is left alone.

use std::collections::HashMap;

use futures_util::TryStreamExt;

use crate::domain::site_seed::board::{BoardSeeds, SprintState as Wanted};
use crate::error::Result;
use crate::job::step::StepContext;
use crate::job::steps::site_names::{ISSUE, PROVIDER, SiteNames};
use crate::provider::jira::{BoardKind, Jira, NewSprint, Sprint, SprintState};

/// Makes the sprints that the board doesn't have, puts their issues in, and starts and closes them.
pub async fn fill(
    ctx: &StepContext,
    jira: &Jira,
    project: &str,
    seeds: &BoardSeeds,
    names: &SiteNames,
) -> Result<()> {
    if seeds.sprints.is_empty() {
        return Ok(());
    }
    let boards: Vec<_> = jira.boards(project).try_collect().await?;
    let Some(board) = boards.iter().find(|board| board.kind == BoardKind::Scrum) else {
        ctx.log("the project has no board with sprints; the seeds' sprints are left out");
        return Ok(());
    };
    let there: Vec<Sprint> = jira.sprints(board.id).try_collect().await?;
    let there: HashMap<&str, &Sprint> = there.iter().map(|s| (s.name.as_str(), s)).collect();
    for item in &seeds.sprints {
        let wanted = &item.value;
        let moment = |day: &Option<String>| day.as_ref().map(|day| format!("{day}T12:00:00.000Z"));
        let before = there.get(wanted.name.as_str());
        let (id, mut state) = match before {
            Some(sprint) => (sprint.id, sprint.state),
            None => {
                let new = NewSprint {
                    name: wanted.name.clone(),
                    origin_board_id: board.id,
                    goal: Some(wanted.goal.clone()).filter(|goal| !goal.is_empty()),
                    start_date: moment(&wanted.start),
                    end_date: moment(&wanted.end),
                };
                let made = jira.create_sprint(&new).await?;
                (made.id, made.state)
            }
        };
        if state == SprintState::Future {
            let inside = seeds.issues.iter().map(|issue| &issue.value);
            let mut inside: Vec<_> = inside
                .filter(|issue| issue.sprint.as_ref() == Some(&wanted.name))
                .collect();
            if before.is_some() {
                // who took an issue out of it meanwhile doesn't find it there again
                inside.retain(|issue| is_new(ctx, &issue.id));
            }
            let inside: Vec<String> = inside
                .into_iter()
                .filter_map(|issue| names.issues.get(&issue.id))
                .map(|issue| issue.id.clone())
                .collect();
            if !inside.is_empty() {
                jira.move_to_sprint(id, &inside).await?;
            }
            if wanted.state != Wanted::Future {
                state = jira.set_sprint_state(id, SprintState::Active).await?.state;
            }
        }
        if wanted.state == Wanted::Closed && state == SprintState::Active {
            jira.set_sprint_state(id, SprintState::Closed).await?;
        }
    }
    Ok(())
}

/// Whether this job made the issue.
fn is_new(ctx: &StepContext, id: &str) -> bool {
    let made = ctx.lookup(PROVIDER, ISSUE, id);
    made.is_ok_and(|entry| entry.is_some_and(|entry| entry.target_id.is_some()))
}
