//! Configuration files: what is not known stays.

use std::fs;

use matriz::domain::config::AtlassianKind;
use matriz::domain::mcp::{AtlassianServer, ChangeKind, SupabaseServer, Targets};
use matriz::error::Kind;

use super::{REF, instance, mode, name, workspace};

#[test]
fn configs_keep_what_matriz_does_not_know() {
    let (_dir, workspace) = workspace();
    let made = instance(&workspace, "default");
    let path = made.path().join("supabase.config.json");
    let text = "{\n    \"region\" : \"sa-east-1\",\n    \"pooler\": {\"ports\": [5432,6543]},\n    \"projectRef\": \"old\",\n    \"kind\": \"cloud\"\n}";
    fs::write(&path, text).unwrap();
    let mut config = made.supabase_config().unwrap();
    made.save_supabase_config(&config).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    config.project_ref = Some(REF.into());
    config.api_url = Some("http://127.0.0.1:1".into());
    made.save_supabase_config(&config).unwrap();
    let expected = text.replace("old", REF).replace(
        "\"cloud\"\n",
        "\"cloud\",\n    \"apiUrl\": \"http://127.0.0.1:1\"\n",
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    config.api_url = None;
    made.save_supabase_config(&config).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text.replace("old", REF));
    assert_eq!(made.supabase_config().unwrap(), config);
}

#[test]
fn a_config_that_is_not_json_names_its_place_and_loses_nothing() {
    let (_dir, workspace) = workspace();
    let made = instance(&workspace, "default");
    let config = made.supabase_config().unwrap();
    let text = "{\n  \"kind\": sandbox\n}\n";
    for file in ["supabase.config.json", "atlassian.config.json", "mcp.json"] {
        fs::write(made.path().join(file), text).unwrap();
    }
    let mcp = cloud();
    for error in [
        made.supabase_config().unwrap_err(),
        made.save_supabase_config(&config).unwrap_err(),
        made.atlassian_config().unwrap_err(),
        made.write_mcp(&mcp).unwrap_err(),
    ] {
        assert_eq!(error.kind, Kind::Parse);
        assert!(
            error.message.starts_with("instances/default/")
                && error.message.contains(".json:2:11: "),
            "{}",
            error.message
        );
    }
    for file in ["supabase.config.json", "atlassian.config.json", "mcp.json"] {
        assert_eq!(fs::read_to_string(made.path().join(file)).unwrap(), text);
    }
}

#[test]
fn a_value_that_a_config_cannot_have_names_its_place() {
    let (_dir, workspace) = workspace();
    let made = instance(&workspace, "default");
    let path = made.path().join("supabase.config.json");
    fs::write(&path, "{\n  \"kind\": \"moon\",\n  \"x\": 1\n}\n").unwrap();
    let error = made.supabase_config().unwrap_err();
    assert!(
        error
            .message
            .starts_with("instances/default/supabase.config.json:2:")
            && error.message.contains("moon"),
        "{}",
        error.message
    );
    // a key that stands there twice: the last counts, and is the one that changes
    fs::write(&path, "{\"region\": \"a\", \"region\": \"b\"}").unwrap();
    let mut config = made.supabase_config().unwrap();
    assert_eq!(config.region, "b");
    config.region = "c".into();
    made.save_supabase_config(&config).unwrap();
    assert_eq!(made.supabase_config().unwrap().region, "c");
}

fn cloud() -> Targets {
    Targets {
        supabase: Some(SupabaseServer::new(REF, None, "SUPABASE_ACCESS_TOKEN").unwrap()),
        atlassian: None,
    }
}

