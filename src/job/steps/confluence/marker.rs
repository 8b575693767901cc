//! The property that says which instance and job made something, and from what.

use serde_json::{Value, json};

use crate::domain::job::JobId;
use crate::domain::name::InstanceName;

/// The key of the property, on spaces and on content.
pub const KEY: &str = "matriz-clone";

/// `src` is the id (of a space: the key) of what it was made from.
pub fn value(instance: &InstanceName, job: JobId, src: &str) -> Value {
    json!({ "instance": instance.as_str(), "job": job, "src": src })
}

/// Whether a marker was written by this job for this instance.
pub fn is_by(marker: &Value, instance: &InstanceName, job: JobId) -> bool {
    marker.get("instance").and_then(Value::as_str) == Some(instance.as_str())
        && marker.get("job") == Some(&json!(job))
}

/// Whether a marker was written for this instance and this source. The job may be an earlier one.
pub fn is_of(marker: &Value, instance: &InstanceName, src: &str) -> bool {
    let field = |name: &str| marker.get(name).and_then(Value::as_str);
    field("instance") == Some(instance.as_str()) && field("src") == Some(src)
}
