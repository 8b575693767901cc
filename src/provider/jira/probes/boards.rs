//! Boards, sprints and the filters behind them (agile API).

use super::{BOARD, FILTER, IS_ISSUE_KEY, PROJECT, Probe, SPRINT, text};
use crate::provider::probe::Kind::{Flag, Like, List, Object, Text, Whole};
use crate::provider::probe::{done, first, may, must};

pub fn probes() -> Vec<Probe> {
    [boards(), sprints(), filters()]
        .into_iter()
        .flatten()
        .collect()
}

fn boards() -> Vec<Probe> {
    vec![
        Probe::new(
            "boards",
            "a project's boards are made again",
            |jira, facts| Box::pin(async { first(jira.boards(facts.get(PROJECT)?)).await }),
            &[
                must("values", List),
                must("values[].id", Whole),
                must("values[].name", Text),
                must("values[].type", Text),
                may("values[].location", Object),
                may("values[].location.projectId", Whole),
                may("values[].location.projectKey", Text),
                must("isLast", Flag),
            ],
        )
        .learns(BOARD, |answer| {
            // one with sprints, where there is one
            let all = answer.get("values")?.as_array()?;
            let scrum = all
                .iter()
                .find(|b| b.get("type").is_some_and(|t| t == "scrum"));
            text(scrum.or(all.first())?, "/id")
        }),
        Probe::new(
            "board.configuration",
            "names the board's filter",
            |jira, facts| {
                Box::pin(async { done(jira.board_configuration(facts.number(BOARD)?).await) })
            },
            &[
                must("id", Whole),
                must("name", Text),
                must("filter.id", Text),
                must("columnConfig.columns", List),
                may("estimation", Object),
            ],
        )
        .learns(FILTER, |answer| text(answer, "/filter/id")),
        Probe::new(
            "board.issues",
            "the order of the issues is their rank",
            |jira, facts| {
                Box::pin(async { first(jira.board_issues(facts.number(BOARD)?, "summary")).await })
            },
            &[
                must("issues", List),
                must("issues[].id", Text),
                must("issues[].key", IS_ISSUE_KEY),
                must("total", Whole),
                must("startAt", Whole),
            ],
        ),
    ]
}

fn sprints() -> Vec<Probe> {
    let is_state = Like("future, active or closed", |state| {
        ["future", "active", "closed"].contains(&state)
    });
    vec![
        Probe::new(
            "sprints",
            "are made again with their state (a board without sprints says 400)",
            |jira, facts| Box::pin(async { first(jira.sprints(facts.number(BOARD)?)).await }),
            &[
                must("values", List),
                must("values[].id", Whole),
                must("values[].name", Text),
                must("values[].state", is_state),
                may("values[].startDate", Text),
                may("values[].endDate", Text),
                may("values[].completeDate", Text),
                may("values[].originBoardId", Whole),
                may("values[].goal", Text),
                must("isLast", Flag),
            ],
        )
        .or(400)
        .learns(SPRINT, |answer| text(answer, "/values/0/id")),
        Probe::new(
            "sprint",
            "its state, after an answer that left it open",
            |jira, facts| Box::pin(async { done(jira.sprint(facts.number(SPRINT)?).await) }),
            &[
                must("id", Whole),
                must("name", Text),
                must("state", is_state),
                may("originBoardId", Whole),
            ],
        ),
    ]
}

fn filters() -> Vec<Probe> {
    vec![
        Probe::new(
            "filter",
            "its query is rewritten for the clone's board",
            |jira, facts| Box::pin(async { done(jira.filter(facts.get(FILTER)?).await) }),
            &[must("id", Text), must("name", Text), must("jql", Text)],
        ),
        Probe::new(
            "filters",
            "finds the filter that the program made",
            |jira, _| Box::pin(first(jira.filters("a"))),
            &[
                must("values", List),
                must("values[].id", Text),
                must("values[].name", Text),
                may("values[].jql", Text),
            ],
        ),
    ]
}
