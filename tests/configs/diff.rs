//! A clone beside its source, in the sandbox, with real databases.

use std::fs;

use serde_json::Value;

use crate::outside;
use crate::place::Place;

fn rows(value: &Value, part: &str) -> Vec<(String, bool)> {
    let sections = value["sections"].as_array().unwrap();
    let section = sections.iter().find(|s| s["part"] == part).unwrap();
    let rows = section["rows"].as_array().unwrap().iter();
    rows.map(|r| (r["name"].as_str().unwrap().to_owned(), r["own"] == true))
        .collect()
}

fn unexpected(value: &Value, part: &str) -> Vec<String> {
    let all = rows(value, part).into_iter();
    all.filter(|(_, own)| !own).map(|(name, _)| name).collect()
}

#[test]
fn a_clone_differs_from_its_source_in_what_is_its_own_until_it_is_changed() {
    let Some(place) = Place::small().map(Place::initialised) else {
        return;
    };
    place
        .matriz(&["clone", "default", "clone-1", "--yes", "--json"])
        .ok();
    let same = place.json(&["diff", "default", "clone-1", "--exit-code"]);
    assert_eq!(same["complete"], true, "{same}");
    assert_eq!(same["differs"], false, "{same}");
    assert!(rows(&same, "env").len() >= 5, "{same}");
    let equal = |part: &str| {
        let sections = same["sections"].as_array().unwrap();
        sections.iter().find(|s| s["part"] == part).unwrap()["equal"]
            .as_u64()
            .unwrap()
    };
    assert!(equal("schema") > 20 && equal("counts") >= 4, "{same}");
    // no secret of either is in it
    for name in ["default", "clone-1"] {
        for key in ["SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_DB_PASSWORD"] {
            let secret = place.value(name, key);
            assert!(
                !secret.is_empty() && !same.to_string().contains(&secret),
                "{key}"
            );
        }
    }
    outside::block_on(async {
        let database = crate::support::connected(&place.database("clone-1")).await;
        database
            .batch_execute(
                "ALTER TABLE public.agent_logs ADD COLUMN mood text NOT NULL DEFAULT 'calm';
                 CREATE INDEX agent_logs_mood ON public.agent_logs (mood);
                 CREATE POLICY everyone ON public.agent_logs FOR SELECT TO anon USING (true);
                 CREATE FUNCTION public.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
                 INSERT INTO public.agent_logs (agent_name, thought_process) VALUES ('example', 'x');",
            )
            .await
            .unwrap();
        database.close().await;
    });
    place
        .matriz(&["env", "set", "-i", "clone-1", "EMBEDDING_DIM", "768"])
        .ok();
    place
        .matriz(&[
            "env",
            "set",
            "-i",
            "clone-1",
            "OPENAI_API_KEY",
            "example-key-1",
        ])
        .ok();
    place
        .matriz(&[
            "env",
            "set",
            "-i",
            "default",
            "OPENAI_API_KEY",
            "example-key-2",
        ])
        .ok();
    for (name, file, text) in [
        ("default", "manifest.json", "{\"version\": \"1.0.0\"}"),
        ("clone-1", "manifest.json", "{\"version\": \"1.1.0\"}"),
        ("default", "config.json", "{\"a\": 1}"),
        ("clone-1", "config.json", "{\"a\": 2}"),
    ] {
        let folder = place.path(&format!("instances/{name}/microservices/mail"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(file), text).unwrap();
    }
    let now = place.json(&["diff", "default", "clone-1"]);
    assert_eq!(unexpected(&now, "env"), ["EMBEDDING_DIM", "OPENAI_API_KEY"]);
    assert_eq!(
        unexpected(&now, "schema"),
        [
            "column agent_logs.mood",
            "function one()",
            "index agent_logs_mood",
            "policy agent_logs.everyone"
        ]
    );
    assert_eq!(unexpected(&now, "counts"), ["rows agent_logs"]);
    assert_eq!(
        unexpected(&now, "components"),
        ["mail", "mail/manifest.json"]
    );
    assert!(!now.to_string().contains("example-key"), "{now}");
    let told = place
        .matriz(&["diff", "default", "clone-1", "--only", "schema,env"])
        .ok();
    assert!(
        told.out.contains("text not null default 'calm'::text"),
        "{}",
        told.out
    );
    assert!(
        told.out.lines().all(|line| line.chars().count() <= 100),
        "{}",
        told.out
    );
    let code = place
        .matriz(&["diff", "default", "clone-1", "--exit-code"])
        .code;
    assert_eq!(code, Some(1));
    // asleep, the databases aren't woken up, and what was last seen is said
    place.matriz(&["sandbox", "stop"]).ok();
    let asleep = place.json(&["diff", "default", "clone-1"]);
    assert_eq!(asleep["complete"], false);
    assert_eq!(unexpected(&asleep, "schema"), Vec::<String>::new());
    assert!(asleep.to_string().contains("Last seen "), "{asleep}");
    let status = place.json(&["sandbox", "status"]);
    assert_eq!(status["running"], false);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let Some(place) = Place::small() else {
        return;
    };
    place.matriz(&["create", "other"]).ok();
    let said = place.matriz(&["diff", "other", "other"]);
    assert_eq!(said.code, Some(2), "{said:?}");
    let said = place.matriz(&["diff", "default", "none"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    let value = place.json(&["diff", "default", "other"]);
    assert_eq!(value["complete"], false);
    assert!(value.to_string().contains("has no .env yet"), "{value}");
}
