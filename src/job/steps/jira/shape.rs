//! What a new project gets its types, workflows and screens from.

use futures_util::TryStreamExt;

use crate::error::Result;
use crate::provider::jira::{BoardKind, Jira, Project, ProjectShape};

const SOFTWARE: &str = "software";
const TEMPLATES: &str = "com.pyxis.greenhopper.jira:";

/// The shape of a project, and its `projectTypeKey`.
pub struct Shape {
    pub type_key: String,
    pub shape: ProjectShape,
}

/// A plain project: company-managed, with sprints.
pub fn plain() -> Shape {
    template("gh-simplified-scrum-classic")
}

fn template(name: &str) -> Shape {
    Shape {
        type_key: SOFTWARE.into(),
        shape: ProjectShape::Template(format!("{TEMPLATES}{name}")),
    }
}

/// The same shape as the source's. On one site a company-managed project shares the source's
/// schemes, so that types, workflows and screens are the very same ones. Everywhere else it's the
/// template that the source was most likely made from.
pub async fn like(source: &Jira, project: &Project, same_site: bool) -> Result<Shape> {
    let team_managed = project.simplified || project.style.as_deref() == Some("next-gen");
    if same_site && !team_managed {
        let schemes = source.project_schemes(&project.id).await?;
        if !schemes.is_empty() {
            let type_key = project.project_type_key.clone();
            return Ok(Shape {
                type_key: type_key.unwrap_or_else(|| SOFTWARE.into()),
                shape: ProjectShape::Schemes(schemes),
            });
        }
    }
    let sprints = has_sprints(source, &project.key).await?;
    Ok(template(match (team_managed, sprints) {
        (true, true) => "gh-simplified-agility-scrum",
        (true, false) => "gh-simplified-agility-kanban",
        (false, true) => "gh-simplified-scrum-classic",
        (false, false) => "gh-simplified-kanban-classic",
    }))
}

/// Whether one of the project's boards has sprints. A board without them refuses the question.
async fn has_sprints(jira: &Jira, key: &str) -> Result<bool> {
    let boards: Vec<_> = jira.boards(key).try_collect().await?;
    for board in boards {
        match board.kind {
            BoardKind::Scrum => return Ok(true),
            BoardKind::Kanban => {}
            BoardKind::Simple | BoardKind::Other => {
                if matches!(jira.sprints(board.id).try_next().await, Ok(Some(_))) {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}