#[test]
fn mcp_names_one_project_read_only_and_holds_no_secret() {
    let (_dir, workspace) = workspace();
    let made = instance(&workspace, "default");
    let path = made.path().join("mcp.json");
    fs::write(
        &path,
        "{\n  \"mcpServers\": {\n    \"mine\": {\"command\": \"x\"}\n  },\n  \"other\": 1\n}\n",
    )
    .unwrap();
    assert!(made.write_mcp(&cloud()).unwrap().differs);
    let written = fs::read_to_string(&path).unwrap();
    assert!(!made.write_mcp(&cloud()).unwrap().differs);
    assert!(written.contains("\"mine\": {\"command\": \"x\"}"));
    let value = made.mcp().unwrap().unwrap();
    assert_eq!(
        value["mcpServers"]["supabase"]["url"],
        format!(
            "https://mcp.supabase.com/mcp?project_ref={REF}&read_only=true&features=database,docs"
        )
    );
    // the instance's own files say where it is now
    made.edit_env(|env| {
        env.set(
            "SUPABASE_URL",
            &format!("http://127.0.0.1:5000/projects/{REF}"),
        )?;
        env.set("ATLASSIAN_SITE", "http://127.0.0.1:5000")
    })
    .unwrap();
    made.edit_supabase_config(|config| {
        config.project_ref = Some(REF.into());
        Ok(())
    })
    .unwrap();
    made.edit_atlassian_config(|config| {
        config.kind = AtlassianKind::Sandbox;
        config.jira_project_key = Some("ACME".into());
    })
    .unwrap();
    let targets = workspace.mcp_targets(&name("default")).unwrap();
    let expected = AtlassianServer {
        site: "http://127.0.0.1:5000".into(),
        jira_project: Some("ACME".into()),
        space: None,
        email_key: "ATLASSIAN_EMAIL".into(),
        token_key: "ATLASSIAN_API_TOKEN".into(),
    };
    assert_eq!(targets.atlassian, Some(expected));
    assert!(made.write_mcp(&targets).unwrap().differs);
    let value = made.mcp().unwrap().unwrap();
    assert_eq!(
        value["mcpServers"]["supabase"]["env"]["SUPABASE_ACCESS_TOKEN"],
        "${SUPABASE_ACCESS_TOKEN}"
    );
    assert_eq!(
        value["mcpServers"]["supabase"]["args"][5],
        "--api-url=http://127.0.0.1:5000"
    );
    assert_eq!(
        value["mcpServers"]["atlassian"]["env"]["JIRA_API_TOKEN"],
        "${ATLASSIAN_API_TOKEN}"
    );
    assert_eq!(value["other"], 1);
    made.remove_mcp(&["supabase", "atlassian"]).unwrap();
    let left = fs::read_to_string(&path).unwrap();
    assert_eq!(
        left,
        "{\n  \"mcpServers\": {\n    \"mine\": {\"command\": \"x\"}\n  },\n  \"other\": 1\n}\n"
    );
    fs::remove_file(&path).unwrap();
    made.write_mcp(&targets).unwrap();
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn an_entry_that_matriz_did_not_write_is_left_alone() {
    let (_dir, workspace) = workspace();
    let made = instance(&workspace, "default");
    let path = made.path().join("mcp.json");
    let text = "{\"mcpServers\": {\"supabase\": {\"command\": \"mine\"}}}";
    fs::write(&path, text).unwrap();
    let plan = made.write_mcp(&cloud()).unwrap();
    assert_eq!(plan.changes[0].kind, ChangeKind::Foreign);
    made.remove_mcp(&["supabase"]).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn edits_of_one_config_by_many_are_all_kept() {
    let (_dir, workspace) = workspace();
    let made = instance(&workspace, "default");
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let made = made.clone();
            scope.spawn(move || {
                for i in 0..5 {
                    let label = format!("{thread}-{i}");
                    made.edit_manifest(|manifest| {
                        manifest.labels.push(label.clone());
                        Ok(())
                    })
                    .unwrap();
                    made.edit_supabase_config(|config| {
                        config.other.insert(label, true.into());
                        Ok(())
                    })
                    .unwrap();
                }
            });
        }
    });
    assert_eq!(made.manifest().unwrap().labels.len(), 20);
    assert_eq!(made.supabase_config().unwrap().other.len(), 20);
}
