//! What a new instance's files start as.

pub(super) const ENV: &str = include_str!("../../assets/templates/env.template");
pub(super) const SUPABASE: &str = include_str!("../../assets/templates/supabase.config.json");
pub(super) const ATLASSIAN: &str = include_str!("../../assets/templates/atlassian.config.json");
pub(super) const MANIFEST: &str = include_str!("../../assets/templates/instance.toml");
pub(super) const MCP: &str = include_str!("../../assets/templates/mcp.template.json");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::env_file::EnvFile;

    #[test]
    fn the_templates_are_free_of_remarks() {
        let env = EnvFile::parse(ENV).unwrap();
        assert_eq!(env.lints(), []);
        assert_eq!(env.get("EMBEDDING_DIM"), Some("384"));
        for json in [SUPABASE, ATLASSIAN, MCP] {
            assert!(serde_json::from_str::<serde_json::Value>(json).is_ok());
        }
    }
}
