//! Configuration files: what is not known stays.

use std::fs;

use matriz::error::Kind;
use matriz::workspace::McpSupabase;

use super::{REF, instance, mode, workspace};

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
    let mcp = McpSupabase::Cloud { project_ref: REF };
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
    assert!(
        made.write_mcp(&McpSupabase::Cloud { project_ref: REF })
            .unwrap()
    );
    assert!(
        !made
            .write_mcp(&McpSupabase::Cloud { project_ref: REF })
            .unwrap()
    );
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"mine\": {\"command\": \"x\"}"));
    let value = made.mcp().unwrap().unwrap();
    assert_eq!(
        value["mcpServers"]["supabase"]["url"],
        format!(
            "https://mcp.supabase.com/mcp?project_ref={REF}&read_only=true&features=database,docs"
        )
    );
    let sandbox = McpSupabase::Sandbox {
        project_ref: REF,
        api_url: "http://127.0.0.1:5000",
        token_key: "SUPABASE_ACCESS_TOKEN",
    };
    assert!(made.write_mcp(&sandbox).unwrap());
    let value = made.mcp().unwrap().unwrap();
    assert_eq!(
        value["mcpServers"]["supabase"]["env"]["SUPABASE_ACCESS_TOKEN"],
        "${SUPABASE_ACCESS_TOKEN}"
    );
    assert_eq!(
        value["mcpServers"]["supabase"]["args"][5],
        "--api-url=http://127.0.0.1:5000"
    );
    assert_eq!(value["other"], 1);
    let error = made.write_mcp(&McpSupabase::Cloud {
        project_ref: "x&read_only=false",
    });
    assert_eq!(error.unwrap_err().kind, Kind::Usage);
    fs::remove_file(&path).unwrap();
    assert!(made.write_mcp(&sandbox).unwrap());
    assert_eq!(mode(&path), 0o600);
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
