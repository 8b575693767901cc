//! The marker that everything copied carries from the moment of its creation.

use serde_json::{Value, json};

use crate::domain::job::JobId;
use crate::domain::name::InstanceName;
use crate::job::step::StepContext;
use crate::provider::jira::{Issue, Property};

/// The property's key, of issues, comments and worklogs.
pub const KEY: &str = "matriz.clone";

/// Whose copies they are.
#[derive(Debug, Clone)]
pub struct Marker {
    instance: InstanceName,
    job: JobId,
}

impl Marker {
    pub fn new(ctx: &StepContext, target: &InstanceName) -> Marker {
        Marker {
            instance: target.clone(),
            job: ctx.job(),
        }
    }

    /// Of a comment or a worklog.
    pub fn property(&self, source_id: &str) -> Property {
        Property {
            key: KEY.into(),
            value: json!({ "instance": self.instance, "job": self.job, "srcId": source_id }),
        }
    }

    /// Of an issue. `left` are the ids of the source's fields that the copy couldn't be given,
    /// `filled` the names of those that got a value which isn't the source's.
    pub fn of_issue(&self, issue: &Issue, left: &[String], filled: &[String]) -> Property {
        let mut property = self.property(&issue.id);
        if let Some(fields) = property.value.as_object_mut() {
            fields.insert("src".into(), json!(issue.key));
            for (name, list) in [("left", left), ("filled", filled)] {
                if !list.is_empty() {
                    fields.insert(name.into(), json!(list));
                }
            }
        }
        property
    }

    /// The source's id, where the marker is this job's.
    pub fn source_id<'a>(&self, value: &'a Value) -> Option<&'a str> {
        let ours = value.get("instance") == Some(&json!(self.instance))
            && value.get("job") == Some(&json!(self.job));
        ours.then(|| value.get("srcId")?.as_str()).flatten()
    }
}

/// A list of an issue's marker: `left` or `filled`.
pub fn list(value: &Value, name: &str) -> Vec<String> {
    let all = value.get(name).and_then(Value::as_array);
    let all = all.into_iter().flatten().filter_map(Value::as_str);
    all.map(str::to_owned).collect()
}
